import collections
import contextlib
import dataclasses
import logging
import time
from datetime import timedelta

from odoo import SUPERUSER_ID, api, fields, models

from ..intake import Enquiry
from ..remote_odoo import PAGE_SIZE, RemoteError
from ..series import commit_progress
from .crm_lead_feed import CHECKED_FIELDS
from .crm_lead_feed_field import ENQUIRY_NAMES

_logger = logging.getLogger(__name__)

#: Seconds that the job may take, and each feed of it. Odoo ends workers after 120.
RUN_TIME = 60
FEED_TIME = 30

#: How many problems of a run are told one by one.
MAX_PROBLEMS = 20

#: Which part of its time a feed takes in; the rest is for writing back.
INTAKE = 2 / 3

#: How long a feed that failed waits, at first and at most; twice as long each time.
FIRST_WAIT = timedelta(minutes=5)
LONGEST_WAIT = timedelta(hours=4)

#: How often what changes seldom is read.
CATALOGUE_INTERVAL = timedelta(days=1)

#: First half of the name of a lock; a feed's id is the other.
LOCK = 0x62706F66


@dataclasses.dataclass
class Pull:
    """What one run of a feed did."""

    #: How many records became what.
    counts: collections.Counter = dataclasses.field(default_factory=collections.Counter)
    #: Whether nothing new was left.
    is_complete: bool = False
    #: Why it stopped.
    error: str = ""
    #: Why single records were refused.
    refused: list = dataclasses.field(default_factory=list)

    @property
    def is_unfinished(self):
        """Whether there is more to read, and it can be read at once."""
        return not (self.is_complete or self.error)

    def get_problems(self):
        """Return what somebody should know.

        :rtype: list[str]
        """
        problems = [*filter(None, [self.error]), *self.refused]
        more = len(problems) - MAX_PROBLEMS
        return problems if more <= 0 else [*problems[:MAX_PROBLEMS], f"… (+{more})"]


