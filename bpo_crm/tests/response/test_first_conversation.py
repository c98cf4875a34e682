from odoo.tests import tagged

from .test_response import LATE, MINUTE, MONDAY, MORNING, ResponseCase


@tagged("post_install", "-at_install")
class TestFirstConversation(ResponseCase):
    """An attempt is not a conversation."""

    def setUp(self):
        super().setUp()
        self.lead = self._arrive(owner=self.agent)

    def _call(self, result, moment):
        return self.env["crm.call.log"].create(
            {
                "lead_id": self.lead.id,
                "user_id": self.agent.id,
                "result": result,
                "call_date": moment,
            }
        )

    def test_a_call_in_vain_is_an_attempt(self):
        self._call("no_answer", LATE)
        self.assertEqual(self.lead.first_attempt_date, LATE)
        self.assertFalse(self.lead.first_conversation_date)

    def test_the_first_call_that_reached_the_customer_is_the_conversation(self):
        self._call("no_answer", LATE)
        reached = self._call("answered", LATE + 10 * MINUTE)
        self._call("answered", LATE + 20 * MINUTE)
        self.assertEqual(self.lead.first_conversation_date, LATE + 10 * MINUTE)
        reached.sudo().unlink()
        self.assertEqual(self.lead.first_conversation_date, LATE + 20 * MINUTE)

    def test_a_visit_counts_once_it_took_place(self):
        event = self._meet(self.lead)
        event.visit_state = "planned"
        self.assertFalse(self.lead.first_conversation_date)
        event.sudo().write({"visit_state": "done"})
        self.assertEqual(self.lead.first_conversation_date, MONDAY)
        event.sudo().write({"visit_state": "no_show"})
        self.assertFalse(self.lead.first_conversation_date)

    def test_a_visit_that_took_place_counts_once_it_is_archived_too(self):
        event = self._meet(self.lead)
        event.sudo().write({"visit_state": "done"})
        event.sudo().active = False
        # Whatever else is told of the lead by then.
        self._call("no_answer", LATE)
        self.assertEqual(self.lead.first_conversation_date, MONDAY)

    def test_the_time_by_the_clock_is_told_beside_the_working_time(self):
        night = MORNING - 12 * 60 * MINUTE
        lead = self._arrive(night, owner=self.agent)
        self._log_call(lead, MORNING + 5 * MINUTE)
        self.assertEqual(lead.elapsed_minutes, 12 * 60 + 5)
        self.assertLess(lead.response_minutes, lead.elapsed_minutes)

    def test_leads_from_before_get_theirs_from_their_calls(self):
        self._call("answered", LATE)
        self.env.flush_all()
        self.env.cr.execute("UPDATE crm_lead SET first_conversation_date = NULL")
        self.env["crm.lead"]._init_first_conversations()
        self.env.invalidate_all()
        self.assertEqual(self.lead.first_conversation_date, LATE)

    def test_where_nothing_was_measured_there_is_no_figure(self):
        leads = self.env["crm.lead"]
        ((_source, minutes, met),) = leads._read_group(
            [("id", "=", self.lead.id)],
            ["intake_source_id"],
            ["response_minutes:avg", "response_met_rate:avg"],
        )
        self.assertIs(minutes, False)
        # It can still be met, or was missed long ago: only that is measured.
        self.assertIn(met, (False, 0))

    def test_the_search_bar_offers_no_inner_field(self):
        descriptions = self.env["crm.lead"].with_user(self.manager).fields_get()
        for name in ("next_step_zone", "response_warning_date", "is_response_warned"):
            self.assertFalse(descriptions[name]["groupable"], name)
            self.assertFalse(descriptions[name]["searchable"], name)
        self.assertTrue(descriptions["next_step_state"]["groupable"])
