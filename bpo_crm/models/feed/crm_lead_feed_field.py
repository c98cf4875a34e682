import contextlib

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import str2bool

from ...html_text import read_html
from ...intake import (
    ENQUIRY_NAMES,
    GUARDED_FIELDS,
    leave_out_controls,
    put_on_one_line,
    to_finite,
)
from ...limits import MAX_INTEGER
from ...local_time import to_zone

#: Types of remote fields that can be read as a text.
READABLE = {
    "char",
    "date",
    "datetime",
    "float",
    "html",
    "integer",
    "many2one",
    "monetary",
    "selection",
    "text",
}

#: Of each type of our fields, the types of remote fields that fit.
FITTING = {
    "boolean": {"boolean"},
    "char": READABLE,
    "date": {"date", "datetime"},
    "datetime": {"date", "datetime"},
    "float": {"float", "integer", "monetary"},
    "html": READABLE,
    "integer": {"integer"},
    "many2one": {"char", "many2one", "selection", "text"},
    "monetary": {"float", "integer", "monetary"},
    "selection": {"char", "selection"},
    "text": READABLE,
}

#: Fields that have rules of their own, and take nothing from a feed.
GUARDED = {
    "crm.lead": GUARDED_FIELDS,
    "crm.dealership": set(),
    "crm.vehicle.model": set(),
}

#: How much of a value that does not fit is told.
MAX_SHOWN = 200  # characters


