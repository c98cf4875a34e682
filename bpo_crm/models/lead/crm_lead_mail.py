from odoo import api, models
from odoo.exceptions import UserError

from ...email_address import list_addresses, read_address

#: The mail where nothing says another one; archived, there is none.
ABOUT_ENQUIRY = "bpo_crm.mail_template_enquiry"


class Lead(models.Model):
    """Writing to the customer, with the template that fits."""

    _inherit = "crm.lead"

    # ------------------------------------------------------------
    # ACTIONS
    # ------------------------------------------------------------

    def action_write_mail(self):
        """Open Odoo's composer with the mail that fits the lead.

        :return: a window action.
        :rtype: dict
        :raises UserError: without an email address, and when the lead is unclaimed.
        :raises AccessError: for a lead that the user may not write.
        """
        self.ensure_one()
        self._check_reach()
        self._check_claimed()
        self._check_address()
        template = self._find_mail_template()
        # A template knows whom to write to.
        chosen = {} if template else {"default_partner_ids": self.partner_id.ids}
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Write Email"),
            "res_model": "mail.compose.message",
            "views": [[False, "form"]],
            "target": "new",
            "context": {
                "default_model": self._name,
                "default_res_ids": self.ids,
                "default_composition_mode": "comment",
                "default_template_id": template.id,
                **chosen,
            },
        }

    # ------------------------------------------------------------
    # BUSINESS
    # ------------------------------------------------------------

    def _message_get_default_recipients(self, *args, **kwargs):
        """Write to the customer, at the address by which the customer is known.

        A visitor enters the address, and core would write to each of several.
        """
        recipients = super()._message_get_default_recipients(*args, **kwargs)
        for lead in self.filtered(lambda lead: lead._list_further_addresses()):
            found = recipients[lead.id]
            if found.get("email_to") or set(found["partner_ids"]) - {
                lead.partner_id.id
            }:
                found["email_to"] = not lead.partner_id and lead.email_normalized
                found["partner_ids"] = lead.partner_id.ids
        return recipients

    def _message_get_suggested_recipients(self, *args, **kwargs):
        rows = super()._message_get_suggested_recipients(*args, **kwargs)
        further = self._list_further_addresses()
        if not further:
            return rows
        suggested = []
        for row in rows:
            address = read_address(row.get("email"))
            if address == self.email_normalized and not row.get("partner_id"):
                # 18.0 has all of them in one.
                row = {**row, "email": self.email_normalized}
            is_customer = row.get("partner_id") == self.partner_id.id
            if address not in further or (self.partner_id and is_customer):
                suggested.append(row)
        return suggested

    def _list_further_addresses(self):
        """Return the addresses of the customer by which nobody is known.

        :return: none for leads of core.
        :rtype: set[str]
        """
        if not (self.is_bpo and self.email_normalized):
            return set()
        return {*list_addresses(self.email_from)} - {self.email_normalized}

    def _check_address(self):
        if not self.email_normalized:
            raise UserError(
                self.env._(
                    "%s has no email address to write to. Ask the customer for it, and "
                    "enter it on the lead.",
                    self._get_label(),
                )
            )

    def _find_mail_template(self):
        """Hook: return the mail that fits the lead, by its stage.

        :return: one template, or none.
        :rtype: mail.template
        """
        template = self.stage_id._get_mail_template()
        return template or self._find_shipped_template(ABOUT_ENQUIRY)

    @api.model
    def _find_shipped_template(self, xml_id):
        """Return a template of the addon's, unless it was archived or deleted.

        :param str xml_id: its full XML id.
        :rtype: mail.template
        """
        templates = self.env["mail.template"]
        found = self.env.ref(xml_id, raise_if_not_found=False) or templates
        return found.filtered("active")
