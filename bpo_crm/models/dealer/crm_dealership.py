from odoo import api, fields, models
from odoo.exceptions import ValidationError

from odoo.addons.base.models.res_partner import _tz_get

from ... import remote_odoo
from ...email_address import is_one_address
from ...intake import put_on_one_line
from ...local_time import find_only_zone
from ...series import Constraint

#: How much of an address is told that is none.
MAX_SHOWN = 100  # characters


class Dealership(models.Model):
    """A branch that sells vehicles, with its own Odoo server."""

    _name = "crm.dealership"
    _description = "Dealership"
    _inherit = [
        "crm.odoo.connection",
        "crm.company.data",
        "crm.own.reach",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "name, id"
    _rec_names_search = ["name", "code"]

    # What connects us is not tracked: agents read the chatter.
    name = fields.Char(required=True, tracking=True)
    code = fields.Char(required=True, copy=False, tracking=True)
    # Where customers visit
    street = fields.Char(tracking=True)
    zip = fields.Char(tracking=True)
    city = fields.Char(tracking=True)
    country_id = fields.Many2one("res.country", tracking=True)
    phone = fields.Char(tracking=True)
    resource_calendar_id = fields.Many2one(
        "resource.calendar",
        "Working Hours",
        tracking=True,
        ondelete="restrict",
        domain="['|', ('company_id', '=', False), ('company_id', '=?', company_id)]",
        help="The hours in which customers expect to be called. By default, "
        "those of the company.",
    )
    tz = fields.Selection(
        _tz_get,
        "Time Zone",
        compute="_compute_tz",
        store=True,
        readonly=False,
        tracking=True,
        help="By whose clock customers are invited to visit. By default that of the "
        "working hours, of the country where it has one, or of the company.",
    )
    brand_ids = fields.Many2many(
        "crm.brand", string="Brands", check_company=True, tracking=True
    )
    manager_name = fields.Char(tracking=True)
    manager_email = fields.Char(tracking=True)
    active = fields.Boolean(default=True, tracking=True)
    push_ids = fields.One2many("crm.dealer.push", "dealership_id", "Push Attempts")

    _code_uniq = Constraint("UNIQUE(code)", "Another dealership has this code already.")

    @api.depends("country_id", "resource_calendar_id")
    def _compute_tz(self):
        for dealership in self:
            company = (dealership.company_id or self.env.company).sudo()
            dealership.tz = (
                dealership.resource_calendar_id.tz
                or find_only_zone(dealership.country_id.code)
                or dealership.tz
                or company.resource_calendar_id.tz
            )

    @api.constrains("company_id", "resource_calendar_id")
    def _check_calendar_company(self):
        self._check_own_or_shared("resource_calendar_id")

    @api.constrains("manager_email")
    def _check_manager_email(self):
        for dealership in self.filtered("manager_email"):
            if not is_one_address(dealership.manager_email):
                raise ValidationError(
                    self.env._(
                        'The manager of "%(dealership)s" cannot be written to at '
                        "%(address)s. Enter one email address, such as "
                        "manager@dealer.example.",
                        dealership=dealership.name,
                        address=put_on_one_line(dealership.manager_email)[:MAX_SHOWN],
                    )
                )

    @api.model
    def _get_users(self):
        return [("crm.lead", "dealership_id"), ("crm.lead.source", "dealership_id")]

    def _format_address(self):
        """Return where a customer goes to, in one line."""
        parts = (self.name, self.street, self.zip, self.city, self.country_id.name)
        return ", ".join(filter(None, parts))

    def _run_connection_checks(self, session):
        return remote_odoo.check_dealer(session)

    def _place_order(self, order, look_first):
        """Make the order on the dealer's server, unless it is there already.

        :param remote_odoo.Order order: what to order.
        :param bool look_first: an earlier attempt may have arrived.
        :rtype: remote_odoo.PlacedOrder
        :raises remote_odoo.RemoteError: a subclass of it.
        """
        with self._open_session() as session:
            placed = remote_odoo.Dealer(session).place_order(order, look_first)
            self._remember_account(session.uid)
        return placed

    def _remember_account(self, uid):
        """Save later orders the trip that asks for the account's id.

        In a transaction of its own, and only when nobody else is at it: orders
        at one dealership must not wait for each other.

        :param int uid: the account's id on the dealer's server.
        """
        connection = self.sudo()
        if connection.odoo_uid:
            return
        with self.env.registry.cursor() as cr:
            cr.execute(
                """
                UPDATE crm_dealership SET odoo_uid = %s
                 WHERE id = (
                    SELECT id FROM crm_dealership
                     WHERE id = %s AND odoo_url = %s AND odoo_db = %s
                       AND odoo_login = %s
                       FOR NO KEY UPDATE SKIP LOCKED
                 )
                """,
                [
                    uid,
                    self.id,
                    connection.odoo_url,
                    connection.odoo_db,
                    connection.odoo_login,
                ],
            )

    def _find_order(self, order):
        """Return the dealer's order for a lead, if there is one.

        :param remote_odoo.Order order: the order to look for.
        :rtype: remote_odoo.PlacedOrder | None
        :raises remote_odoo.RemoteError: a subclass of it.
        """
        with self._open_session() as session:
            return remote_odoo.Dealer(session).find_order(order)

    def _fetch_orders(self, order_ids):
        """Read what became of orders.

        :param list order_ids: their ids on the dealer's server.
        :return: by id; those that the dealer does not show are left out.
        :rtype: dict[int, remote_odoo.ReportedOrder]
        :raises remote_odoo.RemoteError: a subclass of it.
        """
        with self._open_session() as session:
            return remote_odoo.Dealer(session).fetch_orders(order_ids)
