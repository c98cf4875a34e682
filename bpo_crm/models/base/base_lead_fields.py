from odoo import api, models, tools
from odoo.exceptions import AccessError, UserError

from ...ids import is_id

#: Whose models nobody fills in who may not read them.
GUARDED_MODULES = ("bpo_crm", "crm")


class Base(models.AbstractModel):
    """Whatever refers to a lead does so by its id, and tells only who may read it.

    Of another value the ORM writes something else than it shows to the rules. And core
    answers with the names of all records that a form speaks of, on 18.0 also to who
    may not read the form's own.
    """

    _inherit = "base"

    @api.model_create_multi
    def create(self, vals_list):
        names = self._get_lead_fields()
        for vals in vals_list if names else ():
            for name in names:
                if vals.get(name) and not is_id(vals[name]):
                    self._refuse_value(self._fields[name], vals[name])
        return super().create(vals_list)

    def onchange(self, values, field_names, fields_spec):
        leads = self._find_leads_of_form(values)
        if leads or self._original_module in GUARDED_MODULES:
            self.check_access("read")
        if leads and leads - leads._filter_reachable("read"):
            raise AccessError(
                self.env._(
                    "This is about a lead that somebody else works. Its agent "
                    "or a supervisor can see it."
                )
            )
        return super().onchange(values, field_names, fields_spec)

    @api.model
    @tools.ormcache()
    def _get_lead_fields(self):
        """Return the names of the fields that refer to one lead.

        :rtype: tuple[str]
        """
        return tuple(
            name
            for name, field in self._fields.items()
            if field.type == "many2one" and field.comodel_name == "crm.lead"
        )

    @api.model
    def _find_leads_of_form(self, values):
        """Return the leads that a form speaks of.

        :param dict values: of the form, as the client sent them; defaults that the
            context says count as well.
        :rtype: crm.lead
        """
        names = self._get_lead_fields()
        if not names:
            return self.browse()
        context = self.env.context
        leads = self.env["crm.lead"]
        for name in names:
            field = self._fields[name]
            told = values.get(name) or context.get(f"default_{name}")
            cached = field.convert_to_cache(told, self.browse())
            leads |= field.convert_to_record(cached, self.browse())
        return leads.browse(filter(is_id, leads.ids))

    @api.model
    def _refuse_value(self, field, value):
        """Refuse a value that the ORM would take for another one.

        :param odoo.fields.Field field: for which it was sent.
        :param value: whatever was sent.
        :raises UserError: always.
        """
        words = {"value": value, "field": field._description_string(self.env)}
        if field.type != "many2one":
            raise UserError(
                self.env._(
                    '%(value)r is not a valid value of "%(field)s". '
                    "Choose one of its values.",
                    **words,
                )
            )
        raise UserError(
            self.env._(
                '%(value)r is not a valid value of "%(field)s". Send the '
                "id of a record.",
                **words,
            )
        )