class LeadFeed(models.Model):
    """Reading what is new, each record once, and as much of it as time allows.

    A run goes through all ids that match, in their order, and leaves out those that
    came in before: they are written down with their enquiries. So it does not
    matter where a run ended, or in which order records appeared or changed.
    """

    _inherit = "crm.lead.feed"

    # How it goes
    position = fields.Integer(
        readonly=True, copy=False, help="The last id of the pages that were read."
    )
    backlog = fields.Integer(
        readonly=True, copy=False, help="Records there that were not read yet."
    )
    last_run = fields.Datetime(readonly=True, copy=False)
    last_success = fields.Datetime(readonly=True, copy=False)
    last_error = fields.Text(readonly=True, copy=False)
    failure_count = fields.Integer(
        "Failures",
        readonly=True,
        copy=False,
        help="Runs that failed since one did not.",
    )
    retry_at = fields.Datetime("Next Try", readonly=True, copy=False)
    enquiry_ids = fields.One2many("crm.lead.enquiry", "feed_id")
    quarantine_count = fields.Integer(
        "In Quarantine", compute="_compute_quarantine_count"
    )

    @api.depends("enquiry_ids.state")
    def _compute_quarantine_count(self):
        counts = dict(
            self.env["crm.lead.enquiry"]
            .sudo()
            ._read_group(
                [("feed_id", "in", self.ids), ("state", "=", "quarantined")],
                ["feed_id"],
                ["__count"],
            )
        )
        for feed in self:
            feed.quarantine_count = counts.get(feed._origin, 0)

    # ------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------

    def write(self, vals):
        result = super().write(vals)
        if CHECKED_FIELDS.intersection(vals):
            # Whoever mends a feed does not want to wait.
            super().write({"position": 0, "retry_at": False})
        return result

    # ------------------------------------------------------------
    # BUSINESS
    # ------------------------------------------------------------

    @api.model
    def _cron_pull(self):
        """Read what is new at the distributors, those first that answered last time."""
        end = time.monotonic() + RUN_TIME
        due = self.search(
            self._get_due_domain(), order="failure_count, last_run nulls first, id"
        )
        is_unfinished = False
        for number, feed in enumerate(due, 1):
            now = time.monotonic()
            if now >= end:
                is_unfinished = True
                break
            is_unfinished |= feed._pull(min(end, now + FEED_TIME)).is_unfinished
            commit_progress(self.env, 1, len(due) - number)
        if is_unfinished:
            # With something left, Odoo would go on in this worker, up to ten times:
            # too long for it. Another run gets another worker's time.
            self._go_on()
            commit_progress(self.env, 0, 0)

    @api.model
    def _go_on(self):
        """Let the job run again at once."""
        self.env.ref("bpo_crm.cron_pull_feeds").sudo()._trigger()

    @api.model
    def _get_due_domain(self):
        now = fields.Datetime.now()
        return [
            ("brand_id.active", "=", True),
            *["|", ("retry_at", "=", False), ("retry_at", "<=", now)],
            *["|", ("kind", "=", "lead"), "|", ("last_success", "=", False)],
            ("last_success", "<=", now - CATALOGUE_INTERVAL),
        ]

    def _pull(self, deadline):
        """Read what is new and remember how it went.

        :param float deadline: moment of :func:`time.monotonic` at which to stop.
        :rtype: Pull
        """
        pull = Pull()
        with self._lock() as feed:
            if not feed:
                pull.error = self.env._("It is being read just now.")
                return pull
            # One that is killed goes behind the others, too.
            feed.last_run = fields.Datetime.now()
            feed._commit()
            try:
                feed._run(pull, deadline)
            except RemoteError as error:
                pull.error = feed.brand_id._explain(error)
            except Exception as error:
                # The other feeds must have their turn.
                _logger.exception("Feed %s failed", self.id)
                feed.env.cr.rollback()
                pull.error = str(error)
            feed._commit()
            feed._remember(pull)
        return pull

    @contextlib.contextmanager
    def _lock(self):
        """Yield this feed in a connection of its own, or nobody if it is taken."""
        with self.env.registry.cursor() as cr:
            cr.execute("SELECT pg_try_advisory_lock(%s, %s)", [LOCK, self.id])
            (is_mine,) = cr.fetchone()
            if not is_mine:
                yield self.browse()
                return
            try:
                feed = self.with_env(
                    api.Environment(cr, SUPERUSER_ID, self.env.context)
                )
                feed._commit()
                yield feed
            finally:
                cr.rollback()
                cr.execute("SELECT pg_advisory_unlock(%s, %s)", [LOCK, self.id])

    def _commit(self):
        """Keep what was done until now, and look at the database anew."""
        # In a connection of its own, which nobody else has begun anything in.
        self.env.cr.commit()  # pylint: disable=invalid-commit
        self.env.invalidate_all()
        # Whoever edits the feed at this moment must not make the run fail.
        self.env.cr.execute("SET TRANSACTION ISOLATION LEVEL READ COMMITTED")

    def _run(self, pull, deadline):
        with self._open_distributor() as distributor:
            is_lead = self.kind == "lead"
            now = time.monotonic()
            end = now + (deadline - now) * INTAKE
            take = self._take_leads if is_lead else self._take_catalogue
            is_read = take(distributor, pull, end)
            self.backlog = 0 if is_read else self._count_rest(distributor)
            is_marked = not is_lead or self._write_back(distributor, deadline)
            pull.is_complete = is_read and is_marked

    def _take_leads(self, distributor, pull, deadline):
        """Take in the records that are new, page by page.

        :param remote_odoo.Distributor distributor: of this feed's model.
        :param Pull pull: is told what became of them.
        :param float deadline: moment at which to stop.
        :return: whether nothing new was left.
        :rtype: bool
        """
        for page in distributor.iter_pages(self._get_domain(), self.position):
            new = self._leave_out_known(page)
            for first in range(0, len(new), self.batch_size):
                if time.monotonic() >= deadline:
                    return False
                self._take_batch(
                    distributor, new[first : first + self.batch_size], pull
                )
            self.position = page[-1]
            self._commit()
            if time.monotonic() >= deadline and len(page) == PAGE_SIZE:
                return False
        # The next run begins anew: a record may match later than those behind it.
        self.position = 0
        return True

    def _leave_out_known(self, ids):
        """Return those ids of the distributor's records that have not come in yet."""
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

    def _get_external_id(self, remote_id):
        """Return by what an enquiry is known: sources may have several feeds."""
        return f"{self.brand_id.id}/{self.remote_model}/{remote_id}"

    def _take_batch(self, distributor, ids, pull):
        # Somebody else may have taken one since its page was read.
        records = distributor.fetch(ids, self._get_paths(), self._get_domain())
        if not records:
            return
        results = self.source_id._deliver([self._read_record(row) for row in records])
        pull.counts.update(
            result["state"] for result in results if not result["is_known"]
        )
        self._commit()

    def _count_rest(self, distributor):
        return distributor.count([("id", ">", self.position), *self._get_domain()])

    def _remember(self, pull):
        """Note how a run went.

        :param Pull pull: that ended just now.
        """
        now = fields.Datetime.now()
        values = {"last_error": "\n".join(pull.get_problems())}
        if pull.error:
            failures = self.failure_count + 1
            wait = min(FIRST_WAIT * 2 ** min(failures - 1, 10), LONGEST_WAIT)
            values |= {"failure_count": failures, "retry_at": now + wait}
        else:
            values |= {"failure_count": 0, "retry_at": False}
        if pull.is_complete:
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

    # ------------------------------------------------------------
    # WHAT A RECORD SAYS
    # ------------------------------------------------------------

    def _read_record(self, record):
        """Return the enquiry that a record of the distributor is.

        :param dict record: ``id`` and values by remote field; all None for one that
            is too long to be read.
        :rtype: intake.Enquiry
        """
        words, values, problems = {}, {}, []
        for line in self.field_ids:
            try:
                value = line._read_value(record)
            except ValueError as error:
                problems.append(str(error))
                continue
            name = ENQUIRY_NAMES.get(line.target_field)
            if name == "message" and value and words.get(name):
                words[name] += f"\n{value}"
            elif value not in (False, "") or line.remote_type == "boolean":
                found = words if name else values
                found.setdefault(name or line.target_field, value)
        if self._is_too_long(record):
            problems = [self.env._("The distributor's record is too long to be read.")]
        words.setdefault("brand", self.brand_id.name)
        return Enquiry(
            **words,
            external_id=self._get_external_id(record["id"]),
            values=values,
            problem="\n".join(problems),
            feed_id=self.id,
            record=record,
            is_written_back=bool(self.write_back_ids),
        )

    def _is_too_long(self, record):
        paths = self._get_paths()
        return bool(paths) and all(record.get(path) is None for path in paths)
