from odoo import fields, models
from odoo.tools import SQL

#: What takes the place of an average: the part of the answers that came as fast.
PERCENTILES = {"latency_median": 0.5, "latency_90": 0.9}


class DealerReport(models.Model):
    """Attempts to make orders at the dealers' servers, a row for each."""

    _name = "crm.dealer.report"
    _description = "Pushes to Dealers"
    _inherit = ["crm.floor.report"]
    _auto = False
    _order = "day desc, id desc"
    _rec_name = "lead_id"
    _depends = {
        "crm.dealer.push": [
            "create_date",
            "dealership_id",
            "duration",
            "error_kind",
            "lead_id",
            "state",
            "user_id",
        ],
        "crm.lead": ["brand_id", "company_id", "team_id"],
        "res.company": ["resource_calendar_id", "sales_calendar_id"],
        "resource.calendar": ["tz"],
    }

    lead_id = fields.Many2one("crm.lead", readonly=True)
    dealership_id = fields.Many2one("crm.dealership", readonly=True)
    user_id = fields.Many2one("res.users", "Done By", readonly=True)
    team_id = fields.Many2one("crm.team", "Sales Team", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    brand_id = fields.Many2one("crm.brand", readonly=True)
    day = fields.Date(readonly=True, help="By the clock of the sales team.")
    state = fields.Selection(
        selection=lambda self: self._get_selection("state"), readonly=True
    )
    error_kind = fields.Selection(
        selection=lambda self: self._get_selection("error_kind"),
        string="Failure",
        readonly=True,
    )
    failure_rate = fields.Float(
        "Failed",
        readonly=True,
        aggregator="avg",
        help="The share of the attempts that made no order, of those that have ended.",
    )
    latency = fields.Float(
        "Seconds (Average)",
        readonly=True,
        aggregator="avg",
        digits=(8, 3),
        help="How long the attempts took that made an order.",
    )
    latency_median = fields.Float(
        "Seconds (Median)", readonly=True, aggregator="avg", digits=(8, 3)
    )
    latency_90 = fields.Float(
        "Seconds (90th Percentile)", readonly=True, aggregator="avg", digits=(8, 3)
    )

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT push.id,
                   push.lead_id,
                   push.dealership_id,
                   push.user_id,
                   lead.team_id,
                   lead.company_id,
                   lead.brand_id,
                   %(day)s AS day,
                   ended.state,
                   push.error_kind,
                   CASE WHEN ended.state = 'done' THEN 0.0
                        WHEN ended.state != 'running' THEN 1.0
                   END AS failure_rate,
                   answered.seconds AS latency,
                   answered.seconds AS latency_median,
                   answered.seconds AS latency_90
              FROM crm_dealer_push AS push
              JOIN crm_lead AS lead ON lead.id = push.lead_id
              %(floor)s
              CROSS JOIN LATERAL (
                   SELECT CASE WHEN push.state = 'running'
                                    AND push.create_date <= %(died)s
                               THEN 'interrupted'
                               ELSE push.state
                          END) AS ended(state)
              CROSS JOIN LATERAL (
                   SELECT CASE WHEN push.state = 'done' THEN push.duration END
                   ) AS answered(seconds)
            """,
            day=self._to_floor_day(SQL("push.create_date")),
            floor=self._join_floor("lead"),
            died=self.env["crm.dealer.push"]._get_died_before(),
        )

    def _get_selection(self, name):
        """Return the choices of a field of the attempts.

        :param str name: of the field.
        :rtype: list
        """
        return (
            self.env["crm.dealer.push"]._fields[name]._description_selection(self.env)
        )

    def _read_group_select(self, aggregate_spec, query):
        name, _colon, _function = aggregate_spec.partition(":")
        if name not in PERCENTILES:
            return super()._read_group_select(aggregate_spec, query)
        # No aggregate of the ORM does it, and none is right for the groups of groups.
        return SQL(
            "percentile_cont(%s) WITHIN GROUP (ORDER BY %s)",
            PERCENTILES[name],
            self._field_to_sql(self._table, name, query),
        )
