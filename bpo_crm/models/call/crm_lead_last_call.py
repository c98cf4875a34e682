from odoo import api, fields, models

from ...call_results import CALL_RESULTS
from ...roles import AGENT


class Lead(models.Model):
    """The last call of a lead, which the form shows beside its next step."""

    _inherit = "crm.lead"

    last_call_date = fields.Datetime(
        "Last Call On", compute="_compute_last_call", groups=AGENT
    )
    last_call_result = fields.Selection(
        CALL_RESULTS, "Last Call's Result", compute="_compute_last_call", groups=AGENT
    )
    last_call_user_id = fields.Many2one(
        "res.users", "Last Call By", compute="_compute_last_call", groups=AGENT
    )
    last_call_summary = fields.Text(
        "Last Call's Summary", compute="_compute_last_call", groups=AGENT
    )

    @api.depends(
        "call_log_ids.call_date",
        "call_log_ids.result",
        "call_log_ids.user_id",
        "call_log_ids.summary",
    )
    def _compute_last_call(self):
        for lead in self:
            call = lead.call_log_ids.sorted("call_date")[-1:]
            lead.last_call_date = call.call_date
            lead.last_call_result = call.result
            lead.last_call_user_id = call.user_id
            lead.last_call_summary = call.summary
