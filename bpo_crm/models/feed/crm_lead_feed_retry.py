import logging

from odoo import models

from ...remote_odoo import UNREADABLE, RemoteError

_logger = logging.getLogger(__name__)


class LeadEnquiry(models.Model):
    """What a feed read is read again when it is tried again: it may be right now."""

    _inherit = "crm.lead.enquiry"

    def _take_in_again(self, source):
        for feed, rows in self.filtered("feed_id").grouped("feed_id").items():
            rows._fetch_again(feed)
        return super()._take_in_again(source)

    def _fetch_again(self, feed):
        """Ask the distributor what these records say now.

        What was read stands where the distributor cannot be asked, or has it no more.

        :param crm.lead.feed feed: that read them.
        """
        if feed.brand_id.is_moved:
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
