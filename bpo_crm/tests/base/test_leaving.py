from odoo.tests import tagged

from ... import hooks, leaving, mending
from ..common import BpoCase


@tagged("post_install", "-at_install")
class TestLeaving(BpoCase):
    """What an uninstallation leaves; all of it is in ``tests/test_lifecycle.py``."""

    def _find_left(self):
        data = self.env["ir.model.data"]
        data.invalidate_model()
        return set(
            data.search([("module", "=", leaving.LEFT_MODULE)]).mapped("complete_name")
        )

    def _leave_records(self):
        self.env.flush_all()
        leaving._give_back_stages(self.env.cr)
        leaving._keep_records(self.env.cr)
        self.env.invalidate_all()
        return self._find_left()

    def _lose_for(self, lead, reason):
        lead.with_user(self.agent).action_set_lost(
            lost_reason_id=self.env.ref(f"bpo_crm.lost_reason_{reason}").id
        )

    def test_a_lost_lead_goes_back_to_its_stage_with_its_reason(self):
        lead = self._new_lead(self.agent)
        lead.stage_id = self.qualified
        self._lose_for(lead, "timing")
        left = self._leave_records()
        self.assertEqual(lead.stage_id, self.qualified)
        self.assertFalse(lead.active)
        self.assertIn("__bpo_crm_left__.lost_reason_timing", left)

    def test_reasons_of_no_lead_go(self):
        self._remove_all_leads()
        self.assertEqual(
            self._leave_records(), {"__bpo_crm_left__.sequence_lead_reference"}
        )

    def test_the_lost_stage_stays_where_nobody_knows_the_one_before(self):
        lead = self._new_lead(self.agent)
        self._lose_for(lead, "price")
        lead._write_by_core({"lost_stage_id": False})
        self.assertIn("__bpo_crm_left__.stage_lost", self._leave_records())
        self.assertEqual(lead.stage_id, self.lost)

    def test_cores_reasons_that_a_fresh_database_does_not_show_come_back(self):
        reasons = self.env["crm.lost.reason"]
        before = reasons.search([])
        self._remove_all_leads()
        hooks._set_up_fresh_pipeline(self.env)
        self.env.ref(leaving.CORE_LOST_REASONS[0]).unlink()
        self.assertFalse(reasons.search([]) - before)
        leaving._give_back_core_reasons(self.env)
        back = reasons.search([]) - before
        self.assertLessEqual(
            {"Too expensive", "Not enough stock"}, set(back.mapped("name"))
        )

    def test_reasons_that_somebody_put_away_stay_so(self):
        first, second, third = map(self.env.ref, leaving.CORE_LOST_REASONS)
        (first | second).active = False
        third.active = True
        leaving._give_back_core_reasons(self.env)
        self.assertFalse(first.active)

    def test_mails_to_a_source_become_leads_without_it(self):
        source = self.env["crm.lead.source"].create(
            {"name": "Portal", "code": "portal", "alias_name": "portal"}
        )
        alias = source.alias_id
        self.assertIn("intake_source_id", alias.alias_defaults)
        leaving._leave_addresses(self.env)
        self.assertEqual(alias.alias_defaults, "{}")

    def test_the_lost_stage_of_an_earlier_installation_is_the_lost_one(self):
        self.env.flush_all()
        self.env.cr.execute("UPDATE crm_stage SET is_lost = NULL")
        leaving._recognise_lost_stage(self.env.cr)
        self.env.invalidate_all()
        self.assertTrue(self.lost.is_lost)
        self.assertFalse(self.new.is_lost)

    def test_a_lost_stage_in_which_leads_are_won_now_is_none(self):
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE crm_stage SET is_won = TRUE WHERE id = %s", [self.lost.id]
        )
        leaving._recognise_lost_stage(self.env.cr)
        self.env.invalidate_all()
        self.assertFalse(self.lost.is_lost)
        self.env.registry.clear_cache()
        self.assertFalse(self.env.ref("bpo_crm.stage_lost", raise_if_not_found=False))

    def test_leads_that_were_put_into_the_lost_stage_meanwhile_are_lost(self):
        lead = self._new_lead(self.agent)
        lead._write_by_core({"stage_id": self.lost.id})
        mending.move_lost_leads(self.env, self.lost)
        self.assertFalse(lead.active)
        self.assertEqual(lead.lost_reason_id.name, "Other")

    def test_lost_leads_of_other_teams_stay_where_they_are(self):
        team = self.env["crm.team"].create({"name": "Own Sales", "is_bpo": False})
        lead = self._new_lead(team_id=team.id)
        lead._write_by_core({"active": False, "probability": 0})
        mending.move_lost_leads(self.env, self.lost)
        self.assertEqual(lead.stage_id, self.new)
