import logging

from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import RedirectWarning, UserError
from odoo.tools import SQL

from ...domains import CUSTOMER_KEYS, EVERY
from ...email_address import read_address
from ...inner_context import ASKED_AGAIN, CUSTOMERS_MATCHED
from ...roles import AGENT
from ...series import Constraint

#: What may change who the customer of an open lead is.
CUSTOMER_FIELDS = {
    "active",
    "country_id",
    "email_from",
    "mobile",
    "other_reach",
    "partner_id",
    "phone",
    "stage_id",
    "type",
}

#: By what the customers of open leads are known.
KEYS_OF_OPEN = r"""
      FROM crm_lead AS lead
      LEFT JOIN crm_stage AS stage ON stage.id = lead.stage_id
     CROSS JOIN unnest(
        ARRAY[lead.phone_sanitized, lead.email_normalized]
        || string_to_array(lead.other_reach, E'\n')
     ) AS key
     WHERE lead.is_bpo AND lead.active AND lead.type = 'opportunity'
       AND key IS NOT NULL
       AND stage.is_won IS NOT TRUE AND stage.is_lost IS NOT TRUE
"""

#: Which open lead is the oldest one of each customer.
OLDEST_LEADS = """
    SELECT DISTINCT ON (key) key, lead.id %(keys)s AND %(chosen)s
     ORDER BY key, lead.id
"""

#: Two open leads of one customer, one of which comes back.
TWO_LEADS = """
    WITH known AS (SELECT key, lead.id %(keys)s
                       AND lead.id IN (SELECT id FROM crm_lead WHERE %(chosen)s))
    SELECT known.id, held.lead_id
      FROM known
      JOIN crm_lead_customer AS held ON held.key = known.key
     WHERE held.lead_id != known.id
       AND (known.id IN (%(returning)s) OR held.lead_id IN (%(returning)s))
     ORDER BY known.id LIMIT 1
"""


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

    def init(self):
        result = super().init()
        self.env.cr.execute("SELECT FROM crm_lead_customer LIMIT 1")
        if not self.env.cr.rowcount:
            # Leads from before can be read once all models are complete.
            self.pool.post_init(self.env["crm.lead"]._hold_existing_customers)
        return result


