from odoo import fields, models
from odoo.tools import SQL

from ...measure import FloorDay, Share

#: An attempt that made the order: of several, that which tells its name, or the first.
MADE = SQL(
    """
    made.state = 'done' AND NOT EXISTS (
        SELECT FROM crm_dealer_push AS other
         WHERE other.lead_id = made.lead_id AND other.state = 'done'
           AND (other.order_name IS DISTINCT FROM lead.dealer_so_name, other.id)
               < (made.order_name IS DISTINCT FROM lead.dealer_so_name, made.id)
    )
    """
)

#: A lead whose order no attempt made that is known.
UNMADE = SQL(
    """
    NOT EXISTS (
        SELECT FROM crm_dealer_push AS made
         WHERE made.lead_id = lead.id AND made.state = 'done'
    )
    """
)


class DealerOrderReport(models.Model):
    """Orders at the dealers, a row for each lead that has one."""

    _name = "crm.dealer.order.report"
    _description = "Orders at Dealers"
    _inherit = "crm.report"
    _auto = False
    _rec_name = "order_name"
    _depends = {
        "crm.dealer.push": ["create_date", "lead_id", "order_name", "state"],
        "crm.lead": [
            "brand_id",
            "company_id",
            "date_closed",
            "dealer_so_amount",
            "dealer_so_checked_at",
            "dealer_so_delivery_status",
            "dealer_so_id",
            "dealer_so_invoice_status",
            "dealer_so_name",
            "dealer_so_state",
            "dealership_id",
            "source_id",
            "is_dealer_so_gone",
            "stage_id",
            "team_id",
            "user_id",
            "vehicle_model_id",
        ],
        "crm.stage": ["is_won"],
        "res.company": ["currency_id"],
    }

    order_name = fields.Char("Order", readonly=True)
    vehicle_model_id = fields.Many2one("crm.vehicle.model", "Vehicle", readonly=True)
    stage_id = fields.Many2one("crm.stage", readonly=True)
    is_won = fields.Boolean("Lead Is Won", readonly=True)
    day = FloorDay("Ordered On", moment="moment")
    state = fields.Selection(
        selection=lambda self: self._get_states(),
        string="Order Status",
        readonly=True,
        help="As the dealer last told it.",
    )
    invoice_status = fields.Selection(
        selection=lambda self: self._get_selection(
            "crm.lead", "dealer_so_invoice_status"
        ),
        string="Invoiced",
        readonly=True,
    )
    delivery_status = fields.Selection(
        selection=lambda self: self._get_selection(
            "crm.lead", "dealer_so_delivery_status"
        ),
        string="Delivered",
        readonly=True,
    )
    checked_at = fields.Datetime("Checked On", readonly=True)
    amount = fields.Monetary(readonly=True, currency_field="currency_id")
    currency_id = fields.Many2one("res.currency", readonly=True)
    is_troubled = fields.Boolean(
        "Won without an Order",
        readonly=True,
        help="The lead is won, and its order was cancelled or is gone.",
    )
    trouble_rate = Share(
        "Cancelled or Gone",
        help="The share of the won leads whose order was cancelled or is gone.",
    )

    @property
    def _table_query(self):
        return SQL(
            "%s UNION ALL %s",
            self._select_orders(
                SQL("made.create_date"),
                SQL(
                    "crm_dealer_push AS made JOIN crm_lead AS lead ON lead.id = lead_id"
                ),
                MADE,
            ),
            self._select_orders(
                SQL("lead.date_closed"), SQL("crm_lead AS lead"), UNMADE
            ),
        )

    def _select_orders(self, moment, tables, where):
        """Return the rows of orders, for a query.

        :param SQL moment: when the order was made, in UTC.
        :param SQL tables: where it is read from; the lead is ``lead``.
        :param SQL where: which rows of these.
        :rtype: SQL
        """
        return SQL(
            """
            SELECT lead.id,
                   %(of_lead)s,
                   lead.dealer_so_name AS order_name,
                   lead.vehicle_model_id,
                   lead.stage_id,
                   COALESCE(stage.is_won, FALSE) AS is_won,
                   %(moment)s AS moment,
                   %(day)s AS day,
                   CASE WHEN lead.is_dealer_so_gone THEN 'gone'
                        ELSE lead.dealer_so_state
                   END AS state,
                   lead.dealer_so_invoice_status AS invoice_status,
                   lead.dealer_so_delivery_status AS delivery_status,
                   lead.dealer_so_checked_at AS checked_at,
                   lead.dealer_so_amount AS amount,
                   %(currency)s AS currency_id,
                   COALESCE(stage.is_won, FALSE) AND undone.it AS is_troubled,
                   CASE WHEN stage.is_won THEN undone.it::integer::float
                   END AS trouble_rate
              FROM %(tables)s
              LEFT JOIN crm_stage AS stage ON stage.id = lead.stage_id
              CROSS JOIN LATERAL (
                   SELECT lead.is_dealer_so_gone IS TRUE
                          OR lead.dealer_so_state IS NOT DISTINCT FROM 'cancel'
                   ) AS undone(it)
             WHERE lead.dealer_so_id > 0 AND %(where)s
            """,
            of_lead=self._select_of_lead("lead"),
            moment=moment,
            day=self._to_floor_day(moment, "lead"),
            currency=self._get_currency("lead"),
            tables=tables,
            where=where,
        )

    def _get_states(self):
        """Return in which states an order may be, as far as we know.

        :rtype: list
        """
        gone = self.env._("Not Shown Any More")
        return [*self._get_selection("crm.lead", "dealer_so_state"), ("gone", gone)]
