import json
import logging

from odoo import api, fields, models
from odoo.tools import SQL

from ...remote_odoo import UNREADABLE, RemoteError
from ...series import Index

_logger = logging.getLogger(__name__)


class LeadEnquiry(models.Model):
    """Where a feed read an enquiry, and whether it is marked as taken there.

    What a feed read is read again when it is tried again: it may be right now.
    """

    _inherit = "crm.lead.enquiry"

    feed_id = fields.Many2one("crm.lead.feed", readonly=True, ondelete="set null")
    remote_id = fields.Integer("Distributor's ID", readonly=True)
    write_back_state = fields.Selection(
        [("waiting", "To Be Written Back"), ("done", "Done"), ("failed", "Failed")],
        "Write-Back",
        readonly=True,
    )
    write_back_error = fields.Char("Write-Back Error", readonly=True)

    _feed_idx = Index("(feed_id, state) WHERE feed_id IS NOT NULL")
    _unwritten_idx = Index(
        "(feed_id, write_back_state, id)"
        " WHERE write_back_state IN ('waiting', 'failed')"
    )

    # ------------------------------------------------------------
    # ACTIONS
    # ------------------------------------------------------------

    def action_retry(self):
        """Write back again what was refused, as well."""
        self.check_access("read")
        refused = self.sudo().filtered(lambda row: row.write_back_state == "failed")
        refused.write({"write_back_state": "waiting", "write_back_error": False})
        return super().action_retry()

    # ------------------------------------------------------------
    # BUSINESS
    # ------------------------------------------------------------

    def _note_refusal(self, reason):
        """Give up to write these back, until somebody tries it again.

        :param str reason: why they cannot be written.
        """
        self.write({"write_back_state": "failed", "write_back_error": reason})

    @api.model
    def _prepare_columns(self, enquiries):
        states = ["waiting" if row.is_written_back else None for row in enquiries]
        return {
            **super()._prepare_columns(enquiries),
            "feed_id": SQL("%s::integer[]", [row.feed_id or None for row in enquiries]),
            "remote_id": SQL(
                "%s::integer[]", [row.record.get("id") for row in enquiries]
            ),
            "write_back_state": SQL("%s::varchar[]", states),
        }

    def _read_content(self):
        record = json.loads(self.content).get("record")
        if record and self.feed_id:
            # Its mapping may have been mended since.
            return self.feed_id._read_record(record)
        return super()._read_content()

    def _take_in_again(self, source):
        for feed, rows in self.filtered("feed_id").grouped("feed_id").items():
            rows._fetch_again(feed)
        return super()._take_in_again(source)

    def _fetch_again(self, feed):
        """Ask the distributor what these records say now.

        What was read stands where the distributor cannot be asked, or has it no more.

        :param crm.lead.feed feed: that read them.
        """
        if feed.brand_id.needs_confirmation:
            return
        # In another database, the number is that of somebody else's record.
        rows = self.filtered(
            lambda row: row.external_id == feed._get_external_id(row.remote_id)
        )
        try:
            with feed._open_distributor() as distributor:
                records = distributor.fetch(rows.mapped("remote_id"), feed._get_paths())
        except RemoteError as error:
            _logger.info("Feed %s is tried again as it was read: %s", feed.id, error)
            return
        by_id = {record["id"]: record for record in records}
        for row in rows:
            record = by_id.get(row.remote_id)
            if record and UNREADABLE not in record:
                row.content = feed._read_record(record).to_content()


class LeadSource(models.Model):
    """A lead that a feed read is of the feed's company, before all others."""

    _inherit = "crm.lead.source"

    def _list_ways(self, enquiry):
        feed = self.env["crm.lead.feed"].browse(enquiry.feed_id or None)
        return [feed, *super()._list_ways(enquiry)]
