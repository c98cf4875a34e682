from odoo import models
from odoo.exceptions import UserError


class MergePartners(models.TransientModel):
    """Core moves the leads of merged contacts in SQL, past their rules."""

    _inherit = "base.partner.merge.automatic.wizard"

    def _merge(self, partner_ids, dst_partner=None, extra_checks=True):
        partners = self.env["res.partner"].browse(partner_ids).exists()
        if dst_partner:
            partners |= dst_partner
        partners._check_customers()
        self._check_one_open_lead(partners)
        return super()._merge(partner_ids, dst_partner, extra_checks)

    def _check_one_open_lead(self, partners):
        """Refuse to make one customer of several who have an open lead each.

        :param res.partner partners: that are merged.
        :raises UserError: naming the leads, which are merged first.
        """
        leads = partners._find_open_leads()
        if len(leads.partner_id) > 1:
            raise UserError(
                self.env._(
                    "These contacts have open leads, and would be one customer with "
                    "several: %s. Ask a supervisor to merge the leads first.",
                    ", ".join(lead._get_label() for lead in leads),
                )
            )