class Lead(models.Model):
    """A customer has one open lead.

    Requirements 003, "What happens if the customer calls".
    """

    _inherit = "crm.lead"

    def unlink(self):
        held = self._get_held_keys()
        result = super().unlink()
        self._pass_on_customers(held)
        return result

    # ------------------------------------------------------------
    # PHASES
    # ------------------------------------------------------------

    def _check_births(self):
        self._hold_customers(is_matched=CUSTOMERS_MATCHED.get(self.env))
        return super()._check_births()

    @api.model
    def _get_watched_fields(self):
        return super()._get_watched_fields() | CUSTOMER_FIELDS

    def _prepare_change(self, change):
        if not CUSTOMER_FIELDS.isdisjoint(change.vals):
            change.customers = self._get_customers()
        return super()._prepare_change(change)

    def _check_change(self, change):
        result = super()._check_change(change)
        if "partner_id" in change.vals:
            self._refuse_contact_of_others(change)
        if change.customers is not None:
            is_matched = ASKED_AGAIN.get(self.env)
            self._hold_customers(change.customers, is_matched=is_matched)
        elif change.find_changing("is_bpo"):
            self._hold_customers()
        return result

    # ------------------------------------------------------------
    # BUSINESS
    # ------------------------------------------------------------

    @api.model
    def _follow_switch(self, chosen, is_bpo):
        result = super()._follow_switch(chosen, is_bpo)
        if is_bpo:
            self._hold_existing_customers(chosen)
        else:
            self._release_existing_customers(chosen)
        return result

    @api.model
    def _phone_get_sanitize_triggers(self):
        # Core takes the contact's country where the lead has none.
        return [*super()._phone_get_sanitize_triggers(), "partner_id.country_id"]

    def _get_customers(self):
        """Return by what the customer of each of these leads is known.

        :rtype: dict[crm.lead, list[str]]
        """
        return {lead: lead._get_customer_keys() for lead in self}

    def _get_customer_keys(self):
        """Return by what the customer of this lead is known, while it is open.

        :rtype: list[str]
        """
        if not (self.is_bpo and self.active and self._is_open()):
            return []
        return self._list_keys()

    def _list_keys(self):
        """Return by what the customer of this lead is known, open or not.

        :rtype: list[str]
        """
        return self.env["crm.placeholder"]._filter_identifying(
            [*self._get_phone_keys(), self.email_normalized, *self._get_other_keys()],
            self._get_person_name(),
        )

    def _get_person_name(self):
        """Return what the customer is called; empty for nobody knows.

        :rtype: str
        """
        partner = self.partner_id.sudo()
        return self.contact_name or self.partner_name or partner.name or ""

    def _get_phone_keys(self):
        """Return the phone numbers of this lead in E.164, or False for what is none."""
        names = self._phone_get_number_fields()
        numbers = [self[name] for name in names if self[name]]
        if len(numbers) < 2:
            # Core has read the only one already.
            return [self.phone_sanitized]
        return [self._phone_format(number=number) for number in numbers]

    def _hold_customers(self, before=None, is_shared=False, is_matched=False):
        """Hold the customers of those of these leads that are open.

        :param dict before: the keys that each lead had until now, as of
            :meth:`_get_customers`. Of leads from before the addon, more than one may
            have the same customer.
        :param bool is_shared: whether these leads are of one customer anyway.
        :param bool is_matched: whether somebody told the customers apart already: then
            a lead may share a number or an address with another customer's.
        :raises UserError: when another open lead has one of them; a RedirectWarning
            where there is something to do about it.
        :raises psycopg2.errors.SerializationFailure: when that lead was made since
            this transaction began; Odoo runs the request again.
        """
        before = before or {}
        wanted = {}
        for lead in self:
            for key in lead._get_customer_keys():
                first = wanted.setdefault(key, lead)
                is_second = first != lead and not (is_shared or is_matched)
                if is_second and key not in before.get(lead, ()):
                    lead._refuse_second_lead(first)
        if before and self._holds_exactly(wanted):
            return
        released = self._release_customers(kept=wanted)
        for key, holder_id in self._insert_customers(wanted, is_shared=is_matched):
            lead = wanted[key]
            is_of_another = holder_id != lead.id and not is_matched
            if is_of_another and key not in before.get(lead, ()):
                lead._refuse_second_lead(self.browse(holder_id))
        self._pass_on_customers(released)

    def _holds_exactly(self, wanted):
        """Whether these leads hold their customers, and nobody else's.

        :param dict wanted: the lead of each key.
        :rtype: bool
        """
        self.env.cr.execute(
            "SELECT key, lead_id FROM crm_lead_customer WHERE lead_id = ANY(%s)",
            [self.ids],
        )
        return dict(self.env.cr.fetchall()) == {
            key: lead.id for key, lead in wanted.items()
        }

    @api.model
    def _insert_customers(self, wanted, is_shared=False):
        """Hold customers that no other lead has, and lock all of them.

        :param dict wanted: the lead of each key; an empty recordset for one that is
            still to be made.
        :param bool is_shared: whether the older one of two leads may have what the
            other one holds.
        :return: pairs of a key and the id of the lead that holds it, or None, in no
            particular order.
        :rtype: list[tuple[str, int | None]]
        """
        if not wanted:
            return []
        # In one order, so that two transactions never wait in a circle.
        keys = sorted(wanted)
        # Either takes the one that is there, where the other is NULL.
        choice = SQL("LEAST") if is_shared else SQL("COALESCE")
        return self.env.execute_query(
            SQL(
                """
                INSERT INTO crm_lead_customer AS held (key, lead_id)
                SELECT * FROM unnest(%s::varchar[], %s::integer[])
                    ON CONFLICT (key)
                    DO UPDATE SET lead_id = %s(held.lead_id, EXCLUDED.lead_id)
                RETURNING key, lead_id
                """,
                keys,
                [wanted[key].id or None for key in keys],
                choice,
            )
        )

    def _refuse_contact_of_others(self, change):
        """A contact with an open lead is no other lead's customer.

        Its number and its address become those of both.

        :param LeadChange change: that gives these leads a contact.
        :raises UserError: naming who works the contact's lead.
        """
        asked = self.filtered("partner_id")
        by_contact = asked.partner_id._find_open_leads().grouped("partner_id")
        for lead in asked:
            others = by_contact.get(lead.partner_id, lead.browse()) - lead
            if not (others and lead._get_customer_keys()):
                continue
            known = set(change.customers[lead])
            for other in others:
                if not known.intersection(other._get_customer_keys()):
                    lead._refuse_second_lead(other)

    def _get_held_keys(self):
        self.env.cr.execute(
            "SELECT key FROM crm_lead_customer WHERE lead_id = ANY(%s)", [self.ids]
        )
        return [key for (key,) in self.env.cr.fetchall()]

    def _release_customers(self, kept=()):
        """Let other leads have the customers of these.

        :param kept: the keys that these leads go on to hold.
        :return: the keys of those that nobody holds now.
        :rtype: list[str]
        """
        self.env.cr.execute(
            """
            DELETE FROM crm_lead_customer
             WHERE lead_id = ANY(%s) AND key != ALL(%s)
            RETURNING key
            """,
            [self.ids, list(kept)],
        )
        return [key for (key,) in self.env.cr.fetchall()]

    @api.model
    def _pass_on_customers(self, keys):
        """Let the oldest of their other open leads have customers that nobody holds.

        There are such leads in a database from before the addon.

        :param list keys: phone numbers in E.164, and normalized email addresses.
        """
        # What identifies nobody is looked up anew.
        keys = keys and self.env["crm.placeholder"]._filter_identifying(keys, "")
        if not keys:
            return
        read = ("active", "is_bpo", "other_reach", "stage_id", "type")
        self.flush_model([*CUSTOMER_KEYS, *read])
        of_them = SQL(
            "key = ANY(%(keys)s) AND (lead.phone_sanitized = ANY(%(keys)s)"
            " OR lead.email_normalized = ANY(%(keys)s)"
            r" OR string_to_array(lead.other_reach, E'\n') && %(keys)s::text[])",
            keys=keys,
        )
        next_holders = dict(
            self.env.execute_query(
                SQL(OLDEST_LEADS, keys=SQL(KEYS_OF_OPEN), chosen=of_them)
            )
        )
        if not next_holders:
            return
        # Who closes one of them in this moment has to see this.
        self.browse(next_holders.values())._collide()
        self._insert_customers(
            {key: self.browse(next_holders[key]) for key in next_holders}
        )

    @api.model
    def _hold_existing_customers(self, chosen=EVERY):
        """Let the open leads from before have their customers; the oldest comes first.

        In SQL, because there may be a million of them.

        :param SQL chosen: the condition on ``crm_lead`` of which; of all by default.
        """
        self.flush_model()
        among = SQL("lead.id IN (SELECT id FROM crm_lead WHERE %s)", chosen)
        identifying = SQL("%s AND %s", self._get_sql_identifying(), among)
        self.env.execute_query(
            SQL(
                "INSERT INTO crm_lead_customer (key, lead_id) %s"
                " ON CONFLICT (key) DO NOTHING RETURNING key",
                SQL(OLDEST_LEADS, keys=SQL(KEYS_OF_OPEN), chosen=identifying),
            )
        )
        # Core reads one number only, and 18.0 has two.
        names = self._phone_get_number_fields()
        if len(names) > 1:
            given = [SQL("%s IS NOT NULL", SQL.identifier(name)) for name in names]
            several = SQL(" AND ").join([SQL("(%s) AND active", chosen), *given])
            leads = self.browse(self._find_ids(several))
            wanted = leads._get_customers()
            self._insert_customers(
                {key: lead for lead in reversed(leads) for key in wanted[lead]}
            )

    @api.model
    def _get_sql_identifying(self):
        """Return the condition that a key identifies somebody.

        :rtype: SQL
        """
        nobody = self.env["crm.placeholder"]._get_nobody()
        # One of us may be a customer.
        nobodys = [key for key, owners in nobody.own.items() if not any(owners)]
        pattern = f"^(?:{nobody.placeholders.pattern})$"
        return SQL("key !~ %s AND key != ALL(%s)", pattern, nobodys)

    @api.model
    def _release_existing_customers(self, chosen):
        """Let other leads have the customers of these, which are for no dealership.

        :param SQL chosen: the condition on ``crm_lead`` of which.
        """
        released = self.env.execute_query(
            SQL(
                "DELETE FROM crm_lead_customer"
                " WHERE lead_id IN (SELECT id FROM crm_lead WHERE %s) RETURNING key",
                chosen,
            )
        )
        self._pass_on_customers([key for (key,) in released])

    @api.model
    def _refuse_two_leads(self, chosen, returning):
        """Refuse that a lead comes back whose customer has another open one.

        Of leads from before the addon, more than one may have the same customer.

        :param SQL chosen: the condition on ``crm_lead`` of all that come.
        :param SQL returning: the ids of those that the rules were for before.
        :raises UserError: as of :meth:`_refuse_second_lead`.
        """
        rows = self.env.execute_query(
            SQL(
                TWO_LEADS,
                keys=SQL(KEYS_OF_OPEN),
                chosen=chosen,
                returning=returning,
            )
        )
        for lead_id, holder_id in rows:
            self.browse(lead_id)._refuse_second_lead(self.browse(holder_id))

    @api.model
    def _can_be_told(self):
        """Whether somebody is there who can be told who works a customer.

        A visitor is not, for whom Odoo writes with all rights.
        """
        return self.env.uid != SUPERUSER_ID and self.env.user._is_internal()

    @api.model
    def _is_forwarding_employee(self, address):
        """Whether an address is an employee's, who forwards what customers ask.

        An employee with an open lead is a customer, too.

        :param str address: of whoever wrote a mail, or nothing.
        """
        email = read_address(address)
        users = self.env["res.users"].sudo()
        is_employees = bool(email) and users.search_count(
            [("share", "=", False), ("partner_id.email_normalized", "=", email)],
            limit=1,
        )
        customers = self.env["crm.lead.customer"].sudo()
        return is_employees and not customers.search_count(
            [("key", "=", email), ("lead_id", "!=", False)], limit=1
        )

    def _refuse_second_lead(self, first):
        """Refuse a second lead of a customer, and tell who works the open one.

        :param crm.lead first: the open one.
        :raises RedirectWarning: it leads to that lead where the user may see it, and
            otherwise to a message for its owner, who is told.
        :raises UserError: for all others; one that tells a customer nothing of others.
        """
        self._check_may_learn_owner(first)
        message = self._prepare_second_lead_message(first)
        if not first._is_shown_to_user():
            first._tell_of_second_request()
        way_out = self._find_way_out(first)
        if not way_out:
            raise UserError(message)
        refusal = RedirectWarning(message, *way_out)
        # Nothing is broken: Odoo's http.py would log a traceback.
        refusal.loglevel = logging.WARNING
        raise refusal

    def _check_may_learn_owner(self, first):
        """Check that the user may learn who works the customer of this lead.

        :param crm.lead first: the open one.
        :raises UserError: for the customers themselves, and where another company's
            business it is.
        """
        if self.env.user._is_portal():
            raise UserError(
                self.env._("Ask us to change your number or your email address.")
            )
        if first.sudo().company_id - self.env.user.company_ids:
            raise UserError(
                self.env._(
                    "%s has an open lead already, at another company. Ask somebody who "
                    "works for both.",
                    self._get_known_name(),
                )
            )

    def _prepare_second_lead_message(self, first):
        """Return what is said of a second lead of a customer.

        :param crm.lead first: the open one.
        :rtype: str
        """
        owner = first.sudo().user_id
        words = {
            "customer": self._get_known_name(),
            "lead": first.sudo()._get_label(),
        }
        if owner:
            return self.env._(
                "%(customer)s has an open lead already: %(lead)s, which %(owner)s "
                "works.",
                owner=owner.name,
                **words,
            )
        return self.env._(
            "%(customer)s has an open lead already: %(lead)s, which waits in the pool.",
            **words,
        )

    def _find_way_out(self, first):
        """Return what the user can do instead of making a second lead.

        :param crm.lead first: the open one.
        :return: an action, and the text of the button that runs it; None for nothing.
        :rtype: tuple[dict, str] | None
        """
        if first._is_shown_to_user():
            return first._open_form(), self.env._("Open Lead")
        if first.sudo().user_id and self.env.user.has_group(AGENT):
            action = first.sudo()._open_message_window()
            return action, self.env._("Leave a Message")
        return None

    def _is_shown_to_user(self):
        """Whether the user may read this lead, whatever the rights of the code."""
        return bool(self.with_user(self.env.user)._filtered_access("read"))

    def _get_known_name(self):
        """Return how whoever wants to make this lead knows the customer."""
        names = (self.partner_id.name, self.contact_name, self.phone, self.email_from)
        return next(filter(None, names), "")
