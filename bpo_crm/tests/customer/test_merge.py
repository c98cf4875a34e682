from datetime import timedelta

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..common import BpoCase


@tagged("post_install", "-at_install")
class TestMerge(BpoCase):
    def test_a_merge_moves_no_lead_to_another_stage(self):
        ahead, behind = self._new_lead(self.agent), self._new_lead(self.agent)
        ahead.stage_id = self.qualified
        merged = (behind | ahead).with_user(self.supervisor).merge_opportunity()
        self.assertEqual(merged, ahead)
        self.assertEqual(merged.stage_id, self.qualified)
        self.assertFalse(behind.exists())

    def test_a_merge_keeps_the_vehicle_and_the_dealership(self):
        bare = self._new_lead(
            self.agent, vehicle_model_id=False, dealership_id=False, brand_id=False
        )
        bare.stage_id = self.qualified
        merged = (bare | self._new_lead(self.agent)).merge_opportunity()
        self.assertEqual(merged, bare)
        self.assertEqual(merged.vehicle_model_id, self.vehicle)
        self.assertEqual(merged.brand_id, self.brand)
        self.assertEqual(merged.dealership_id, self.dealership)

    def test_a_merge_leaves_closed_leads_out(self):
        lost = self._lose(self._new_lead(self.agent))
        first, second = self._new_lead(self.agent), self._new_lead(self.agent)
        merged = (lost | first | second).merge_opportunity()
        self.assertIn(merged, first | second)
        self.assertEqual(len((first | second).exists()), 1)
        self.assertTrue(lost.exists())

    def test_closed_leads_stay_on_record(self):
        lost = self._lose(self._new_lead(self.agent))
        leads = lost | self._new_lead(self.agent)
        with self.assertRaisesRegex(UserError, f"cannot be merged: {lost.reference}"):
            leads.with_user(self.supervisor).merge_opportunity()
        self.assertEqual(leads.exists(), leads)

    def test_a_lead_that_may_have_an_order_is_not_deleted(self):
        lead = self._new_lead(self.agent)
        self.env["crm.dealer.push"].create(
            {"lead_id": lead.id, "state": "failed", "order_may_exist": True}
        )
        with self.assertRaisesRegex(UserError, "may have, an order"):
            lead.with_user(self.manager).unlink()

    def test_other_leads_can_be_deleted_by_a_manager(self):
        lead = self._new_lead(self.agent)
        lead.with_user(self.manager).unlink()
        self.assertFalse(lead.exists())

    def test_enquiries_survive_a_merge(self):
        kept, merged = self._new_lead(self.agent), self._new_lead(self.agent)
        source = self.env["crm.lead.source"].create({"name": "Web", "code": "web-t"})
        values = {"source_id": source.id, "lead_id": merged.id, "state": "created"}
        enquiry = self.env["crm.lead.enquiry"].create(values)
        kept.stage_id = self.qualified
        self.assertEqual((kept | merged).merge_opportunity(), kept)
        self.assertEqual(enquiry.lead_id, kept)

    def test_calls_and_waiting_time_survive_a_merge(self):
        kept, merged = self._new_lead(self.agent), self._new_lead(self.agent)
        early = kept.enquiry_date - timedelta(days=3)
        merged.enquiry_date = early
        calls = self.env["crm.call.log"].create(
            [{"lead_id": lead.id, "result": "busy"} for lead in (kept, merged)]
        )
        result = (kept | merged).merge_opportunity()
        self.assertEqual(result.call_log_ids, calls)
        self.assertEqual(result.enquiry_date, early)

    # What an agent cannot make disappear

    def _new_leads_of_one_customer(self, *owners):
        """Make open leads of one customer, as there are without the addon."""
        leads = self.env["crm.lead"].concat(*map(self._new_lead, owners))
        leads._release_customers()
        leads._write_by_core({"phone": "+63 917 555 9301"})
        leads._hold_existing_customers()
        return leads

    def test_an_agent_merges_its_own_leads_of_one_customer(self):
        leads = self._new_leads_of_one_customer(self.agent, self.agent)
        merged = leads.with_user(self.agent).merge_opportunity()
        self.assertEqual(leads.exists(), merged)

    def test_an_agent_merges_nothing_out_of_the_pool(self):
        for owner in (None, self.other_agent):
            leads = self._new_leads_of_one_customer(self.agent, owner)
            with self.assertRaises(UserError):
                leads.with_user(self.agent).merge_opportunity()
            self.assertEqual(leads.exists(), leads)

    def test_an_agent_merges_no_two_customers(self):
        leads = self._new_lead(self.agent) | self._new_lead(self.agent)
        with self.assertRaisesRegex(UserError, "are of one customer"):
            leads.with_user(self.agent).merge_opportunity()
        leads.with_user(self.supervisor).merge_opportunity()
        self.assertEqual(len(leads.exists()), 1)

    def test_an_agent_gives_nothing_away_by_a_merge(self):
        leads = self._new_leads_of_one_customer(self.agent, self.agent)
        with self.assertRaisesRegex(AccessError, "Only a supervisor can reassign"):
            leads.with_user(self.agent).merge_opportunity(user_id=self.other_agent.id)

    def test_the_windows_of_core_keep_closed_leads(self):
        lost = self._lose(self._new_lead(self.agent))
        leads = self._new_leads_of_one_customer(self.agent, self.agent)
        window = self.env["crm.lead2opportunity.partner"].with_user(self.supervisor)
        convert = window.with_context(active_id=leads[0].id).create(
            {"lead_id": leads[0].id, "name": "merge"}
        )
        convert.duplicated_lead_ids = leads | lost
        convert.action_apply()
        self.assertTrue(lost.exists())
        self.assertEqual(len(leads.exists()), 1)

    def test_a_closed_lead_is_deleted_by_managers_only(self):
        lost = self._lose(self._new_lead(self.agent))
        with self.assertRaisesRegex(UserError, "Only a BPO manager can delete them"):
            lost.with_user(self.supervisor).sudo().unlink()
        lost.with_user(self.manager).unlink()
        self.assertFalse(lost.exists())
