from odoo import api, models

from ...email_address import read_address
from ...phone_number import read_number, to_e164, to_international


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

    @api.model
    def _parse_phone(self, phone, country):
        """Return how a phone number is written, which is read once for both ways.

        :param str phone: as typed, or nothing.
        :param res.country country: of a number without a prefix; the company's by
            default.
        :return: the number in E.164, and as people read it; False twice for none.
        :rtype: tuple[str, str] | tuple[bool, bool]
        """
        country = country or self.env.company.country_id
        number = read_number(phone, country.code)
        if not number:
            return False, False
        return to_e164(number), to_international(number)
