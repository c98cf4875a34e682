import logging

from odoo import SUPERUSER_ID, Command, api, fields, models

from ...email_address import read_address
from ...html_text import read_html
from ...inner_context import CUSTOMERS_MATCHED, with_inner_context
from ...intake import (
    Enquiry,
    Entry,
    leave_out_controls,
    put_address_on_one_line,
    put_on_one_line,
)
from ...phone_number import read_numbers, to_e164, to_international

_logger = logging.getLogger(__name__)

#: Values of a lead that say how it is worked, not what the customer asked; and those
#: that a merge has a line of its own for.
NOT_ASKED = {
    "active",
    "brand_id",
    "company_id",
    "description",
    "email_from",
    "enquiry_date",
    "intake_source_id",
    "lang_id",
    "medium_id",
    "name",
    "phone",
    "team_id",
    "type",
    "vehicle_model_id",
}

#: What core takes from a mail for the customer.
SENDER = ("author_id", "email_from", "from")

#: What core's gateway says in the context when it makes a record.
GATEWAY_CONTEXT = (
    "attachments_mime_plainxml",
    "mail_create_nolog",
    "mail_create_nosubscribe",
)

#: Commands that have values of their own.
MAKING = (Command.CREATE, Command.UPDATE)


class Lead(models.Model):
    """Core's own ways in end at the door, too: mail, web forms, automations."""

    _inherit = "crm.lead"

    @api.model
    def _is_unattended(self):
        # People are told who works their customer: those who make a lead by hand. With
        # all rights, an app makes it, whoever is signed in.
        is_matched = CUSTOMERS_MATCHED.get(self.env)
        is_by_hand = self._can_be_told() and not self.env.su
        return super()._is_unattended() or not (is_by_hand or is_matched)

    @api.model
    def _take_in_values(self, vals_list):
        """Take in what a visitor sent, whom nobody can tell of another lead.

        :param list vals_list: of ``crm.lead``.
        :return: for each a new lead, or the open one that its customer has.
        """
        self.check_access("create")
        if not any(map(self._is_for_dealership, vals_list)):
            return self._create_in_phases(vals_list)
        entries = self._prepare_values_entries(vals_list)
        new, returning = self._match_values(entries)
        if returning:
            _logger.info(
                "%s of %s new leads are of customers with an open lead, or with "
                "another one of these, which they were added to.",
                len(returning),
                len(entries),
            )
        matched = self.with_context(**CUSTOMERS_MATCHED.say())
        leads = matched._create_in_phases([entry.values for entry in new])
        leads = leads.with_env(self.env)
        self.sudo()._link_enquiries(new, leads, returning)
        return self.browse(entry.lead.id for entry in entries)

    @api.model
    def message_new(self, msg_dict, custom_values=None):
        """A mail of a customer with an open lead belongs there.

        One that an employee forwards is of a customer whom only its text names: it
        becomes a lead of its own, in the chatter of which somebody can read it.

        :return: the lead to which the gateway posts the mail.
        """
        if not self.env.su:
            # Not the gateway: somebody who makes a lead, with rights of its own.
            return super().message_new(msg_dict, custom_values=custom_values)
        given = self._prepare_alias_values(custom_values or {})
        if not self._is_for_dealership(given):
            return super().message_new(msg_dict, custom_values=given)
        mail = self.env["crm.lead.source"]._get_of_core("mail")
        values = {"intake_source_id": mail.id, **given}
        if self._is_forwarding_employee(msg_dict.get("from")):
            msg_dict = {**msg_dict, **dict.fromkeys(SENDER, False)}
        # An employee who forwards a mail is not there to be told, either.
        leads = with_inner_context(self, *GATEWAY_CONTEXT).with_user(SUPERUSER_ID)
        new = super(Lead, leads).message_new(msg_dict, custom_values=values)
        return new.with_env(self.env)

    # ------------------------------------------------------------
    # PHASES
    # ------------------------------------------------------------

    @api.model
    def _normalize(self, vals):
        # What the server makes of an enquiry was cleaned when that was read.
        return super()._normalize(vals if self.env.su else self._clean_texts(vals))

    # ------------------------------------------------------------
    # BUSINESS
    # ------------------------------------------------------------

    def _assign_userless_lead_in_team(self, creation_source):
        """The pool is for agents to claim from.

        19.0 would give what comes in by mail or chat to the team's leader.
        """
        others = self.filtered(lambda lead: not lead.is_bpo)
        if not others:
            return None
        return super(Lead, others)._assign_userless_lead_in_team(creation_source)

    @api.model
    def _prepare_values_entries(self, vals_list):
        """Return what is known of enquiries that came as values of leads.

        :param list vals_list: of ``crm.lead``.
        :rtype: list[Entry]
        """
        sources = self.env["crm.lead.source"].sudo()
        companies = self.env["res.company"].sudo()
        vals_list = [self._clean_texts(vals) for vals in vals_list]
        keys_list = self._find_keys_of_values(vals_list)
        return [
            Entry(
                row=None,
                enquiry=None,
                source=sources.browse(vals.get("intake_source_id")),
                company=companies.browse(vals.get("company_id")),
                keys=keys,
                name=name,
                values=vals,
                numbers=numbers,
            )
            for vals, (keys, name, numbers) in zip(vals_list, keys_list, strict=True)
        ]

    @api.model
    def _clean_texts(self, vals):
        """Return values of a lead whose names and addresses are one line each.

        :param dict vals: of ``crm.lead``.
        :return: what no database takes is left out of all texts.
        :rtype: dict
        """
        return {
            name: _clean_text(self._fields.get(name), value)
            for name, value in vals.items()
        }

    @api.model
    def _match_values(self, entries):
        """Match enquiries that came as values, and read those that are merged.

        Matching sees leads that the user does not.

        :param list[Entry] entries: of :meth:`_prepare_values_entries`.
        :return: as of :meth:`_match`: those that need a lead, and the others, each with
            its ``holder`` and now with its ``enquiry``.
        :rtype: tuple[list[Entry], list[Entry]]
        """
        new, returning = self.sudo()._match(entries)
        for entry in returning:
            entry.enquiry = self._read_values(entry.values)
        return new, returning

    @api.model
    def _merge_into_open_lead(self, vals):
        """Merge an enquiry that came as values, if its customer has an open lead.

        :param dict vals: of ``crm.lead``.
        :return: that lead; empty for a new customer.
        """
        (entry,) = self._prepare_values_entries([vals])
        new, returning = self._match_values([entry])
        if new:
            self._drop_unused_keys(new)
            return self.browse()
        self.sudo()._link_enquiries([], self.browse(), returning)
        return self.browse(entry.lead.id)

    @api.model
    def _find_keys_of_values(self, vals_list):
        """Return by what the customers are known whom values of leads name.

        :param list vals_list: of ``crm.lead``.
        :return: for each what :meth:`_find_keys` returns.
        :rtype: list[tuple[list[str], str, dict[str, str]]]
        """
        ids = {vals["partner_id"] for vals in vals_list if vals.get("partner_id")}
        partners = {
            partner.id: partner
            for partner in self.env["res.partner"].sudo().browse(ids)
        }
        return [
            self._find_keys(
                vals, partners.get(vals.get("partner_id"), self.env["res.partner"])
            )
            for vals in vals_list
        ]

    @api.model
    def _find_keys(self, vals, partner):
        """Return by what the customer is known whom values of a lead name.

        :param dict vals: of ``crm.lead``.
        :param res.partner partner: its contact, or none.
        :return: the phone numbers in E.164 and the normalized email address that are
            the customer's own; what the customer is called; and the phone numbers in
            the values by field, as they are read in any country, False for what is
            none. Nothing of it for values that make no open lead.
        :rtype: tuple[list[str], str, dict[str, str | bool]]
        """
        if not self._is_open_enquiry(vals):
            return [], "", {}
        country = self.env["res.country"].browse(vals.get("country_id"))
        country = country or partner.country_id or self.env.company.country_id
        found = {
            name: read_numbers(vals.get(name) or partner[name] or "", country.code)
            for name in self._phone_get_number_fields()
        }
        keys = [to_e164(one) for of_field in found.values() for one in of_field]
        numbers = {
            name: to_international(of_field[0]) if of_field else False
            for name, of_field in found.items()
            if vals.get(name)
        }
        email = vals.get("email_from") or partner.email or ""
        # Of several addresses the first one counts, as for the lead itself.
        keys.append(read_address(email))
        called = (vals.get("contact_name"), vals.get("partner_name"), partner.name)
        name = next(filter(None, called), "")
        placeholders = self.env["crm.placeholder"]
        return placeholders._filter_identifying(keys, name), name, numbers

    @api.model
    def _is_open_enquiry(self, vals):
        """Whether values make an open lead of a customer of ours.

        :param dict vals: of ``crm.lead``.
        """
        stage = self.env["crm.stage"].browse(vals.get("stage_id"))
        is_open = vals.get("active", True) and not stage._is_closed
        return is_open and self._is_for_dealership(vals)

    @api.model
    def _read_values(self, vals):
        """Return what the customer asked, of values that make no lead.

        Whoever sent them learns nothing by it: a record that the user may not see is
        not named.

        :param dict vals: of ``crm.lead``; those without a field of their own in an
            enquiry become a part of its message.
        :rtype: Enquiry
        """
        lead = self.sudo().new(vals)
        asked = {name: vals[name] for name in vals if name not in NOT_ASKED}
        details = _describe(lead, asked)
        text = read_html(vals.get("description"))
        return Enquiry(
            enquired_at=fields.Datetime.to_datetime(vals.get("enquiry_date")),
            phone=vals.get("phone") or "",
            email=vals.get("email_from") or "",
            brand=_filter_seen(lead.brand_id).name or "",
            vehicle=_filter_seen(lead.vehicle_model_id).name or "",
            message="\n".join(filter(None, [vals.get("name"), text, *details])),
        )


