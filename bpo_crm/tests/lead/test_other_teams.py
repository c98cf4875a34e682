from datetime import datetime, timedelta

from odoo.exceptions import AccessError
from odoo.tests import tagged

from ..common import BpoCase


@tagged("post_install", "-at_install")
class TestOtherTeams(BpoCase):
    """Leads of teams that work for no dealership are Odoo's alone, in every screen."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sales = cls.env["crm.team"].create({"name": "Own Sales", "is_bpo": False})
        cls.fleet_agent = cls._new_user("flo", "bpo_crm.group_bpo_agent")
        cls.outsider = cls._new_user("oli", "sales_team.group_sale_salesman")
        cls.seller = cls._new_user("sam", "sales_team.group_sale_salesman")
        cls.colleague = cls._new_user("cat", "sales_team.group_sale_salesman")
        cls.sales.member_ids = cls.fleet_agent | cls.seller | cls.colleague

    def _new_other(self, owner=None, **values):
        return self._new_lead(owner, team_id=self.sales.id, **values)

    # The pool

    def test_they_are_in_no_pool(self):
        lead = self._new_other(priority="3")
        leads = self.env["crm.lead"].with_user(self.agent)
        self.assertNotIn(lead, leads.search(leads._get_pool_domain()))
        leads.action_claim_next()
        self.assertFalse(lead.user_id)
        with self._refused("is not for a dealership, and is not claimed"):
            lead.with_user(self.agent).action_claim()
        self.assertFalse(lead.is_bpo)

    def test_they_never_go_back_to_the_pool(self):
        self.env.company.write({"count_working_days": False, "pool_return_days": 10})
        self.new.stale_after_days = 2
        mine, other = self._new_lead(self.agent), self._new_other(self.fleet_agent)
        long_ago = datetime.now() - timedelta(days=20)
        (mine | other).write(
            {"date_open": long_ago, "date_last_stage_update": long_ago}
        )
        self._run_job("crm.lead", "_cron_return_to_pool")
        self.assertFalse(mine.user_id)
        self.assertEqual(other.user_id, self.fleet_agent)
        self.assertFalse(other.is_stale)

    def test_they_are_no_work_of_the_floor(self):
        lead = self._new_other(self.fleet_agent)
        leads = self.env["crm.lead"]
        own = leads.with_user(self.fleet_agent)
        self.assertNotIn(lead, own.search(own._get_own_domain()))
        for domain in own.with_user(self.supervisor)._get_team_domains().values():
            self.assertNotIn(lead, leads.search(domain))
        members = self.sales.crm_team_member_ids
        self.assertEqual(set(members.mapped("open_lead_count")), {0})

    # Who has a lead for a dealership, and which team

    def test_an_agent_of_another_team_takes_a_lead_and_it_stays_where_it_is(self):
        claimed, given = self._new_lead(), self._new_lead(self.agent)
        claimed.with_user(self.fleet_agent).action_claim()
        given.with_user(self.supervisor).user_id = self.fleet_agent
        for lead in claimed | given:
            self.assertEqual(lead.user_id, self.fleet_agent)
            self.assertEqual((lead.team_id, lead.is_bpo), (self.team, True))

    def test_a_lead_without_a_team_stays_without_one(self):
        lead = self._new_lead(team_id=False)
        lead.with_user(self.fleet_agent).action_claim()
        self.assertFalse(lead.team_id)
        self.assertTrue(lead.is_bpo)

    def test_what_comes_in_stays_in_whoever_owns_it(self):
        lead = self._new_other(self.fleet_agent)
        lead.with_user(self.supervisor).team_id = self.team
        self.assertEqual((lead.team_id, lead.is_bpo), (self.team, True))
        self.assertEqual(lead.stage_id, self.new)

    def test_a_team_with_leads_for_dealerships_stays(self):
        self._new_lead(self.agent)
        with self._refused("has leads for dealerships"):
            self.team.unlink()
        self.sales.unlink()

    def test_a_default_makes_no_team_that_works_for_dealerships(self):
        administrator = self._new_user("adi", "sales_team.group_sale_manager")
        teams = self.env["crm.team"].with_user(administrator)
        self.assertFalse(teams.create({"name": "Plain"}).is_bpo)
        with self._refused("Only a BPO manager", AccessError):
            teams.with_context(default_is_bpo=True).create({"name": "Forged"})
        self.assertFalse(self.team.with_user(administrator).copy().is_bpo)

    def test_an_agent_forges_no_source_by_way_of_another_team(self):
        source = self.env["crm.lead.source"]._get_of_core("mail")
        lead = self._new_other(self.agent).with_user(self.agent)
        with self._refused("intake source", AccessError):
            lead.intake_source_id = source

    # What people without a role do with them

    def test_a_seller_works_on_after_a_win(self):
        lead = self._new_other(self.seller).with_user(self.seller)
        lead.action_set_won()
        lead.activity_schedule("mail.mail_activity_data_call", user_id=self.seller.id)
        self.assertTrue(lead.activity_ids)

    def test_a_seller_gives_a_lead_away(self):
        lead = self._new_other(self.seller)
        lead.with_user(self.seller).user_id = self.colleague
        self.assertEqual((lead.user_id, lead.team_id), (self.colleague, self.sales))

    def test_a_seller_brings_no_lead_in_by_giving_it_away(self):
        self.team.member_ids += self.outsider
        won = self._new_other(self.seller, stage_id=self.won.id)
        for lead in (self._new_other(self.seller), won):
            for owner in (self.agent, self.outsider):
                with self._refused("Ask a BPO manager", AccessError):
                    lead.with_user(self.seller).user_id = owner
                kept = (self.seller, self.sales)
                self.assertEqual((lead.user_id, lead.team_id), kept)

    def test_a_refusal_says_nothing_of_leads_that_the_seller_may_not_write(self):
        lead = self._new_other(self.colleague, name="Top Secret Title")
        with self.assertRaises(AccessError) as refused:
            lead.with_user(self.seller).user_id = self.agent
        self.assertNotIn(lead.name, str(refused.exception))
        self.assertEqual(lead.user_id, self.colleague)

    def test_a_lead_comes_in_with_an_owner_whose_team_works_for_dealerships(self):
        self.team.member_ids += self.outsider
        for owner in (self.agent, self.outsider):
            lead = self._new_other(self.seller, stage_id=self.qualified.id)
            lead.with_user(self.supervisor).user_id = owner
            self.assertEqual((lead.team_id, lead.is_bpo), (self.team, True))
            self.assertEqual(lead.stage_id, self.new)

    def test_who_may_not_make_a_lead_beside_other_teams_is_told_so(self):
        leads = self.env["crm.lead"].with_user(self.agent)
        with self._refused("leads for yourself|top-secret|not allowed", AccessError):
            leads.create({"name": "His", "user_id": self.other_agent.id})

    def test_a_lead_comes_in_with_an_owner_without_a_team(self):
        lead = self._new_other(self.seller, stage_id=self.qualified.id)
        lead.with_user(self.supervisor).user_id = self.outsider
        self.assertTrue(lead.stage_id)
        self.assertEqual(lead.user_id, self.outsider)

    def test_a_seller_reads_all_fields(self):
        lead = self._new_other(self.seller).with_user(self.seller)
        self.assertEqual(lead.read()[0]["id"], lead.id)
        described = lead.fields_get(["active"], ["readonly"])
        self.assertFalse(described["active"]["readonly"])

    def test_a_seller_loses_a_lead_for_no_reason(self):
        lead = self._new_other(self.seller)
        wizards = self.env["crm.lead.lost"].with_user(self.seller)
        wizards.create({"lead_ids": lead.ids}).action_lost_reason_apply()
        self.assertFalse(lead.active)
        self.assertFalse(lead.lost_reason_id)

    def test_an_agent_sees_what_odoo_shows_of_them(self):
        lead = self._new_other(stage_id=self.won.id)
        self.assertIn(lead, self.env["crm.lead"].with_user(self.agent).search([]))
        won = self._new_lead(self.other_agent)
        self.assertNotIn(won, self.env["crm.lead"].with_user(self.agent).search([]))

    def test_nothing_is_planned_for_them(self):
        lead = self._new_other(self.fleet_agent)
        digest = self.env["crm.lead"]._get_digest_domains()
        for domain in digest.values():
            self.assertNotIn(lead, self.env["crm.lead"].search(domain))
        self._run_job("crm.lead", "_cron_plan_missing_steps")
        self.assertFalse(lead.activity_ids)
