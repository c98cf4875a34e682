from odoo import api, models
from odoo.exceptions import UserError


class Lead(models.Model):
    """Leads that must not disappear: closed ones, and those with an order."""

    _inherit = "crm.lead"

    def _merge_opportunity(self, *args, **kwargs):
        closed = self.filtered(lambda lead: lead.stage_id._is_closed)
        if closed:
            raise UserError(
                self.env._(
                    "Closed leads stay on record and cannot be merged: %s.",
                    ", ".join(lead._get_label() for lead in closed),
                )
            )
        return super()._merge_opportunity(*args, **kwargs)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_ordered(self):
        pushes = self.env["crm.dealer.push"].sudo()
        ordered = pushes.search(
            [("lead_id", "in", self.ids), ("order_may_exist", "=", True)]
        ).lead_id
        if ordered:
            raise UserError(
                self.env._(
                    "The dealer has, or may have, an order for %s. These leads cannot "
                    "be deleted or merged away.",
                    ", ".join(lead._get_label() for lead in ordered),
                )
            )
