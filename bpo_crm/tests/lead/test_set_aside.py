from ast import literal_eval
from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.tests import tagged

from ...models.lead import crm_lead_set_aside
from ..common import BpoCase


@tagged("post_install", "-at_install")
class TestSetAside(BpoCase):
    """Leads that were closed long ago do not stand among those that are worked."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._remove_all_leads()

    def setUp(self):
        super().setUp()
        self.old = self._close_before(days=31)
        self.recent = self._close_before(days=29)
        self.open = self._new_lead(self.agent)

    def _close_before(self, days):
        """Return a lead that was lost some days ago."""
        lead = self._lose(self._new_lead(self.agent))
        self.env.flush_all()
        # As it was then: the job has not come by since.
        self.cr.execute(
            "UPDATE crm_lead SET date_closed = %s WHERE id = %s",
            [fields.Datetime.now() - timedelta(days=days), lead.id],
        )
        lead.invalidate_recordset(["date_closed"])
        return lead

    def _find_shown(self, user):
        """Return what the pipeline shows by default, as a search does."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "bpo_crm.crm_lead_action_all"
        )
        shown = [*literal_eval(action["domain"]), ("set_aside_date", "=", False)]
        leads = self.env["crm.lead"].with_user(user).with_context(active_test=False)
        return leads.search(shown)

    def test_the_job_sets_those_aside_that_were_closed_30_days_ago(self):
        self.assertEqual(
            self._find_shown(self.supervisor), self.old | self.recent | self.open
        )
        self._run_job("crm.lead", "_cron_set_aside")
        self.assertEqual(self._find_shown(self.supervisor), self.recent | self.open)

    def test_what_is_set_aside_changes_in_nothing_else(self):
        before = self.old.read(["write_date", "stage_id", "active"])
        self._run_job("crm.lead", "_cron_set_aside")
        self.assertEqual(self.old.read(["write_date", "stage_id", "active"]), before)

    def test_a_run_takes_a_part_and_the_next_one_goes_on(self):
        another = self._close_before(days=40)
        with patch.object(crm_lead_set_aside, "BATCH", 1):
            for left in (1, 0):
                self._run_job("crm.lead", "_cron_set_aside")
                waiting = (self.old | another).filtered(
                    lambda lead: not lead.set_aside_date
                )
                self.assertEqual(len(waiting), left)

    def test_a_lead_that_is_worked_again_is_shown_again(self):
        self._run_job("crm.lead", "_cron_set_aside")
        self.assertTrue(self.old.set_aside_date)
        self.old._write_by_core({"date_closed": False})
        self.assertFalse(self.old.set_aside_date)

    def test_a_lead_that_comes_closed_long_ago_is_set_aside_at_once(self):
        self.recent._write_by_core(
            {"date_closed": fields.Datetime.now() - timedelta(days=60)}
        )
        self.assertTrue(self.recent.set_aside_date)

    def test_an_open_lead_is_shown_whatever_its_day_of_closing_says(self):
        # As core restores a lead, which leaves the day on which it was lost.
        long_ago = fields.Datetime.now() - timedelta(days=60)
        self.open.with_user(self.manager).date_closed = long_ago
        self.assertFalse(self.open.set_aside_date)
        self._run_job("crm.lead", "_cron_set_aside")
        self.assertFalse(self.open.set_aside_date)
        self.assertIn(self.open, self._find_shown(self.agent))

    def test_nobody_sets_a_lead_aside_by_hand(self):
        with self._refused():
            self.open.with_user(self.agent).set_aside_date = fields.Date.today()

    def test_the_columns_are_read_from_what_is_not_set_aside(self):
        leads = self.env["crm.lead"].with_user(self.supervisor)
        query = leads.with_context(active_test=False)._search(
            [("set_aside_date", "=", False), ("stage_id", "=", self.new.id)],
            order="priority desc, enquiry_date, id",
            limit=40,
        )
        self.env.flush_all()
        # However few leads there are.
        self.cr.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off")
        sql = query.select()
        self.cr.execute(f"EXPLAIN {self.cr.mogrify(sql.code, sql.params).decode()}")
        plan = "\n".join(line for (line,) in self.cr.fetchall())
        self.assertIn("crm_lead_board_idx", plan)
        self.assertNotIn("Sort", plan)