def _describe(record, vals):
    """Return what values say, for people.

    :param record: a new record with these values.
    :param dict vals: of its model.
    :return: lines with the label and the text of each that has one.
    :rtype: list[str]
    """
    lines = []
    for name, value in vals.items():
        field = record._fields[name]
        label = field._description_string(record.env)
        if field.type in ("one2many", "many2many"):
            texts = _describe_rows(record, field, value)
        elif field.type == "many2one":
            texts = _filter_seen(record[name]).mapped("display_name")
        else:
            texts = [field.convert_to_export(record[name], record)]
        lines += [f"{label}: {text}" for text in texts if text]
    return lines


def _describe_rows(record, field, commands):
    """Return the names of records that are there, and what others say, each in a line.

    :param record: a new record to which they belong.
    :param odoo.fields.Field field: its field with them.
    :param list commands: of the field, or ids.
    :rtype: list[str]
    """
    rows = record[field.name]
    made = [
        command[2]
        for command in commands or ()
        if isinstance(command, list | tuple) and command[0] in MAKING
    ]
    said = [", ".join(_describe(rows.new(vals), vals)) for vals in made]
    return [field.convert_to_export(_filter_seen(rows._origin), record), *said]


def _filter_seen(records):
    """Return those of some records that the user may see, with the rights of these.

    :param records: with more rights than the user has.
    """
    return records.sudo(False)._filtered_access("read").sudo(records.env.su)


def _clean_text(field, value):
    """Return a value of a field, which may be a text, as :meth:`_clean_texts` says.

    :param odoo.fields.Field field: of ``crm.lead``; None for an unknown one.
    :param value: as it was sent.
    :return: of the same type; what is no text, as it is.
    """
    if not isinstance(value, str) or not field:
        return value
    clean = put_on_one_line if field.type == "char" else leave_out_controls
    if field.name == "email_from":
        clean = put_address_on_one_line
    cleaned = clean(value)
    return value if cleaned == value else type(value)(cleaned)
