from datetime import date
from unittest.mock import patch

from freezegun import freeze_time

from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from ..common import CALL, BpoCase


@tagged("post_install", "-at_install")
class TestMissingStep(BpoCase):
    """No worked lead stays without a next step overnight."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._remove_all_leads()
        cls.new.activity_type_id = cls.env.ref(CALL)

    def _without_step(self, owner=None, **values):
        """Make a lead whose activity somebody deleted."""
        lead = self._new_lead(owner or self.agent, **values)
        lead._find_pending_activities().unlink()
        return lead

    def _run(self):
        self._run_job("crm.lead", "_cron_plan_missing_steps")

    def test_the_stages_activity_is_planned(self):
        lead = self._without_step()
        self._run()
        activity = lead._find_pending_activities()
        self.assertEqual(activity.crm_stage_id, self.new)
        self.assertEqual(activity.user_id, self.agent)

    def test_a_stage_without_an_activity_gets_a_reminder(self):
        lead = self._without_step()
        lead.stage_id = self.qualified
        self._run()
        self.assertEqual(lead._find_pending_activities().summary, "Plan the next step")

    def test_the_owner_is_told_once(self):
        leads = self._without_step() | self._without_step()
        partner = self.agent.partner_id
        messages = self.env["mail.message"].search([])
        self._run()
        self._run()
        told = (self.env["mail.message"].search([]) - messages).filtered(
            lambda message: partner in message.notified_partner_ids
        )
        self.assertEqual(len(told), 1)
        for lead in leads:
            self.assertIn(lead.reference, told.body)

    def test_others_are_left_alone(self):
        declined = self._without_step()
        declined._decline_next_step("Waits")
        lost = self._lose(self._without_step())
        pool = self._new_lead()
        planned = self._without_step()
        planned.activity_schedule(CALL, "2001-01-01", user_id=self.agent.id)
        gone = self._without_step(self.other_agent)
        self.other_agent.active = False
        self._run()
        for lead in declined | lost | pool | gone:
            self.assertFalse(lead._find_pending_activities())
        self.assertEqual(len(planned._find_pending_activities()), 1)

    @mute_logger("odoo.addons.bpo_crm.models.follow_up.crm_lead_missing_step")
    def test_one_owners_trouble_is_not_the_others(self):
        trouble, fine = self._without_step(), self._without_step(self.other_agent)
        leads = self.registry["crm.lead"]
        notify = leads._notify_missing_steps

        def fail_for_agent(records, owner):
            if owner == self.agent:
                raise RuntimeError
            return notify(records, owner)

        with patch.object(leads, "_notify_missing_steps", fail_for_agent):
            self._run()
        self.assertFalse(trouble._find_pending_activities())
        self.assertTrue(fine._find_pending_activities())

    def test_more_than_one_run_takes_is_left_for_the_next(self):
        leads = self._without_step() | self._without_step(self.other_agent)
        with patch(
            "odoo.addons.bpo_crm.models.follow_up.crm_lead_missing_step.BATCH", 1
        ):
            self._run()
            self.assertEqual(len(leads._find_pending_activities()), 1)
            self._run()
        self.assertEqual(len(leads._find_pending_activities()), 2)

    def test_a_long_list_is_cut(self):
        self._without_step(), self._without_step()
        messages = self.env["mail.message"].search([])
        with patch("odoo.addons.bpo_crm.models.lead.crm_lead_list.LIST_LIMIT", 1):
            self._run()
        new = self.env["mail.message"].search([]) - messages
        self.assertTrue(
            [row for row in new if "and 1 more" in " ".join(row.body.split())]
        )

    def test_it_is_the_floors_leads_only(self):
        seller = new_test_user(
            self.env, "seller@bpo.test", "sales_team.group_sale_salesman"
        )
        lead = self._without_step(seller)
        self._run()
        self.assertFalse(lead._find_pending_activities())

    def test_the_reminder_is_due_on_the_owners_day(self):
        self.env.company.count_working_days = False
        lead = self._without_step()
        lead.stage_id = self.qualified
        with freeze_time("2026-11-18 18:00:00"):
            self._run()
        self.assertEqual(
            lead._find_pending_activities().date_deadline, date(2026, 11, 19)
        )
