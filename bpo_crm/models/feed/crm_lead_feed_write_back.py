import time

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import groupby, str2bool

from ...intake import to_finite
from ...remote_odoo import TimedOut, Unreachable

#: Types of remote fields that can be written, by what is written.
WRITABLE = {
    "fixed": {
        "boolean",
        "char",
        "date",
        "datetime",
        "float",
        "integer",
        "many2one",
        "monetary",
        "selection",
        "text",
    },
    "reference": {"char", "text"},
    "moment": {"char", "date", "datetime"},
}

#: Records that are written back at once, and in one transaction of ours. Odoo notes
#: each change of each of them.
BATCH = 100


class LeadFeedWriteBack(models.Model):
    """A value that the distributor's record gets once it is a lead here."""

    _name = "crm.lead.feed.write.back"
    _description = "Write-Back of a Distributor Feed"
    _inherit = ["crm.checked.afterwards"]
    _order = "id"

    feed_id = fields.Many2one(
        "crm.lead.feed", required=True, index=True, ondelete="cascade"
    )
    remote_field = fields.Char(
        "Distributor's Field",
        required=True,
        help="The technical name of the distributor's field.",
    )
    remote_type = fields.Char("Field Type", readonly=True)
    kind = fields.Selection(
        [
            ("fixed", "A Fixed Value"),
            ("reference", "Our Reference"),
            ("moment", "The Current Time"),
        ],
        "Is Set To",
        required=True,
        default="fixed",
    )
    value = fields.Char(
        help="Enter True or False for a check box, and an id for a relation."
    )

    # ------------------------------------------------------------
    # CONSTRAINTS
    # ------------------------------------------------------------

    @api.constrains("kind", "remote_field", "value")
    def _check_fit(self):
        self.feed_id._check_fit()

    def _check_remote(self, distributor):
        """Refuse remote fields that are not there, or do not take the value.

        :param remote_odoo.Distributor distributor: of the feed's model.
        :raises ValidationError: with the remote field's name.
        :raises remote_odoo.RemoteError: a subclass of it.
        """
        for line in self:
            is_path = "." in line.remote_field
            description = not is_path and distributor.describe(line.remote_field)
            if not description:
                raise ValidationError(
                    self.env._(
                        "The distributor's %(model)s has no field %(field)s that "
                        "could be written.",
                        model=line.feed_id.remote_model,
                        field=line.remote_field,
                    )
                )
            if not line._takes_value(description):
                raise ValidationError(
                    self.env._(
                        "The distributor's field %(field)s (%(type)s) does not take "
                        "this value: %(value)s",
                        field=line.remote_field,
                        type=description["type"],
                        value=line.value or dict(self._get_kinds())[line.kind],
                    )
                )
            if line.remote_type != description["type"]:
                line.remote_type = description["type"]

    def _takes_value(self, description):
        """Whether a remote field takes what is to be written.

        :param dict description: of the field, as its server gives it.
        """
        if description["type"] not in WRITABLE[self.kind]:
            return False
        if self.kind != "fixed":
            return True
        if description["type"] == "selection":
            return self.value in dict(description["selection"])
        try:
            self._convert(description["type"])
        except ValueError:
            return False
        return True

    def _get_kinds(self):
        return self._fields["kind"]._description_selection(self.env)

    # ------------------------------------------------------------
    # BUSINESS
    # ------------------------------------------------------------

    def _prepare_values(self, enquiry):
        """Return what a record of the distributor gets.

        :param crm.lead.enquiry enquiry: what became of the record.
        :rtype: dict
        """
        values = {}
        for line in self:
            if line.kind == "reference":
                values[line.remote_field] = enquiry.lead_id.reference
            elif line.kind == "moment":
                now = fields.Datetime.to_string(fields.Datetime.now())
                is_date = line.remote_type == "date"
                values[line.remote_field] = now[:10] if is_date else now
            else:
                values[line.remote_field] = line._convert(line.remote_type)
        return values

    def _convert(self, remote_type):
        """Return the fixed value as a remote field takes it.

        :param str remote_type: of the field.
        :raises ValueError: when it does not fit.
        """
        text = (self.value or "").strip()
        if remote_type == "boolean":
            return str2bool(text)
        if not text:
            return False
        if remote_type in ("integer", "many2one"):
            return int(text)
        if remote_type in ("float", "monetary"):
            return to_finite(text)
        if remote_type == "date":
            return fields.Date.to_string(fields.Date.to_date(text))
        if remote_type == "datetime":
            return fields.Datetime.to_string(fields.Datetime.to_datetime(text))
        return text


