from odoo import models

from ..domains import OPEN_LEAD

#: By what the customer of a contact's leads is known.
CONTACT_FIELDS = {"country_id", "email", "mobile", "phone"}


class Partner(models.Model):
    """The number and the address of a contact are those of its leads, too.

    Core writes them on past the ``write`` of the leads.
    """

    _inherit = "res.partner"

    def write(self, vals):
        if not CONTACT_FIELDS.intersection(vals):
            return super().write(vals)
        leads = self._find_open_leads()
        before = leads._get_customers()
        result = super().write(vals)
        if not leads._is_told():
            # A visitor who corrects an address is not stopped by another's lead.
            before = leads._get_customers()
        # Of leads from before the addon, several may be of one contact.
        leads._hold_customers(before, is_shared=len(self) == 1)
        return result

    def _find_open_leads(self):
        """Return the open leads of these contacts, past the rules."""
        return (
            self.env["crm.lead"]
            .sudo()
            .search([("partner_id", "in", self.ids), *OPEN_LEAD], order="id")
        )
