import dataclasses

from odoo import models

from ...intake import ENQUIRY_NAMES, Enquiry
from ...remote_odoo import UNREADABLE


@dataclasses.dataclass
class Reading:
    """What a record of the distributor says, line by line of its feed."""

    #: Of the enquiry, by its own names.
    words: dict = dataclasses.field(default_factory=dict)
    #: Further values of the lead, by field.
    values: dict = dataclasses.field(default_factory=dict)
    #: Why it cannot be used.
    problems: list = dataclasses.field(default_factory=list)
    #: By which field of ours each word was found.
    found_by: dict = dataclasses.field(default_factory=dict)

    def add(self, line, value):
        """Add a value; of several for one field, the first one counts.

        :param crm.lead.feed.field line: what it is a value of.
        :param value: as our field takes it; False for none.
        """
        if value in (False, "") and line.remote_type != "boolean":
            return
        target = line.target_field
        name = ENQUIRY_NAMES.get(target)
        if not name:
            self.values.setdefault(target, value)
        elif name == "message":
            self._add_to_message(value)
        elif self.found_by.setdefault(name, target) == target:
            self.words.setdefault(name, value)
        elif self.words[name] != value:
            # A second number: the lead has one, and the agent gets both.
            self._add_to_message(f"{line._get_label()}: {value}")

    def _add_to_message(self, text):
        earlier = self.words.get("message")
        self.words["message"] = f"{earlier}\n{text}" if earlier else text


class LeadFeed(models.Model):
    """What a record of the distributor says."""

    _inherit = "crm.lead.feed"

    def _get_external_id(self, remote_id):
        """Return by what an enquiry is known: sources may have several feeds."""
        records = self.brand_id._get_records_name()
        return f"{records}/{self.remote_model}/{remote_id}"

    def _read_record(self, record):
        """Return the enquiry that a record of the distributor is.

        :param dict record: ``id`` and values by remote field, or why one of them
            or all could not be read.
        :rtype: intake.Enquiry
        """
        reading = Reading()
        if UNREADABLE in record:
            reason = self.brand_id._shorten(record[UNREADABLE])
            record = {**record, UNREADABLE: reason}
            reading.problems.append(self.env._("The record cannot be read: %s", reason))
        else:
            self._read_lines(record, reading)
        words = reading.words
        return Enquiry(
            **{"brand": self.brand_id.name, **words},
            # The sender's word would do only if no other brand had that name.
            brand_id=0 if "brand" in words else self.brand_id.id,
            external_id=self._get_external_id(record["id"]),
            values=reading.values,
            problem="\n".join(reading.problems),
            feed_id=self.id,
            record=record,
            is_written_back=bool(self.write_back_ids),
        )

    def _read_lines(self, record, reading):
        """Read a record by the lines of this feed.

        :param dict record: of the distributor, with values by remote field.
        :param Reading reading: gets the values, and what does not fit as problems.
        """
        for line in self.field_ids:
            try:
                reading.add(line, line._read_value(record))
            except ValueError as error:
                reading.problems.append(str(error))
