from odoo import fields, models
from odoo.tools import SQL

from ...measure import FloorDay, Measure, NinetiethPercentile, Percentile, Share


class DealerReport(models.Model):
    """Attempts to make orders at the dealers' servers, a row for each."""

    _name = "crm.dealer.report"
    _description = "Pushes to Dealers"
    _inherit = "crm.report"
    _auto = False
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
        "crm.lead": ["brand_id", "company_id", "source_id", "team_id", "user_id"],
    }

    day = FloorDay(moment="moment")
    user_id = fields.Many2one("res.users", "Done By", readonly=True)
    state = fields.Selection(
        selection=lambda self: self._get_selection("crm.dealer.push", "state"),
        readonly=True,
    )
    error_kind = fields.Selection(
        selection=lambda self: self._get_selection("crm.dealer.push", "error_kind"),
        string="Failure",
        readonly=True,
    )
    failure_rate = Share(
        "Failed",
        help="The share of the attempts that made no order, of those that have ended.",
    )
    latency = Measure(
        "Seconds (Average)",
        digits=(8, 3),
        help="How long the attempts took that made an order.",
    )
    latency_median = Percentile("Seconds (Median)", digits=(8, 3))
    latency_90 = NinetiethPercentile("Seconds (90th Percentile)", digits=(8, 3))

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT push.id,
                   push.lead_id,
                   push.dealership_id,
                   push.user_id,
                   lead.user_id AS owner_id,
                   lead.team_id,
                   lead.brand_id,
                   lead.source_id,
                   lead.company_id,
                   push.create_date AS moment,
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
            day=self._to_floor_day(SQL("push.create_date"), "lead"),
            died=self.env["crm.dealer.push"]._get_died_before(),
        )
