from odoo.tests import tagged

from ... import series
from ..common import BpoCase

#: What questions are answered by each, in SQL.
INDEXES = {
    "calendar_event_visit_idx": "(start)",
    "crm_lead_asked_idx": "(enquiry_date)",
    "crm_lead_board_idx": "(stage_id, priority DESC, enquiry_date, id)",
    "crm_lead_attempted_idx": "(first_attempt_date)",
    "crm_lead_called_idx": "(id)",
    "crm_lead_closed_idx": "(date_closed)",
    "crm_lead_dealer_order_idx": "(dealership_id, dealer_so_check_at)",
    "crm_lead_email_normalized_idx": "(email_normalized)",
    "crm_lead_enquiry_feed_idx": "(feed_id, state)",
    "crm_lead_enquiry_unread_idx": "(write_date, id)",
    "crm_lead_enquiry_unwritten_idx": "(feed_id, write_back_state, id)",
    "crm_lead_lost_idx": "(date_closed)",
    "crm_lead_missing_step_idx": "(stage_id)",
    "crm_lead_next_step_idx": "(stage_id, next_step_date)",
    "crm_lead_ordered_idx": "(date_closed)",
    "crm_lead_owner_stage_idx": "(user_id, stage_id)",
    "crm_lead_pool_idx": "(priority DESC, enquiry_date, id)",
    "crm_lead_response_idx": "(response_warning_date)",
    "crm_lead_stage_history_cohort_idx": "(enquiry_day)",
    "crm_lead_stage_history_day_idx": "(local_day)",
    "crm_lead_taken_idx": "(date_open)",
    "crm_lead_trouble_idx": "(dealer_so_trouble_at)",
    "mail_activity_crm_stage_uniq": "(res_id, crm_stage_id)",
}


@tagged("post_install", "-at_install")
class TestIndexes(BpoCase):
    """Indexes are declared where the fields are, and follow what is declared."""

    def _find(self, name):
        self.cr.execute("SELECT indexdef FROM pg_indexes WHERE indexname = %s", [name])
        return self.cr.fetchone()[0]

    def test_all_that_are_declared_are_there(self):
        for name, columns in INDEXES.items():
            with self.subTest(name):
                self.assertIn(columns, self._find(name))
        unique = self._find("mail_activity_crm_stage_uniq")
        self.assertTrue(unique.startswith("CREATE UNIQUE INDEX"))

    def test_one_that_is_declared_otherwise_is_made_anew(self):
        leads, name = self.env["crm.lead"], "crm_lead_pool_idx"
        series._apply_index(leads, name, "INDEX", "(city)")
        self.assertIn("(city)", self._find(name))
        self.cr.execute("COMMENT ON INDEX crm_lead_pool_idx IS NULL")
        # By somebody who knows this database.
        series._apply_index(leads, name, "INDEX", "(street)")
        self.assertIn("(city)", self._find(name))
