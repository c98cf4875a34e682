from datetime import timedelta

from odoo import fields, models
from odoo.exceptions import UserError

from ... import remote_odoo
from ...row_locks import lock_available
from ...series import Index

#: How long an order can change every day, since its lead was won; and how long it is
#: asked for at all once nothing more is to be expected of it.
LIVELY = timedelta(days=30)
REMEMBERED = timedelta(days=180)

#: How long until an order is asked for again.
SOON = timedelta(hours=1)
DAILY = timedelta(days=1)
WEEKLY = timedelta(days=7)

#: Of so many orders, a dealer who shows none has not deleted all of them.
MANY = 10

#: What is written down of each order that a dealer was asked for.
NOTED = ["dealer_so_checked_at", "dealer_so_check_at", "dealer_so_unseen_at"]


class Lead(models.Model):
    """What became of the order at the dealer, as the dealer tells it.

    Read by the button of one lead, and by a job for the leads of a dealership. When an
    order is asked for again is decided in one place, :meth:`_get_check_interval`.
    """

    _inherit = "crm.lead"

    dealer_so_invoice_status = fields.Selection(
        [
            ("no", "Nothing to Invoice"),
            ("to invoice", "To Invoice"),
            ("invoiced", "Fully Invoiced"),
            ("upselling", "Upselling Opportunity"),
        ],
        "Dealer Order Invoiced",
        readonly=True,
        copy=False,
        server_only=True,
    )
    dealer_so_delivery_status = fields.Selection(
        [
            ("pending", "Not Delivered"),
            ("started", "Started"),
            ("partial", "Partially Delivered"),
            ("full", "Fully Delivered"),
        ],
        "Dealer Order Delivered",
        readonly=True,
        copy=False,
        server_only=True,
        help="Empty where the dealer has no Stock.",
    )
    dealer_so_checked_at = fields.Datetime(
        "Dealer Order Checked On",
        readonly=True,
        copy=False,
        server_only=True,
        help="When the dealer last told what became of the order.",
    )
    dealer_so_check_at = fields.Datetime(
        readonly=True,
        copy=False,
        server_only=True,
        inner=True,
        help="From when on the dealer is asked again; of an order that was asked for "
        "and has none, no more.",
    )
    # What a dealer's figure is in our currency changes with the rate of the day.
    dealer_so_told_amount = fields.Char(
        readonly=True,
        copy=False,
        server_only=True,
        inner=True,
        help="The total of the order as the dealer told it, with its currency.",
    )
    dealer_so_unseen_at = fields.Datetime(
        readonly=True,
        copy=False,
        server_only=True,
        inner=True,
        help="When the dealer first answered without the order, since it last did "
        "with it.",
    )
    is_dealer_so_gone = fields.Boolean(
        "Dealer Order Gone",
        readonly=True,
        copy=False,
        server_only=True,
        help="The dealer did not show the order twice in a row: it was deleted, or our "
        "account may not see it any more.",
    )

    # The orders of a period.
    _ordered_idx = Index("(date_closed) WHERE dealer_so_id > 0")
    # What is to be asked for next at a dealership.
    _dealer_order_idx = Index(
        "(dealership_id, dealer_so_check_at) WHERE dealer_so_id > 0"
    )

    # ------------------------------------------------------------
    # ACTIONS
    # ------------------------------------------------------------

    def action_refresh_dealer_order(self):
        """Read from the dealer what became of the order.

        :return: True
        :raises UserError: when the dealer cannot be asked, or does not show it.
        """
        self.ensure_one()
        self.check_access("write")
        self._check_ordered_here()
        try:
            orders = self.dealership_id._fetch_orders([self.dealer_so_id])
        except remote_odoo.RemoteError as error:
            raise UserError(self.dealership_id._explain(error)) from None
        shown = self.sudo()._find_shown(orders)
        if not shown:
            raise UserError(self._prepare_unseen_message())
        self.sudo()._note_shown(shown)
        return True

    # ------------------------------------------------------------
    # BUSINESS
    # ------------------------------------------------------------

    def _check_ordered_here(self):
        """Refuse to ask a dealership for an order that was not made there.

        :raises UserError: for a lead without an order, too.
        """
        if not self.dealer_so_id:
            raise UserError(self.env._("%s has no order yet.", self._get_label()))
        pushes = self.env["crm.dealer.push"].sudo()
        done = [("lead_id", "=", self.id), ("state", "=", "done")]
        made_at = pushes.search(done, limit=1).dealership_id or self.dealership_id
        if made_at != self.dealership_id:
            raise UserError(
                self.env._(
                    "Order %(order)s was made at %(dealership)s, which is not the "
                    "dealership of this lead any more, and is not asked for elsewhere.",
                    order=self.dealer_so_name,
                    dealership=made_at.name,
                )
            )

    def _find_shown(self, orders):
        """Return what a dealer told of the orders of these leads.

        :param dict orders: of :class:`remote_odoo.ReportedOrder`, by id.
        :return: of the leads whose order is among them, and is no other lead's.
        :rtype: dict[crm.lead, remote_odoo.ReportedOrder]
        """
        keys = self._get_order_keys()
        told = {lead: orders.get(lead.dealer_so_id) for lead in self}
        return {
            lead: order
            for lead, order in told.items()
            if order and order.is_of(lead.reference, keys[lead])
        }

    def _get_order_keys(self):
        """Return what tells the order of each of these leads from all others.

        :rtype: dict[crm.lead, str]
        """
        pushes = self.env["crm.dealer.push"].sudo()
        tried = pushes.search_fetch(
            [("lead_id", "in", self.ids), ("order_key", "!=", False)],
            ["lead_id", "order_key"],
        )
        keys = {push.lead_id.id: push.order_key for push in tried}
        return {lead: keys.get(lead.id) or lead._prepare_order_key() for lead in self}

    def _check_shown(self, orders):
        """Refuse an answer without a single one of many orders.

        :param dict orders: of :class:`remote_odoo.ReportedOrder`, by id.
        :raises remote_odoo.NotFitting: where they are not shown all at once.
        """
        expected = self.filtered(lambda lead: not lead.is_dealer_so_gone)
        if len(expected) < MANY or expected._find_shown(orders):
            return
        raise remote_odoo.NotFitting(
            self.env._(
                "%(dealership)s shows none of %(count)s orders that were made there. "
                "Either our account may not see them any more, or its address leads to "
                "another database by now.",
                dealership=self.dealership_id.name,
                count=len(expected),
            )
        )

    def _note_answer(self, orders, asked):
        """Write down what a dealer told of these leads' orders, and what it did not.

        :param dict orders: of :class:`remote_odoo.ReportedOrder`, by id.
        :param dict asked: what :meth:`_get_asked` said before the dealer was.
        """
        locked = lock_available(self)
        # Somebody read it again meanwhile, or another run did.
        same = locked.filtered(lambda lead: lead._get_asked() == asked[lead.id])
        shown = same._find_shown(orders)
        same._note_shown(shown)
        same.filtered(lambda lead: lead not in shown)._note_unseen()

    def _get_asked(self):
        """Return what is known of this lead's order when the dealer is asked."""
        return self.dealership_id.id, self.dealer_so_id, self.dealer_so_checked_at

    def _note_shown(self, shown):
        """Write down what became of orders.

        :param dict shown: of :class:`remote_odoo.ReportedOrder`, by lead.
        """
        currencies = self._find_currencies(shown.values())
        changed = {}
        for lead, order in shown.items():
            values = lead._prepare_order_report(order, currencies)
            values = lead._leave_out_same(values)
            changed.setdefault(tuple(sorted(values.items())), []).append(lead)
        for values, leads in changed.items():
            if values:
                self.browse().union(*leads).write(dict(values))
        self._note_checked(dict.fromkeys(shown))

    def _prepare_order_report(self, order, currencies):
        """Return the values that say what became of this lead's order.

        :param remote_odoo.ReportedOrder order: as the dealer told it.
        :param dict currencies: by their names.
        :return: of ``crm.lead``.
        :rtype: dict
        """
        values = self._prepare_order_identity(order)
        if not self._is_amount_known(order):
            # At the rate of the day, an amount that stays would change every day.
            values |= self._prepare_order_amount(order, currencies)
        return {
            **values,
            "dealer_so_invoice_status": self._take_known(
                "dealer_so_invoice_status", order.invoice_status
            ),
            "dealer_so_delivery_status": self._take_known(
                "dealer_so_delivery_status", order.delivery_status
            ),
            "is_dealer_so_gone": False,
        }

    def _is_amount_known(self, order):
        """Whether a dealer told the amount of this lead's order before, and it is here.

        :param remote_odoo.PlacedOrder order: as the dealer told it.
        :rtype: bool
        """
        is_same = self.dealer_so_told_amount == order.told_amount
        return bool(is_same and (self.dealer_so_amount or not order.amount))

    def _take_known(self, name, told):
        """Return what a dealer told, or False where no plain Odoo says so.

        :param str name: of a selection field.
        :param str told: by the dealer.
        :rtype: str | bool
        """
        return told if told in dict(self._fields[name].selection) else False

    def _leave_out_same(self, values):
        """Return those of some values that this lead does not have yet.

        :param dict values: of ``crm.lead``.
        :rtype: dict
        """
        return {
            name: value
            for name, value in values.items()
            if (self[name] or False) != (value or False)
        }

    def _note_unseen(self):
        """Write down that the dealer did not show the orders of these leads.

        Once may be an accident, such as a dealer's transaction that was taken back.
        """
        now = fields.Datetime.now()
        again = self.filtered(
            lambda lead: lead.dealer_so_unseen_at and not lead.is_dealer_so_gone
        )
        again.write({"is_dealer_so_gone": True})
        self._note_checked({lead: lead.dealer_so_unseen_at or now for lead in self})

    def _note_checked(self, unseen):
        """Write down that a dealer told of orders, and see to what follows from it.

        :param dict unseen: since when each order is not shown, by lead; None where it
            is.
        """
        if not unseen:
            return
        leads = self.browse().union(*unseen)
        leads.flush_recordset()
        leads._write_checked(fields.Datetime.now(), [*unseen.values()])
        leads._settle_order_trouble()

    def _write_checked(self, now, unseen):
        """Write down when these orders were asked for, and when they will be again.

        In SQL: it is no change of a lead, and written every hour.

        :param datetime.datetime now: in UTC, naive.
        :param list unseen: since when each of them is not shown; None where it is.
        """
        intervals = [
            lead._get_check_interval(now, since)
            for lead, since in zip(self, unseen, strict=True)
        ]
        self.env.cr.execute(
            """
            UPDATE crm_lead
               SET dealer_so_checked_at = %s,
                   dealer_so_check_at = told.check_at,
                   dealer_so_unseen_at = told.unseen_at
              FROM unnest(%s, %s::timestamp[], %s::timestamp[])
                   AS told(id, check_at, unseen_at)
             WHERE crm_lead.id = told.id
            """,
            [now, self.ids, [wait and now + wait for wait in intervals], unseen],
        )
        self.invalidate_recordset(NOTED, flush=False)

    def _put_off_check(self, wait):
        """Ask later for orders at which a dealer's answers fail.

        :param datetime.timedelta wait: how much later.
        """
        self.env.cr.execute(
            "UPDATE crm_lead SET dealer_so_check_at = %s WHERE id = ANY(%s)",
            [fields.Datetime.now() + wait, self.ids],
        )
        self.invalidate_recordset(["dealer_so_check_at"], flush=False)

    def _get_check_interval(self, now, unseen_since):
        """Return how long until the dealer is asked for this lead's order again.

        :param datetime.datetime now: in UTC, naive.
        :param datetime.datetime unseen_since: when it was first not shown, or None.
        :return: None for never.
        :rtype: datetime.timedelta | None
        """
        age = now - (self.date_closed or now)
        is_ended = (
            self.is_dealer_so_gone
            or self.dealer_so_state == "cancel"
            or self._is_order_finished()
        )
        if not is_ended:
            is_lively = age < LIVELY or unseen_since
            return SOON if is_lively else DAILY
        if age >= REMEMBERED:
            return None
        return WEEKLY if self._is_order_finished() else DAILY

    def _prepare_unchecked_values(self):
        """Return the values of a lead whose order was made, or found, just now.

        :return: of ``crm.lead``: the job asks for it next.
        :rtype: dict
        """
        return {
            **dict.fromkeys(NOTED, False),
            "dealer_so_invoice_status": False,
            "dealer_so_delivery_status": False,
            "is_dealer_so_gone": False,
        }

    def _is_order_finished(self):
        """Whether nothing more is to be expected of the order but that it is undone."""
        return (
            self.dealer_so_state == "sale"
            and self.dealer_so_invoice_status == "invoiced"
            and self.dealer_so_delivery_status in (False, "full")
        )

    def _prepare_unseen_message(self):
        """Return what is said of an order that the dealer does not show.

        :rtype: str
        """
        return self.env._(
            "%(dealership)s does not show order %(order)s for this lead any more. It "
            "was deleted there, or our account may not see it any more.",
            dealership=self.dealership_id.name,
            order=self.dealer_so_name,
        )
