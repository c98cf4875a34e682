import collections
import contextlib
import dataclasses
import logging
import time
from datetime import timedelta

from odoo import SUPERUSER_ID, api, fields, models

from ...inner_context import with_inner_context
from ...own_transaction import read_committed
from ...passing_fault import is_passing
from ...remote_odoo import (
    PAGE_SIZE,
    UNREADABLE,
    NotFitting,
    RemoteError,
    TimedOut,
    Unreachable,
)
from ...turns import get_wait, take_turns

_logger = logging.getLogger(__name__)

#: Seconds that the job may take, and each feed of it. Odoo ends workers after 120.
RUN_TIME = 60
FEED_TIME = 30

#: How much longer a call may take that began in time.
GRACE = 20  # seconds

#: How many problems of a run are told one by one.
MAX_PROBLEMS = 20

#: Which part of its time a feed takes in; the rest is for writing back.
INTAKE = 2 / 3

#: How long a feed that failed waits at most.
LONGEST_WAIT = timedelta(hours=4)

#: After how many failures in a row a record that stops the reading, or the writing,
#: is passed over to see whether the next one stops it, too.
TRIES = 3

#: How often what changes seldom is read.
CATALOGUE_INTERVAL = timedelta(days=1)

#: How often all records that match are looked at where they fill many pages. In
#: between, only those are that came after the last one.
FULL_PASS_INTERVAL = timedelta(hours=1)

#: How many ids before the last one are looked at again.
OVERLAP = 1000

#: First half of the name of a lock; a feed's id is the other.
LOCK = 0x62706F66


@dataclasses.dataclass
class Pull:
    """What one run of a feed did, and for whom."""

    #: Whether somebody waits for it.
    is_asked_for: bool = False
    #: How many new records somebody has agreed to take in.
    agreed_count: int = 0
    #: How many records became what.
    counts: collections.Counter = dataclasses.field(default_factory=collections.Counter)
    #: Whether the part before this one was not the last.
    is_continued: bool = False
    #: Whether what was to be read could be read.
    is_read: bool = False
    #: Whether nothing was left.
    is_complete: bool = False
    #: By what the records of the distributor's database were known when it began.
    records_name: str = ""
    #: How often what is read had been changed when it began.
    revision: int = 0
    #: The id of a record at which the server did not answer, and the error.
    suspect: tuple = ()
    #: What somebody has to agree to before more is read.
    question: str = ""
    #: Why it stopped.
    error: str = ""
    #: Why single records were refused.
    refused: list = dataclasses.field(default_factory=list)

    @property
    def is_unfinished(self):
        """Whether there is more to read, and it can be read at once."""
        return not (self.is_complete or self.error or self.question)

    def get_problems(self):
        """Return what somebody should know.

        :rtype: list[str]
        """
        problems = [*filter(None, [self.error, self.question]), *self.refused]
        more = len(problems) - MAX_PROBLEMS
        return problems if more <= 0 else [*problems[:MAX_PROBLEMS], f"… (+{more})"]


