import dataclasses
import logging
import time
from datetime import timedelta

from odoo import SUPERUSER_ID, api, fields, models

from ... import remote_odoo
from ...own_transaction import run_alone
from ...passing_fault import is_passing, log_fault
from ...roles import SUPERVISOR
from ...turns import get_wait, take_turns

_logger = logging.getLogger(__name__)

#: Seconds that the job may take, and each dealer of it. Odoo ends workers after 120.
RUN_TIME = 60
DEALER_TIME = 20

#: How much longer a call may take that began in time.
GRACE = 10  # seconds

#: How many orders are asked for in one call, and at least of a dealer who failed.
BATCH = 200
SMALLEST_BATCH = 25

#: How long a dealer who failed is not asked at most.
LONGEST_WAIT = timedelta(days=1)

#: How long an order is not asked for at which the dealer's answers fail.
PUT_OFF = timedelta(days=1)

#: Kinds that may be about one order of many.
ABOUT_ORDERS = (remote_odoo.Rejected.kind, remote_odoo.NotOdoo.kind)


@dataclasses.dataclass
class _Reading:
    """One visit at a dealer.

    :param remote_odoo.Dealer dealer: who is asked.
    """

    dealer: remote_odoo.Dealer
    #: The ids of the leads whose orders were asked for.
    asked: set = dataclasses.field(default_factory=set)
    #: Whether anything was answered.
    is_answered: bool = False
    #: Why orders were passed over.
    error: remote_odoo.RemoteError = None


