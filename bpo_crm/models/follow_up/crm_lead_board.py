from odoo import models

from ...series import Index


class Lead(models.Model):
    """The columns of the pipeline, by stage and by next step, among a million leads."""

    _inherit = "crm.lead"

    # In the order of their cards, and with all that is counted and added up, there and
    # in the pipeline's analysis, so that no lead has to be read for it.
    _board_idx = Index(
        "(stage_id, priority DESC, enquiry_date, id)"
        " INCLUDE (type, active, is_bpo, company_id, user_id, dealership_id,"
        " next_step_date, next_step_zone, no_next_step_reason, first_attempt_date,"
        " response_deadline, dealer_so_id, expected_revenue, color, date_deadline,"
        " prorated_revenue)"
        " WHERE set_aside_date IS NULL"
    )
