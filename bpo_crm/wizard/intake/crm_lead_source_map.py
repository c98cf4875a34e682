from markupsafe import Markup, escape

from odoo import Command, api, fields, models

from ... import intake
from ...client_actions import CLOSE, show_notification
from ...ids import is_id
from ...inner_context import with_inner_context

#: How much of a value is shown.
MAX_SHOWN = 80  # characters

#: What an enquiry says that no field of a lead shows by itself.
SHOWN = ("external_id", "enquired_at", "message")

#: Fields of a lead that show what became of an enquiry, in the order of its form.
LEAD_FIELDS = (
    "contact_name",
    "phone",
    "email_from",
    "street",
    "zip",
    "city",
    "country_id",
    "dealership_id",
    "brand_id",
    "vehicle_model_id",
)

#: A line of the result.
LINE = Markup('<tr><th class="pe-3 text-nowrap">%s</th><td class="w-100">%s</td></tr>')
TABLE = Markup('<table class="table table-sm mb-0"><tbody>%s</tbody></table>')
ALERT = Markup('<div class="alert alert-%s mb-2" role="alert">%s</div>')


class LeadSourceMap(models.TransientModel):
    """Says what the fields of a sender mean, from a sample of what it sends.

    Nothing of the sample is kept: the window is gone once its lines are the source's.
    """

    _name = "crm.lead.source.map"
    _description = "Map the Fields of a Lead Source"

    source_id = fields.Many2one("crm.lead.source", required=True, ondelete="cascade")
    enquiry_id = fields.Many2one("crm.lead.enquiry", ondelete="cascade")
    # A body as the sender sends it, or the text of a mail.
    sample = fields.Text()
    sample_kind = fields.Char()
    line_ids = fields.One2many("crm.lead.source.map.line", "map_id", "Fields")
    result = fields.Html(compute="_compute_result", sanitize=False)

    # ------------------------------------------------------------
    # DEFAULTS
    # ------------------------------------------------------------

    @api.model
    def default_get(self, fields_list):
        self.browse().check_access("read")
        values = super().default_get(fields_list)
        enquiry_id = values.get("enquiry_id")
        if is_id(enquiry_id) and "sample" in fields_list:
            enquiry = self.env["crm.lead.enquiry"].browse(enquiry_id)
            # Of another company, not even what it says is told.
            enquiry.check_access("read")
            values["sample"], values["sample_kind"] = enquiry._get_sample()
        return values

    # ------------------------------------------------------------
    # COMPUTES
    # ------------------------------------------------------------

    @api.onchange("source_id", "sample")
    def _onchange_sample(self):
        """List the fields that are in the sample, beside those that have a line."""
        if not self.source_id:
            return
        self.source_id._check_may_map()
        lines = self._list_known()
        named = {intake.fold_name(line["sent_field"] or "") for line in lines}
        sent = self._list_sent()
        for line in lines:
            folded = intake.fold_name(line["sent_field"] or "")
            line["value"] = sent.get(folded, ("", ""))[1]
        for folded, (name, value) in sent.items():
            meaning = self._get_usual(name)
            if folded not in named and meaning:
                line = {"sent_field": name, "value": value, "meaning": meaning}
                lines.append(line)
        commands = [Command.create(line) for line in lines]
        self.line_ids = [Command.clear(), *commands]

    def _list_known(self):
        """Return the lines of the source, for those of the window.

        :rtype: list[dict]
        """
        names = ("sent_field", "meaning", "target_field", "default")
        return [
            {name: line[name] for name in names} for line in self.source_id.field_ids
        ]

    def _list_sent(self):
        """Return the fields that are in the sample.

        :return: the name and the first value of each, by how all ways to write the name
            are known.
        :rtype: dict[str, tuple[str, str]]
        """
        sent = {}
        kind = self.sample_kind or ""
        for name, text in self.source_id._list_sample(self.sample or "", kind):
            folded = intake.fold_name(name)
            if folded and not sent.get(folded, ("", ""))[1]:
                sent[folded] = (name, _shorten(text))
        return sent

    @api.model
    def _get_usual(self, name):
        """Return what a name means without a line.

        :param str name: as it was sent.
        :return: a meaning of a line; empty for what has a meaning of its own.
        :rtype: str
        """
        field = intake.find_field(name) or "message_line"
        field = "external_id" if field == "id" else field
        meanings = self.env["crm.lead.source.field"]._fields["meaning"]
        return field if field in meanings.get_values(self.env) else ""

    def _read(self, own_names):
        """Return the enquiries in the sample.

        :param dict own_names: what the sender's names mean.
        :rtype: list[intake.Enquiry]
        """
        if not (self.sample or "").strip():
            return []
        kind = self.sample_kind or ""
        return self.source_id._read_sample(self.sample, kind, own_names)

    @api.depends(
        "sample",
        "source_id",
        "line_ids.sent_field",
        "line_ids.meaning",
        "line_ids.target_field",
        "line_ids.default",
    )
    def _compute_result(self):
        for window in self:
            window.result = window._show_result() if window.source_id else False

    def _show_result(self):
        """Return what the sample would become by the lines in the window.

        :return: in HTML; False where there is no enquiry in it.
        :rtype: markupsafe.Markup | bool
        """
        self.source_id._check_may_map()
        lines = self.line_ids.filtered(lambda line: line.meaning)
        read = self._read(lines._get_own_names())
        if not read:
            return False
        source = with_inner_context(self.source_id._origin).sudo()
        source = source.with_company(source.company_id)
        (entry,) = source._prepare_entries({None: lines._complete(read[0])})
        return self._show_entry(entry, len(read))

    def _show_entry(self, entry, count):
        """Return what an enquiry would become.

        :param intake.Entry entry: which no lead is made of.
        :param int count: how many enquiries are in the sample.
        :rtype: markupsafe.Markup
        """
        parts = []
        if entry.error:
            text = self.env._("It would wait in quarantine: %s", entry.error)
            parts.append(ALERT % ("warning", text))
        if count > 1:
            text = self.env._("There are %s enquiries in it. This is the first.", count)
            parts.append(ALERT % ("info", text))
        lines = [LINE % pair for pair in self._list_result(entry)]
        return Markup("").join([*parts, TABLE % Markup("").join(lines)])

    def _list_result(self, entry):
        """Return what an enquiry says, for people to read.

        :param intake.Entry entry: which no lead is made of.
        :return: labels and values.
        :rtype: list[tuple[str, str]]
        """
        leads = self.env["crm.lead"]
        further = [name for name in entry.enquiry.values if name not in LEAD_FIELDS]
        pairs = [
            (leads._fields[name], entry.values.get(name))
            for name in (*LEAD_FIELDS, *further)
        ]
        shown = [
            (field._description_string(self.env), text)
            for field, value in pairs
            if value and (text := self._show_value(field, value))
        ]
        meanings = dict(
            self.env["crm.lead.source.field"]
            ._fields["meaning"]
            ._description_selection(self.env)
        )
        said = {name: getattr(entry.enquiry, name) for name in SHOWN}
        if said["external_id"].startswith(intake.UNNAMED):
            said["external_id"] = ""
        shown += [
            (meanings[name], _to_lines(said[name])) for name in said if said[name]
        ]
        if entry.unknown:
            unknown = _to_lines("\n".join(entry.unknown))
            shown.append((self.env._("Not Known Here"), unknown))
        return shown

    @api.model
    def _show_value(self, field, value):
        """Return the value of a field of a lead, for people to read.

        :param odoo.fields.Field field: of ``crm.lead``.
        :param value: as ``write`` takes it.
        :return: empty for a record that the user may not see: what comes to a shared
            source may name another company's.
        :rtype: str
        """
        if field.type == "many2one":
            record = self.env[field.comodel_name].browse(value)
            return record._filtered_access("read").display_name or ""
        if field.type == "selection":
            return dict(field._description_selection(self.env)).get(value, value)
        return _to_lines(str(value))

    # ------------------------------------------------------------
    # CONSTRAINTS
    # ------------------------------------------------------------

    @api.constrains("enquiry_id", "source_id")
    def _check_seen(self):
        # The window shows their names.
        self.enquiry_id.check_access("read")
        self.source_id.check_access("read")

    # ------------------------------------------------------------
    # ACTIONS
    # ------------------------------------------------------------

    def action_save(self):
        """Let the lines be those of the source, and forget the sample.

        :return: an action that closes the window.
        :rtype: dict
        :raises AccessError: for anybody but the managers of the source's company.
        :raises ValidationError: for a line that does not fit.
        """
        self.ensure_one()
        self.check_access("write")
        self.source_id._check_may_map()
        lines = self.line_ids.filtered(lambda line: line._is_needed())
        self.source_id.field_ids = [
            Command.clear(),
            *(
                Command.create({**line._prepare_line(), "sequence": number})
                for number, line in enumerate(lines, 1)
            ),
        ]
        self.sudo().unlink()
        return CLOSE

    def action_save_and_retry(self):
        """Save, and take the enquiry in again that the sample came from.

        :return: an action that closes the window and says what became of it.
        :rtype: dict
        """
        row = self.enquiry_id
        self.action_save()
        row.action_retry()
        row = row.exists()
        if row and row.state == "quarantined":
            return show_notification(row.error, "warning", following=CLOSE)
        return show_notification(
            self.env._("The enquiry has come in."), "success", following=CLOSE
        )


class LeadSourceMapLine(models.TransientModel):
    _name = "crm.lead.source.map.line"
    _description = "Field in a Sample"
    _inherit = ["crm.lead.source.mapping"]
    _order = "id"

    map_id = fields.Many2one("crm.lead.source.map", ondelete="cascade")
    value = fields.Char("In the Sample")

    def _is_needed(self):
        """Whether this says something that is not known without it."""
        usual = self.map_id._get_usual(self.sent_field or "")
        is_usual = bool(self.sent_field) and self.meaning == usual
        return bool(self.meaning) and (not is_usual or bool(self.default))

    def _prepare_line(self):
        """Return the values of the source's line.

        :rtype: dict
        """
        is_of_lead = self.meaning == "lead_field"
        return {
            "sent_field": self.sent_field,
            "meaning": self.meaning,
            "target_field": self.target_field if is_of_lead else False,
            "default": self.default,
        }


def _shorten(text):
    text = " ".join(text.split())
    return text if len(text) <= MAX_SHOWN else f"{text[:MAX_SHOWN]}…"


def _to_lines(value):
    """Return a text in HTML, in the lines that it has."""
    return Markup("<br/>").join(map(escape, str(value).splitlines()))
