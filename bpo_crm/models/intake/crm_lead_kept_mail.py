import errno
import functools
import logging
import time
from datetime import timedelta

from odoo import api, fields, models

from ...passing_fault import is_passing
from ...series import Index, commit_progress

_logger = logging.getLogger(__name__)

#: How long whoever kept a mail has for reading it, too.
WHILE = timedelta(minutes=1)

#: How often the job reads a mail by which the reading never ends.
MAX_READS = 5

#: Seconds that the job may take.
RUN_TIME = 60


class LeadSource(models.Model):
    """A mail is kept first, and read once it is certain to be kept."""

    _inherit = "crm.lead.source"

    def _receive_mail(self, original, **values):
        """Keep a mail, and take it in as soon as it is certain to be kept.

        The gateway's transaction cannot do both: it fails where another delivery
        names the same customer, and then the mail is lost and bounced; and what it
        has locked would keep a transaction within it waiting forever. So the mail
        waits in quarantine until the commit, and stays there if it cannot be read.

        :param bytes original: the mail.
        :param values: further ones of its row.
        """
        enquiries = self.env["crm.lead.enquiry"]
        row = enquiries._write_down_mail(
            self, original, self.env._("The mail was not read yet.")
        )
        if row:
            row.write({**values, "reads_left": MAX_READS})
            self.env.cr.postcommit.add(functools.partial(self._read_kept_mail, row.id))

    def _read_kept_mail(self, row_id):
        """Read a mail that was kept, unless somebody else is at it.

        :param int row_id: of its enquiry.
        :return: whether this server could; if not, the job reads it again.
        :rtype: bool
        """

        def read(source):
            """Read the mail, if it still waits and nobody else reads it.

            :param crm.lead.source source: this one, in the transaction of the reading.
            """
            row = source.env["crm.lead.enquiry"].browse(row_id)._lock_waiting()
            row.write({"reads_left": 0})
            row.flush_recordset()
            row.action_retry()
            if source.alias_id.alias_status != "valid":
                source.alias_id.alias_status = "valid"

        try:
            self._run_alone(read)
        except Exception as error:
            if is_passing(error):
                _logger.warning("A mail to %s is read later: %s", self.code, error)
                return False
            # It is in quarantine, where somebody can try it again.
            _logger.exception("A mail to %s could not be read", self.code)
        return True


class LeadEnquiry(models.Model):
    """The mails that were kept and not read yet, because this server was in trouble.

    A job reads them as soon as it can, so nobody has to look after them.
    """

    _inherit = "crm.lead.enquiry"

    reads_left = fields.Integer(
        readonly=True,
        help="How many more times the job will try to read this "
        "mail. 0 once the mail was read.",
    )

    _unread_idx = Index("(write_date, id) WHERE reads_left > 0")

    # ------------------------------------------------------------
    # BUSINESS
    # ------------------------------------------------------------

    @api.model
    def _cron_read_kept_mails(self):
        """Read the mails that were kept and not read: this server was in trouble."""
        end, done = time.monotonic() + RUN_TIME, 0
        while row := self._take_unread():
            source = row.source_id
            # Nobody knows how the reading ends: it may end this server, too.
            commit_progress(self.env, done, 1)
            done = 1
            if not source._read_kept_mail(row.id):
                # It is in trouble still, and no mail is to blame.
                row._put_back_unread()
            if time.monotonic() >= end:
                break
        commit_progress(self.env, done, 0)

    @api.model
    def _take_unread(self):
        """Return the mail that was not tried for longest, and count that it is read.

        :return: its row; empty where all are read, or were tried less than
            :data:`WHILE` ago.
        :rtype: crm.lead.enquiry
        """
        a_while_ago = fields.Datetime.now() - WHILE
        self.env.cr.execute(
            """
            UPDATE crm_lead_enquiry
               SET reads_left = reads_left - 1, write_date = %(now)s
             WHERE id = (
                SELECT id FROM crm_lead_enquiry
                 WHERE reads_left > 0 AND write_date <= %(a_while_ago)s
                 ORDER BY write_date, id
                 LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED
             )
            RETURNING id
            """,
            {"now": fields.Datetime.now(), "a_while_ago": a_while_ago},
        )
        row = self.browse(row_id for (row_id,) in self.env.cr.fetchall())
        row.invalidate_recordset(["reads_left", "write_date"])
        return row

    def _put_back_unread(self):
        self.env.cr.execute(
            """
            UPDATE crm_lead_enquiry SET reads_left = reads_left + 1
             WHERE id = ANY(%s) AND state = 'quarantined'
            """,
            [self.ids],
        )
        self.invalidate_recordset(["reads_left"])

    def _lock_waiting(self):
        """Return those of these that wait in quarantine, and that nobody else has."""
        self.env.cr.execute(
            """
            SELECT id FROM crm_lead_enquiry
             WHERE id = ANY(%s) AND state = 'quarantined'
               FOR UPDATE SKIP LOCKED
            """,
            [self.ids],
        )
        return self.browse(row_id for (row_id,) in self.env.cr.fetchall())

    @api.model
    def _read_kept_file(self, file):
        """Return what is in a file that must not get lost.

        :param ir.attachment file: one that was found.
        :rtype: bytes
        :raises OSError: when the file store does not give all of it.
        """
        content = file.raw or b""
        if not file or len(content) != file.file_size:
            raise OSError(errno.EIO, "A kept mail cannot be read", file.store_fname)
        return content
