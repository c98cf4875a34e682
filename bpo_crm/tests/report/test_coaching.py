from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import tagged

from ..call.test_call_review import ReviewCase
from ..screens import Screen


@tagged("post_install", "-at_install")
class TestCoaching(ReviewCase):
    """Beside an agent's calls stands what became of their leads."""

    def _new_visit(self, lead, state):
        start = fields.Datetime.now() - timedelta(hours=2)
        visits = self.env["calendar.event"].sudo()
        values = {"start": start, "stop": start + timedelta(hours=1)}
        visit = visits.create(
            {
                "name": "Visit",
                "opportunity_id": lead.id,
                "user_id": lead.user_id.id,
                "visit_state": "planned",
                "privacy": "private",
                **values,
            }
        )
        if state != "planned":
            visit.visit_state = state
        return visit

    def _seen(self, call):
        return call.with_user(self.supervisor)

    def test_the_outcome_of_a_lead_stands_beside_each_of_its_calls(self):
        again = self._new_call(self.agent)
        lost = self._new_lead(self.agent)
        lost_call = self._new_call(self.agent, lost)
        self._lose(lost)
        self._new_visit(self.lead, "no_show")
        for call in (self.call, again):
            self.assertEqual(self._seen(call).lead_visit_state, "no_show")
            self.assertEqual(self._seen(call).lead_stage_id, self.new)
            self.assertFalse(self._seen(call).lead_lost_reason_id)
        seen = self._seen(lost_call)
        self.assertEqual(seen.lead_stage_id, self.lost)
        self.assertEqual(seen.lead_lost_reason_id, self.reason)
        self.assertFalse(seen.lead_visit_state)

    def test_a_visit_that_took_place_counts_before_one_that_did_not(self):
        self._new_visit(self.lead, "no_show")
        self._new_visit(self.lead, "done")
        self._new_visit(self.lead, "planned")
        self.assertEqual(self._seen(self.call).lead_visit_state, "done")

    def test_an_agent_is_opened_with_the_calls_of_this_agent_alone(self):
        theirs = self._new_call(self.other_agent, self._new_lead(self.other_agent))
        member = self.agent.crm_team_member_ids[:1].with_user(self.supervisor)
        action = member.action_view_coaching()
        calls = self.env["crm.call.log"].with_user(self.supervisor)
        found = calls.search(action["domain"])
        self.assertIn(self.call, found)
        self.assertNotIn(theirs, found)
        with self._refused("Only a supervisor", AccessError):
            member.with_user(self.agent).action_view_coaching()

    def test_agents_are_shown_no_coaching(self):
        menus = self.env["ir.ui.menu"].with_user(self.agent).load_menus(False)
        menus.pop("root")
        named = {menu["xmlid"] for menu in menus.values()}
        self.assertIn("bpo_crm.menu_coaching_reviews", named)
        self.assertNotIn("bpo_crm.menu_coaching_calls", named)
        with self.assertRaises(AccessError):
            self.call.with_user(self.agent).read(["lead_visit_state"])

    def test_calls_are_grouped_by_what_became_of_the_lead(self):
        calls = self.env["crm.call.log"].with_user(self.supervisor)
        mine = [("id", "=", self.call.id)]
        groups = calls._read_group(mine, ["lead_stage_id"], ["__count"])
        self.assertEqual(groups, [(self.new, 1)])

    def test_many_calls_take_no_more_queries(self):
        calls = self.env["crm.call.log"]
        for _number in range(12):
            lead = self._new_lead(self.agent)
            self._new_visit(lead, "done")
            calls |= self._new_call(self.agent, lead)
        names = ["lead_stage_id", "lead_visit_state", "lead_lost_reason_id"]
        names += ["review_score", "is_reviewed"]
        self.env["crm.call.log"].with_user(self.supervisor).check_access("read")
        seen = calls.with_user(self.supervisor)
        few = self._count_queries(lambda: seen[:2].read(names))
        many = self._count_queries(lambda: seen.read(names))
        self.assertLessEqual(many, few)

    def test_scores_are_averages_by_agent_criterion_and_month(self):
        theirs = self._new_call(self.other_agent, self._new_lead(self.other_agent))
        self._finish(points=(10, 20))
        self._finish(self._new_call(self.agent), points=(5, 15))
        self._finish(theirs, points=(0, 0), lies=True)
        reviews = self.env["crm.call.review"].with_user(self.supervisor)
        groups = reviews._read_group(
            [("state", "=", "done")],
            ["user_id", "local_day:month"],
            ["score:avg", "failed_rate:avg"],
        )
        month = fields.Date.start_of(self.call.local_day, "month")
        self.assertEqual(
            groups,
            [
                (self.agent, month, 0.625, 0),
                (self.other_agent, month, 0, 1),
            ],
        )
        action = self.env.ref("bpo_crm.crm_call_review_line_action")
        screen = Screen(self._env_of(self.supervisor), action)
        groups = screen.records._read_group(
            screen.domain, ["criterion_id"], ["rate:avg"]
        )
        rates = {criterion.name: round(rate, 4) for criterion, rate in groups}
        self.assertEqual(
            rates, {"Greets": 0.5, "Listens": round(35 / 90, 4), "Lies": 0.6667}
        )

    def test_an_agent_who_may_export_exports_own_reviews_only(self):
        theirs = self._new_call(self.other_agent, self._new_lead(self.other_agent))
        mine = self._finish(points=(10, 30)).sudo().with_user(self.agent)
        others = self._finish(theirs).sudo().with_user(self.agent)
        with self._refused("rights to export"):
            mine.export_data(["score"])
        self.env.ref("base.group_allow_export")._add_members(self.agent.ids)
        self.assertEqual(mine.export_data(["score"])["datas"], [[1.0]])
        with self.assertRaises(AccessError):
            others.export_data(["score"])
        # A supervisor gave the lead away.
        theirs.lead_id.sudo().user_id = self.agent
        self.env.flush_all()
        self.env.invalidate_all()
        seen = theirs.with_user(self.agent)
        rows = seen.export_data(["result", "review_ids/score"])["datas"]
        self.assertEqual([row[1] for row in rows], [""])

    def test_an_agents_averages_are_of_own_reviews(self):
        theirs = self._new_call(self.other_agent, self._new_lead(self.other_agent))
        self._finish(points=(10, 30))
        self._finish(theirs, points=(0, 0))
        for model, name in (
            ("crm.call.review", "score"),
            ("crm.call.review.line", "rate"),
        ):
            rows = self.env[model].with_user(self.agent)
            [[count, average]] = rows._read_group([], [], ["__count", f"{name}:avg"])
            self.assertEqual((count, average), (1 if name == "score" else 3, 1))
            groups = rows._read_group([], ["user_id"])
            self.assertEqual(groups, [(self.agent,)])
