import phonenumbers

from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import RedirectWarning, UserError

from odoo.addons.phone_validation.tools.phone_validation import phone_parse

from ..series import Constraint

#: Leads with one of these in common are of the same customer.
CUSTOMER_KEYS = ("phone_sanitized", "email_normalized")

#: What may change who the customer of an open lead is.
CUSTOMER_FIELDS = {
    "active",
    "country_id",
    "email_from",
    "mobile",
    "partner_id",
    "phone",
    "stage_id",
    "type",
}


class LeadCustomer(models.Model):
    """Which open lead a customer has, by phone number and by email address.

    The unique key is what keeps two deliveries of the same moment, or an agent
    and a cron, from making two open leads of one customer.
    """

    _name = "crm.lead.customer"
    _description = "Customer of an Open Lead"
    _log_access = False
    _rec_name = "key"

    key = fields.Char(
        required=True, help="A phone number in E.164, or a normalized email address."
    )
    lead_id = fields.Many2one("crm.lead", index=True, ondelete="cascade")

    _key_uniq = Constraint("UNIQUE(key)", "This customer has an open lead already.")


class Lead(models.Model):
    """A customer has one open lead. Seed 003, "What happens if the customer calls"."""

    _inherit = "crm.lead"

    @api.model_create_multi
    def create(self, vals_list):
        leads = super().create(vals_list)
        leads._hold_customers()
        return leads

    def write(self, vals):
        if not CUSTOMER_FIELDS.intersection(vals):
            return super().write(vals)
        before = self._get_customers()
        result = super().write(vals)
        self._hold_customers(before)
        return result

    # ------------------------------------------------------------
    # BUSINESS
    # ------------------------------------------------------------

    def _get_customers(self):
        """Return by what the customer of each of these leads is known.

        :rtype: dict[crm.lead, list[str]]
        """
        return {lead: lead._get_customer_keys() for lead in self}

    def _get_customer_keys(self):
        """Return by what the customer of this lead is known, while it is open.

        :rtype: list[str]
        """
        if not (self.active and self._is_open()):
            return []
        return list(filter(None, (*self._get_phone_keys(), self.email_normalized)))

    def _get_phone_keys(self):
        """Return the phone numbers of this lead in E.164, or False for what is none."""
        names = self._phone_get_number_fields()
        numbers = [self[name] for name in names if self[name]]
        if len(numbers) < 2:
            # Core has read the only one already.
            return [self.phone_sanitized]
        return [self._phone_format(number=number) for number in numbers]

    @api.model
    def _parse_phone(self, phone, country):
        """Return how a phone number is written, which is parsed once for both ways.

        :param str phone: as typed, or nothing.
        :param res.country country: of a number without a prefix; the company's by
            default.
        :return: the number in E.164, and as people read it; False for what is none.
        :rtype: tuple
        """
        country = country or self.env.company.country_id
        try:
            number = phone_parse(phone or "", country.code)
        except UserError:
            return False, False
        forms = phonenumbers.PhoneNumberFormat
        return tuple(
            phonenumbers.format_number(number, form)
            for form in (forms.E164, forms.INTERNATIONAL)
        )

    def _hold_customers(self, before=None):
        """Hold the customers of those of these leads that are open.

        :param dict before: the keys that each lead had until now. Of leads from
            before the addon, more than one may have the same customer.
        :raises UserError: when another open lead has one of them.
        :raises psycopg2.errors.SerializationFailure: when that lead was made since
            this transaction began; Odoo runs the request again.
        """
        before = before or {}
        wanted = {}
        for lead in self:
            for key in lead._get_customer_keys():
                first = wanted.setdefault(key, lead)
                if first != lead and key not in before.get(lead, ()):
                    lead._refuse_second_lead(first)
        if before and self._hold_exactly(wanted):
            return
        self.env.cr.execute(
            "DELETE FROM crm_lead_customer WHERE lead_id = ANY(%s) AND key != ALL(%s)",
            [self.ids, list(wanted)],
        )
        for key, holder_id in self._insert_customers(wanted):
            lead = wanted[key]
            if holder_id != lead.id and key not in before.get(lead, ()):
                lead._refuse_second_lead(self.browse(holder_id))

    def _write_unheld(self, vals):
        """Write values with which these leads hold no other customers than before."""
        return super().write(vals)

    def _hold_exactly(self, wanted):
        """Whether these leads hold their customers, and nobody else's."""
        self.env.cr.execute(
            "SELECT key, lead_id FROM crm_lead_customer WHERE lead_id = ANY(%s)",
            [self.ids],
        )
        return dict(self.env.cr.fetchall()) == {
            key: lead.id for key, lead in wanted.items()
        }

    @api.model
    def _insert_customers(self, wanted):
        """Hold customers that no other lead has, and lock all of them.

        :param dict wanted: the lead of each key; an empty recordset for one that is
            still to be made.
        :return: the keys, each with the id of the lead that holds it, or None.
        :rtype: list
        """
        if not wanted:
            return []
        # In one order, so that two transactions never wait in a circle.
        keys = sorted(wanted)
        self.env.cr.execute(
            """
            INSERT INTO crm_lead_customer AS held (key, lead_id)
            SELECT * FROM unnest(%s::varchar[], %s::integer[])
                ON CONFLICT (key)
                DO UPDATE SET lead_id = COALESCE(held.lead_id, EXCLUDED.lead_id)
            RETURNING key, lead_id
            """,
            [keys, [wanted[key].id or None for key in keys]],
        )
        return self.env.cr.fetchall()

    def _release_customers(self):
        """Let another lead have the customers of these."""
        self.env.cr.execute(
            "DELETE FROM crm_lead_customer WHERE lead_id = ANY(%s)", [self.ids]
        )

    @api.model
    def _is_told(self):
        """Whether somebody is there who can be told who works a customer.

        A visitor is not, for whom Odoo writes with all rights.
        """
        return self.env.uid != SUPERUSER_ID and self.env.user._is_internal()

    def _refuse_second_lead(self, first):
        """Tell who works the open lead of this lead's customer.

        :param crm.lead first: that lead.
        :raises UserError: always; one that leads to it, where the user may see it.
        """
        owner = first.sudo().user_id
        message = self.env._(
            "%(customer)s has an open lead already: %(lead)s, which %(owner)s.",
            customer=self.customer_name,
            lead=first.sudo()._get_label(),
            owner=self.env._("%s works", owner.name)
            if owner
            else self.env._("waits in the pool"),
        )
        if not first.with_user(self.env.user)._filtered_access("read"):
            raise UserError(message)
        raise RedirectWarning(message, first._open_form(), self.env._("Open It"))