class Dealership(models.Model):
    """What became of the orders: asked by a job, of many orders in one call.

    Each dealership is read in a connection of its own, and none of its leads is locked
    while its server is asked. Nothing is written there.
    """

    _inherit = "crm.dealership"

    orders_read_at = fields.Datetime(
        "Orders Read Back On",
        readonly=True,
        copy=False,
        server_only=True,
        help="When the dealer's server last told what became of orders.",
    )
    orders_failure_count = fields.Integer(
        "Failed Read-Backs",
        readonly=True,
        copy=False,
        server_only=True,
        help="How many times in a row the dealer's server did not tell what became of "
        "the orders.",
    )
    orders_retry_at = fields.Datetime(
        "Next Read-Back",
        readonly=True,
        copy=False,
        server_only=True,
        help="Until then, a server that failed is not asked.",
    )
    orders_problem = fields.Text(
        "Why Orders Are Not Read Back",
        readonly=True,
        copy=False,
        server_only=True,
        groups=SUPERVISOR,
    )

    # ------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------

    def write(self, vals):
        result = super().write(vals)
        if self._changes_connection(vals):
            self.sudo()._forget_unread()
        return result

    # ------------------------------------------------------------
    # ACTIONS
    # ------------------------------------------------------------

    def action_test_connection(self):
        """Try the connection, and ask for orders again if it works.

        :return: a notification.
        :rtype: dict
        :raises AccessError: for anybody below a BPO manager.
        """
        result = super().action_test_connection()
        if self.connection_state == "connected":
            self.sudo()._forget_unread()
        return result

    # ------------------------------------------------------------
    # CRON
    # ------------------------------------------------------------

    @api.model
    def _cron_read_back_orders(self):
        """Ask dealers what became of orders, those first that answered last time."""
        take_turns(
            self._find_to_ask(),
            lambda dealership, deadline: dealership._try_read_back(deadline),
            lambda: self.env.ref("bpo_crm.cron_read_back_orders").sudo()._trigger(),
            run_time=RUN_TIME,
            turn_time=DEALER_TIME,
        )

    # ------------------------------------------------------------
    # BUSINESS
    # ------------------------------------------------------------

    @api.model
    def _find_to_ask(self):
        """Return the dealerships that have orders to be asked for, and may be asked.

        :rtype: crm.dealership
        """
        now = fields.Datetime.now()
        leads = self.env["crm.lead"].with_context(active_test=False)
        never = ["&", ("dealer_so_check_at", "=", False)]
        never += [("dealer_so_checked_at", "=", False)]
        found = leads._read_group(
            [
                ("dealer_so_id", ">", 0),
                ("is_bpo", "=", True),
                *["|", ("dealer_so_check_at", "<=", now), *never],
            ],
            ["dealership_id"],
        )
        return self.search(
            [
                ("id", "in", [dealership.id for (dealership,) in found]),
                *self._get_configured_domain(),
                *["|", ("orders_retry_at", "=", False)],
                ("orders_retry_at", "<=", now),
            ],
            order="orders_failure_count nulls first, orders_read_at nulls first, id",
        )

    def _try_read_back(self, deadline):
        """Ask this dealership, in a connection of its own.

        :param float deadline: moment of :func:`time.monotonic` at which to stop.
        :return: whether there is more that can be asked at once.
        :rtype: bool
        """
        try:
            with self.env.registry.cursor() as cr:
                alone = self.with_env(api.Environment(cr, SUPERUSER_ID, {}))
                return alone._read_back(deadline)
        except Exception as error:  # noqa: BLE001 - it is logged
            # The other dealers must have their turn.
            problem = "The orders of dealership %s are read back later"
            log_fault(_logger, error, problem, self.id)
            if not is_passing(error):
                text = self.env._("An unexpected error: it is in the server's log.")
                run_alone(
                    self, lambda dealer: dealer._note_unread(text), problem, lock=True
                )
            return False

    def _read_back(self, deadline):
        """Ask what became of this dealership's orders, and remember how it went.

        :param float deadline: moment of :func:`time.monotonic` at which to stop.
        :return: whether there is more that can be asked at once.
        :rtype: bool
        """
        try:
            with self._open_session() as session:
                session.end_by(deadline + GRACE)
                reading = _Reading(remote_odoo.Dealer(session))
                is_unfinished = self._read_batches(reading, deadline)
        except remote_odoo.RemoteError as error:
            self.env.cr.rollback()
            self._note_unread(self._explain_unread(error))
            return False
        if reading.is_answered:
            self._note_read(reading.error and self._explain_unread(reading.error))
        return is_unfinished

    def _read_batches(self, reading, deadline):
        """Ask for all orders that are due, or as many as there is time for.

        :param _Reading reading: of this dealership.
        :param float deadline: moment of :func:`time.monotonic` at which to stop.
        :return: whether time ran out.
        :rtype: bool
        :raises remote_odoo.RemoteError: a subclass of it.
        """
        # A server that failed may have been asked for too much.
        size = max(SMALLEST_BATCH, BATCH >> self.orders_failure_count)
        while leads := self._find_due_orders(reading.asked, size):
            if reading.asked and time.monotonic() >= deadline:
                return True
            reading.asked.update(leads.ids)
            self._read_batch(reading, leads)
        return False

    def _find_due_orders(self, asked, limit):
        """Return leads whose orders are to be asked for at this dealership.

        Those first that were never asked for, and of them the newest. An order is where
        it was made, whichever dealership its lead has by now.

        :param set asked: ids of leads to leave out.
        :param int limit: how many at most.
        :rtype: crm.lead
        """
        self.env.cr.execute(
            """
            SELECT lead.id
              FROM crm_lead AS lead
             WHERE lead.dealership_id = %(dealership)s
               AND lead.dealer_so_id > 0
               AND lead.is_bpo
               AND (lead.dealer_so_check_at <= %(now)s
                    OR lead.dealer_so_check_at IS NULL
                       AND lead.dealer_so_checked_at IS NULL)
               AND lead.id != ALL(%(asked)s)
               AND lead.dealership_id = COALESCE(
                       (SELECT push.dealership_id
                          FROM crm_dealer_push AS push
                         WHERE push.lead_id = lead.id AND push.state = 'done'
                         ORDER BY push.id DESC
                         LIMIT 1),
                       lead.dealership_id)
             ORDER BY lead.dealer_so_check_at NULLS FIRST, lead.id DESC
             LIMIT %(limit)s
            """,
            {
                "dealership": self.id,
                "now": fields.Datetime.now(),
                "asked": list(asked),
                "limit": limit,
            },
        )
        return self.env["crm.lead"].browse(id_ for (id_,) in self.env.cr.fetchall())

    def _read_batch(self, reading, leads):
        """Ask for orders in one call, or in halves where something in it is in the way.

        :param _Reading reading: of this dealership.
        :param crm.lead leads: whose orders are asked for.
        :raises remote_odoo.RemoteError: where it is not about one order.
        """
        asked = {lead.id: lead._get_asked() for lead in leads}
        order_ids = leads.mapped("dealer_so_id")
        # Nothing is kept open while somebody else's server thinks.
        self._commit()
        try:
            orders = reading.dealer.fetch_orders(order_ids)
        except remote_odoo.RemoteError as error:
            self._read_halves(reading, leads, error)
            return
        reading.is_answered = True
        leads._check_shown(orders)
        leads._note_answer(orders, asked)
        self._commit()

    def _read_halves(self, reading, leads, error):
        """Ask again for fewer orders, and pass over the one that cannot be read.

        :param _Reading reading: of this dealership.
        :param crm.lead leads: whose orders were asked for.
        :param remote_odoo.RemoteError error: what came back.
        :raises remote_odoo.RemoteError: this one, where fewer would not help.
        """
        half = len(leads) // 2
        if error.kind not in ABOUT_ORDERS:
            raise error
        if half:
            self._read_batch(reading, leads[:half])
            self._read_batch(reading, leads[half:])
            return
        leads._put_off_check(PUT_OFF)
        self._commit()
        if not reading.is_answered:
            raise error
        reading.error = error

    def _commit(self):
        """Keep what was done until now, and look at the database anew."""
        # In a connection of its own, which nobody else has begun anything in.
        self.env.flush_all()
        self.env.cr.commit()  # pylint: disable=invalid-commit
        self.env.invalidate_all()

    # How it goes

    def _note_read(self, problem):
        """Remember that the dealer's server answered.

        :param problem: why orders were passed over; empty for none.
        """
        self.write(
            {
                "orders_read_at": fields.Datetime.now(),
                "orders_failure_count": 0,
                "orders_retry_at": False,
                "orders_problem": problem or False,
            }
        )

    def _note_unread(self, problem):
        """Remember that the dealer's server did not answer, and ask it later.

        :param str problem: why.
        """
        failures = self.orders_failure_count + 1
        self.write(
            {
                "orders_failure_count": failures,
                "orders_retry_at": fields.Datetime.now()
                + get_wait(failures, LONGEST_WAIT),
                "orders_problem": problem,
            }
        )

    def _forget_unread(self):
        """Ask these dealers' servers again: somebody mended what was wrong."""
        self.filtered("orders_failure_count").write(
            {
                "orders_failure_count": 0,
                "orders_retry_at": False,
                "orders_problem": False,
            }
        )

    def _settle_failure(self):
        # Whoever takes orders tells of them.
        result = super()._settle_failure()
        if self.sudo().orders_failure_count:
            run_alone(
                self,
                lambda dealership: dealership._forget_unread(),
                "The orders of a dealership are read back later",
                lock=True,
            )
        return result

    def _explain_unread(self, error):
        """Return what is told of a failure on the dealership's page.

        :param remote_odoo.RemoteError error: what came back.
        :rtype: str
        """
        # What a dealer says in its own words may name a customer.
        is_quoted = error.kind in remote_odoo.IN_ITS_OWN_WORDS
        return self._get_advice(error.kind) if is_quoted else self._explain(error)
