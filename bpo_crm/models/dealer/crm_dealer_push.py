import contextlib
import time
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...remote_odoo import RemoteError
from ...series import Index

#: After which an attempt that is still running has died with its server.
RUNNING_AT_MOST = timedelta(minutes=10)


class DealerPush(models.Model):
    """One attempt to make the sales order of a lead on the dealer's server.

    The row is written in a transaction of its own, and *before* anything is
    sent: it survives the rollback of a failed win as well as the death of the
    server, so that the next attempt knows that there may be an order already.
    """

    _name = "crm.dealer.push"
    _description = "Push of an Order to a Dealer"
    _order = "id desc"

    lead_id = fields.Many2one(
        "crm.lead", required=True, readonly=True, index=True, ondelete="cascade"
    )
    dealership_id = fields.Many2one(
        "crm.dealership", readonly=True, index=True, ondelete="restrict"
    )
    user_id = fields.Many2one("res.users", "Done By", readonly=True)
    state = fields.Selection(
        [
            ("running", "Running"),
            ("done", "Done"),
            ("failed", "Failed"),
            ("interrupted", "Interrupted"),
        ],
        required=True,
        readonly=True,
        default="running",
    )
    duration = fields.Float(
        readonly=True, digits=(8, 3), help="How long the attempt took, in seconds."
    )
    error_kind = fields.Selection(
        [
            ("not_configured", "Not Configured"),
            ("unreachable", "Unreachable"),
            ("timeout", "Timed Out"),
            ("refused", "Login Refused"),
            ("not_allowed", "Not Allowed"),
            ("rejected", "Rejected"),
            ("not_odoo", "Not an Odoo Server"),
            ("ordered_elsewhere", "Order at Another Dealership"),
        ],
        "Error",
        readonly=True,
    )
    message = fields.Text(readonly=True)
    order_name = fields.Char("Order", readonly=True)
    # Belongs to the lead for ever, see `_prepare_order_key`
    order_key = fields.Char(readonly=True, groups="base.group_system")
    # True from the moment before sending until the dealer says that there is none
    order_may_exist = fields.Boolean(readonly=True)

    is_retriable = fields.Boolean(
        compute="_compute_is_retriable",
        help="This is the last attempt of the lead, and it failed.",
    )

    # Few of them run.
    _running_idx = Index("(create_date) INCLUDE (lead_id) WHERE state = 'running'")

    @api.depends("state", "lead_id.push_ids", "lead_id.stage_id")
    def _compute_is_retriable(self):
        for push in self:
            push.is_retriable = (
                push.state in ("failed", "interrupted")
                and not push.lead_id.stage_id._is_closed
                and push == push.lead_id.push_ids[:1]
            )

    @api.depends("lead_id.reference", "state")
    def _compute_display_name(self):
        states = dict(self._fields["state"]._description_selection(self.env))
        for push in self:
            push.display_name = f"{push.lead_id.reference}: {states.get(push.state)}"

    # ------------------------------------------------------------
    # ACTIONS
    # ------------------------------------------------------------

    def action_retry(self):
        """Mark the lead as won again, which makes the order or finds it.

        :return: what marking it as won returns.
        :raises UserError: when there is nothing to retry, or when it fails again.
        """
        self.ensure_one()
        if not self.is_retriable:
            raise UserError(
                self.env._("Only the last attempt of a lead can be tried again.")
            )
        return self.lead_id.action_set_won_rainbowman()

    # ------------------------------------------------------------
    # BUSINESS
    # ------------------------------------------------------------

    @api.model
    @contextlib.contextmanager
    def _record_attempt(self, lead, order_key):
        """Record the attempt that is made inside the ``with`` statement.

        :param crm.lead lead: the lead, locked by the current transaction.
        :param str order_key: the order's key, unless an earlier attempt had one.
        :return: a :class:`_Attempt`, to be told the order.
        :raises UserError: when the lead is not saved yet. An order for a lead
            that may never exist could not be found again.
        """
        started = time.monotonic()
        attempt = self._start(lead, order_key)
        try:
            yield attempt
        except RemoteError as error:
            attempt.values = {
                "state": "failed",
                "error_kind": error.kind,
                "message": lead.dealership_id._describe_failure(error),
                "order_may_exist": error.may_have_happened,
            }
            raise
        finally:
            # Another kind of error is a defect: the row stays open, as it does
            # when the server dies, and the next attempt looks first.
            if attempt.values:
                attempt.values["duration"] = time.monotonic() - started
                self._write_alone(attempt.push_id, attempt.values)

    def _is_over(self):
        """Whether this attempt has ended, if only by the death of its server.

        :rtype: bool
        """
        is_recent = self.create_date > self._get_died_before()
        return self.state != "running" or not is_recent

    @api.model
    def _get_over_domain(self):
        """Return the domain of the attempts that have ended.

        :rtype: list
        """
        died = self._get_died_before()
        return ["|", ("state", "!=", "running"), ("create_date", "<=", died)]

    @api.model
    def _get_died_before(self):
        """Return until when an attempt began that has died if it runs still.

        :return: in UTC, naive.
        :rtype: datetime.datetime
        """
        return fields.Datetime.now() - RUNNING_AT_MOST

    def _start(self, lead, order_key):
        """Write an attempt down, before anything is sent.

        :param crm.lead lead: the lead, locked by the current transaction.
        :param str order_key: the order's key, unless an earlier attempt had one.
        :rtype: _Attempt
        :raises UserError: when the lead is not saved yet.
        """
        with self._own_transaction() as pushes:
            if not pushes.env["crm.lead"].browse(lead.id).exists():
                raise UserError(
                    self.env._(
                        "%s is not saved yet. Save it first, then mark it as won.",
                        lead._get_label(),
                    )
                )
            earlier = pushes.search([("lead_id", "=", lead.id)])
            # The caller holds the lead's lock, so whoever ran is dead.
            earlier.filtered(lambda push: push.state == "running").write(
                {
                    "state": "interrupted",
                    "message": self.env._(
                        "The server stopped before the dealer's answer was recorded."
                    ),
                }
            )
            look_first = any(earlier.mapped("order_may_exist"))
            order_key = next(filter(None, earlier.mapped("order_key")), order_key)
            push = pushes.create(
                {
                    "lead_id": lead.id,
                    "dealership_id": lead.dealership_id.id,
                    "user_id": self.env.uid,
                    "order_key": order_key,
                    "order_may_exist": True,
                }
            )
            return _Attempt(push.id, order_key, look_first)

    @api.model
    def _write_alone(self, push_id, values):
        with self._own_transaction() as pushes:
            pushes.browse(push_id).exists().write(values)

    @api.model
    @contextlib.contextmanager
    def _own_transaction(self):
        """Give the model in a transaction that is committed at the end."""
        with self.env.registry.cursor() as cr:
            # Rather fail than wait for a lock that our own caller holds.
            cr.execute("SET LOCAL lock_timeout = '5s'")
            yield self.with_env(self.env(cr=cr, su=True))


class _Attempt:
    """What an attempt came to.

    :param int push_id: the row that records it.
    :param str order_key: the key of the order.
    :param bool look_first: an earlier attempt may have made the order.
    """

    def __init__(self, push_id, order_key, look_first):
        self.push_id = push_id
        self.order_key = order_key
        self.look_first = look_first
        self.values = {}

    def succeed(self, order):
        """Note the order that the dealer has now.

        :param remote_odoo.PlacedOrder order: as the dealer told it.
        """
        self.values = {"state": "done", "order_name": order.name}
