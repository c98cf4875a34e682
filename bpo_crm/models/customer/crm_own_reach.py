from odoo import api, models, tools

from ...email_address import read_address
from ...phone_number import read_numbers, to_e164

#: Fields of contacts and dealerships by which somebody is reached.
REACH = {"email", "manager_email", "manager_name", "mobile", "name", "phone"}
EMAILS = ("email", "manager_email")
PHONES = ("mobile", "phone")


class Placeholder(models.Model):
    """Our own addresses and numbers, which clerks type in for want of a customer's."""

    _inherit = "crm.placeholder"

    @api.model
    def _find_own_reach(self):
        own = super()._find_own_reach()
        for key, name in self.sudo()._list_own_reach():
            own.setdefault(key, set()).add(name or "")
        return own

    @api.model
    def _list_own_reach(self):
        """Return pairs of a number or an address of ours and whose it is, if anybody's.

        :rtype: list[tuple[str, str]]
        """
        return [
            *self._list_of_records(self.env["res.company"].search([])),
            *self._list_of_records(self.env["crm.dealership"].search([])),
            *self._list_of_users(),
            *((address, "") for address in self._list_mailboxes()),
        ]

    @api.model
    def _list_of_users(self):
        """Return what reaches our users, who enter that themselves.

        Whoever enters a customer's address as the own one does not make it ours.

        :return: as of :meth:`_list_own_reach`.
        :rtype: list[tuple[str, str]]
        """
        users = self.env["res.users"].search([("share", "=", False)])
        pairs = [
            (key, partner.name)
            for partner in users.partner_id
            for key, _name in self._list_of_records(partner)
        ]
        keys = [key for key, _name in pairs]
        held = self.env["crm.lead.customer"].search(
            [("key", "in", keys), ("lead_id", "!=", False)]
        )
        customers = set(held.mapped("key"))
        return [(key, name) for key, name in pairs if key not in customers]

    @api.model
    def _list_of_records(self, records):
        """Return what reaches companies, dealerships or contacts.

        :param records: of one model.
        :return: pairs of a key and the name of the person whose it is; empty for none.
        :rtype: list[tuple[str, str]]
        """
        pairs = []
        for record in records:
            region = record.country_id.code or self.env.company.country_id.code
            person = record._fields.get("manager_name") and record["manager_name"]
            for name in filter(record._fields.__contains__, PHONES):
                numbers = read_numbers(record[name] or "", region)
                pairs += [(to_e164(number), "") for number in numbers]
            for name in filter(record._fields.__contains__, EMAILS):
                pairs.append((read_address(record[name]), person or ""))
        return [(key, person) for key, person in pairs if key]

    @api.model
    def _list_mailboxes(self):
        """Return all addresses at which Odoo gets mails, or from which it sends them.

        :rtype: list[str]
        """
        aliases = self.env["mail.alias"].search([("alias_name", "!=", False)])
        domains = self.env["mail.alias.domain"].search([])
        addresses = [
            *aliases.mapped("alias_full_name"),
            *domains.mapped("bounce_email"),
            *domains.mapped("catchall_email"),
            *domains.mapped("default_from_email"),
            *self.env["ir.mail_server"].search([]).mapped("smtp_user"),
            *self.env["fetchmail.server"].search([]).mapped("user"),
        ]
        return list(filter(None, map(read_address, addresses)))

    @api.model
    @tools.ormcache()
    def _get_own_partner_ids(self):
        """Return the ids of the contacts that are companies or users of ours.

        :rtype: frozenset[int]
        """
        users = self.env["res.users"].sudo().search([("share", "=", False)])
        companies = self.env["res.company"].sudo().search([])
        return frozenset((users.partner_id | companies.partner_id).ids)


class OwnReach(models.AbstractModel):
    """Records by which we are reached: what was known of them is read anew."""

    _name = "crm.own.reach"
    _description = "What Reaches Us"

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        records._forget_own_reach()
        return records

    def write(self, vals):
        result = super().write(vals)
        if not self._get_reach_fields().isdisjoint(vals):
            self._forget_own_reach()
        return result

    def unlink(self):
        self._forget_own_reach()
        return super().unlink()

    @api.model
    def _get_reach_fields(self):
        """Return the names of the fields that say how we are reached.

        :rtype: set[str]
        """
        return REACH | {"active", "country_id"}

    def _forget_own_reach(self):
        if self:
            self.env.registry.clear_cache()


class Company(models.Model):
    _name = "res.company"
    _inherit = ["res.company", "crm.own.reach"]


class Users(models.Model):
    _name = "res.users"
    _inherit = ["res.users", "crm.own.reach"]


class Partner(models.Model):
    _name = "res.partner"
    _inherit = ["res.partner", "crm.own.reach"]

    def _forget_own_reach(self):
        ours = self.env["crm.placeholder"]._get_own_partner_ids()
        mine = self.browse(ours.intersection(self.ids))
        return super(Partner, mine)._forget_own_reach()


class Alias(models.Model):
    _name = "mail.alias"
    _inherit = ["mail.alias", "crm.own.reach"]

    @api.model
    def _get_reach_fields(self):
        return {"alias_name", "alias_domain_id"}


class AliasDomain(models.Model):
    _name = "mail.alias.domain"
    _inherit = ["mail.alias.domain", "crm.own.reach"]

    @api.model
    def _get_reach_fields(self):
        return {"bounce_alias", "catchall_alias", "default_from", "name"}


class MailServer(models.Model):
    _name = "ir.mail_server"
    _inherit = ["ir.mail_server", "crm.own.reach"]

    @api.model
    def _get_reach_fields(self):
        return {"active", "smtp_user"}


class FetchmailServer(models.Model):
    _name = "fetchmail.server"
    _inherit = ["fetchmail.server", "crm.own.reach"]

    @api.model
    def _get_reach_fields(self):
        return {"active", "user"}
