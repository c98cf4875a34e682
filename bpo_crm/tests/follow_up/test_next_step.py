from datetime import date, datetime, timedelta

from freezegun import freeze_time

from odoo.tests import tagged

from ..common import CALL, BpoCase


@tagged("post_install", "-at_install")
class TestNextStep(BpoCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # It must not be tomorrow before the last test is over.
        cls.startClassPatcher(freeze_time("2026-11-18 02:00:00"))
        today = date.today()
        days = {"overdue": -3, "today": 0, "planned": 3}
        cls.agent.tz = "UTC"
        cls.leads = {"none": cls._new_lead(cls.agent)}
        for state, shift in days.items():
            lead = cls.leads[state] = cls._new_lead(cls.agent)
            lead.activity_schedule(
                CALL,
                today + timedelta(days=shift),
                user_id=cls.agent.id,
            )
        cls.closed = cls._lose(cls._new_lead(cls.agent))
        cls.all_leads = cls.closed.concat(*cls.leads.values())
        # Odoo takes the time of PostgreSQL.
        cls.all_leads.date_last_stage_update = datetime.now()

    def _search(self, *leaf):
        leads = self.env["crm.lead"].with_user(self.agent)
        leads = leads.with_context(active_test=False)
        return leads.search([("id", "in", self.all_leads.ids), leaf])

    def test_the_most_urgent_activity_tells_the_state(self):
        for state, lead in self.leads.items():
            self.assertEqual(lead.next_step_state, state)
        self.assertFalse(self.closed.next_step_state)

    def test_every_state_is_found(self):
        for state, lead in self.leads.items():
            self.assertEqual(self._search("next_step_state", "=", state), lead)
        self.assertEqual(self._search("next_step_state", "=", False), self.closed)
        some = self.leads["none"] | self.leads["today"]
        self.assertEqual(self._search("next_step_state", "in", ["none", "today"]), some)
        others = self.all_leads - some
        self.assertEqual(
            self._search("next_step_state", "not in", ["none", "today"]), others
        )
        self.assertEqual(
            self._search("next_step_state", "!=", False), self.all_leads - self.closed
        )

    def test_a_lead_that_stands_still_is_stale(self):
        self.env.company.count_working_days = False
        self.new.stale_after_days = 2
        stage_date = datetime.now() - timedelta(days=3)
        self.all_leads.date_last_stage_update = stage_date
        stale = self.all_leads.filtered("is_stale")
        self.assertEqual(stale, self.leads["none"] | self.leads["overdue"])
        self.assertEqual(self._search("is_stale", "=", True), stale)
        self.assertEqual(self._search("is_stale", "=", False), self.all_leads - stale)
        self.assertEqual(self._search("is_stale", "!=", True), self.all_leads - stale)

    def test_a_fresh_or_unclaimed_lead_is_not_stale(self):
        self.new.stale_after_days = 2
        unclaimed = self._new_lead()
        unclaimed.date_last_stage_update = datetime.now() - timedelta(days=3)
        self.assertFalse((self.leads["none"] | unclaimed).filtered("is_stale"))

    def test_days_without_work_do_not_count(self):
        self._set_office_hours("Asia/Manila")
        self.new.stale_after_days = 2
        lead = self.leads["none"]
        lead.date_last_stage_update = datetime(2026, 11, 19, 2)  # a Thursday
        for now, is_stale in (
            ("2026-11-22 12:00:00", False),
            ("2026-11-23 01:00:00", False),
            ("2026-11-23 03:00:00", True),
        ):
            lead.invalidate_recordset(["is_stale"])
            with freeze_time(now):
                self.assertEqual(lead.is_stale, is_stale, now)

    def test_days_are_those_of_the_company(self):
        self._set_office_hours("America/New_York")
        self.new.stale_after_days = 2
        lead = self.leads["none"]
        lead.date_last_stage_update = datetime(2026, 11, 19, 3)  # Wednesday evening
        for now, is_stale in (
            ("2026-11-21 02:00:00", False),  # Friday evening
            ("2026-11-23 01:00:00", True),  # Sunday evening: Thursday and Friday
        ):
            lead.invalidate_recordset(["is_stale"])
            with freeze_time(now):
                self.assertEqual(lead.is_stale, is_stale, now)

    def _set_office_hours(self, zone):
        hours = self._new_calendar("Office", range(5), 9, 18, zone)
        self.env.company.sales_calendar_id = hours

    def test_a_plan_for_another_life_is_none(self):
        self.env.company.count_working_days = False
        self.new.stale_after_days = 2
        lead = self.leads["planned"]
        lead.date_last_stage_update = datetime.now() - timedelta(days=3)
        self.assertFalse(lead.is_stale)
        lead.activity_ids.date_deadline = date.today() + timedelta(days=1000)
        self.assertTrue(lead.is_stale)

    def test_a_day_is_what_it_is_where_the_work_is_done(self):
        lead = self.leads["none"]
        states = {}
        for zone in ("Asia/Manila", "America/Los_Angeles"):
            self.agent.tz = zone
            with freeze_time("2026-11-19 23:30:00"):
                activity = lead.activity_schedule(
                    CALL, date(2026, 11, 19), user_id=self.agent.id
                )
                lead.invalidate_recordset(["next_step_state"])
                states[zone] = lead.next_step_state
                found = self._search("next_step_state", "=", states[zone])
                self.assertIn(lead, found)
                grouped = dict(
                    self.env["crm.lead"]._read_group(
                        [("id", "=", lead.id)], ["next_step_state"], ["__count"]
                    )
                )
                self.assertEqual(grouped, {states[zone]: 1})
            activity.unlink()
        self.assertEqual(
            states, {"Asia/Manila": "overdue", "America/Los_Angeles": "today"}
        )

    def test_leads_are_grouped_by_their_next_step(self):
        groups = (
            self.env["crm.lead"]
            .with_context(active_test=False)
            ._read_group(
                [("id", "in", self.all_leads.ids)],
                ["next_step_state"],
                ["id:recordset"],
            )
        )
        self.assertEqual(dict(groups), {**self.leads, False: self.closed})

    def test_the_next_step_follows_its_activity(self):
        lead = self.leads["none"]
        activity = lead.activity_schedule(
            CALL, date.today() + timedelta(days=9), user_id=self.agent.id
        )
        self.assertEqual(lead.next_step_state, "planned")
        activity.date_deadline = date.today() - timedelta(days=9)
        self.assertEqual(lead.next_step_state, "overdue")
        activity.with_user(self.agent).action_feedback()
        self.assertEqual(lead.next_step_state, "none")

    def test_without_a_limit_nothing_is_stale(self):
        self.env["crm.stage"].search([]).stale_after_days = 0
        self.all_leads.date_last_stage_update = datetime.now() - timedelta(days=99)
        self.assertFalse(self.all_leads.filtered("is_stale"))
        self.assertFalse(self._search("is_stale", "=", True))

    # ------------------------------------------------------------
    # Who does it
    # ------------------------------------------------------------

    def test_a_new_owner_gets_what_the_old_one_had_planned(self):
        lead = self.leads["today"]
        own = lead.activity_ids
        others = lead.activity_schedule(
            "mail.mail_activity_data_todo", user_id=self.supervisor.id
        )
        lead.with_user(self.supervisor).user_id = self.other_agent
        self.assertEqual(own.user_id, self.other_agent)
        self.assertEqual(others.user_id, self.supervisor)

    def test_who_claims_a_lead_gets_what_is_planned(self):
        lead = self.leads["overdue"]
        lead.with_user(self.supervisor).user_id = False
        lead.with_user(self.other_agent).action_claim()
        self.assertEqual(lead.activity_ids.user_id, self.other_agent)
