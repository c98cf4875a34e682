from odoo import api, fields, models

from ...local_time import to_zone


class CallLog(models.Model):
    """On which day a call was made, where the floor is.

    Core groups a moment by the clock of whoever looks, so that two managers would see
    different days.
    """

    _inherit = "crm.call.log"

    local_day = fields.Date(
        "Day",
        compute="_compute_local_day",
        store=True,
        index=True,
        server_only=True,
        help="The day of the call, by the clock of the sales team.",
    )

    # Which company's clock it is does not change any more.
    @api.depends("call_date")
    def _compute_local_day(self):
        for call in self:
            zone = call.lead_id.sudo()._get_company()._get_sales_zone()
            moment = call.call_date
            call.local_day = moment and to_zone(moment, zone).date()
