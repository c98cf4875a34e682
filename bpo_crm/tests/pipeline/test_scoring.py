from datetime import datetime

from odoo.tests import tagged
from odoo.tools import convert_file

from ...models.pipeline.crm_lead_scoring import SCORING_JOB
from ..common import BpoCase

DATA = "data/crm_lead_scoring.xml"

#: The stage and the way out of leads, as they are closed.
PATHS = (("new", "lost"), ("qualified", "lost"), ("qualified", "won"), ("new", "lost"))


@tagged("post_install", "-at_install")
class TestScoring(BpoCase):
    """Core's predictive scoring learns from each closed lead once, in its own job."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._remove_all_leads()
        cls.frequencies = cls.env["crm.lead.scoring.frequency"]
        cls.frequencies.search([]).unlink()
        cls.core_team = cls.env["crm.team"].create(
            {"name": "Core's", "is_bpo": False, "user_id": cls.agent.id}
        )

    def _learn(self):
        """Run what core's job does at night."""
        self.env["crm.lead"].sudo()._cron_update_automated_probabilities()
        self.frequencies.invalidate_model()

    def _close_in(self, team):
        """Close a lead in each of the ways, as agents or as core's salespeople do."""
        for stage, way_out in PATHS:
            lead = self._new_lead(self.agent, team_id=team.id)
            if stage != "new":
                lead.stage_id = self.qualified
            with self._dealer():
                if way_out == "won":
                    lead.action_set_won()
                else:
                    lead.action_set_lost(lost_reason_id=self.reason.id)

    def _counts(self, team):
        """Return what was learned: won and lost, by variable and value."""
        rows = self.frequencies.search([("team_id", "=", team.id)])
        return {
            (row.variable, row.value): (
                round(row.won_count, 1),
                round(row.lost_count, 1),
            )
            for row in rows
        }

    def test_closing_a_lead_writes_to_no_row_that_others_write_to(self):
        self._close_in(self.team)
        self.assertFalse(self._counts(self.team))

    def test_leads_of_core_are_counted_as_they_are_closed(self):
        self._close_in(self.core_team)
        self.assertTrue(self._counts(self.core_team))

    def test_the_job_learns_what_core_learns(self):
        self._close_in(self.core_team)
        cores = self._counts(self.core_team)
        self._close_in(self.team)
        self._learn()
        self.assertEqual(self._counts(self.team), cores)
        self.assertEqual(self._counts(self.core_team), cores)

    def test_open_leads_are_scored_as_by_core(self):
        for team in (self.team, self.core_team):
            self._close_in(team)
        ours, cores = (
            self._new_lead(self.agent, team_id=team.id)
            for team in (self.team, self.core_team)
        )
        self._learn()
        self.assertEqual(ours.automated_probability, cores.automated_probability)
        self.assertNotIn(ours.automated_probability, (0, 100))

    def test_a_lead_that_was_lost_and_is_won_is_counted_once(self):
        lead = self._lose(self._new_lead(self.agent))
        with self._dealer():
            lead.action_set_won()
        self._learn()
        counts = self._counts(self.team)
        self.assertEqual(counts["stage_id", str(self.new.id)], (1.1, 0.1))

    def test_scoring_learns_from_the_stage_that_the_lead_was_lost_in(self):
        lead = self._new_lead(self.agent)
        lead.stage_id = self.qualified
        self._lose(lead)
        self.assertEqual(lead.lost_stage_id, self.qualified)
        self._learn()
        counts = self._counts(self.team)
        for stage in (self.new, self.qualified):
            self.assertEqual(counts["stage_id", str(stage.id)], (0.1, 1.1))
        self.assertNotIn(("stage_id", str(self.lost.id)), counts)

    def test_the_job_runs_at_night(self):
        job = self.env.ref(SCORING_JOB)
        self.assertTrue(job.active)
        self.env.company.sales_calendar_id = self._new_calendar("Ours")
        with self._at(datetime(2026, 11, 18, 15, 30)):
            # An update of core's CRM switches it off.
            job.active = False
            self.env["crm.lead"]._schedule_scoring()
        self.assertTrue(job.active)
        # Three in the morning in Manila.
        self.assertEqual(job.nextcall, datetime(2026, 11, 18, 19))

    def test_no_update_of_core_switches_the_job_off(self):
        self.assertTrue(self.env["crm.lead"]._find_scoring_xml_id().noupdate)

    def test_the_job_is_switched_on_once(self):
        job = self.env.ref(SCORING_JOB)
        job.active = False
        convert_file(self.env, "bpo_crm", DATA, {}, mode="update")
        self.assertFalse(job.active)

    def test_whoever_goes_leaves_the_job_as_it_was(self):
        job = self.env.ref(SCORING_JOB)
        self.env["crm.lead"]._unschedule_scoring()
        self.assertFalse(job.active)
        # It was somebody else who switched it on.
        job.active = True
        self.env["crm.lead"]._schedule_scoring()
        self.env["crm.lead"]._unschedule_scoring()
        self.assertTrue(job.active)

    def test_who_has_set_the_hour_of_the_job_keeps_it(self):
        job = self.env.ref(SCORING_JOB)
        job.write({"active": True, "nextcall": datetime(2030, 1, 1)})
        self.env["crm.lead"]._schedule_scoring()
        self.assertEqual(job.nextcall, datetime(2030, 1, 1))
