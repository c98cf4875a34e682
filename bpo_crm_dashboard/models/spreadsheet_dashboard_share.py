from werkzeug.exceptions import Forbidden

from odoo import api, models
from odoo.exceptions import ValidationError


class SpreadsheetDashboardShare(models.Model):
    """A public link, which any internal user of Odoo's can make."""

    _inherit = "spreadsheet.dashboard.share"

    @api.constrains("dashboard_id")
    def _check_is_not_closed(self):
        if self.sudo().dashboard_id.filtered("is_share_closed"):
            raise ValidationError(self._explain_closed())

    def _check_dashboard_access(self, access_token):
        result = super()._check_dashboard_access(access_token)
        if self.sudo().dashboard_id.is_share_closed:
            raise Forbidden(self._explain_closed())
        return result

    def _explain_closed(self):
        return self.env._(
            "This dashboard is not to be shared: a public link would show the call "
            "centre's figures to anybody. Whoever is to see it gets the role of a BPO "
            "supervisor."
        )
