import psycopg2

from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .visit_case import HOUR, REPEATED, VisitCase


@tagged("post_install", "-at_install")
class TestDeclined(VisitCase):
    """A customer who does not come is called."""

    def setUp(self):
        super().setUp()
        self.visit = self._create()

    def _answer(self, answer, visit=None):
        """Answer by the link in the invitation."""
        public = self.env.ref("base.public_user")
        attendee = self._attendee(visit or self.visit).with_user(public).sudo()
        getattr(attendee, f"do_{answer}")()
        self.env.flush_all()

    def _calls(self):
        return self.lead.activity_ids.filtered("declined_event_id")

    def test_it_is_said_on_the_lead(self):
        self._answer("decline")
        message = self.lead.message_ids[0]
        self.assertIn("Vera declined: Visit (", message.body)
        self.assertEqual(message.author_id, self.lead.partner_id)

    def test_the_owner_calls_today(self):
        self._answer("decline")
        call = self._calls()
        self.assertEqual(call.user_id, self.agent)
        self.assertEqual(call.summary, "Vera declined. Find another time.")
        self.assertEqual(call.activity_category, "phonecall")
        self.assertEqual(call.state, "today")

    def test_the_owner_calls_once_however_often_guests_decline(self):
        for _time in range(2):
            self._answer("decline")
            self._answer("decline", self._create())
        self.assertEqual(len(self._calls()), 1)
        self._calls().action_feedback()
        self._answer("decline", self._create())
        self.assertEqual(len(self._calls()), 1)

    def test_who_changes_their_mind_twice_is_called_once(self):
        for answer in ("decline", "accept", "decline"):
            self._answer(answer)
        self.assertEqual(len(self._calls()), 1)

    def test_postgresql_holds_that_there_is_one_call(self):
        self._answer("decline")
        call = self._calls()
        values = call.sudo().copy_data()[0]
        values["declined_event_id"] = self.visit.id
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(psycopg2.errors.UniqueViolation),
        ):
            self.env["mail.activity"].create(values)
            self.env.flush_all()

    def test_merged_leads_have_one_call(self):
        self._answer("decline")
        first, self.lead = (
            self.lead,
            self._new_lead(
                self.agent, contact_name="Wera", email_from="wera@customer.example"
            ),
        )
        self._answer("decline", self._create())
        self.assertEqual(len(self._calls()), 1)
        self.lead = (first | self.lead)._merge_opportunity()
        self.assertEqual(len(self._calls()), 1)

    def test_nobody_calls_who_comes_after_all(self):
        self._answer("decline")
        self._answer("accept")
        self.assertFalse(self._calls())
        self.assertTrue(self.visit.activity_ids)

    def test_of_a_series_it_is_said_once(self):
        visit = self._create(**REPEATED)
        public = self.env.ref("base.public_user")
        events = visit.recurrence_id.calendar_event_ids
        before = self.lead.message_ids
        self._attendee(events).with_user(public).sudo().do_decline()
        self.assertEqual(len(self.lead.message_ids - before), 1)
        self.assertEqual(len(self._calls()), 1)

    def test_colleagues_decline_for_themselves(self):
        self.visit.partner_ids += self.other_agent.partner_id
        answer = self.visit.attendee_ids.filtered(
            lambda row: row.partner_id == self.other_agent.partner_id
        )
        answer.with_user(self.other_agent).do_decline()
        self.assertFalse(self._calls())

    def test_a_lead_in_the_pool_is_nobodys_to_call(self):
        self.lead.user_id = False
        self._answer("decline")
        self._assert_in_chatter("Vera declined", self.lead)
        self.assertFalse(self._calls())

    def test_nobody_calls_for_what_is_over(self):
        self._stay_at(self.visit.start + HOUR)
        self._answer("decline")
        self.assertFalse(self._calls())

    def test_nobody_calls_for_a_closed_lead(self):
        self._lose(self.lead)
        self._answer("decline")
        self.assertFalse(self.lead.activity_ids)

    def test_no_client_says_that_a_call_is_for_it(self):
        calls = self.env["mail.activity"].with_user(self.agent)
        with self._refused("Declined Meeting", AccessError):
            calls.create(
                {
                    "res_model_id": self.env["ir.model"]._get_id("crm.lead"),
                    "res_id": self.lead.id,
                    "declined_event_id": self.visit.id,
                }
            )
