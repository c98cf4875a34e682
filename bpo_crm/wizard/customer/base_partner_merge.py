from odoo import models
from odoo.exceptions import UserError

from ...inner_context import MERGES_CONTACTS


class MergePartners(models.TransientModel):
    """Core moves the leads of merged contacts in SQL, past their rules."""

    _inherit = "base.partner.merge.automatic.wizard"

    def _merge(self, partner_ids, dst_partner=None, extra_checks=True):
        partners = self.env["res.partner"].browse(partner_ids).exists()
        if dst_partner:
            partners |= dst_partner
        partners._check_customers()
        leads = partners._find_open_leads()
        # Of leads from before the addon, several may be of one contact.
        firsts = leads.browse().concat(
            *(owned[:1] for owned in leads.grouped("partner_id").values())
        )
        if leads.with_env(self.env)._is_agent_only():
            self._check_one_open_lead(firsts)
        before = leads._get_customers()
        contacts = {lead: lead.partner_id for lead in leads}
        merging = self.with_context(**MERGES_CONTACTS.say())
        result = super(MergePartners, merging)._merge(
            partner_ids, dst_partner, extra_checks
        )
        firsts._settle_customer()
        for pair in leads.exists()._find_new_namesakes(before, contacts):
            if pair - firsts:
                pair._settle_customer()
        return result

    def _check_one_open_lead(self, leads):
        """Refuse to make one customer of several who have an open lead each.

        :param crm.lead leads: one of each contact.
        :raises UserError: naming the leads, which are merged first.
        """
        if len(leads) > 1:
            raise UserError(
                self.env._(
                    "These contacts have open leads, and would be one customer with "
                    "several: %s. Ask a supervisor to merge the leads first.",
                    ", ".join(lead._get_label() for lead in leads),
                )
            )
