from odoo import SUPERUSER_ID, api, models
from odoo.tools import plaintext2html


class Lead(models.Model):
    """Core's own ways in end at the door, too: mail, web forms, automations."""

    _inherit = "crm.lead"

    @api.model_create_multi
    def create(self, vals_list):
        is_matched = self.env.context.get("customers_matched")
        if self.env.uid != SUPERUSER_ID or is_matched:
            # People are told who works their customer.
            return super().create(vals_list)
        # Nobody is there to be told: Odoo itself takes in what a visitor sent.
        known = self._find_open_leads(vals_list)
        new = super().create(
            [vals for vals, first in zip(vals_list, known, strict=True) if not first]
        )
        made = iter(new)
        leads = [first or next(made) for first in known]
        for vals, first in zip(vals_list, known, strict=True):
            if first:
                first._log_asked_again(vals)
        return self.concat(*leads)

    @api.model
    def message_new(self, msg_dict, custom_values=None):
        """A mail of a customer with an open lead belongs there.

        :return: the lead to which the gateway posts the mail.
        """
        (first,) = self._find_open_leads([{"email_from": msg_dict.get("from")}])
        if first:
            first._notify_asked_again()
            return first
        return super().message_new(msg_dict, custom_values=custom_values)

    @api.model
    def _find_open_leads(self, vals_list):
        """Return the open leads of the customers whom values of leads name.

        :param list vals_list: of ``crm.lead``.
        :return: a recordset for each, which is empty for none, and for values that
            make no open lead.
        :rtype: list
        """
        keys_list = [self._prepare_customer_keys(vals) for vals in vals_list]
        wanted = {key for keys in keys_list for key in keys}
        customers = self.env["crm.lead.customer"].sudo()
        rows = customers.search([("key", "in", list(wanted)), ("lead_id", "!=", False)])
        holders = {row.key: row.lead_id.with_env(self.env) for row in rows}
        found = ((holders[key] for key in keys if key in holders) for keys in keys_list)
        return [next(leads, self.browse()) for leads in found]

    @api.model
    def _prepare_customer_keys(self, vals):
        """Return by what the customer is known whom the values of a lead name."""
        stage = self.env["crm.stage"].browse(vals.get("stage_id"))
        if vals.get("type") == "lead" or stage._is_closed:
            return []
        country = self.env["res.country"].browse(vals.get("country_id"))
        keys = self._normalize_customer(
            vals.get("phone"), vals.get("email_from"), country
        )
        return list(filter(None, keys))

    def _log_asked_again(self, vals):
        """Keep in the chatter what a visitor sent."""
        parts = filter(None, (vals.get("name"), vals.get("phone")))
        body = self.env._("The customer asked again: %s", ", ".join(parts))
        description = vals.get("description") or ""
        self._message_log(body=plaintext2html(f"{body}\n{description}"))
        self._notify_asked_again()
