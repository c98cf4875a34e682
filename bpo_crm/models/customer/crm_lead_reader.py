from odoo import api, models

from ...email_address import read_address
from ...phone_number import read_number, to_e164


class PhoneReader(models.AbstractModel):
    """Numbers compare by what the one reader reads, however they were typed.

    On the screen they stay what was typed: core writes the international form of a
    number there, and the words and the second number beside it would be lost.
    """

    _name = "crm.phone.reader"
    _description = "Reader of Phone Numbers"

    def _phone_format_number(
        self, number, country, force_format="E164", raise_exception=False
    ):
        found = None
        if force_format == "E164" and isinstance(number, str):
            found = read_number(number, country.code)
        if found:
            return to_e164(found)
        return super()._phone_format_number(
            number,
            country,
            force_format=force_format,
            raise_exception=raise_exception,
        )


class Partner(models.Model):
    _name = "res.partner"
    _inherit = ["res.partner", "crm.phone.reader"]


class Lead(models.Model):
    """Numbers and addresses of a lead, as they compare with those of others."""

    _name = "crm.lead"
    _inherit = ["crm.lead", "crm.phone.reader"]

    @api.depends("email_from")
    def _compute_email_normalized(self):
        for lead in self:
            lead.email_normalized = read_address(lead.email_from)

    @api.depends("email_normalized")
    def _compute_email_domain_criterion(self):
        by_domain = self.grouped(
            lambda lead: (lead.email_normalized or "").rpartition("@")[2]
        )
        alone = self.browse()
        for domain, leads in by_domain.items():
            first, others = leads[0], leads[1:]
            super(Lead, first)._compute_email_domain_criterion()
            if first.email_domain_criterion == f"@{domain}":
                # All who have an address there are of one house.
                others.email_domain_criterion = first.email_domain_criterion
            else:
                alone |= others
        return super(Lead, alone)._compute_email_domain_criterion()
