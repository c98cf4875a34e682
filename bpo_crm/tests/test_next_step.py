from datetime import date, datetime, timedelta

from odoo.tests import tagged

from .common import BpoCase


@tagged("post_install", "-at_install")
class TestNextStep(BpoCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        today = date.today()
        days = {"overdue": -3, "today": 0, "planned": 3}
        cls.agent.tz = "UTC"
        cls.leads = {"none": cls._new_lead(cls.agent)}
        for state, shift in days.items():
            lead = cls.leads[state] = cls._new_lead(cls.agent)
            lead.activity_schedule(
                "mail.mail_activity_data_call",
                today + timedelta(days=shift),
                user_id=cls.agent.id,
            )
        cls.closed = cls._lose(cls._new_lead(cls.agent))
        cls.all_leads = cls.closed.concat(*cls.leads.values())

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
        self.new.stale_after_days = 2
        stage_date = datetime.now() - timedelta(days=3)
        self.all_leads.date_last_stage_update = stage_date
        stale = self.all_leads.filtered("is_stale")
        self.assertEqual(stale, self.all_leads - self.closed - self.leads["planned"])
        self.assertEqual(self._search("is_stale", "=", True), stale)
        self.assertEqual(self._search("is_stale", "=", False), self.all_leads - stale)
        self.assertEqual(self._search("is_stale", "!=", True), self.all_leads - stale)

    def test_a_fresh_or_unclaimed_lead_is_not_stale(self):
        self.new.stale_after_days = 2
        unclaimed = self._new_lead()
        unclaimed.date_last_stage_update = datetime.now() - timedelta(days=3)
        self.assertFalse((self.leads["none"] | unclaimed).filtered("is_stale"))

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
