from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from ..common import BpoCase


@tagged("post_install", "-at_install")
class TestLost(BpoCase):
    """Requirements 003: marking as lost."""

    def setUp(self):
        super().setUp()
        self.lead = self._new_lead(self.agent).with_user(self.agent)

    def _assert_lost(self, lead):
        self.assertEqual(lead.stage_id, self.lost)
        self.assertFalse(lead.active)
        self.assertEqual(lead.probability, 0)
        self.assertTrue(lead.date_closed)
        self.assertEqual(lead.lost_reason_id, self.reason)
        core_filter = [("active", "=", False), ("probability", "=", 0)]
        self.assertEqual(lead.search([*core_filter, ("id", "=", lead.id)]), lead)

    def test_lost_is_lost_in_both_senses(self):
        self.lead.action_set_lost(lost_reason_id=self.reason.id)
        self._assert_lost(self.lead)

    def test_writing_the_stage_is_losing(self):
        values = {"stage_id": self.lost.id, "lost_reason_id": self.reason.id}
        self.lead.write(values)
        self._assert_lost(self.lead)

    def test_archiving_is_losing(self):
        self.lead.write({"active": False, "lost_reason_id": self.reason.id})
        self._assert_lost(self.lead)

    def test_every_way_needs_a_reason(self):
        ways = (
            lambda lead: lead.write({"stage_id": self.lost.id}),
            lambda lead: lead.write({"stage_id": self.lost.id, "lost_reason_id": 0}),
            lambda lead: lead.action_set_lost(),
            lambda lead: lead.action_archive(),
            lambda lead: lead.toggle_active(),
            lambda lead: lead.write({"active": False}),
            lambda lead: lead.write({"active": False, "probability": 0}),
            lambda lead: lead.write({"active": 0}),
            lambda lead: lead.write({"active": None}),
            lambda lead: lead.write({"active": False, "stage_id": self.new.id}),
            lambda lead: lead.write({"active": 0, "stage_id": self.qualified.id}),
        )
        for way in ways:
            with self.assertRaisesRegex(
                UserError, "needs a lost reason|cannot be archived"
            ):
                way(self.lead)
            self.assertEqual(self.lead.stage_id, self.new)
            self.assertTrue(self.lead.active)

    def test_the_wizard_needs_a_reason(self):
        wizard = self.env["crm.lead.lost"].with_user(self.agent)
        without = wizard.create({"lead_ids": self.lead.ids, "lost_reason_id": False})
        with self.assertRaisesRegex(UserError, "Choose a lost reason"):
            without.action_lost_reason_apply()
        with self.assertRaisesRegex(AssertionError, "lost_reason_id is a required"):
            Form(wizard.with_context(default_lead_ids=self.lead.ids)).save()

    def test_the_wizard_loses_many_and_notes_why(self):
        leads = self.lead | self._new_lead(self.agent)
        self._flush_tracking()
        action = leads.action_mark_lost()
        self.assertEqual(action["res_model"], "crm.lead.lost")
        wizard = self.env["crm.lead.lost"].with_user(self.agent)
        wizard = wizard.with_context(**action["context"]).create(
            {"lost_reason_id": self.reason.id, "lost_feedback": "<p>Moved away</p>"}
        )
        wizard.action_lost_reason_apply()
        self._flush_tracking()
        for lead in leads:
            self._assert_lost(lead)
            self._assert_in_chatter("Moved away", lead)

    def test_the_reason_of_a_lost_lead_can_change_but_not_vanish(self):
        self._lose(self.lead)
        other = self.env["crm.lost.reason"].create({"name": "Bought a boat"})
        self.lead.lost_reason_id = other
        self.assertEqual(self.lead.lost_reason_id, other)
        for values in ({}, {"stage_id": self.lost.id}):
            with self.assertRaisesRegex(UserError, "needs a lost reason"):
                self.lead.write({**values, "lost_reason_id": False})

    def test_a_lost_lead_stays_archived(self):
        self._lose(self.lead)
        ways = (
            lambda lead: lead.write({"active": True}),
            lambda lead: lead.write({"active": True, "stage_id": self.lost.id}),
            lambda lead: lead.action_unarchive(),
            lambda lead: lead.toggle_active(),
        )
        for way in ways:
            with self.assertRaisesRegex(UserError, "does not reopen"):
                way(self.lead)
            self.assertFalse(self.lead.active)

    def test_without_a_lost_stage_the_message_says_so(self):
        self._remove_all_leads()
        self.env["crm.stage"].search([("is_lost", "=", True)]).is_lost = False
        with self.assertRaisesRegex(UserError, "No lost stage configured"):
            self._lose(self._new_lead())

    def test_losing_after_a_lost_reply_warns_of_an_order(self):
        self.env["crm.dealer.push"].create(
            {
                "lead_id": self.lead.id,
                "dealership_id": self.dealership.id,
                "state": "failed",
                "order_may_exist": True,
            }
        )
        self._lose(self.lead)
        self._assert_in_chatter("there may be an order at Pasig", self.lead)

    def test_won_to_lost_leaves_the_order_alone_and_says_so(self):
        with self._dealer():
            self.lead.action_set_won()
        with self.assertRaisesRegex(UserError, "needs a lost reason"):
            self.lead.stage_id = self.lost
        self._lose(self.lead)
        self._assert_lost(self.lead)
        self.assertEqual(self.lead.dealer_so_name, "S00001")
        self._assert_in_chatter("order S00001 at Pasig is left as it is", self.lead)
