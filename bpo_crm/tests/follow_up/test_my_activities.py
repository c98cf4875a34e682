from datetime import date, timedelta

from freezegun import freeze_time
from lxml import etree

from odoo import fields
from odoo.tests import tagged
from odoo.tools.safe_eval import safe_eval

from ...series import any_of
from ..common import CALL, BpoCase

CORE_VIEW = "crm.view_crm_case_my_activities_filter"
PIPELINE_VIEW = "bpo_crm.crm_lead_view_search"

#: The filters that the systray's numbers open.
STATES = {
    "overdue": "activities_overdue",
    "today": "activities_today",
    "planned": "activities_upcoming_all",
}


@tagged("post_install", "-at_install")
class TestMyActivities(BpoCase):
    """What is done, and what is closed, is nobody's to do any more."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # It must not be tomorrow before the last test is over.
        cls.startClassPatcher(freeze_time("2026-11-18 02:00:00"))
        cls.agent.tz = "UTC"
        today = fields.Date.today()
        cls.days = {
            "overdue": today - timedelta(days=3),
            "today": today,
            "planned": today + timedelta(days=3),
        }
        cls.leads = {state: cls._new_lead(cls.agent) for state in cls.days}
        for state, lead in cls.leads.items():
            cls._plan(lead, cls.days[state])
        cls.pending = cls.env["crm.lead"].concat(*cls.leads.values())
        # On 18.0, core deletes what is done, unless its type says otherwise.
        cls.finished, cls.lost, won = (cls._new_lead(cls.agent) for _n in range(3))
        for lead in (cls.finished, cls.lost, won):
            for day in cls.days.values():
                cls._plan(lead, day).with_user(cls.agent).action_feedback()
        cls._lose(cls.lost)
        won._write_by_core({"stage_id": cls.won.id})
        # Automations ask for nobody's leave.
        cls._plan(cls.lost.sudo(), today)
        cls.everything = cls.pending | cls.finished | cls.lost | won

    @classmethod
    def _plan(cls, lead, day, **values):
        return lead.activity_schedule(
            CALL, day, summary="Ring", user_id=cls.agent.id, **values
        )

    def _search(self, domain, **context):
        """Search as the pipeline's screens do, which show archived leads."""
        leads = self.env["crm.lead"].with_user(self.agent)
        leads = leads.with_context(**{"active_test": False, **context})
        return leads.search([("id", "in", self.everything.ids), *domain])

    def _get_filter(self, view, name):
        """Return the domain of a filter of a search view."""
        views = self.env["crm.lead"].with_user(self.agent)
        arch = views.get_view(self.env.ref(view).id, "search")["arch"]
        (node,) = etree.fromstring(arch).xpath(f"//filter[@name='{name}']")
        return safe_eval(
            node.get("domain"),
            {"uid": self.agent.id, "context_today": date.today, "time": None},
        )

    # ------------------------------------------------------------
    # Searches
    # ------------------------------------------------------------

    def test_what_is_done_is_not_found(self):
        today = self.days["today"]
        found = self.pending | self.lost
        for leaf in (
            ("activity_ids", "!=", False),
            ("activity_user_id", "=", self.agent.id),
            ("activity_user_id", "in", self.agent.ids),
            ("activity_user_id", "!=", False),
            ("activity_user_id.login", "=", self.agent.login),
            ("activity_type_id", "=", self.env.ref(CALL).id),
            ("activity_type_id", "!=", False),
            ("activity_type_id.name", "!=", False),
            ("activity_summary", "ilike", "ring"),
            ("activity_state", "!=", False),
            ("activity_date_deadline", "<=", self.days["planned"]),
            ("activity_date_deadline", "!=", False),
            ("my_activity_date_deadline", "<=", self.days["planned"]),
            ("activity_ids.user_id", "=", self.agent.id),
            ("activity_ids.summary", "=", "Ring"),
        ):
            self.assertEqual(self._search([leaf]), found, leaf)
        for name in ("activity_date_deadline", "my_activity_date_deadline"):
            late = self._search([(name, "<", today)])
            self.assertEqual(late, self.leads["overdue"], name)

    def test_what_has_nothing_left_to_do_is_found_as_such(self):
        done = self.everything - self.pending - self.lost
        for leaf in (
            ("activity_ids", "=", False),
            ("activity_user_id", "=", False),
            ("activity_state", "=", False),
            ("activity_date_deadline", "=", False),
        ):
            self.assertEqual(self._search([leaf]), done, leaf)

    def test_the_decoration_is_of_what_is_planned(self):
        self.env.ref(CALL).decoration_type = "warning"
        leaf = ("activity_exception_decoration", "=", "warning")
        self.assertEqual(self._search([leaf]), self.pending | self.lost)

    def test_the_list_is_sorted_by_what_is_planned(self):
        late = self._plan(self.finished, self.days["planned"] + timedelta(days=9))
        self.assertTrue(late.active)
        leads = self.env["crm.lead"].with_user(self.agent)
        leads = leads.with_context(active_test=False)
        for order, first in (("asc", "overdue"), ("desc", "planned")):
            found = leads.search_read(
                [("id", "in", (self.pending | self.finished).ids)],
                ["name"],
                order=f"my_activity_date_deadline {order}",
            )
            ids = [row["id"] for row in found]
            self.assertEqual(ids[-1 if order == "asc" else 0], self.finished.id, order)
            self.assertEqual(
                ids[0 if order == "asc" else 1], self.leads[first].id, order
            )

    def test_a_list_of_archived_leads_can_be_sorted_by_it_as_well(self):
        leads = self.env["crm.lead"].with_user(self.agent)
        domain = [("id", "in", self.everything.ids)]
        order = "my_activity_date_deadline asc, id"
        for shows_archived in (True, False):
            shown = leads.with_context(active_test=not shows_archived)
            found = shown.search_fetch(domain, ["name"], order=order)
            self.assertEqual(self.lost in found, shows_archived)
            self.assertEqual(found.env, shown.env)
            self.assertEqual(len(found), 6 if shows_archived else 5)

    # ------------------------------------------------------------
    # My Activities
    # ------------------------------------------------------------

    def _list_my_activities(self, *names):
        """Return the leads that the action lists by default, with filters."""
        action = self.env.ref("crm.crm_lead_action_my_activities")
        chosen = [self._get_filter(CORE_VIEW, name) for name in names]
        return self._search(
            [
                *safe_eval(action.domain),
                *self._get_filter(CORE_VIEW, "assigned_to_me"),
                *(any_of(chosen) if chosen else []),
            ]
        )

    def _get_group(self, user=None):
        users = self.env["res.users"].with_user(user or self.agent)
        groups = users._get_activity_groups()
        found = [group for group in groups if group["model"] == "crm.lead"]
        return found[0] if found else None

    def test_the_list_is_what_is_to_do(self):
        self.assertEqual(self._list_my_activities(), self.pending)

    def test_the_filters_of_the_pipeline_are_what_is_to_do(self):
        for view in (CORE_VIEW, PIPELINE_VIEW):
            for state, name in STATES.items():
                found = self._search(self._get_filter(view, name)) - self.lost
                self.assertEqual(found, self.leads[state], (view, name))

    def test_each_number_of_the_systray_is_that_of_its_list(self):
        # Somebody with two things to do for a lead works one lead.
        self._plan(self.leads["overdue"], self.days["overdue"])
        self._plan(self.leads["overdue"], self.days["today"])
        group = self._get_group()
        for state, name in STATES.items():
            listed = self._list_my_activities(name)
            self.assertTrue(listed)
            self.assertEqual(group[f"{state}_count"], len(listed), state)
        due = self._list_my_activities(STATES["overdue"], STATES["today"])
        self.assertEqual(group["total_count"], len(due))
        self.assertEqual(due, self.leads["overdue"] | self.leads["today"])

    def test_only_the_own_activities_count(self):
        self.assertIsNone(self._get_group(self.supervisor))
        before = self._get_group()
        lead = self._new_lead(self.agent)
        lead.activity_schedule(CALL, user_id=self.supervisor.id)
        self.assertEqual(self._get_group(self.supervisor)["total_count"], 1)
        self.assertEqual(self._get_group(), before)

    def test_a_closed_lead_alone_is_not_shown(self):
        self.pending.activity_ids.unlink()
        self.assertIsNone(self._get_group())

    def test_the_activity_view_shows_what_is_planned(self):
        leaf = ("activity_ids.active", "in", [True, False])
        shown = self._search([leaf])
        self.assertEqual(shown, self.pending | self.lost)
        domain = [("id", "in", self.everything.ids), leaf]
        data = (
            self.env["mail.activity"]
            .with_user(self.agent)
            .with_context(active_test=False)
            .get_activity_data("crm.lead", domain, fetch_done=True)
        )
        self.assertEqual(set(data["activity_res_ids"]), set(shown.ids))
        for cells in data["grouped_activities"].values():
            for cell in cells.values():
                self.assertNotIn("done", cell["count_by_state"])
