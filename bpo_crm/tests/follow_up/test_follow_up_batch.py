from odoo.tests import tagged

from ..common import CALL, GROWTH, BatchCase


@tagged("post_install", "-at_install")
class TestFollowUpBatch(BatchCase):
    """Many leads at once cost a number of queries that hardly grows."""

    def setUp(self):
        super().setUp()
        self.mine = self.env["crm.lead"].with_user(self.agent)

    def _give_stages_activities(self):
        stages = self.new | self.qualified | self.negotiation
        stages.write({"activity_type_id": self.env.ref(CALL).id})

    def test_planning_for_many_leads(self):
        def claim(leads):
            leads.with_context(tracking_disable=True).write({"user_id": self.agent.id})

        without = self._growth(claim)
        self._give_stages_activities()
        self.assertLess(self._growth(claim) - without, GROWTH)

    def test_importing_many_leads(self):
        def create(leads):
            values = {"name": "Imported", "type": "opportunity"}
            self.mine.with_context(tracking_disable=True).create(
                [{**values, "user_id": self.agent.id}] * len(leads)
            )

        without = self._growth(create)
        self._give_stages_activities()
        self.assertLess(self._growth(create) - without, GROWTH)

    def _claim(self, leads):
        leads.sudo().user_id = self.agent

    def test_moving_many_leads_forward(self):
        def move(leads):
            leads = leads.with_context(tracking_disable=True)
            leads.write({"stage_id": self.qualified.id})

        without = self._growth(move, self._claim)
        self._give_stages_activities()
        self.assertLess(self._growth(move, self._claim) - without, GROWTH)

    def _promise(self, leads):
        """Let every lead have a callback that was agreed on."""
        self._claim(leads)
        calls = leads._find_stage_activities()
        calls.write({"automated": False, "due_at": "2099-01-01 08:00:00"})

    def test_moving_many_leads_with_what_was_promised(self):
        def move(leads):
            leads = leads.with_context(tracking_disable=True)
            leads.write({"stage_id": self.qualified.id})
            kept.append(len(leads._find_stage_activities().filtered("due_at")))

        kept = []
        without = self._growth(move, self._claim)
        self._give_stages_activities()
        self.assertLess(self._growth(move, self._promise) - without, GROWTH)
        self.assertEqual(kept, [0, 0, 0, 2, 130, 30])

    def test_postponing_many_activities(self):
        def postpone(leads):
            calls = leads._find_pending_activities().with_user(self.agent)
            calls.write({"date_deadline": "2099-01-01"})
            moved.append(len(calls))

        def plan(leads):
            self._claim(leads)
            leads.sudo().activity_schedule(CALL, user_id=self.agent.id)

        moved = []
        without = self._growth(postpone, plan)
        self._give_stages_activities()
        self.assertLess(self._growth(postpone, self._claim) - without, GROWTH)
        self.assertEqual(moved, [2, 130, 30] * 2)

    def test_closing_many_leads(self):
        def lose(leads):
            leads = leads.with_context(tracking_disable=True)
            leads.action_set_lost(lost_reason_id=self.reason.id)

        without = self._growth(lose, self._claim)
        self._give_stages_activities()
        self.assertLess(self._growth(lose, self._claim) - without, GROWTH)