class LeadFeed(models.Model):
    """Reading what is new, each record once, and as much of it as time allows.

    A run goes through the ids that match, in their order, and leaves out those that
    came in before: they are written down with their enquiries. So it does not
    matter where a run ended, or in which order records appeared or changed.

    A distributor that failed is asked for less at once: each time for half of it.
    """

    _inherit = "crm.lead.feed"

    # How it goes
    cursor = fields.Integer(
        readonly=True, copy=False, help="The id of the last record that was read."
    )
    backlog = fields.Integer(
        readonly=True,
        copy=False,
        help="How many records of the distributor were not read yet.",
    )
    revision = fields.Integer(
        readonly=True,
        copy=False,
        help="How many times the settings of this feed were changed.",
    )
    next_full_pass = fields.Datetime(
        readonly=True,
        copy=False,
        help="The first run after this time reads all records again, and so "
        "finds those that have come to match since.",
    )
    last_run = fields.Datetime(readonly=True, copy=False)
    last_success = fields.Datetime(readonly=True, copy=False)
    last_error = fields.Text(readonly=True, copy=False)
    failure_count = fields.Integer(
        "Failures",
        readonly=True,
        copy=False,
        help="How many runs have failed since the last one that succeeded.",
    )
    is_write_back_failing = fields.Boolean(
        readonly=True,
        copy=False,
        help="The distributor's records can be read, "
        "but nothing can be written back to "
        "them.",
    )
    retry_at = fields.Datetime("Next Try", readonly=True, copy=False)
    enquiry_ids = fields.One2many("crm.lead.enquiry", "feed_id")
    quarantine_count = fields.Integer(
        "In Quarantine", compute="_compute_quarantine_count"
    )
    unwritten_count = fields.Integer(
        "Write-Back Failed",
        compute="_compute_unwritten_count",
        help="How many of the distributor's records its server refused to change.",
    )

    @api.depends("enquiry_ids.state")
    def _compute_quarantine_count(self):
        counts = self._count_enquiries([("state", "=", "quarantined")])
        for feed in self:
            feed.quarantine_count = counts.get(feed._origin, 0)

    @api.depends("enquiry_ids.write_back_state")
    def _compute_unwritten_count(self):
        counts = self._count_enquiries([("write_back_state", "=", "failed")])
        for feed in self:
            feed.unwritten_count = counts.get(feed._origin, 0)

    def _count_enquiries(self, domain):
        """Return how many enquiries of each of these feeds match a domain."""
        domain = [("feed_id", "in", self.ids), *domain]
        enquiries = self.env["crm.lead.enquiry"].sudo()
        return dict(enquiries._read_group(domain, ["feed_id"], ["__count"]))

    # ------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------

    def write(self, vals):
        result = super().write(vals)
        if self._is_checked(vals):
            self._begin_anew()
        return result

    # ------------------------------------------------------------
    # BUSINESS
    # ------------------------------------------------------------

    @api.model
    def _cron_pull(self):
        """Read what is new at the distributors, those first that answered last time."""
        due = self.search(
            self._get_due_domain(), order="failure_count, last_run nulls first, id"
        )
        take_turns(
            due,
            lambda feed, deadline: feed._try_pull(deadline),
            self._go_on,
            run_time=RUN_TIME,
            turn_time=FEED_TIME,
        )

    def _try_pull(self, deadline):
        """Read what is new for this feed, unless our own server is in the way.

        :param float deadline: moment of :func:`time.monotonic` at which to stop.
        :return: whether there is more that can be read at once.
        :rtype: bool
        """
        try:
            return self._pull(deadline).is_unfinished
        except Exception as error:
            if not is_passing(error):
                raise
            # Its connection to our database is gone; the others have their own.
            _logger.warning("Feed %s is read later: %s", self.id, error)
            return False

    @api.model
    def _go_on(self):
        """Let the job run again at once."""
        self.env.ref("bpo_crm.cron_pull_feeds").sudo()._trigger()

    def _begin_anew(self):
        """Let the next run look at everything, and come soon: somebody mended it."""
        for feed in self:
            feed.write({"cursor": 0, "retry_at": False, "revision": feed.revision + 1})
        self.filtered(lambda feed: feed.kind != "lead").last_success = False

    @api.model
    def _get_due_domain(self):
        now = fields.Datetime.now()
        return [
            ("brand_id.active", "=", True),
            *["|", ("retry_at", "=", False), ("retry_at", "<=", now)],
            # What changes seldom is read once a day, to its end.
            *["|", ("kind", "=", "lead"), "|", ("cursor", ">", 0)],
            *["|", ("last_success", "=", False)],
            ("last_success", "<=", now - CATALOGUE_INTERVAL),
        ]

    def _pull(self, deadline, **asked):
        """Read what is new and remember how it went.

        :param float deadline: moment of :func:`time.monotonic` at which to stop.
        :param asked: of :class:`Pull`, what somebody wants who waits for it.
        :rtype: Pull
        """
        pull = Pull(**asked)
        with self._lock() as feed:
            if not feed.exists():
                pull.error = self.env._("Another run is reading this feed just now.")
                return pull
            # One that is killed goes behind the others, too.
            feed.last_run = fields.Datetime.now()
            feed._commit()
            pull.revision = feed.revision
            try:
                feed._run(pull, deadline)
            except RemoteError as error:
                pull.error = feed.brand_id._explain(error)
            except Exception as error:
                # The other feeds must have their turn.
                _logger.exception("Feed %s failed", self.id)
                feed.env.cr.rollback()
                problem = feed.brand_id._shorten(str(error))
                pull.error = problem or type(error).__name__
            feed._commit()
            feed._remember(pull)
        return pull

    @contextlib.contextmanager
    def _lock(self):
        """Yield this feed in a connection of its own; empty if another run has it."""
        with self.env.registry.cursor() as cr:
            cr.execute("SELECT pg_try_advisory_lock(%s, %s)", [LOCK, self.id])
            (is_mine,) = cr.fetchone()
            if not is_mine:
                yield self.browse()
                return
            try:
                # A manager's flags and defaults are not the job's.
                context = with_inner_context(self).env.context
                feed = self.with_env(api.Environment(cr, SUPERUSER_ID, context))
                feed._commit()
                yield feed.with_company(feed.exists().company_id)
            finally:
                cr.rollback()
                cr.execute("SELECT pg_advisory_unlock(%s, %s)", [LOCK, self.id])

    def _commit(self):
        """Keep what was done until now, and look at the database anew."""
        # In a connection of its own, which nobody else has begun anything in.
        self.env.cr.commit()  # pylint: disable=invalid-commit
        self.env.invalidate_all()
        # Whoever edits the feed at this moment must not make the run fail.
        read_committed(self.env.cr)

    def _run(self, pull, deadline):
        """Read what is new, and write back what waits for it.

        :param Pull pull: is told what became of the records.
        :param float deadline: moment of :func:`time.monotonic` at which to stop.
        :raises remote_odoo.RemoteError: a subclass of it.
        """
        with self._open_distributor() as distributor:
            distributor.end_by(deadline + GRACE)
            if self.kind != "lead":
                pull.is_complete = self._take_catalogue(distributor, pull, deadline)
                return
            pull.records_name = self.brand_id._get_records_name()
            self._check_same_database(pull)
            now = time.monotonic()
            end = now + (deadline - now) * INTAKE
            is_all = self._take_leads(distributor, pull, end)
            pull.is_read = True
            pull.is_complete = self._write_back(distributor, pull, deadline) and is_all

    def _check_same_database(self, pull):
        """Refuse to read records whose numbers may be those of others.

        :param Pull pull: in which they are read.
        :raises NotFitting: when somebody has changed the address since it began.
        """
        brand = self.brand_id
        brand.invalidate_recordset(["needs_confirmation", "database_number"])
        if brand.needs_confirmation or brand._get_records_name() != pull.records_name:
            raise NotFitting(
                self.env._(
                    "The address or the database of the distributor has "
                    "changed. Open the brand, and say whether it has the same "
                    "records as before."
                )
            )

    def _take_leads(self, distributor, pull, deadline):
        """Take in the records that are new, page by page, at least one batch.

        :param remote_odoo.Distributor distributor: of this feed's model.
        :param Pull pull: is told what became of them.
        :param float deadline: moment at which to stop.
        :return: whether nothing new was left.
        :rtype: bool
        """
        is_full_pass = not self.cursor
        if is_full_pass:
            self.next_full_pass = fields.Datetime.now() + FULL_PASS_INTERVAL
        number = 0
        pages = distributor.iter_pages(self._get_domain(), self.cursor)
        for number, page in enumerate(pages, 1):
            new = self._leave_out_known(page)
            if number == 1:
                self.backlog = len(new) + self._count_behind(distributor, page)
            while new:
                size = self._get_batch_size(min(self.batch_size, len(new)))
                self._take_batch(distributor, new[:size], pull)
                new = new[size:]
                if new and not pull.suspect and time.monotonic() >= deadline:
                    return False
            if pull.suspect:
                # The next record tells whether it is to blame.
                continue
            self.cursor = page[-1]
            self._commit()
            if time.monotonic() >= deadline and len(page) == PAGE_SIZE:
                return False
        if pull.suspect:
            _remote_id, error = pull.suspect
            raise error
        self._end_pass(is_short=is_full_pass and number <= 1)
        return True

    def _end_pass(self, is_short):
        """Choose where the next run begins.

        :param bool is_short: whether all that match are on one page.
        """
        self.backlog = 0
        now = fields.Datetime.now()
        if is_short or (self.next_full_pass or now) <= now:
            # A record may begin to match later than those behind it.
            self.cursor = 0
        else:
            # Another transaction there may end later than one that began after it.
            self.cursor = max(0, self.cursor - OVERLAP)

    def _get_batch_size(self, size):
        """Return how many records to read at once, where this many could be."""
        return size if self.is_write_back_failing else self._halve(size)

    def _halve(self, size):
        """Return half as much for each time that the distributor has failed."""
        return max(1, size >> self.failure_count)

    def _count_behind(self, distributor, page):
        """Return how many new records are behind a page, as far as can be told.

        :param remote_odoo.Distributor distributor: of this feed's model.
        :param list page: ids of records, in their order.
        :rtype: int
        :raises remote_odoo.RemoteError: a subclass of it.
        """
        if len(page) < PAGE_SIZE:
            return 0
        matching = distributor.count([("id", ">", page[-1]), *self._get_domain()])
        # What was written back may match no more.
        known = self.env["crm.lead.enquiry"].search_count(
            [
                ("feed_id", "=", self.id),
                ("remote_id", ">", page[-1]),
                ("write_back_state", "!=", "done"),
            ]
        )
        return max(0, matching - known)

    def _leave_out_known(self, ids):
        """Return those ids of the distributor's records that have not come in yet.

        :param list ids: of records there.
        :return: in their order.
        :rtype: list[int]
        """
        by_name = {self._get_external_id(remote_id): remote_id for remote_id in ids}
        self.env.cr.execute(
            """
            SELECT external_id FROM crm_lead_enquiry
             WHERE source_id = %s AND external_id = ANY(%s)
            """,
            [self.source_id.id, list(by_name)],
        )
        for (name,) in self.env.cr.fetchall():
            del by_name[name]
        return list(by_name.values())

    def _take_batch(self, distributor, ids, pull):
        """Read records and take them in, in transactions of their own.

        When the server does not answer about a single record, time and again, the pull
        keeps that as its suspect, and nothing is raised: see :meth:`_is_suspect`.

        :param remote_odoo.Distributor distributor: of this feed's model.
        :param list ids: of records there, none of which has come in.
        :param Pull pull: is told what became of them.
        :raises remote_odoo.RemoteError: a subclass of it.
        """
        try:
            # Somebody else may have taken one since its page was read.
            records = distributor.fetch(ids, self._get_paths(), self._get_domain())
        except (TimedOut, Unreachable) as error:
            if pull.suspect or not self._is_suspect(ids):
                raise
            pull.suspect = (ids[0], error)
            return
        if pull.suspect:
            records.insert(0, self._clear_suspect(pull))
        # From here on, they are written down by the name that was looked at.
        self._check_same_database(pull)
        if records:
            enquiries = [self._read_record(record) for record in records]
            results = self.source_id._deliver(enquiries)
            pull.counts.update(
                result["state"] for result in results if not result["is_known"]
            )
        self.backlog = max(0, self.backlog - len(ids))
        self._commit()

    def _is_suspect(self, rows):
        """Whether these may be to blame that the server did not answer.

        :param list rows: records there, or enquiries of them, of one call.
        """
        return len(rows) == 1 and self.failure_count >= TRIES

    def _clear_suspect(self, pull):
        """Return the record that stopped the reading, as one that cannot be read.

        :param Pull pull: in which the next one was read.
        """
        remote_id, error = pull.suspect
        pull.suspect = ()
        return {"id": remote_id, UNREADABLE: self.brand_id._explain(error)}

    def _remember(self, pull):
        """Note how a run went.

        :param Pull pull: that ended just now.
        """
        if not self.exists():
            return
        now = fields.Datetime.now()
        earlier = pull.is_continued and self.last_error
        problems = [*filter(None, [earlier]), *pull.get_problems()]
        values = {"last_error": "\n".join(problems)}
        if pull.error:
            failures = self.failure_count + 1
            wait = get_wait(failures, LONGEST_WAIT)
            values |= {
                "failure_count": failures,
                # New leads do not wait for old ones that cannot be written back.
                "is_write_back_failing": pull.is_read,
                "retry_at": not pull.is_read and now + wait,
            }
        else:
            values |= {
                "failure_count": 0,
                "is_write_back_failing": False,
                "retry_at": False,
            }
        if self.revision != pull.revision:
            # Somebody mended it meanwhile: it is to look at everything, and soon.
            values |= {"cursor": 0, "retry_at": False}
        elif pull.is_complete:
            values["last_success"] = now
        self.write(values)
        self._commit()

    def _describe_pull(self, pull):
        """Say what a run of this feed did.

        :param Pull pull: that ended.
        :rtype: str
        """
        counts = pull.counts
        parts = [
            counts["created"] and self.env._("%s new", counts["created"]),
            counts["merged"] and self.env._("%s merged", counts["merged"]),
            counts["changed"] and self.env._("%s changed", counts["changed"]),
            counts["quarantined"]
            and self.env._("%s in quarantine", counts["quarantined"]),
            pull.refused and self.env._("%s refused", len(pull.refused)),
            pull.is_unfinished and self.env._("the rest follows in the background"),
        ]
        done = ", ".join(filter(None, parts)) or self.env._("nothing new")
        return "\n".join([f"{self.name}: {done}", *pull.get_problems()])
