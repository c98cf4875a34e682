from odoo import api, fields, models


class Lead(models.Model):
    """When exactly the next step is due, where a time was agreed on."""

    _inherit = "crm.lead"

    next_step_at = fields.Datetime(
        compute="_compute_next_step_at",
        help="The moment of the planned activity that comes first, where it has one.",
    )

    @api.depends(
        "activity_ids.active", "activity_ids.date_deadline", "activity_ids.due_at"
    )
    def _compute_next_step_at(self):
        for lead in self:
            lead.next_step_at = lead._get_first_activity().due_at
