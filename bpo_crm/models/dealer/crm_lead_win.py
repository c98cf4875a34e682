import functools
import logging

import psycopg2

from odoo import api, fields, models
from odoo.exceptions import UserError

from ... import remote_odoo
from ...email_address import read_address
from ...mail_templates import try_to_mail
from ...own_transaction import run_alone
from ...phone_number import read_numbers, to_e164
from ...roles import AGENT
from ...series import Constraint

_logger = logging.getLogger(__name__)

MAIL_TEMPLATE = "bpo_crm.mail_template_lead_won"


class Lead(models.Model):
    """Won: exactly one sales order on the dealer's own Odoo.

    Requirements 003, "Marking as won". The order is made while the transaction that
    moves the lead is open, and after everything in it has reached PostgreSQL:
    the lead's row is locked, so two wins of one lead follow each other, and
    what could fail here has failed before the dealer hears of it. Whatever
    happens afterwards, the next attempt finds the order that this one made;
    see :mod:`..remote_odoo.dealer`.
    """

    _inherit = "crm.lead"

    dealer_so_name = fields.Char(
        "Dealer Order", readonly=True, copy=False, server_only=True
    )
    dealer_so_id = fields.Integer(
        "Dealer Order ID", readonly=True, copy=False, server_only=True
    )
    dealer_so_url = fields.Char(
        "Dealer Order Link", readonly=True, copy=False, server_only=True
    )
    dealer_so_state = fields.Selection(
        [
            ("draft", "Quotation"),
            ("sent", "Quotation Sent"),
            ("sale", "Sales Order"),
            ("cancel", "Cancelled"),
        ],
        "Dealer Order Status",
        readonly=True,
        copy=False,
        server_only=True,
    )
    dealer_so_amount = fields.Monetary(
        "Dealer Order Amount",
        currency_field="company_currency",
        readonly=True,
        copy=False,
        server_only=True,
        help="The total of the order at the dealership.",
    )
    push_ids = fields.One2many(
        "crm.dealer.push",
        "lead_id",
        "Push Attempts",
        groups=AGENT,
    )

    _dealer_so_complete = Constraint(
        "CHECK(COALESCE(dealer_so_id, 0) >= 0"
        " AND (COALESCE(dealer_so_id, 0) = 0 OR dealer_so_name IS NOT NULL))",
        "The order of a lead at its dealership must have both a number and a name.",
    )

    # ------------------------------------------------------------
    # ACTIONS
    # ------------------------------------------------------------

    def action_set_won(self):
        """Move leads to the won stage of their team: all of them, or none.

        Odoo's own are won its way.

        :return: True
        :raises UserError: without a won stage, or when a dealer's server does
            not take the order.
        """
        ours = self.filtered("is_bpo")
        if self - ours:
            super(Lead, self - ours).action_set_won()
        by_stage = ours.grouped(lambda lead: lead._get_won_stage())
        return self._write_in_phases(
            [(leads, {"stage_id": stage.id}) for stage, leads in by_stage.items()]
        )

    def action_win_each(self):
        """Mark many leads as won, each on its own.

        Every lead has a transaction of its own: a dealer who is out of reach
        holds nobody else back, and is asked once.

        :return: a window with the result of every lead.
        :rtype: dict
        """
        self.check_access("write")
        self.env.flush_all()
        outcomes, unanswering = [], self.env["crm.dealership"]
        for lead in self:
            dealership = lead.dealership_id
            if dealership & unanswering:
                problem = self.env._(
                    "Not tried: %s did not answer just now. Mark it as won later.",
                    dealership.name,
                )
                outcomes.append((lead, problem))
                continue
            error = lead._win_alone()
            outcomes.append((lead, error and lead._explain_win_error(error)))
            if _is_unanswered(error):
                unanswering |= dealership
        self.invalidate_recordset()
        return self.env["crm.lead.win.report"]._show(outcomes)

    # ------------------------------------------------------------
    # PHASES
    # ------------------------------------------------------------

    def _refuse_change(self, change):
        change.find_changing("dealership_id")._check_order_stays(change)
        if self.env.context.get("import_file"):
            _find_newly_won(change)._refuse_won_by_import()
        return super()._refuse_change(change)

    def _send_change(self, change):
        won = _find_newly_won(change)
        if won:
            # Everything that can fail here shall fail before the dealer hears.
            self.env.flush_all()
        for lead in won:
            lead._push_to_dealer()
        return super()._send_change(change)

    # ------------------------------------------------------------
    # BUSINESS
    # ------------------------------------------------------------

    def _get_won_stage(self):
        """Return the won stage to move to: the next one, or else the last."""
        stages = self.env["crm.stage"]._find_for_team(
            self.team_id, [("is_won", "=", True)]
        )
        if not stages:
            raise UserError(
                self.env._(
                    "No won stage configured. Ask a manager to mark one under "
                    "Configuration → Stages."
                )
            )
        if self.stage_id in stages:
            return self.stage_id
        return self.stage_id._next_among(stages) or stages[-1]

    def _win_alone(self):
        """Win this lead in a transaction of its own.

        :return: what kept it from being won; None for nothing.
        :rtype: Exception | None
        """
        try:
            with self.env.registry.cursor() as cr:
                cr.execute("SET LOCAL lock_timeout = '5s'")
                self.with_env(self.env(cr=cr)).action_set_won()
        except (UserError, psycopg2.OperationalError) as error:
            return error
        except Exception as error:
            # The leads before this one are won; the others must have their turn.
            _logger.exception("Could not mark lead %s as won", self.id)
            return error
        return None

    def _explain_win_error(self, error):
        """Say what kept this lead from being won.

        :param Exception error: as of :meth:`_win_alone`.
        :return: a translated text.
        :rtype: str
        """
        if isinstance(error, UserError):
            return str(error)
        if isinstance(error, psycopg2.OperationalError):
            return self.env._("Somebody else is changing this lead. Try again.")
        return self.env._("An unexpected error. The administrator finds it in the log.")

    def _refuse_won_by_import(self):
        """The test run of an import would make orders and take back the rest.

        :raises UserError: for any lead.
        """
        if self:
            raise UserError(
                self.env._(
                    "An import cannot win leads. Select them in the list and use the "
                    "action Mark as Won."
                )
            )

    def _check_order_stays(self, change):
        """The dealer's order of a lead is at the dealership of the lead.

        :param LeadChange change: that gives these leads another dealership.
        :raises UserError: for a lead that has an order.
        """
        for lead in self.filtered("dealer_so_id"):
            raise UserError(
                self.env._(
                    "%(dealership)s has order %(order)s for %(lead)s, whose "
                    "dealership cannot be changed any more.",
                    lead=lead._get_label(),
                    order=lead.dealer_so_name,
                    dealership=change.get_old(lead, "dealership_id").name,
                )
            )

    def _push_to_dealer(self):
        """Make the order, write it back, and tell everybody.

        :raises UserError: with the reason, which also goes to the chatter once
            the transaction is over.
        """
        try:
            key = self._prepare_order_key()
            pushes = self.env["crm.dealer.push"]
            with pushes._record_attempt(self, key) as attempt:
                order = self._place_dealer_order(attempt)
                attempt.succeed(order)
        except remote_odoo.RemoteError as error:
            self._refuse_win(error)
        self.dealership_id._settle_failure()
        values = self._prepare_dealer_order_values(order)
        self.sudo().write({**values, **self._prepare_unchecked_values()})
        self._log_dealer_order()
        self._mail_dealership_manager()
        self._toast_dealer_order()

    def _refuse_win(self, error):
        """Tell everybody that there is no order.

        :param remote_odoo.RemoteError error: what came back.
        :raises UserError: with the reason, and what the user can do.
        """
        message = self._prepare_push_error(error)
        self._post_after_transaction(message)
        told = self.dealership_id._tell_failure(error, self.company_id)
        advice = self.dealership_id._advise_agent(error, told)
        raise UserError(" ".join(filter(None, [message, advice]))) from None

    def _place_dealer_order(self, attempt):
        """Make the order at this lead's dealership, or find it there.

        :param _Attempt attempt: with the order's key.
        :rtype: remote_odoo.PlacedOrder
        :raises remote_odoo.RemoteError: a subclass of it; also without a dealership,
            and where another one has an order or cannot be asked.
        """
        dealership = self.dealership_id
        if not dealership:
            raise remote_odoo.NotConfigured(
                self.env._(
                    "Choose the dealership that sells to this customer, then press "
                    "Mark as Won again."
                )
            )
        order = self._prepare_dealer_order(attempt.order_key)
        self._check_not_ordered_elsewhere(order)
        return dealership._place_order(order, attempt.look_first)

    def _find_possible_orders(self):
        """Return the attempts by which dealers may have orders for these leads.

        :rtype: crm.dealer.push
        """
        pushes = self.env["crm.dealer.push"].sudo()
        return pushes.search(
            [("lead_id", "in", self.ids), ("order_may_exist", "=", True)]
        )

    def _check_not_ordered_elsewhere(self, order):
        """An attempt with an unknown end at another dealership comes first.

        :param remote_odoo.Order order: the order to make.
        :raises remote_odoo.OrderedElsewhere: when another dealership has an order, or
            may have one.
        """
        attempts = self._find_possible_orders()
        for dealership in attempts.dealership_id - self.dealership_id:
            problem = self._find_order_problem(dealership, order)
            if problem:
                raise remote_odoo.OrderedElsewhere(problem)

    def _find_order_problem(self, dealership, order):
        """Say why an order of this lead may be at a dealership.

        :param crm.dealership dealership: that is asked.
        :param remote_odoo.Order order: the order to look for.
        :return: a text for the user; None where there is no order.
        :rtype: str | None
        """
        try:
            found = dealership._find_order(order)
        except remote_odoo.RemoteError as error:
            return self.env._(
                "An earlier attempt may have made an order at %(dealership)s, "
                "whose server cannot be asked: %(reason)s",
                dealership=dealership.name,
                reason=dealership._explain(error),
            )
        if not found:
            return None
        return self.env._(
            "%(dealership)s has order %(order)s for this lead already. Choose that "
            "dealership, or have the order deleted there.",
            dealership=dealership.name,
            order=found.name,
        )

    # What is sent

    def _prepare_order_key(self):
        """Return what tells the order of this lead from all others, anywhere.

        A copy that Odoo makes of the database gets another UUID, so attempts keep the
        key that the first one had.
        """
        database = self.env["ir.config_parameter"].sudo().get_param("database.uuid")
        return f"{database}_lead_{self.id}"

    def _prepare_dealer_order(self, key):
        """Return the order to make.

        :param str key: the same for every attempt.
        :rtype: remote_odoo.Order
        """
        vehicle = self.vehicle_model_id
        return remote_odoo.Order(
            key=key,
            reference=self.reference,
            customer=self._prepare_dealer_customer(),
            product_code=vehicle.default_code or "",
            note=self._prepare_vehicle_note(),
        )

    def _prepare_vehicle_note(self):
        vehicle = self.vehicle_model_id
        if not vehicle:
            return self.env._("Vehicle: to be agreed with the customer.")
        parts = [vehicle.display_name]
        if vehicle.default_code:
            parts.append(f"[{vehicle.default_code}]")
        return self.env._("Requested vehicle: %s", " ".join(parts))

    def _prepare_dealer_customer(self):
        partner = self.partner_id
        country = self.country_id or self.company_id.country_id
        country = country or self.env.company.country_id
        phone = self.phone or partner.phone or ""
        email = read_address(self.email_from or partner.email)
        numbers = list(map(to_e164, read_numbers(phone, country.code)))
        # By a placeholder, the order would be a stranger's.
        own = self.env["crm.placeholder"]._filter_identifying(
            [*numbers, email], self._get_person_name()
        )
        return remote_odoo.Customer(
            name=self.customer_name,
            phone=phone if not numbers or set(numbers) & set(own) else "",
            email=email if email in own else "",
            region=country.code or "",
            details=self._prepare_dealer_address(),
        )

    def _prepare_dealer_address(self):
        address = {
            name: self[name] or "" for name in ("street", "street2", "zip", "city")
        }
        country = self.country_id.get_external_id().get(self.country_id.id, "")
        if country.startswith("base."):
            address["country_id/id"] = country
        return address

    # What comes back

    def _prepare_dealer_order_values(self, order):
        """Return the values that say which order this lead has.

        :param remote_odoo.PlacedOrder order: as the dealer told it.
        :return: of ``crm.lead``.
        :rtype: dict
        """
        currencies = self._find_currencies([order])
        return {
            **self._prepare_order_identity(order),
            **self._prepare_order_amount(order, currencies),
        }

    def _prepare_order_identity(self, order):
        """Return the values that say which order this lead has, and in which state.

        :param remote_odoo.PlacedOrder order: as the dealer told it.
        :return: of ``crm.lead``.
        :rtype: dict
        """
        states = dict(self._fields["dealer_so_state"].selection)
        address = self.dealership_id._get_address()
        return {
            "dealer_so_id": order.id,
            "dealer_so_name": order.name,
            "dealer_so_state": order.state if order.state in states else False,
            "dealer_so_url": f"{address}/mail/view?model=sale.order&res_id={order.id}",
        }

    def _prepare_order_amount(self, order, currencies):
        """Return the values that say what this lead's order is worth.

        :param remote_odoo.PlacedOrder order: as the dealer told it.
        :param dict currencies: by their names.
        :return: of ``crm.lead``; no amount in a currency that is not used here.
        :rtype: dict
        """
        currency = currencies.get(order.currency)
        amount = self._convert_to_own(order.amount, currency) if currency else 0.0
        return {
            **({"expected_revenue": amount} if amount else {}),
            "dealer_so_amount": amount,
            "dealer_so_told_amount": order.told_amount,
        }

    @api.model
    def _find_currencies(self, orders):
        """Return the currencies that orders are in, of those that are used here.

        :param orders: :class:`remote_odoo.PlacedOrder` of any number.
        :return: by their names.
        :rtype: dict[str, res.currency]
        """
        names = list({order.currency for order in orders})
        found = self.env["res.currency"].search([("name", "in", names)])
        return {currency.name: currency for currency in found}

    def _prepare_push_error(self, error):
        """Return what the user and the chatter are told when there is no order.

        :param remote_odoo.RemoteError error: what came back.
        :rtype: str
        """
        return self.env._(
            "%(lead)s was not marked as won, it is where it was. %(reason)s",
            lead=self._get_label(),
            reason=self.dealership_id._describe_failure(error),
        )

    # Who is told

    def _log_dealer_order(self):
        self.message_post(
            body=self.env._(
                "Order %(order)s was made at %(dealership)s.",
                order=self.dealer_so_name,
                dealership=self.dealership_id.name,
            )
        )

    def _mail_dealership_manager(self):
        problem = self._queue_mail_to_manager()
        if problem:
            self.message_post(body=self.env._("Nobody was told by email: %s", problem))

    def _queue_mail_to_manager(self):
        """Queue the mail; it leaves only if this transaction is committed.

        :return: why there is none; the order is made all the same.
        :rtype: str | None
        """
        if not self.dealership_id.manager_email:
            return self.env._(
                "%s has no manager's email address.", self.dealership_id.name
            )
        template = self.env.ref(MAIL_TEMPLATE, raise_if_not_found=False)
        if not template:
            return self.env._("The mail template was deleted.")
        # The dealer has the order already.
        template, about = template.sudo(), f"win of lead {self.id}"
        if not try_to_mail(self.env, lambda: template.send_mail(self.id), about):
            return self.env._("The mail template could not be filled in.")
        return None

    def _toast_dealer_order(self):
        # Odoo's bus delivers it after the commit, whatever the way in was.
        self.env.user._bus_send(
            "simple_notification",
            {
                "type": "success",
                "title": self.env._("Lead won"),
                "message": self.env._(
                    "%(lead)s: order %(order)s was made at %(dealership)s.",
                    lead=self._get_label(),
                    order=self.dealer_so_name,
                    dealership=self.dealership_id.name,
                ),
            },
        )

    def _post_after_transaction(self, message):
        """Post in the chatter whether the transaction is rolled back or not.

        :param str message: what is said, in the user's name.
        """
        author_id = self.env.user.partner_id.id
        post = functools.partial(
            run_alone,
            self,
            lambda lead: lead.message_post(body=message, author_id=author_id),
            "A failed win is not in the chatter",
        )
        self.env.cr.postrollback.add(post)
        self.env.cr.postcommit.add(post)


def _find_newly_won(change):
    """Return the leads that a write wins.

    :param LeadChange change: the write.
    """
    return change.find_changing("stage_id").filtered(
        lambda lead: (
            change.get_new(lead, "stage_id").is_won
            and not change.get_old(lead, "stage_id").is_won
        )
    )


def _is_unanswered(error):
    """Whether a win failed because the dealer's server did not answer.

    :param error: as of :meth:`Lead._win_alone`.
    :rtype: bool
    """
    # A refusal shows nothing of what it was raised because of, and keeps it here.
    cause = error and error.__context__
    return isinstance(cause, remote_odoo.RemoteError) and (
        cause.kind in remote_odoo.NO_ANSWER
    )