class LeadFeedField(models.Model):
    """A field of the distributor's records, and the field of ours that it fills.

    Of several that fill the same field, the first one with a value counts, and a
    description has all of them.
    """

    _name = "crm.lead.feed.field"
    _description = "Field of a Distributor Feed"
    _inherit = ["crm.checked.afterwards"]
    _order = "sequence, id"

    feed_id = fields.Many2one(
        "crm.lead.feed", required=True, index=True, ondelete="cascade"
    )
    sequence = fields.Integer(default=10)
    remote_field = fields.Char(
        "Distributor's Field",
        help="The technical name of the distributor's field. A field behind a "
        "relation is written with a dot: partner_id.phone. Leave it empty "
        "to use the default always.",
    )
    remote_type = fields.Char("Field Type", readonly=True)
    target_model = fields.Char(related="feed_id.target_model")
    target_field = fields.Char("Field in BPO CRM", required=True)
    default = fields.Char(
        help="The value that is taken where the distributor's field is empty."
    )

    # ------------------------------------------------------------
    # CONSTRAINTS
    # ------------------------------------------------------------

    @api.constrains("default", "remote_field", "target_field")
    def _check_fit(self):
        self.feed_id._check_fit()

    def _check_targets(self):
        """Refuse what no feed may fill, and defaults that do not fit.

        :raises ValidationError: with the name of our field.
        """
        for line in self:
            line._check_target()

    def _check_target(self):
        target = self._get_target()
        if not target or not self._takes_values(target):
            raise ValidationError(
                self.env._(
                    'No feed can fill "%s". Choose another field.', self.target_field
                )
            )
        if not (self.remote_field or self.default):
            raise ValidationError(
                self.env._(
                    '"%s" needs a field of the distributor, or a default.',
                    self._get_label(),
                )
            )
        try:
            self._convert(self.default or False)
        except ValueError as error:
            raise ValidationError(
                self.env._(
                    'The default of "%(field)s" does not fit: %(reason)s',
                    field=self._get_label(),
                    reason=error,
                )
            ) from None

    def _check_remote(self, distributor):
        """Refuse remote fields that are not there, or do not fit ours.

        :param remote_odoo.Distributor distributor: of the feed's model.
        :raises ValidationError: with the remote field's name.
        :raises remote_odoo.RemoteError: a subclass of it.
        """
        for line in self.filtered("remote_field"):
            description = distributor.describe(line.remote_field)
            if not description:
                raise ValidationError(
                    self.env._(
                        "The distributor's %(model)s has no field %(field)s.",
                        model=line.feed_id.remote_model,
                        field=line.remote_field,
                    )
                )
            remote_type = description["type"]
            if remote_type not in FITTING[line._get_target().type]:
                raise ValidationError(
                    self.env._(
                        "The distributor's field %(remote)s (%(remote_type)s) does "
                        'not fit "%(field)s" (%(type)s).',
                        remote=line.remote_field,
                        remote_type=remote_type,
                        field=line._get_label(),
                        type=line._get_target().type,
                    )
                )
            if line.remote_type != remote_type:
                line.remote_type = remote_type

    # ------------------------------------------------------------
    # BUSINESS
    # ------------------------------------------------------------

    def _read_value(self, record):
        """Return the value of our field that a distributor's record has.

        :param dict record: values by remote field.
        :return: False for none.
        :raises ValueError: when it does not fit, with the reason.
        """
        value = record.get(self.remote_field) if self.remote_field else False
        is_empty = value is None or value is False or value == ""
        if is_empty and (self.default or self.remote_type != "boolean"):
            value = self.default or False
            return self._convert(value)
        if self.remote_type == "html" and isinstance(value, str):
            value = read_html(value)
        return self._convert(value)

    def _read_first(self, record):
        """Return the first value that a distributor's record has, of several lines.

        :param dict record: values by remote field.
        :return: False for none, and for what does not fit.
        """
        for line in self:
            # What does not fit is told with the rest of its record.
            with contextlib.suppress(ValueError):
                if value := line._read_value(record):
                    return value
        return False

    def _convert(self, value):
        """Return a value as our field takes it; a name for a relation.

        :param value: as JSON-RPC carries it, or a text.
        :raises ValueError: when it does not fit, with the reason.
        """
        if value is False:
            return False
        target = self._get_target()
        convert = getattr(self, f"_convert_to_{target.type}", self._convert_to_text)
        try:
            if isinstance(value, list | tuple):
                # A record of a relation: its id and its name.
                _remote_id, value = value
            if value is True and target.type != "boolean":
                raise ValueError(value)
            return convert(value)
        except (TypeError, ValueError, OverflowError):
            raise ValueError(
                self.env._(
                    '"%(value)s" is not a valid value of "%(field)s".',
                    value=str(value)[:MAX_SHOWN],
                    field=self._get_label(),
                )
            ) from None

    @api.model
    def _convert_to_char(self, value):
        return put_on_one_line(str(value)) or False

    @api.model
    def _convert_to_text(self, value):
        return leave_out_controls(str(value)).strip() or False

    @api.model
    def _convert_to_boolean(self, value):
        return str2bool(value)

    def _convert_to_date(self, value):
        """Return the day that a value is.

        :param value: a date or, of a remote field with a time, a moment in UTC.
        :return: of a moment the day that it is here, by the clock of the company's
            sales calendar.
        :rtype: datetime.date
        :raises ValueError: when it is none.
        """
        if self.remote_type == "datetime":
            # The day that it is here, not in UTC.
            moment = fields.Datetime.to_datetime(value)
            zone = self.env.company._get_sales_zone()
            return to_zone(moment, zone).date()
        return fields.Date.to_date(str(value)[:10])

    @api.model
    def _convert_to_datetime(self, value):
        return fields.Datetime.to_datetime(value)

    @api.model
    def _convert_to_integer(self, value):
        number = int(value)
        if abs(number) > MAX_INTEGER:
            raise ValueError(value)
        return number

    @api.model
    def _convert_to_float(self, value):
        return to_finite(value)

    @api.model
    def _convert_to_monetary(self, value):
        return to_finite(value)

    def _convert_to_selection(self, value):
        """Return the key of one of our field's values, or of its label.

        The label may be in English, too: the job has no language of its own.

        :param value: a key or a label, in any case.
        :rtype: str
        :raises ValueError: when it is none of them.
        """
        wanted = str(value).strip().lower()
        for env in (self.env, self.with_context(lang=None).env):
            for key, label in self._get_target()._description_selection(env):
                if wanted in (key.lower(), label.lower()):
                    return key
        raise ValueError(value)

    def _get_target(self):
        """Return our field, or None."""
        return self.env[self.target_model]._fields.get(self.target_field)

    @api.model
    def _takes_values(self, field):
        """Whether a feed may fill a field of ours.

        :param odoo.fields.Field field: of a model that feeds fill.
        :rtype: bool
        """
        if field.model_name == "crm.lead" and field.name in ENQUIRY_NAMES:
            return True
        if field.type == "many2one":
            # A lead's country is found with the rest of its enquiry.
            is_named = field.comodel_name in self._get_naming_fields()
            return is_named and field.store and field.model_name != "crm.lead"
        # Nor credentials, which are for some groups only.
        is_written = field.store and not (field.readonly or field.groups)
        is_guarded = field.name in GUARDED[field.model_name]
        return is_written and field.type in FITTING and not is_guarded

    @api.model
    def _get_naming_fields(self):
        """Return by which fields the records of small tables are found.

        :return: by the name of the model.
        :rtype: dict[str, tuple]
        """
        return {"res.country": ("name", "code"), "res.currency": ("name",)}

    def _get_label(self):
        return self.feed_id._get_label(self.target_field)
