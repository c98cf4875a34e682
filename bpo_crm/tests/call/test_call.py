from datetime import date, datetime, timedelta

from freezegun import freeze_time
from psycopg2.errors import CheckViolation

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from ..common import CALL, BpoCase

#: A Wednesday, half past nine in Manila.
MORNING = "2026-11-18 01:30:00"


@tagged("post_install", "-at_install")
class TestCall(BpoCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.lead = cls._new_lead(
            cls.agent,
            email_from="juan@customer.example",
            enquiry_date=datetime(2026, 11, 2),
        )
        cls.call_type = cls.env.ref(CALL)
        calendar = cls._new_calendar("Floor", range(5), 9, 18, zone="UTC")
        cls.env.company.resource_calendar_id = calendar

    def _open(self, user=None):
        wizards = self.env["crm.lead.log.call"].with_user(user or self.agent)
        return Form(wizards.with_context(default_lead_id=self.lead.id))

    def _fill_in(self, result="answered", **values):
        """Open the wizard, choose a result, and fill in the rest; return it saved."""
        form = self._open()
        form.result = result
        for name, value in values.items():
            form[name] = value
        return form.save()

    def _settings_of(self, result):
        return self.env["crm.call.outcome"]._find(result)

    def _call(self, result="no_answer", times=1, **values):
        calls = self.env["crm.call.log"].with_user(self.agent)
        return calls.create(
            [{"lead_id": self.lead.id, "result": result, **values}] * times
        )

    # ------------------------------------------------------------
    # Logging
    # ------------------------------------------------------------

    def test_saving_writes_a_log_a_message_and_the_follow_up(self):
        day = date.today() + timedelta(days=3)
        wizard = self._fill_in(
            summary="Wants a <test> drive",
            duration=3.5,
            next_activity_type_id=self.call_type,
            next_date=day,
        )
        wizard.is_timer_running = False
        wizard.action_save()
        call = self.lead.call_log_ids
        self.assertEqual(call.user_id, self.agent)
        self.assertEqual((call.result, call.duration), ("answered", 3.5))
        self.assertTrue(call.is_contact)
        self.assertEqual(self.lead.call_count, 1)
        self._assert_in_chatter("Call: Answered, 3:30 min", self.lead)
        self._assert_in_chatter("Wants a &lt;test&gt; drive", self.lead)
        activity = self.lead.activity_ids
        self.assertEqual(activity.activity_type_id, self.call_type)
        self.assertEqual(activity.date_deadline, day)
        self.assertEqual(activity.user_id, self.agent)
        self.assertFalse(activity.due_at)

    def test_the_follow_up_is_optional(self):
        self._fill_in(
            next_activity_type_id=self.env["mail.activity.type"],
            no_next_step_reason="Calls us",
        ).action_save()
        self.assertTrue(self.lead.call_log_ids)
        self.assertFalse(self.lead.activity_ids)

    def test_the_timer_fills_the_duration(self):
        with freeze_time(MORNING) as clock:
            form = self._open()
            form.result = "busy"
            clock.tick(90)
            form.save().action_save()
        self.assertAlmostEqual(self.lead.call_log_ids.duration, 1.5)

    def test_the_time_of_the_day_is_in_the_users_zone(self):
        with freeze_time(MORNING):
            wizard = self._fill_in(next_date=date(2026, 11, 20), next_time=15.5)
            wizard.action_save()
        activity = self.lead.activity_ids
        self.assertEqual(activity.due_at, datetime(2026, 11, 20, 7, 30))
        self.assertEqual(activity.date_deadline, date(2026, 11, 20))

    def test_a_time_before_eight_in_manila_keeps_its_day(self):
        with freeze_time(MORNING):
            wizard = self._fill_in(next_date=date(2026, 11, 20), next_time=7)
            wizard.action_save()
        activity = self.lead.activity_ids
        self.assertEqual(activity.due_at, datetime(2026, 11, 19, 23))
        self.assertEqual(activity.date_deadline, date(2026, 11, 20))

    def test_the_call_completes_the_planned_one(self):
        planned = self.lead.with_user(self.agent).activity_schedule(
            CALL, summary="Call back"
        )
        form = self._open()
        self.assertEqual(form.planned_activity_id, planned)
        form.result = "answered"
        form.save().action_save()
        self.assertNotIn(planned, self.lead.activity_ids)
        self._assert_in_chatter("Call back", self.lead)

    def test_a_call_promised_for_later_stays_planned(self):
        self.lead.with_user(self.agent).activity_schedule(
            CALL, date.today() + timedelta(days=5)
        )
        self.assertFalse(self._open().planned_activity_id)

    def test_a_time_that_has_passed_today_is_refused(self):
        with freeze_time(MORNING):
            wizard = self._fill_in(next_date=date(2026, 11, 18), next_time=8)
            with self.assertRaisesRegex(UserError, "lies in the past"):
                wizard.action_save()

    def test_a_follow_up_in_the_past_is_refused(self):
        wizard = self._fill_in(next_date=date.today() - timedelta(days=2))
        with self.assertRaisesRegex(UserError, "lies in the past"):
            wizard.action_save()
        self.assertFalse(self.lead.call_log_ids)

    def test_a_call_of_tomorrow_is_refused(self):
        with self.assertRaisesRegex(ValidationError, "was not made yet"):
            self._call(call_date=datetime.now() + timedelta(days=1))

    # ------------------------------------------------------------
    # What nobody can have done
    # ------------------------------------------------------------

    @mute_logger("odoo.sql_db")
    def test_postgresql_holds_how_long_a_call_takes(self):
        for duration in (-1, 10**9, float("nan"), float("inf"), float("-inf")):
            with self.assertRaises(CheckViolation):
                self._call(duration=duration)
            call = self._call()
            with self._refused("between 0 and 24 hours", ValidationError):
                call.with_user(self.supervisor).duration = duration

    def test_a_call_is_not_longer_than_since_it_began(self):
        begin = datetime.now() - timedelta(minutes=10)
        self._call(call_date=begin, duration=9)
        with self._refused("cannot have taken 11:00 minutes", ValidationError):
            self._call(call_date=begin, duration=11)
        call = self._call()
        with self._refused("it began less than that ago", ValidationError):
            call.with_user(self.supervisor).duration = 600

    def test_an_agent_logs_the_calls_of_a_day(self):
        now = datetime.now()
        for call_date in (now - timedelta(hours=25), now - timedelta(days=20)):
            self.lead.enquiry_date = call_date - timedelta(hours=1)
            with self._refused("Ask a supervisor", ValidationError):
                self._call(call_date=call_date)
            calls = self.env["crm.call.log"].with_user(self.supervisor)
            calls.create(
                {
                    "lead_id": self.lead.id,
                    "result": "busy",
                    "call_date": call_date,
                    "user_id": self.agent.id,
                }
            )
        call = self._call(call_date=now - timedelta(hours=23))
        call.with_user(self.supervisor).call_date = now - timedelta(days=3)

    def test_nobody_was_called_before_asking(self):
        self.lead.enquiry_date = datetime.now() - timedelta(hours=2)
        early = datetime.now() - timedelta(hours=3)
        for user in (self.agent, self.supervisor, self.manager):
            calls = self.env["crm.call.log"].with_user(user)
            for call_date in (early, datetime(2001, 1, 1)):
                with self._refused("before the customer asked", ValidationError):
                    calls.create(
                        {
                            "lead_id": self.lead.id,
                            "result": "busy",
                            "call_date": call_date,
                            "duration": 5,
                        }
                    )

    def test_a_call_that_just_ended_began_before(self):
        call = self._call(duration=5)
        began = datetime.now() - call.call_date
        self.assertAlmostEqual(began.total_seconds(), 300, delta=30)
        wizard = self._fill_in(duration=20)
        wizard.is_timer_running = False
        wizard.action_save()
        call = self.lead.call_log_ids[-1]
        self.assertEqual(call.duration, 20)

    def test_the_windows_start_is_no_way_back(self):
        wizard = self._fill_in()
        wizard.started_at = datetime(2001, 1, 1)
        with self._refused("timer has run for more than a day"):
            wizard.action_save()
        for started_at, words in (
            (datetime(2001, 1, 1), "before the customer asked"),
            (datetime.now() - timedelta(hours=25), "Ask a supervisor"),
        ):
            self.lead.enquiry_date = datetime.now() - timedelta(hours=26)
            wizard.write({"started_at": started_at, "duration": 3})
            with self._refused(words):
                wizard.action_save()

    def test_nobody_chooses_what_counts_as_a_contact(self):
        self.assertFalse(self._call(is_contact=True).is_contact)
        calls = self.env["crm.call.log"].with_user(self.agent)
        by_default = calls.with_context(default_result="no_answer")
        call = by_default.create({"lead_id": self.lead.id, "is_contact": True})
        self.assertFalse(call.is_contact)
        call.with_user(self.supervisor).result = "answered"
        self.assertTrue(call.is_contact)

    # ------------------------------------------------------------
    # Outcomes
    # ------------------------------------------------------------

    def test_no_answer_is_tried_again_in_two_hours_then_in_the_morning(self):
        proposals = []
        for _attempt in range(3):
            with freeze_time(MORNING):
                form = self._open()
                form.result = "no_answer"
                proposals.append((form.attempt, form.next_date, form.next_time))
                form.next_activity_type_id = self.env["mail.activity.type"]
                form.no_next_step_reason = "Tried again by the test"
                form.save().action_save()
        self.assertEqual(
            proposals,
            [
                (1, date(2026, 11, 18), 11.5),
                (2, date(2026, 11, 19), 9.0),
                (3, date(2026, 11, 20), 17.0),
            ],
        )

    def test_what_would_be_due_after_work_waits_for_the_next_morning(self):
        with freeze_time("2026-11-18 09:00:00"):  # five in the afternoon in Manila
            form = self._open()
            form.result = "no_answer"
        self.assertEqual((form.next_date, form.next_time), (date(2026, 11, 19), 9.0))

    def test_a_day_off_is_passed_over(self):
        self._call()
        with freeze_time("2026-11-20 01:30:00"):  # a Friday
            form = self._open()
            form.result = "no_answer"
        self.assertEqual((form.next_date, form.next_time), (date(2026, 11, 23), 9.0))

    def test_a_floor_that_works_at_night_is_taken_at_its_word(self):
        with freeze_time("2026-11-18 12:00:00"):  # eight in the evening in Manila
            form = self._open()
            form.result = "no_answer"
        self.assertEqual((form.next_date, form.next_time), (date(2026, 11, 18), 22.0))

    def test_two_hours_are_two_hours_also_when_the_clocks_are_changed(self):
        self.agent.tz = "Europe/Paris"
        for now, day, time_of_day in (
            ("2026-10-25 00:30:00", date(2026, 10, 25), 3.5),  # 2:30, an hour twice
            ("2027-03-28 00:30:00", date(2027, 3, 28), 4.5),  # 1:30, 2:30 left out
        ):
            with freeze_time(now):
                form = self._open()
                form.result = "no_answer"
            proposed = (form.next_date, form.next_time)
            self.assertEqual(proposed, (day, time_of_day), now)

    def test_what_is_due_at_midnight_has_a_time(self):
        with freeze_time("2026-11-18 14:00:00"):  # ten in the evening in Manila
            self._fill_in("no_answer").action_save()
        self.assertEqual(self.lead.activity_ids.due_at, datetime(2026, 11, 18, 16, 1))

    def test_attempts_are_counted_since_the_last_contact(self):
        earlier = datetime.now() - timedelta(hours=1)
        self._call(times=3, call_date=earlier - timedelta(hours=1))
        self._call("answered", call_date=earlier)
        self._call(times=2)
        self.assertEqual(self.lead._count_attempts(), 2)

    def test_after_the_last_attempt_lost_is_proposed(self):
        outcome = self._settings_of("no_answer")
        self._call(times=outcome.max_attempts - 1)
        form = self._open()
        form.result = "no_answer"
        self.assertTrue(form.proposes_lost)
        self.assertFalse(form.next_activity_type_id)
        action = form.save().action_save_and_lose()
        self.assertEqual(action["res_model"], "crm.lead.lost")
        self.assertEqual(
            action["context"]["default_lost_reason_id"], outcome.lost_reason_id.id
        )
        self.assertEqual(self.lead.call_count, outcome.max_attempts)

    def test_an_agent_may_try_once_more(self):
        self._call(times=self._settings_of("busy").max_attempts)
        self._fill_in("busy", next_activity_type_id=self.call_type).action_save()
        self.assertTrue(self.lead.activity_ids)

    def test_a_wrong_number_is_marked_until_it_changes(self):
        form = self._open()
        form.result = "wrong_number"
        self.assertEqual(
            form.next_activity_type_id, self.env.ref("mail.mail_activity_data_email")
        )
        form.save().action_save()
        self.assertTrue(self.lead.is_phone_wrong)
        self.lead.with_user(self.agent).phone = "+63 917 555 0199"
        self.assertFalse(self.lead.is_phone_wrong)

    def test_the_same_number_stays_wrong(self):
        self.lead.phone = "+63 917 555 8101"
        self.lead.wrong_phone = self.lead.phone_sanitized
        self.lead.phone = "0917 555 8101"
        self.lead.country_id = self.env.ref("base.ph")
        self.assertTrue(self.lead.is_phone_wrong)

    def test_a_wrong_number_without_an_address_leads_nowhere(self):
        self.lead.email_from = False
        form = self._open()
        form.result = "wrong_number"
        self.assertTrue(form.proposes_lost)

    def test_managers_say_what_counts_as_a_contact(self):
        self._settings_of("voicemail").with_user(self.manager).is_contact = True
        self.assertTrue(self._call("voicemail").is_contact)

    def test_what_was_logged_keeps_what_counted_then(self):
        call = self._call("voicemail")
        self._settings_of("voicemail").is_contact = True
        self.assertFalse(call.is_contact)

    def test_a_result_without_settings_proposes_nothing(self):
        self._settings_of("busy").unlink()
        form = self._open()
        form.result = "busy"
        self.assertFalse(form.next_activity_type_id)
        form.no_next_step_reason = "Nothing was proposed"
        form.save().action_save()
        self.assertEqual(self.lead.call_log_ids.result, "busy")

    # ------------------------------------------------------------
    # Rights
    # ------------------------------------------------------------

    def test_an_unclaimed_lead_is_not_worked_by_anybody(self):
        lead = self._new_lead()
        for user in (self.agent, self.supervisor, self.manager):
            mine = lead.with_user(user)
            for way in (
                mine.action_log_call,
                mine.action_schedule_visit,
                lambda user=user: self._log_directly(lead, user),
                lambda mine=mine: mine.activity_schedule(CALL),
            ):
                with self.assertRaisesRegex(UserError, "before you work it"):
                    way()

    def test_a_closed_lead_is_not_worked(self):
        self._lose(self.lead)
        mine = self.lead.with_user(self.agent)
        for way in (
            mine.action_log_call,
            mine.action_schedule_visit,
            lambda: self._log_directly(self.lead, self.agent),
        ):
            with self.assertRaisesRegex(UserError, "is not worked any more"):
                way()

    def _log_directly(self, lead, user):
        return (
            self.env["crm.call.log"]
            .with_user(user)
            .create({"lead_id": lead.id, "result": "busy"})
        )

    def test_calls_are_seen_with_their_lead(self):
        call = self._call()
        calls = self.env["crm.call.log"].search([("id", "=", call.id)])
        for user, seen in (
            (self.agent, True),
            (self.other_agent, False),
            (self.supervisor, True),
            (self.manager, True),
        ):
            found = calls.with_user(user).search([("id", "=", call.id)])
            self.assertEqual(bool(found), seen, user.name)

    def test_the_calls_of_a_pool_lead_are_seen(self):
        self._call()
        self.lead.with_user(self.supervisor).user_id = False
        found = self.env["crm.call.log"].with_user(self.other_agent)
        self.assertTrue(found.search([("lead_id", "=", self.lead.id)]))

    def test_an_agent_logs_its_own_calls_only(self):
        with self.assertRaisesRegex(AccessError, "your own calls only"):
            self._call(user_id=self.other_agent.id)
        other = self._new_lead(self.other_agent)
        with self.assertRaises(AccessError):
            self._log_directly(other, self.agent)
        with self.assertRaises(AccessError):
            self._call().summary = "Changed"

    def test_a_corrected_result_counts_as_what_it_is(self):
        call = self._call("no_answer").with_user(self.supervisor)
        call.result = "answered"
        self.assertTrue(call.is_contact)
        self.assertEqual(call.contact_rate, 1)
        for name, value in (
            ("is_contact", False),
            ("user_id", self.supervisor.id),
            ("lead_id", self._new_lead(self.agent).id),
        ):
            with self.assertRaisesRegex(AccessError, "cannot be changed"):
                call.write({name: value})

    def test_calls_belong_to_the_leads_company(self):
        call = self._call()
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        self.lead.write({"user_id": False, "company_id": elsewhere.id})
        calls = self.env["crm.call.log"].with_user(self.supervisor)
        self.assertFalse(calls.search([("id", "=", call.id)]))

    def test_outcomes_are_the_managers(self):
        for user in (self.agent, self.supervisor):
            with self.assertRaises(AccessError):
                self._settings_of("busy").with_user(user).max_attempts = 1
        self._settings_of("busy").with_user(self.manager).max_attempts = 1

    # ------------------------------------------------------------
    # Reports
    # ------------------------------------------------------------

    def test_the_contact_rate_is_a_share_of_the_calls(self):
        self._call(times=3)
        self._call("answered")
        ((rate,),) = self.env["crm.call.log"]._read_group(
            [("lead_id", "=", self.lead.id)], [], ["contact_rate:avg"]
        )
        self.assertEqual(rate, 0.25)

    def test_calls_are_counted_in_one_query(self):
        leads = self.lead | self._new_lead(self.agent) | self._new_lead(self.agent)
        self._call(times=2)
        self.env.flush_all()
        leads.invalidate_recordset(["call_count"])
        with self.assertQueryCount(1):
            self.assertEqual(leads.mapped("call_count"), [2, 0, 0])

    def test_what_is_done_does_not_come_back_where_archived_leads_show(self):
        if "keep_done" in self.call_type:  # 19.0 keeps all of them
            self.call_type.keep_done = True
        planned = self.lead.with_user(self.agent).activity_schedule(CALL)
        planned.action_feedback()
        everything = self.agent.with_context(active_test=False).env
        wizard = everything["crm.lead.log.call"].with_user(self.agent)
        form = Form(wizard.with_context(default_lead_id=self.lead.id))
        self.assertFalse(form.planned_activity_id)
        leads = everything["crm.lead"].with_user(self.agent)
        self.assertFalse(leads._find_due_activities())
