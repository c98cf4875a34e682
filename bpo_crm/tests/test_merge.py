from datetime import timedelta

from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import BpoCase


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
