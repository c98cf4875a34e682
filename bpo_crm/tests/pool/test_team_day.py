from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from ..common import CALL, BpoCase


@tagged("post_install", "-at_install")
class TestTeamDay(BpoCase):
    """A supervisor's day is that of the team."""

    def _team(self, user=None):
        leads = self.env["crm.lead"].with_user(user or self.supervisor)
        return leads.get_my_day()["team"]

    def _row(self, agent):
        (row,) = (row for row in self._team()["agents"] if row["id"] == agent.id)
        return row

    def test_an_agent_has_none(self):
        self.assertIsNone(self._team(self.agent))

    def test_each_number_is_that_of_the_list_that_it_opens(self):
        today = fields.Date.context_today(self.agent.with_user(self.agent))
        for days in (-9, 0, 9):
            self._new_lead(self.agent).activity_schedule(
                CALL, today + timedelta(days=days), user_id=self.agent.id
            )
        self._new_lead(self.agent)
        row = self._row(self.agent)
        self.assertEqual((row["open"], row["overdue"], row["missing_step"]), (4, 1, 1))
        leads = self.env["crm.lead"].with_user(self.supervisor)
        own = ("user_id", "=", self.agent.id)
        for name, domain in self._team()["domains"].items():
            self.assertEqual(leads.search_count([*domain, own]), row[name], name)

    def test_it_counts_the_calls_of_today(self):
        lead = self._new_lead(self.agent)
        before = self._row(self.agent)["calls"]
        calls = self.env["crm.call.log"].with_user(self.agent)
        calls.create({"lead_id": lead.id, "result": "busy"})
        self.assertEqual(self._row(self.agent)["calls"], before + 1)

    def test_it_says_who_is_at_work(self):
        self.env.company.sales_calendar_id = self._new_calendar("Always")
        self._set_presence(self.agent)
        self._set_presence(self.other_agent, "offline")
        self.assertTrue(self._row(self.agent)["is_at_work"])
        self.assertFalse(self._row(self.other_agent)["is_at_work"])

    def test_it_says_how_long_the_pool_waits(self):
        before = self._team()["pool"]["count"]
        self._new_lead(enquiry_date="2001-01-01 00:00:00")
        pool = self._team()["pool"]
        self.assertEqual(pool["count"], before + 1)
        self.assertIn("year", pool["oldest"])

    def test_who_left_is_not_on_it(self):
        self.other_agent.active = False
        names = [row["id"] for row in self._team()["agents"]]
        self.assertIn(self.agent.id, names)
        self.assertNotIn(self.other_agent.id, names)

    def test_who_leads_the_floor_is_on_it_with_leads_only(self):
        def ids():
            return [row["id"] for row in self._team()["agents"]]

        self.assertNotIn(self.supervisor.id, ids())
        self._new_lead(self.supervisor)
        self.assertIn(self.supervisor.id, ids())

    def test_more_agents_cost_no_more_queries(self):
        leads = self.env["crm.lead"].with_user(self.supervisor)

        def cost():
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            leads._prepare_team_day()
            return self.env.cr.sql_log_count - before

        cost()
        before = cost()
        for number in range(10):
            self._new_lead(self._new_user(f"a{number}", "bpo_crm.group_bpo_agent"))
        # A new user empties the caches of rights.
        cost()
        self.assertLessEqual(cost() - before, 2)
