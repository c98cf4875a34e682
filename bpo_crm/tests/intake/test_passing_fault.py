import errno
from contextlib import contextmanager
from datetime import timedelta
from unittest.mock import patch

import psycopg2
from psycopg2.pool import PoolError

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import BaseCase, tagged
from odoo.tools import mute_logger

from ...intake import Enquiry
from ...models.intake.crm_lead_kept_mail import MAX_READS
from ...passing_fault import comes_of_passing, is_passing
from ..common import SourceCase

MAIL = """Message-ID: <1@customer.example>
From: Maria <maria@customer.example>
To: leads@bpo.example
Subject: Picanto

Is it there?
"""

LOG = "odoo.addons.bpo_crm.models"

CUT = psycopg2.OperationalError("server closed the connection unexpectedly")


def of_state(name, code):
    """Return an error as PostgreSQL raises it, with its state."""

    class Raised(getattr(psycopg2.errors, name)):
        pgcode = code

    return Raised(name)


@tagged("post_install", "-at_install")
class TestPassingFault(BaseCase):
    def test_a_server_in_trouble_is_told_from_what_it_was_asked(self):
        passing = (
            CUT,
            psycopg2.InterfaceError("connection already closed"),
            PoolError("The Connection Pool Is Full"),
            of_state("AdminShutdown", "57P01"),
            of_state("CannotConnectNow", "57P03"),
            of_state("DeadlockDetected", "40P01"),
            of_state("DiskFull", "53100"),
            of_state("IdleInTransactionSessionTimeout", "25P03"),
            of_state("LockNotAvailable", "55P03"),
            of_state("OutOfMemory", "53200"),
            of_state("QueryCanceled", "57014"),
            of_state("ReadOnlySqlTransaction", "25006"),
            of_state("SerializationFailure", "40001"),
            of_state("TooManyConnections", "53300"),
            OSError(errno.ENOSPC, "No space left on device"),
            OSError(errno.EIO, "Input/output error"),
            ConnectionResetError(),
            TimeoutError(),
        )
        others = (
            of_state("InFailedSqlTransaction", "25P02"),
            of_state("NotNullViolation", "23502"),
            of_state("ProgramLimitExceeded", "54000"),
            of_state("UniqueViolation", "23505"),
            of_state("UndefinedColumn", "42703"),
            FileNotFoundError(errno.ENOENT, "No such file"),
            MemoryError(),
            UserError("No"),
            ValueError("A string literal cannot contain NUL (0x00) characters."),
        )
        for error in passing:
            self.assertTrue(is_passing(error), repr(error))
        for error in others:
            self.assertFalse(is_passing(error), repr(error))

    def test_what_was_raised_because_of_it_is_known(self):
        def wrap():
            try:
                raise CUT
            except psycopg2.Error as error:
                raise KeyError("registry") from error

        with self.assertRaises(KeyError) as caught:
            wrap()
        self.assertTrue(comes_of_passing(caught.exception))
        self.assertFalse(is_passing(caught.exception))
        self.assertFalse(comes_of_passing(UserError("No")))


