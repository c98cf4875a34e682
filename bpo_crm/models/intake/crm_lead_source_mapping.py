import dataclasses

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import str2bool

from ... import intake
from ...limits import MAX_INTEGER

#: What a sender's field may mean. What is not among them is a field of the lead.
MEANINGS = [
    ("name", "Customer's Name"),
    ("first_name", "First Name"),
    ("middle_name", "Middle Name"),
    ("last_name", "Last Name"),
    ("phone", "Phone"),
    ("other_phones", "Further Phone Number"),
    ("email", "Email"),
    ("street", "Street"),
    ("street2", "Second Line of the Street"),
    ("zip", "ZIP"),
    ("city", "City"),
    ("country", "Country"),
    ("brand", "Brand"),
    ("vehicle", "Vehicle"),
    ("model", "Vehicle, without Its Variant"),
    ("trim", "Variant of the Vehicle"),
    ("dealership", "Dealership"),
    ("dealership_name", "Dealership's Name, beside Its Code"),
    ("message", "Message"),
    ("enquired_at", "Enquiry Date"),
    ("external_id", "ID of the Enquiry"),
    ("utm_campaign", "Campaign"),
    ("utm_medium", "Medium"),
    ("utm_source", "Source in the Reports"),
    ("message_line", "A Line of the Message"),
    ("lead_field", "A Field of the Lead"),
    (intake.LEFT_OUT, "Left Out"),
]

#: Meanings that nothing can be given for where the sender says nothing.
WITHOUT_DEFAULT = {
    "enquired_at",
    "external_id",
    "first_name",
    "last_name",
    "message_line",
    "middle_name",
    "street2",
    "trim",
    intake.LEFT_OUT,
}


