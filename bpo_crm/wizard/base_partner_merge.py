from odoo import models


class MergePartners(models.TransientModel):
    """Core moves the leads of merged contacts in SQL, past their rules."""

    _inherit = "base.partner.merge.automatic.wizard"

    def _merge(self, partner_ids, dst_partner=None, extra_checks=True):
        partners = self.env["res.partner"].browse(partner_ids).exists()
        if dst_partner:
            partners |= dst_partner
        partners._check_customers()
        return super()._merge(partner_ids, dst_partner, extra_checks)
