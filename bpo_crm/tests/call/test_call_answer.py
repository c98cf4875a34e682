from datetime import date, datetime, timedelta

from psycopg2.errors import CheckViolation

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from ..common import BpoCase

#: What a client may send for an answer that is none.
HOSTILE = (True, "1", [1], [[6, 0, [1]]], {"id": 1}, {}, [], "", -1, 0.5, 2**40, 2**30)


@tagged("post_install", "-at_install")
class TestCallAnswer(BpoCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.lead = cls._new_lead(cls.agent, enquiry_date=datetime(2026, 11, 2))
        cls.env.company.resource_calendar_id = cls._new_calendar("Floor")

    def setUp(self):
        super().setUp()
        # A Wednesday, half past nine in Manila.
        self._stay_at(datetime(2026, 11, 18, 1, 30))

    def _answer(self, name):
        return self.env.ref(f"bpo_crm.call_answer_{name}")

    def _open(self):
        wizards = self.env["crm.lead.log.call"].with_user(self.agent)
        return Form(wizards.with_context(default_lead_id=self.lead.id))

    def _say(self, name):
        """Open the window and choose an answer of a customer who was reached."""
        form = self._open()
        form.result = "answered"
        form.answer_id = self._answer(name)
        return form

    def _call(self, result="answered", user=None, **values):
        calls = self.env["crm.call.log"].with_user(user or self.agent)
        return calls.create({"lead_id": self.lead.id, "result": result, **values})

    # ------------------------------------------------------------
    # Who can have answered
    # ------------------------------------------------------------

    def test_the_answer_stands_in_the_log_and_in_the_chatter(self):
        self._say("interested").save().action_save()
        call = self.lead.call_log_ids
        self.assertEqual(call.answer_id, self._answer("interested"))
        self._assert_in_chatter("Call: Answered", self.lead)
        self._assert_in_chatter("The customer's answer: Interested", self.lead)

    def test_an_answer_is_optional(self):
        form = self._open()
        form.result = "answered"
        form.save().action_save()
        self.assertFalse(self.lead.call_log_ids.answer_id)

    def test_nobody_answers_who_was_not_reached(self):
        answer = self._answer("interested").id
        for user in (self.agent, self.supervisor, self.manager):
            with self._refused('"No Answer" did not reach', ValidationError):
                self._call("no_answer", user, user_id=user.id, answer_id=answer)
        wizards = self.env["crm.lead.log.call"].with_user(self.agent)
        wizard = wizards.create(
            {"lead_id": self.lead.id, "result": "busy", "answer_id": answer}
        )
        wizard.flush_recordset()  # what it proposes, as the agent
        with self._refused('"Line Busy" did not reach', ValidationError):
            wizard.action_save()
        by_default = self.env["crm.call.log"].with_user(self.agent)
        by_default = by_default.with_context(default_answer_id=answer)
        with self._refused("did not reach", ValidationError):
            by_default.create({"lead_id": self.lead.id, "result": "busy"})
        self.assertFalse(self.lead.call_log_ids)

    def test_a_corrected_result_takes_no_answer_along(self):
        call = self._call(answer_id=self._answer("interested").id)
        call = call.with_user(self.supervisor)
        with self._refused('"Voicemail" did not reach', ValidationError):
            call.result = "voicemail"
        call.write({"result": "voicemail", "answer_id": False})
        self.assertFalse(call.is_contact)
        with self._refused("did not reach", ValidationError):
            call.answer_id = self._answer("interested")

    @mute_logger("odoo.sql_db")
    def test_postgresql_holds_that_only_who_was_reached_answers(self):
        call = self._call(answer_id=self._answer("interested").id)
        self.env.flush_all()
        with self.assertRaises(CheckViolation), self.env.cr.savepoint():
            self.env.cr.execute(
                "UPDATE crm_call_log SET is_contact = FALSE WHERE id = %s", [call.id]
            )

    def test_what_is_no_answer_is_refused_with_words(self):
        wizards = self.env["crm.lead.log.call"].with_user(self.agent)
        values = {"lead_id": self.lead.id, "result": "answered"}
        call = self._call().with_user(self.supervisor)
        wizard = wizards.create(values)
        for value in HOSTILE:
            said = {"answer_id": value}
            for way in (
                lambda said=said: self._call(**said),
                lambda said=said: wizards.create({**values, **said}),
                lambda said=said: call.write(said),
                lambda said=said: wizard.write(said),
            ):
                with self.subTest(value=value), self._refused("not a valid value"):
                    way()

    def test_the_window_forgets_the_answer_with_the_result(self):
        form = self._say("visit")
        form.result = "busy"
        self.assertFalse(form.answer_id)
        self.assertTrue(form.next_activity_type_id)

    # ------------------------------------------------------------
    # What follows
    # ------------------------------------------------------------

    def test_interested_is_followed_as_the_result_says(self):
        form = self._say("interested")
        self.assertEqual(form.next_date, date.today() + timedelta(days=2))

    def test_not_now_is_a_call_in_thirty_days(self):
        form = self._say("not_now")
        day = date.today() + timedelta(days=30)
        self.assertEqual((form.next_summary, form.next_date), ("Ask again", day))
        self._answer("not_now").with_user(self.manager).delay = 60
        form = self._say("not_now")
        self.assertEqual(form.next_date, date.today() + timedelta(days=60))

    def test_who_wants_to_visit_is_given_a_time(self):
        form = self._say("visit")
        self.assertEqual(form.answer_follow_up, "visit")
        self.assertFalse(form.next_activity_type_id)
        action = form.save().action_save_and_visit()
        self.assertEqual(action["res_model"], "calendar.event")
        context = action["context"]
        self.assertEqual(context["default_opportunity_id"], self.lead.id)
        self.assertEqual(self.lead.call_log_ids.answer_id, self._answer("visit"))

    def test_who_does_not_buy_is_lost_with_the_answers_own_reason(self):
        for name in ("bought_elsewhere", "do_not_call"):
            form = self._say(name)
            self.assertTrue(form.proposes_lost)
            self.assertFalse(form.next_activity_type_id)
            action = form.save().action_save_and_lose()
            reason = self.env.ref(f"bpo_crm.lost_reason_{name}")
            self.assertEqual(
                action["context"]["default_lost_reason_id"], reason.id, name
            )

    # ------------------------------------------------------------
    # Do not call
    # ------------------------------------------------------------

    def _blocked(self):
        return self.env["phone.blacklist"].search(
            [("number", "=", self.lead.phone_sanitized)]
        )

    def test_a_number_that_is_not_to_be_called_is_kept(self):
        self.assertFalse(self._open().is_phone_blocked)
        form = self._say("do_not_call")
        self.assertTrue(form.blocks_phone)
        form.save().action_save_and_lose()
        self.assertTrue(self._blocked())
        self.assertTrue(self.lead.is_phone_blocked)
        self.assertTrue(self.lead.phone_sanitized_blacklisted)
        self._assert_in_chatter("asked not to be called", self.lead)
        # Another lead of the customer says so as well, in the window and on My Day.
        self._lose(self.lead)
        self.lead = self._new_lead(self.agent, phone=self.lead.phone)
        self.assertTrue(self._open().is_phone_blocked)
        day = self.env["crm.lead"].with_user(self.agent).get_my_day()
        rows = {row["id"]: row for part in day["sections"] for row in part["rows"]}
        self.assertTrue(rows[self.lead.id]["blocked"])

    def test_a_call_that_is_logged_in_another_way_blocks_the_number_as_well(self):
        call = self._call()
        self.assertFalse(self._blocked())
        call.with_user(self.supervisor).answer_id = self._answer("do_not_call")
        self.assertTrue(self._blocked())

    def test_saying_it_twice_is_said_once(self):
        for _time in range(2):
            self._call(answer_id=self._answer("do_not_call").id)
        self.assertEqual(len(self._blocked()), 1)
        said = [text for text in self._chatter(self.lead) if "asked not" in text]
        self.assertEqual(len(said), 1)

    def test_each_number_of_the_customer_is_kept(self):
        # 18.0 has two, of which core looks at the first one.
        names = self.lead._phone_get_number_fields()
        numbers = {f"+63917655120{place}" for place in range(len(names))}
        self.lead.write(dict(zip(names, sorted(numbers), strict=True)))
        self._call(answer_id=self._answer("do_not_call").id)
        found = self.env["phone.blacklist"].search([("number", "in", list(numbers))])
        self.assertEqual(set(found.mapped("number")), numbers)

    def test_a_number_that_cannot_be_read_is_told_of(self):
        self.lead.phone = "ask the wife"
        self._call(answer_id=self._answer("do_not_call").id)
        self._assert_in_chatter("none that Odoo can read", self.lead)

    def test_managers_alone_take_a_number_off_the_list(self):
        self._call(answer_id=self._answer("do_not_call").id)
        number = self._blocked()
        for user in (self.agent, self.supervisor):
            with self.assertRaises(AccessError):
                number.with_user(user).active = False
            with self.assertRaises(AccessError):
                self.lead.with_user(user).phone_action_blacklist_remove()
        remove = self.env["phone.blacklist.remove"].with_user(self.manager)
        window = remove.create({"phone": number.number, "reason": "Called us"})
        window.action_unblacklist_apply()
        self.lead.invalidate_recordset()
        self.assertFalse(self.lead.is_phone_blocked)

    # ------------------------------------------------------------
    # The list of answers
    # ------------------------------------------------------------

    def test_answers_are_the_managers(self):
        answer = self._answer("interested")
        for user in (self.agent, self.supervisor):
            with self.assertRaises(AccessError):
                answer.with_user(user).name = "Mine"
            with self.assertRaises(AccessError):
                self.env["crm.call.answer"].with_user(user).create({"name": "Mine"})
        answer.with_user(self.manager).write({"name": "Keen", "active": False})
        offered = self.env["crm.call.answer"].with_user(self.agent).search([])
        self.assertNotIn(answer, offered)

    def test_an_answer_that_was_given_stays(self):
        self._call(answer_id=self._answer("interested").id)
        self._answer("interested").with_user(self.manager).active = False
        self.assertEqual(self.lead.call_log_ids.answer_id.name, "Interested")

    def test_reports_count_answers(self):
        self._call(answer_id=self._answer("interested").id)
        self._call()
        groups = self.env["crm.call.log"]._read_group(
            [("lead_id", "=", self.lead.id)], ["answer_id"], ["__count"]
        )
        counts = {answer.name: count for answer, count in groups}
        self.assertEqual(counts, {"Interested": 1, False: 1})

    # ------------------------------------------------------------
    # What it costs
    # ------------------------------------------------------------

    def test_an_answer_costs_few_queries(self):
        answer = self._answer("interested").id
        self._call()  # what is read once
        plain = self._count_queries(self._call)
        answered = self._count_queries(lambda: self._call(answer_id=answer))
        self.assertLessEqual(answered - plain, 3)


@tagged("post_install", "-at_install")
class TestNoCallRows(BpoCase):
    def test_the_list_of_numbers_is_read_once_for_all_rows(self):
        leads = self.env["crm.lead"].browse()
        for _number in range(5):
            leads |= self._new_lead(self.agent)
        leads.mapped("phone_sanitized")
        with self.assertQueryCount(1):
            leads.mapped("is_phone_blocked")