class LeadSourceMapping(models.AbstractModel):
    """What a field of what a sender sends means here.

    What has no line is known by its usual names, or becomes a line of the message.
    """

    _name = "crm.lead.source.mapping"
    _description = "Meaning of a Sender's Field"

    sent_field = fields.Char(
        "Sender's Field",
        help="What the sender calls it, or the label in its mails. A field inside of "
        "another one is written with a dot: contact.phone. Leave it empty to use the "
        "default always.",
    )
    meaning = fields.Selection(MEANINGS, "Means in BPO CRM")
    lead_model = fields.Char(compute="_compute_lead_model")
    target_field = fields.Char(
        "Field of the Lead", help="Which one, where it means a field of the lead."
    )
    default = fields.Char(
        help="The value that is taken where the sender's field is empty."
    )

    def _compute_lead_model(self):
        self.lead_model = "crm.lead"

    # ------------------------------------------------------------
    # CONSTRAINTS
    # ------------------------------------------------------------

    def _check_line(self):
        """Refuse a line that says nothing, or something that no sender may say.

        :raises ValidationError: with the words of the line.
        """
        if self.sent_field and not intake.fold_name(self.sent_field):
            raise ValidationError(
                self.env._(
                    'The name "%s" has neither a letter nor a digit.', self.sent_field
                )
            )
        if not (self.sent_field or self.default):
            raise ValidationError(
                self.env._(
                    '"%s" needs a field of the sender, or a default.', self._get_label()
                )
            )
        if self.default and self.meaning in WITHOUT_DEFAULT:
            raise ValidationError(
                self.env._('"%s" cannot have a default.', self._get_label())
            )
        if self.meaning == "lead_field":
            self._check_target()

    def _check_target(self):
        if not self._takes_values(self._get_target()):
            raise ValidationError(
                self.env._(
                    'No sender can fill the field "%s" of a lead. Choose another one, '
                    "or another meaning.",
                    self.target_field or "",
                )
            )
        if self.default:
            try:
                self._convert(self._get_target(), self.default)
            except ValueError:
                raise ValidationError(
                    self.env._(
                        '"%(value)s" is not a valid value of "%(field)s".',
                        value=self.default,
                        field=self._get_label(),
                    )
                ) from None

    # ------------------------------------------------------------
    # BUSINESS
    # ------------------------------------------------------------

    def _get_own_name(self):
        """Return what the sender's field means, as readers of enquiries take it.

        :rtype: str
        """
        if self.meaning == "lead_field":
            return f"{intake.OF_LEAD}{self.target_field}"
        return "" if self.meaning == "message_line" else self.meaning

    def _get_label(self):
        """Return how people know what this line fills."""
        target = self.meaning == "lead_field" and self._get_target()
        if target:
            return target._description_string(self.env)
        return dict(self._fields["meaning"]._description_selection(self.env)).get(
            self.meaning, ""
        )

    def _get_target(self):
        """Return the field of the lead, or None."""
        return self.env["crm.lead"]._fields.get(self.target_field)

    @api.model
    def _takes_values(self, field):
        """Whether a sender may fill a field of the lead.

        :param odoo.fields.Field field: of ``crm.lead``, or None.
        :rtype: bool
        """
        if (
            not field
            or field.name in intake.GUARDED_FIELDS | intake.ENQUIRY_NAMES.keys()
        ):
            return False
        is_written = field.store and not (field.readonly or field.groups)
        return is_written and field.type in CONVERT and not self._is_server_only(field)

    @api.model
    def _convert(self, field, text):
        """Return a text as a field of the lead takes it.

        :param odoo.fields.Field field: of ``crm.lead``, which takes values.
        :param str text: as it was sent.
        :raises ValueError: when it does not fit.
        """
        return CONVERT[field.type](self.env, field, text)

    def _get_own_names(self):
        """Return what the names in these lines mean.

        :return: as :func:`intake.find_field` takes it.
        :rtype: dict[str, str]
        """
        return {
            intake.fold_name(line.sent_field): line._get_own_name()
            for line in self
            if line.sent_field and line.meaning
        }

    def _complete(self, enquiry):
        """Return an enquiry with the defaults of these, and as its lead takes it.

        A value that does not fit becomes a line of the message.

        :param intake.Enquiry enquiry: as it was read.
        :rtype: intake.Enquiry
        """
        words, texts = {}, dict(enquiry.texts)
        for line in self.filtered("default"):
            if line.meaning == "lead_field":
                texts.setdefault(line.target_field, line.default)
            elif not getattr(enquiry, line.meaning):
                words.setdefault(line.meaning, line.default)
        if not (words or texts):
            return enquiry
        enquiry = dataclasses.replace(enquiry, **words, texts={})
        values, others = self._convert_texts(texts)
        return dataclasses.replace(
            enquiry,
            values={**values, **enquiry.values},
            message="\n".join(filter(None, [enquiry.message, *others])),
        )

    @api.model
    def _convert_texts(self, texts):
        """Return values of a lead, and what does not fit.

        :param dict texts: by field of the lead.
        :return: the values, and a line for each of the others.
        :rtype: tuple[dict, list[str]]
        """
        values, others = {}, []
        for name, text in texts.items():
            field = self.env["crm.lead"]._fields.get(name)
            label = field._description_string(self.env) if field else name
            try:
                if not self._takes_values(field):
                    raise ValueError(name)
                values[name] = self._convert(field, text)
            except (ValueError, OverflowError):
                others.append(f"{label}: {text}")
        return values, others


def _to_integer(_env, _field, text):
    number = int(text)
    if abs(number) > MAX_INTEGER:
        raise ValueError(text)
    return number


def _to_float(_env, _field, text):
    return intake.to_finite(text)


def _to_date(_env, _field, text):
    return fields.Date.to_date(text.strip()[:10])


def _to_selection(env, field, text):
    """Return the key of one of a field's values, or of its label in any case.

    :param odoo.api.Environment env: in whose language the label may be.
    :param odoo.fields.Selection field: of ``crm.lead``.
    :param str text: as it was sent.
    :rtype: str
    :raises ValueError: for a text that is neither.
    """
    wanted = text.strip().lower()
    for language in (env, env(context={**env.context, "lang": None})):
        for key, label in field._description_selection(language):
            if wanted in (key.lower(), label.lower()):
                return key
    raise ValueError(text)


#: How a text becomes the value of a field, by its type: takes the environment, the
#: field and the text, and raises a ValueError where it does not fit.
CONVERT = {
    "boolean": lambda _env, _field, text: str2bool(text.strip().lower()),
    "char": lambda _env, _field, text: intake.put_on_one_line(text),
    "date": _to_date,
    "float": _to_float,
    "integer": _to_integer,
    "monetary": _to_float,
    "selection": _to_selection,
    "text": lambda _env, _field, text: intake.leave_out_controls(text).strip(),
}
