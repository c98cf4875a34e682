from odoo import api, fields, models

from ...inner_context import PRECOMPUTED

#: What core reads out of a phone number and an address, which the door did already.
PARSED_FIELDS = ("phone_sanitized", "phone_state", "email_normalized", "email_state")

#: What makes the leads of a delivery alike.
COMMON_FIELDS = ("partner_id", "team_id", "type", "user_id")

#: What core works out of that: first of all, that there is no contact to copy from.
ALIKE_FIELDS = (
    "company_id",
    "date_last_stage_update",
    "function",
    "is_bpo",
    "lang_id",
    "lead_properties",
    "mobile",
    "partner_name",
    "recurring_revenue_monthly",
    "recurring_revenue_monthly_prorated",
    "recurring_revenue_prorated",
    "stage_id",
    "title",
    "website",
)


#: What some of them are worked out of, too: without it, they are nothing.
WORKED_OUT_OF = dict.fromkeys(
    (
        "recurring_revenue_monthly",
        "recurring_revenue_monthly_prorated",
        "recurring_revenue_prorated",
    ),
    {"recurring_revenue", "recurring_plan"},
)


class Sanitized(str):
    """HTML that was sanitized already."""


class HtmlOnce(fields.Html):
    """HTML that is sanitized once when a record is made.

    The ORM does it for the database, and again for its cache.
    """

    def _convert(self, value, record, validate):
        if isinstance(value, Sanitized):
            return str(value)
        return super()._convert(value, record, validate)


class Lead(models.Model):
    """What is known of the leads of a delivery is not worked out for each of them.

    Core asks for the defaults of every lead, parses its phone number and its address
    anew for each field that is read out of them, sanitizes its text twice, and asks
    for its currency: half of the time that a lead takes.
    """

    _inherit = "crm.lead"

    description = HtmlOnce()

    @api.model
    def _create_precomputed(self, vals_list):
        """Make leads by the ordinary ``create``, with what is known beforehand.

        :param list vals_list: values with a description and ``PARSED_FIELDS``.
        :return: the new leads, as ``create`` alone would have made them.
        """
        if not vals_list:
            return self.browse()
        known = self._precompute_defaults(vals_list)
        leads = self.with_context(**PRECOMPUTED.say(known)).create(
            [self._sanitize_description(vals) for vals in vals_list]
        )
        # One look at all of them; the ORM would look lead by lead when it writes.
        leads.mapped("company_currency")
        leads.flush_recordset()
        return leads.with_env(self.env)

    @api.model
    def _precompute_defaults(self, vals_list):
        """Return what each of these leads gets that does not say otherwise.

        :param list vals_list: of ``crm.lead``.
        :return: values by field: the defaults, and where all are of the same contact,
            team, type and owner, what core works out of these.
        :rtype: dict
        """
        defaults = self._add_missing_default_values({})
        commons = [
            {name: vals.get(name, defaults.get(name)) for name in COMMON_FIELDS}
            for vals in vals_list
        ]
        if any(common != commons[0] for common in commons):
            return defaults
        # One look at a draft of all of them.
        draft = self.new({**defaults, **commons[0]})
        given = set().union(*vals_list)
        alike = {
            name: draft[name]
            for name in self._get_alike_fields()
            if name in draft._fields and not given & WORKED_OUT_OF.get(name, set())
        }
        return {**draft._convert_to_write(alike), **defaults}

    @api.model
    def _get_alike_fields(self):
        """Return the names of what is alike, where :data:`COMMON_FIELDS` are.

        :rtype: tuple[str]
        """
        return ALIKE_FIELDS

    @api.model
    def _sanitize_description(self, vals):
        html = self._fields["description"].convert_to_cache(vals["description"], self)
        return {**vals, "description": Sanitized(html)}

    def _create_by_core(self, vals_list):
        leads = super()._create_by_core(vals_list)
        known = self._get_precomputed()
        if known and leads:
            leads._keep_precomputed(set.intersection(*map(set, vals_list)).union(known))
        # It is not known of what else is made because of them.
        return leads.with_context(**PRECOMPUTED.say(None))

    def _keep_precomputed(self, names):
        """Let what was given stand, which core would work out again.

        :param set names: of the fields that were given.
        """
        for name in names.intersection(PARSED_FIELDS + self._get_alike_fields()):
            self.env.remove_to_compute(self._fields[name], self)

    @api.model
    def _add_missing_default_values(self, values):
        known = self._get_precomputed()
        if not known:
            return super()._add_missing_default_values(values)
        return {**known, **values}

    @api.model
    def _add_precomputed_values(self, vals_list):
        known = self._get_precomputed()
        if known:
            # The ORM makes a draft of each lead for what it misses here.
            missing = {
                name: known[name]
                for name in self._get_alike_fields()
                if name in known and self._fields[name].precompute
            }
            for vals in vals_list:
                vals.update({**missing, **vals})
        return super()._add_precomputed_values(vals_list)

    @api.model
    def _get_precomputed(self):
        return PRECOMPUTED.get(self.env)
