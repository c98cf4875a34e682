from datetime import timedelta

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ...series import STAGE_TEAM
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

    # Leads of two teams

    def _new_team(self, name, **values):
        """Make a team with a first stage of its own."""
        team = self.env["crm.team"].create({"name": name, **values})
        own = team.ids if STAGE_TEAM == "team_ids" else team.id
        self.env["crm.stage"].create({"name": name, "sequence": 0, STAGE_TEAM: own})
        return team

    def test_leads_of_two_teams_are_merged(self):
        fleet = self._new_team("Fleet")
        ahead, behind = self._new_lead(self.agent), self._new_lead(team_id=fleet.id)
        ahead.stage_id = self.qualified
        merged = (ahead | behind).with_user(self.supervisor).merge_opportunity()
        self.assertEqual(merged, ahead)
        self.assertEqual(merged.stage_id, self.qualified)
        self.assertFalse(behind.exists())

    def test_a_merge_into_another_team_goes_on_where_that_team_lets_it(self):
        fleet = self._new_team("Fleet")
        leads = self._new_lead(self.agent) | self._new_lead()
        leads[0].stage_id = self.qualified
        merged = leads.with_user(self.supervisor).merge_opportunity(team_id=fleet.id)
        self.assertEqual(merged.team_id, fleet)
        self.assertEqual(merged.stage_id, self.qualified)

    def test_no_lead_leaves_by_a_merge(self):
        sales = self._new_team("Own Sales", is_bpo=False)
        ours, other = self._new_lead(self.agent), self._new_lead(team_id=sales.id)
        other.stage_id = self.negotiation
        merged = (ours | other).with_user(self.supervisor).merge_opportunity()
        self.assertEqual(merged, ours)
        self.assertEqual((merged.team_id, merged.stage_id), (self.team, self.new))
        leads = merged | self._new_lead(self.agent)
        with self._refused("Only a BPO manager can take a lead out", AccessError):
            leads.with_user(self.supervisor).merge_opportunity(team_id=sales.id)

    def test_leads_of_other_teams_are_merged_as_without_the_addon(self):
        sales = self._new_team("Own Sales", is_bpo=False)
        seller = self._new_user("chief", "sales_team.group_sale_manager")
        won, first, second = (self._new_lead(team_id=sales.id) for _unused in range(3))
        won.stage_id = self.won
        merged = (won | first | second).with_user(seller).merge_opportunity()
        self.assertEqual((won | first | second).exists(), merged)
        self.assertEqual(merged, won)

    # What Odoo made as leads before the addon came

    def _convert(self, leads, user, is_many=True, **values):
        name = "crm.lead2opportunity.partner" + (".mass" if is_many else "")
        window = (
            self.env[name]
            .with_user(user)
            .with_context(
                active_model="crm.lead", active_id=leads[0].id, active_ids=leads.ids
            )
        )
        window = window.create({"name": "convert", **values})
        if is_many:
            return window.action_mass_convert()
        return window.action_apply()

    def test_one_known_customer_does_not_stop_the_conversion_of_others(self):
        held = self._new_lead(self.agent)
        by_email = self._new_lead(self.agent, email_from="held@customer.example")
        new = self._new_unqualified()
        leads = new | self._new_unqualified() | self._new_unqualified()
        known = self._new_unqualified(phone=held.phone)
        known |= self._new_unqualified(email_from="Held@customer.example")
        self._convert(leads | known, self.supervisor, user_ids=self.agent.ids)
        self.assertEqual(set(leads.mapped("type")), {"opportunity"})
        self.assertEqual(leads.user_id, self.agent)
        self.assertFalse(known.exists())
        for lead in (held, by_email):
            self.assertEqual((lead.user_id, lead.stage_id), (self.agent, self.new))

    def test_a_known_customer_is_merged_by_the_window_for_one_lead(self):
        held = self._new_lead(self.agent)
        known = self._new_unqualified(phone=held.phone)
        action = self._convert(known, self.supervisor, is_many=False)
        self.assertEqual(action["res_id"], held.id)
        self.assertFalse(known.exists())

    def test_many_are_converted_into_the_pool(self):
        leads = self._new_unqualified() | self._new_unqualified()
        self._convert(leads, self.supervisor)
        self.assertEqual(set(leads.mapped("type")), {"opportunity"})
        self.assertTrue(all(lead._is_in_pool() for lead in leads))
