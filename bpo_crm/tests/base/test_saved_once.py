from datetime import datetime, timedelta

from odoo.tests import Form, tagged

from ..common import CALL, BpoCase

DAY = timedelta(days=1)

NO_STEP = {"next_activity_type_id": False}


@tagged("post_install", "-at_install")
class TestSavedOnce(BpoCase):
    """Saved again, a window changes nothing and shows what it did the first time."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.lead = cls._new_lead(cls.agent, email_from="vera@customer.example")
        cls.other = cls._new_lead(cls.agent)
        cls.foreign = cls._new_lead(cls.other_agent)

    def _window(self, model, user=None, **values):
        return self.env[model].with_user(user or self.agent).create(values)

    def _call_window(self, **values):
        values = {"lead_id": self.lead.id, "result": "busy", **values}
        return self._window("crm.lead.log.call", **values)

    def _plan_window(self, **values):
        return self._window("crm.lead.plan.step", **{"lead_id": self.lead.id, **values})

    def _message_window(self):
        requests = self.env["crm.lead.second.request"]
        requests.create(
            {
                "lead_id": self.foreign.id,
                "user_id": self.agent.id,
                "day": datetime.now().date(),
            }
        )
        values = {"reference": self.foreign.reference, "message": "Call Vera"}
        return self._window("crm.lead.leave.message", **values)

    def _schedule_window(self, **values):
        windows = self.env["mail.activity.schedule"].with_user(self.agent)
        chosen = {"active_model": "crm.lead", "active_ids": self.lead.ids}
        kind = self.env.ref(CALL).id
        return windows.with_context(**chosen).create(
            {"activity_type_id": kind, "activity_user_id": self.agent.id, **values}
        )

    def _mail_window(self):
        composers = self.env["mail.compose.message"].with_user(self.agent)
        return composers.create(
            {
                "model": "crm.lead",
                "res_ids": str(self.lead.ids),
                "composition_mode": "comment",
                "subject": "Hello",
                "body": "<p>Hello Vera</p>",
                "partner_ids": self.other_agent.partner_id.ids,
            }
        )

    def _lost_window(self):
        return self._window(
            "crm.lead.lost",
            lead_ids=self.lead.ids,
            lost_reason_id=self.reason.id,
            lost_feedback="<p>Bought elsewhere</p>",
        )

    def _leave_window(self):
        return self.env["crm.lead.leave.owner"].create(
            {"user_ids": self.other_agent.ids}
        )

    def _windows(self):
        """Return a window and its button, by what it is called."""
        step = {
            "next_activity_type_id": self.env.ref(CALL).id,
            "next_date": datetime.now().date() + 3 * DAY,
        }
        no_step = {**NO_STEP, "no_next_step_reason": "Waits for the new model"}
        call, plan = self._call_window, self._plan_window
        return {
            "a call": lambda: (call(**step), "action_save"),
            "a call, and on": lambda: (call(**step), "action_save_and_next"),
            "a call, and lost": lambda: (call(**step), "action_save_and_lose"),
            "a call, and a visit": lambda: (call(), "action_save_and_visit"),
            "a call, and no step": lambda: (call(**no_step), "action_save"),
            "a step": lambda: (plan(**step), "action_plan"),
            "no step": lambda: (plan(**no_step), "action_decline"),
            "a message": lambda: (self._message_window(), "action_leave"),
            "an activity": lambda: (
                self._schedule_window(),
                "action_schedule_activities",
            ),
            "an activity that is done": lambda: (
                self._schedule_window(),
                "action_schedule_activities_done",
            ),
            "a mail": lambda: (self._mail_window(), "action_send_mail"),
            "lost": lambda: (self._lost_window(), "action_lost_reason_apply"),
            "archived": lambda: (self._leave_window(), "action_archive_users"),
        }

    def _picture(self):
        """Return all that a window may have written, as it is in the database."""
        self._flush_tracking()
        activities = self.env["mail.activity"].with_context(active_test=False)
        leads = self.env["crm.lead"].with_context(active_test=False)
        return {
            "calls": self.env["crm.call.log"].search([]).ids,
            "activities": activities.search([]).mapped("display_name"),
            "messages": self.env["mail.message"].search([]).ids,
            "mails": self.env["mail.mail"].search([]).ids,
            "leads": leads.search_read([], ["stage_id", "user_id", "active"]),
            "requests": self.env["crm.lead.second.request"].search_read([]),
        }

    def test_each_window_is_saved_once(self):
        for name, make in self._windows().items():
            with self.subTest(name), self.env.cr.savepoint() as savepoint:
                window, button = make()
                untouched = self._picture()
                first = getattr(window, button)()
                saved = self._picture()
                self.assertNotEqual(saved, untouched)
                again = getattr(window, button)()
                self.assertEqual(self._picture(), saved)
                if isinstance(first, dict):
                    self.assertEqual(again, first)
                savepoint.rollback()
                self.env.invalidate_all()

    def test_a_call_is_logged_once_whichever_button_is_pressed_again(self):
        window = self._call_window()
        window.action_save_and_lose()
        window.action_save_and_visit()
        window.action_save_and_lose()
        self.assertEqual(self.lead.call_count, 1)

    def test_a_window_that_was_sent_twice_is_saved_once(self):
        first = self._call_window()
        second = self._call_window(save_key=first.save_key)
        self.assertNotEqual(first, second)
        first.action_save_and_lose()
        second.action_save_and_lose()
        self.assertEqual(self.lead.call_count, 1)

    def test_two_windows_are_two_calls(self):
        for _number in range(2):
            self._call_window().action_save_and_lose()
        self.assertEqual(self.lead.call_count, 2)

    def test_what_was_refused_can_be_saved_later(self):
        window = self._call_window(**NO_STEP)
        with self._refused("say why"), self.env.cr.savepoint():
            window.action_save()
        self.assertFalse(self.lead.call_count)
        window.no_next_step_reason = "Waits"
        window.action_save()
        self.assertEqual(self.lead.call_count, 1)

    def test_a_key_of_another_lead_is_refused(self):
        first = self._call_window()
        first.action_save_and_lose()
        forged = self._call_window(lead_id=self.other.id, save_key=first.save_key)
        with self._refused("Open a new one"):
            forged.action_save_and_lose()
        plan = self._plan_window(save_key=first.save_key, no_next_step_reason="Waits")
        with self._refused("Open a new one"):
            plan.action_decline()

    def test_somebody_elses_key_is_another_key(self):
        self.lead.user_id = self.agent
        first = self._call_window()
        first.action_save_and_lose()
        values = {"lead_id": self.lead.id, "result": "busy"}
        second = self._window(
            "crm.lead.log.call", self.supervisor, save_key=first.save_key, **values
        )
        second.action_save_and_lose()
        self.assertEqual(self.lead.call_count, 2)

    def test_without_a_key_the_window_itself_counts(self):
        for key in (False, "", "x" * 500):
            window = self._call_window(save_key=key)
            before = self.lead.call_count
            window.action_save_and_lose()
            window.action_save_and_lose()
            self.env.invalidate_all()
            self.assertEqual(self.lead.call_count, before + 1)

    # ------------------------------------------------------------
    # Forms
    # ------------------------------------------------------------

    def _visit_values(self, **values):
        start = datetime.now().replace(microsecond=0) + 2 * DAY
        return {
            "name": "Visit",
            "start": start,
            "stop": start + timedelta(hours=1),
            "opportunity_id": self.lead.id,
            "visit_state": "planned",
            **values,
        }

    def _step_values(self, **values):
        return {
            "res_model_id": self.env["ir.model"]._get_id("crm.lead"),
            "res_id": self.lead.id,
            "activity_type_id": self.env.ref(CALL).id,
            "user_id": self.agent.id,
            **values,
        }

    def test_a_form_that_is_sent_twice_makes_one_record(self):
        for model, prepare in (
            ("calendar.event", self._visit_values),
            ("mail.activity", self._step_values),
        ):
            with self.subTest(model):
                records = self.env[model].with_user(self.agent)
                key = records.default_get(["save_key"])["save_key"]
                first = records.create(prepare(save_key=key))
                saved = self._picture()
                again = records.create(prepare(save_key=key))
                self.assertEqual(again, first)
                self.assertEqual(self._picture(), saved)
                other = prepare(save_key=key)
                lead = "res_id" if "res_id" in other else "opportunity_id"
                with self._refused("Open a new one"):
                    records.create({**other, lead: self.other.id})
                self.assertNotEqual(records.create(prepare()), first)
                mixed = records.create([prepare(), prepare(save_key=key)])
                self.assertEqual(mixed[1], first)
                self.assertNotEqual(mixed[0], first)

    def test_the_form_of_a_visit_has_a_key_of_its_own(self):
        action = self.lead.with_user(self.agent).action_schedule_visit()
        events = self.env["calendar.event"].with_user(self.agent)
        with Form(events.with_context(**action["context"])) as form:
            self.assertTrue(form.save_key)
        keys = self.env["crm.saved.key"].search([("user_id", "=", self.agent.id)])
        self.assertEqual(keys.res_id, form.record.id)

    def test_what_was_deleted_meanwhile_is_made_anew(self):
        events = self.env["calendar.event"].with_user(self.agent)
        first = events.create(self._visit_values(save_key="a"))
        first.unlink()
        again = events.create(self._visit_values(save_key="a"))
        self.assertTrue(again.exists())

    # ------------------------------------------------------------
    # The next lead
    # ------------------------------------------------------------

    def test_the_next_lead_is_claimed_once(self):
        self._remove_all_leads()
        waiting = self._new_lead() | self._new_lead()
        leads = self.env["crm.lead"].with_user(self.agent)
        action = leads.action_claim_next("a")
        self.assertEqual(leads.action_claim_next("a"), action)
        self.assertEqual(len(waiting.filtered("user_id")), 1)
        self.assertNotEqual(leads.action_claim_next("b"), action)

    def test_going_on_claims_once(self):
        self._remove_all_leads()
        waiting = self._new_lead() | self._new_lead()
        leads = self.env["crm.lead"].with_user(self.agent)
        answer = leads.get_next_lead([], 0, "a")
        self.assertEqual(leads.get_next_lead([], 0, "a"), answer)
        self.assertEqual(len(waiting.filtered("user_id")), 1)

    def test_a_lead_that_was_given_away_is_not_shown_again(self):
        self._remove_all_leads()
        lead, _other = self._new_lead(), self._new_lead()
        leads = self.env["crm.lead"].with_user(self.agent)
        leads.action_claim_next("a")
        lead.user_id = self.other_agent
        action = leads.action_claim_next("a")
        self.assertEqual(action["params"]["next"]["res_id"], _other.id)

    # ------------------------------------------------------------
    # The keys
    # ------------------------------------------------------------

    def test_nobody_reads_the_keys_and_they_go_after_a_week(self):
        self._call_window().action_save_and_lose()
        keys = self.env["crm.saved.key"]
        mine = keys.search([("user_id", "=", self.agent.id)])
        for user in (self.agent, self.manager):
            self.assertFalse(keys.with_user(user).has_access("read"))
        keys._delete_old()
        self.assertTrue(mine.exists())
        mine.day = datetime.now().date() - 8 * DAY
        keys._delete_old()
        self.assertFalse(mine.exists())
