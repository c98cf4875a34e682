from odoo import fields, models
from odoo.tools import SQL


class DealerOrderReport(models.Model):
    """Orders at the dealers, a row for each lead that has one."""

    _name = "crm.dealer.order.report"
    _description = "Orders at Dealers"
    _inherit = ["crm.floor.report"]
    _auto = False
    _order = "day desc, id desc"
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
            "intake_source_id",
            "is_dealer_so_gone",
            "stage_id",
            "team_id",
            "user_id",
            "vehicle_model_id",
        ],
        "crm.stage": ["is_won"],
        "res.company": ["currency_id", "resource_calendar_id", "sales_calendar_id"],
        "resource.calendar": ["tz"],
    }

    lead_id = fields.Many2one("crm.lead", readonly=True)
    order_name = fields.Char("Order", readonly=True)
    dealership_id = fields.Many2one("crm.dealership", readonly=True)
    owner_id = fields.Many2one("res.users", "Agent", readonly=True)
    team_id = fields.Many2one("crm.team", "Sales Team", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    brand_id = fields.Many2one("crm.brand", readonly=True)
    vehicle_model_id = fields.Many2one("crm.vehicle.model", "Vehicle", readonly=True)
    source_id = fields.Many2one("crm.lead.source", "Lead Source", readonly=True)
    stage_id = fields.Many2one("crm.stage", readonly=True)
    is_won = fields.Boolean("Lead Is Won", readonly=True)
    day = fields.Date(
        "Ordered On", readonly=True, help="By the clock of the sales team."
    )
    state = fields.Selection(
        selection=lambda self: self._get_states(),
        string="Order Status",
        readonly=True,
        help="As the dealer last told it.",
    )
    invoice_status = fields.Selection(
        selection=lambda self: self._get_selection("dealer_so_invoice_status"),
        string="Invoiced",
        readonly=True,
    )
    delivery_status = fields.Selection(
        selection=lambda self: self._get_selection("dealer_so_delivery_status"),
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
    trouble_rate = fields.Float(
        "Cancelled or Gone",
        readonly=True,
        aggregator="avg",
        help="The share of the won leads whose order was cancelled or is gone.",
    )

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT lead.id,
                   lead.id AS lead_id,
                   lead.dealer_so_name AS order_name,
                   lead.dealership_id,
                   lead.user_id AS owner_id,
                   lead.team_id,
                   lead.company_id,
                   lead.brand_id,
                   lead.vehicle_model_id,
                   lead.intake_source_id AS source_id,
                   lead.stage_id,
                   COALESCE(stage.is_won, FALSE) AS is_won,
                   %(day)s AS day,
                   CASE WHEN lead.is_dealer_so_gone THEN 'gone'
                        ELSE lead.dealer_so_state
                   END AS state,
                   lead.dealer_so_invoice_status AS invoice_status,
                   lead.dealer_so_delivery_status AS delivery_status,
                   lead.dealer_so_checked_at AS checked_at,
                   lead.dealer_so_amount AS amount,
                   floor.currency_id,
                   COALESCE(stage.is_won, FALSE) AND undone.it AS is_troubled,
                   CASE WHEN stage.is_won THEN undone.it::integer::float
                   END AS trouble_rate
              FROM crm_lead AS lead
              LEFT JOIN crm_stage AS stage ON stage.id = lead.stage_id
              %(floor)s
              CROSS JOIN LATERAL (
                   SELECT lead.is_dealer_so_gone IS TRUE
                          OR lead.dealer_so_state IS NOT DISTINCT FROM 'cancel'
                   ) AS undone(it)
              LEFT JOIN LATERAL (
                   SELECT push.create_date
                     FROM crm_dealer_push AS push
                    WHERE push.lead_id = lead.id AND push.state = 'done'
                    ORDER BY push.order_name IS DISTINCT FROM lead.dealer_so_name,
                             push.id
                    LIMIT 1) AS made ON TRUE
             WHERE lead.dealer_so_id > 0
            """,
            day=self._to_floor_day(SQL("COALESCE(made.create_date, lead.date_closed)")),
            floor=self._join_floor("lead"),
        )

    def _get_states(self):
        """Return in which states an order may be, as far as we know.

        :rtype: list
        """
        gone = self.env._("Not Shown Any More")
        return [*self._get_selection("dealer_so_state"), ("gone", gone)]

    def _get_selection(self, name):
        """Return the choices of a field of the leads.

        :param str name: of the field.
        :rtype: list
        """
        return self.env["crm.lead"]._fields[name]._description_selection(self.env)
