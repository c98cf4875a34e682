from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ... import intake
from ...roles import SUPERVISOR


class LeadSourceField(models.Model):
    """A line of a source, which says what one of its sender's fields means."""

    _name = "crm.lead.source.field"
    _description = "Field of a Lead Source"
    _inherit = ["crm.lead.source.mapping", "crm.checked.afterwards"]
    _order = "sequence, id"

    source_id = fields.Many2one(
        "crm.lead.source", required=True, index=True, ondelete="cascade"
    )
    sequence = fields.Integer(default=10)
    meaning = fields.Selection(required=True)

    @api.constrains("default", "meaning", "sent_field", "source_id", "target_field")
    def _check_lines(self):
        for line in self:
            line._check_line()
        for source in self.source_id:
            source._check_sent_once()


class LeadSource(models.Model):
    """What a source calls the fields of its enquiries."""

    _inherit = "crm.lead.source"

    field_ids = fields.One2many(
        "crm.lead.source.field", "source_id", "Fields", copy=True, groups=SUPERVISOR
    )

    # ------------------------------------------------------------
    # CONSTRAINTS
    # ------------------------------------------------------------

    def _check_sent_once(self):
        """Refuse two meanings of one field of the sender.

        :raises ValidationError: with its name.
        """
        named = self.field_ids.filtered("sent_field")
        by_name = named.grouped(lambda line: intake.fold_name(line.sent_field))
        for lines in by_name.values():
            if len(lines) > 1:
                raise ValidationError(
                    self.env._(
                        'There are two lines for "%s". Remove one of them.',
                        lines[0].sent_field,
                    )
                )

    # ------------------------------------------------------------
    # BUSINESS
    # ------------------------------------------------------------

    def _get_own_names(self):
        """Return what the names of this source's fields mean.

        :return: as :func:`intake.find_field` takes it.
        :rtype: dict[str, str]
        """
        return self.field_ids._get_own_names()

    def _complete(self, enquiry):
        """Return an enquiry with what this source's lines say beside what was sent.

        :param intake.Enquiry enquiry: as it was read.
        :rtype: intake.Enquiry
        """
        # What a feed read has a mapping of its own.
        return enquiry if enquiry.feed_id else self.field_ids._complete(enquiry)


class Lead(models.Model):
    """Enquiries come in as the lines of their source read them."""

    _inherit = "crm.lead"

    @api.model
    def _take_in_rows(self, fresh, source):
        completed = {row: source._complete(fresh[row]) for row in fresh}
        return super()._take_in_rows(completed, source)
