from odoo import fields, models


class SpreadsheetDashboard(models.Model):
    """A dashboard that stays in the house, and so do its copies."""

    _inherit = "spreadsheet.dashboard"

    is_share_closed = fields.Boolean(
        "Not to Be Shared",
        help="Nobody can make a public link to this dashboard, and those that there "
        "are do not open.",
    )