class LeadFeed(models.Model):
    """Marking what was taken on the distributor's server, after our commit."""

    _inherit = "crm.lead.feed"

    def _write_back(self, distributor, pull, deadline):
        """Write back what waits for it, at least the first of it.

        A reply that gets lost leaves the mark, and the same is written again.

        :param remote_odoo.Distributor distributor: of this feed's model.
        :param Pull pull: is told which records were refused.
        :param float deadline: moment of :func:`time.monotonic` at which to stop.
        :return: whether nothing waits any more.
        :rtype: bool
        :raises remote_odoo.RemoteError: a subclass of it, also where every record is
            refused.
        """
        suspect, problem = self.env["crm.lead.enquiry"], None
        refused, is_any_written = {}, False
        while waiting := self._find_waiting(suspect.ids + [row.id for row in refused]):
            waiting = waiting[: self._halve(len(waiting))]
            for values, rows in groupby(waiting, self._get_written_values):
                try:
                    refusals = self._write_back_alike(distributor, rows, dict(values))
                except (TimedOut, Unreachable) as error:
                    if suspect or not self._is_suspect(rows):
                        raise
                    # The next record tells whether it is to blame.
                    suspect, problem = rows[0], error
                    continue
                refused |= refusals
                is_any_written |= len(refusals) < len(rows)
                if suspect:
                    refused[suspect], suspect = problem, suspect.browse()
                if is_any_written:
                    self._give_up(refused, pull)
                    refused = {}
                self._commit()
                if time.monotonic() >= deadline:
                    self._raise_refusals(distributor, refused, pull)
                    return not self._find_waiting()
        self._raise_refusals(distributor, refused, pull)
        if suspect:
            raise problem
        return True

    def _write_back_alike(self, distributor, rows, values):
        """Write the same values to records, and note which of them took it.

        :param remote_odoo.Distributor distributor: of this feed's model.
        :param list rows: of ``crm.lead.enquiry``, whose records they are.
        :param dict values: by remote field.
        :return: why each of the others was refused.
        :rtype: dict[crm.lead.enquiry, remote_odoo.RemoteError]
        :raises remote_odoo.RemoteError: a subclass of it, for every other failure.
        """
        by_remote_id = {row.remote_id: row for row in rows}
        refusals = distributor.mark(list(by_remote_id), values)
        written = [row.id for row in rows if row.remote_id not in refusals]
        self.env["crm.lead.enquiry"].browse(written).write(
            {"write_back_state": "done", "write_back_error": False}
        )
        return {by_remote_id[number]: refusals[number] for number in refusals}

    def _raise_refusals(self, distributor, refused, pull):
        """Say that nothing can be written back, unless what was refused is gone there.

        Where a record of its kind can be written, a refusal is the record's own. Where
        none can, it is the account, or the feed, and all of it is tried again.

        :param remote_odoo.Distributor distributor: of this feed's model.
        :param dict refused: errors by ``crm.lead.enquiry``; none of any was written.
        :param Pull pull: is told which records are given up.
        :raises remote_odoo.RemoteError: of a record that is there.
        """
        if not refused:
            return
        there = set(distributor.find([row.remote_id for row in refused]))
        gone = {row: refused[row] for row in refused if row.remote_id not in there}
        self._give_up(gone, pull)
        self._commit()
        for row, error in refused.items():
            if row not in gone:
                raise error

    def _give_up(self, refused, pull):
        """Write these back no more, until somebody tries it again.

        :param dict refused: errors by ``crm.lead.enquiry``.
        :param Pull pull: is told of each.
        """
        for row, error in refused.items():
            reason = self.brand_id._shorten(error.detail)
            reason = reason or self.brand_id._explain(error)
            row._note_refusal(reason)
            pull.refused.append(f"{self.remote_model}/{row.remote_id}: {reason}")

    def _find_waiting(self, without=()):
        """Return enquiries whose records wait to be written back, as a batch.

        :param list without: ids of those that were tried in this run.
        """
        return self.env["crm.lead.enquiry"].search(
            [
                ("id", "not in", list(without)),
                ("feed_id", "=", self.id),
                ("write_back_state", "=", "waiting"),
                ("lead_id", "!=", False),
            ],
            limit=BATCH,
            order="id",
        )

    def _forget_write_backs(self):
        """Leave the records alone that wait to be written back, or were refused."""
        self.env["crm.lead.enquiry"].sudo().search(
            [
                ("feed_id", "in", self.ids),
                ("write_back_state", "in", ("waiting", "failed")),
            ]
        ).write({"write_back_state": False, "write_back_error": False})

    def _get_written_values(self, enquiry):
        """Return what a record gets, in a form that can be compared."""
        return tuple(self.write_back_ids._prepare_values(enquiry).items())