@tagged("post_install", "-at_install")
class TestPassingFaultAtTheDoor(SourceCase):
    """What a fault of this server leaves behind: nothing, or what is read again."""

    @contextmanager
    def _failing(self, *errors, number=""):
        """Let the reading of enquiries fail, always with the last error.

        :param str number: of the enquiry that fails; any by default.
        """
        left = list(errors)
        find_customer = type(self.source)._find_customer

        def fail(source, entry, *known):
            enquiry = entry.enquiry
            if enquiry.external_id.endswith(number) and not enquiry.problem:
                raise left.pop(0) if len(left) > 1 else left[0]
            return find_customer(source, entry, *known)

        with (
            patch.object(type(self.source), "_find_customer", fail),
            mute_logger(
                f"{LOG}.crm_lead_source_delivery",
                f"{LOG}.crm_lead_enquiry",
                f"{LOG}.crm_lead_kept_mail",
            ),
        ):
            yield

    @contextmanager
    def _raises(self, error):
        """Check that an error is raised, and keep what was committed before it."""
        try:
            yield
        except error:
            return
        self.fail(f"{error.__name__} was not raised")

    def _deliver(self, *enquiries, body=b"body"):
        with self._kept_mails_read():
            return self.source._deliver(list(enquiries), body)

    def _rows(self):
        return self.env["crm.lead.enquiry"].search(
            [("source_id", "=", self.source.id)], order="id"
        )

    def _enquiry(self, number):
        return Enquiry(external_id=str(number), phone=f"0917 555 940{number}")

    # ------------------------------------------------------------
    # Deliveries
    # ------------------------------------------------------------

    def test_a_delivery_that_was_cut_off_is_kept_by_nobody_and_comes_again(self):
        enquiries = [self._enquiry(1), self._enquiry(2)]
        for error in (
            CUT,
            psycopg2.InterfaceError("closed"),
            PoolError("full"),
            of_state("SerializationFailure", "40001"),
            OSError(errno.ENOSPC, "full"),
        ):
            with self._failing(error), self._raises(type(error)):
                self._deliver(*enquiries)
            self.assertFalse(self._rows())
        answers = self._deliver(*enquiries)
        self.assertEqual([a["state"] for a in answers], ["created"] * 2)

    def test_what_came_in_before_the_fault_is_known_when_it_is_sent_again(self):
        enquiries = [self._enquiry(1), self._enquiry(2)]
        with (
            self._failing(ValueError("At line 7"), CUT, number="2"),
            self._raises(psycopg2.OperationalError),
        ):
            self._deliver(*enquiries)
        self.assertEqual(self._rows().mapped("external_id"), ["1"])
        first, second = self._deliver(*enquiries)
        self.assertEqual((first["is_known"], first["state"]), (True, "created"))
        self.assertEqual((second["is_known"], second["state"]), (False, "created"))

    def test_what_failed_here_comes_in_when_the_same_is_sent_again(self):
        enquiry = self._enquiry(1)
        with self._failing(ValueError("At line 7")):
            (answer,) = self._deliver(enquiry)
        row = self._rows()
        self.assertEqual((answer["state"], row.has_failed_here), ("quarantined", True))
        (answer,) = self._deliver(enquiry)
        self.assertEqual((answer["state"], answer["is_known"]), ("created", False))
        self.assertEqual(self._rows(), row)
        self.assertFalse(row.has_failed_here or row.error)

    def test_what_reaches_nobody_is_in_quarantine_each_time(self):
        enquiry = Enquiry(external_id="1", phone="soon")
        for is_known in (False, True):
            (answer,) = self._deliver(enquiry)
            self.assertEqual(answer["state"], "quarantined")
            self.assertEqual(answer["is_known"], is_known)
        self.assertFalse(self._rows().has_failed_here)

    def test_a_retry_that_was_cut_off_leaves_the_reason_of_before(self):
        self._deliver(Enquiry(external_id="1", phone="soon"))
        row = self._rows()
        before = row.error
        for error in (psycopg2.InterfaceError("closed"), OSError(errno.EIO, "disk")):
            with self._failing(error), self._raises(type(error)):
                row.with_user(self.supervisor).action_retry()
            self.assertEqual((row.error, row.has_failed_here), (before, False))

    # ------------------------------------------------------------
    # Mails
    # ------------------------------------------------------------

    def _receive(self, **values):
        with self._kept_mails_read():
            self.source._receive_mail(MAIL.encode(), **values)
        return self._rows()

    def _wait(self, rows):
        """Let a while pass since these rows were kept, or tried."""
        rows.flush_recordset()
        earlier = fields.Datetime.now() - timedelta(minutes=2)
        self.env.cr.execute(
            "UPDATE crm_lead_enquiry SET write_date = %s WHERE id = ANY(%s)",
            [earlier, rows.ids],
        )
        rows.invalidate_recordset()

    def _read_kept(self):
        with self._kept_mails_read():
            self._run_job("crm.lead.enquiry", "_cron_read_kept_mails")

    def test_a_mail_that_was_cut_off_is_read_by_itself(self):
        for error in (CUT, PoolError("full"), OSError(errno.ENOSPC, "full")):
            with self.subTest(error=error), self.env.cr.savepoint() as savepoint:
                with self._failing(error):
                    row = self._receive()
                self.assertEqual(row.error, "The mail was not read yet.")
                # Nobody is in its way yet.
                self._read_kept()
                self.assertTrue(row.exists())
                self._wait(row)
                self._read_kept()
                rows = self._rows()
                self.assertEqual(rows.mapped("state"), ["created"])
                self.assertEqual(
                    rows.lead_id.email_normalized, "maria@customer.example"
                )
                savepoint.rollback()
                self.env.invalidate_all()

    def test_a_teams_mail_that_was_cut_off_is_read_by_itself(self):
        self.source = self.env["crm.lead.source"]._get_of_core("mail")
        with (
            patch.object(self.registry["crm.lead"], "message_new", side_effect=CUT),
            mute_logger(f"{LOG}.crm_lead_kept_mail"),
        ):
            row = self._receive(is_to_team=True, team_id=self.team.id)
        self.assertEqual(row.error, "The mail was not read yet.")
        self._wait(row)
        self._read_kept()
        self.assertFalse(row.exists())
        lead = self.env["crm.lead"].search([("email_from", "ilike", "maria@")])
        self.assertEqual(lead.team_id, self.team)
        self._assert_in_chatter("Is it there?", lead)

    def test_trouble_that_goes_on_gives_no_mail_up(self):
        with self._failing(CUT):
            row = self._receive()
            for _n in range(MAX_READS + 1):
                self._wait(row)
                self._read_kept()
                row.invalidate_recordset()
                self.assertEqual(row.reads_left, MAX_READS)
        self._wait(row)
        self._read_kept()
        self.assertEqual(self._rows().mapped("state"), ["created"])

    def test_a_mail_that_ends_the_server_is_left_to_people(self):
        with self._failing(CUT):
            row = self._receive()
        row.reads_left = 1

        def end(source, row_id):
            raise SystemExit

        self._wait(row)
        with (
            patch.object(type(self.source), "_read_kept_mail", end),
            self._raises(SystemExit),
        ):
            self._run_job("crm.lead.enquiry", "_cron_read_kept_mails")
        row.invalidate_recordset()
        self.assertEqual((row.reads_left, row.state), (0, "quarantined"))

    def test_a_mail_that_is_read_is_not_read_again(self):
        row = self._receive()
        self.assertEqual((row.state, row.reads_left), ("created", 0))
        self._wait(row)
        with patch.object(type(self.source), "_read_kept_mail") as read:
            self._read_kept()
        self.assertFalse(read.called)

    def test_a_mail_with_a_fault_of_its_own_waits_for_people(self):
        with self._failing(ValueError("At line 7")):
            row = self._receive()
        self.assertEqual((row.error, row.reads_left), ("At line 7", 0))

    # ------------------------------------------------------------
    # The file store
    # ------------------------------------------------------------

    def test_a_mail_that_the_disk_does_not_take_is_not_half_kept(self):
        files = self.env["ir.attachment"]

        def write(self, content, checksum):
            # As 18.0 does on a full disk: it says nothing.
            name, path = self._get_path(content, checksum)
            with open(path, "wb") as file:
                file.write(content[:5])
            return name

        with (
            patch.object(type(files), "_file_write", write),
            self.assertRaises(OSError) as caught,
        ):
            self.source._receive_mail(MAIL.encode())
        self.assertTrue(is_passing(caught.exception))
        self.env.invalidate_all()
        self.assertEqual(self._receive().state, "created")

    def test_a_kept_mail_that_the_disk_does_not_give_is_not_lost(self):
        with self._failing(CUT):
            row = self._receive()
        files = self.env["ir.attachment"]
        self._wait(row)
        with (
            patch.object(type(files), "_file_read", return_value=b""),
            mute_logger(f"{LOG}.crm_lead_kept_mail"),
        ):
            self._read_kept()
        self.assertEqual(row.state, "quarantined")
        self.assertEqual(row.reads_left, MAX_READS)
        self._wait(row)
        self._read_kept()
        self.assertEqual(self._rows().mapped("state"), ["created"])
