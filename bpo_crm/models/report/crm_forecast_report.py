from datetime import timedelta

from odoo import fields, models
from odoo.tools import SQL

from ...domains import OPEN_STAGE
from ...local_time import to_zone
from ...measure import Measure

#: Of how many days the enquiries say what the win rate of a stage is.
WINDOW = 180

#: Of fewer closed leads, no rate is told.
CLOSED_MIN = 10


class ForecastReport(models.Model):
    """What the open leads are worth, a row for each.

    By the win rate of the floor, whoever looks: an agent's own would be one of a few
    leads.
    """

    _name = "crm.forecast.report"
    _description = "Forecast"
    _inherit = "crm.report"
    _auto = False
    _depends = {
        "crm.lead": [
            "active",
            "brand_id",
            "company_id",
            "date_deadline",
            "dealership_id",
            "enquiry_date",
            "expected_revenue",
            "is_bpo",
            "set_aside_date",
            "source_id",
            "stage_id",
            "team_id",
            "type",
            "user_id",
            "vehicle_model_id",
        ],
        "crm.lead.stage.history": [
            "closed_as",
            "company_id",
            "enquiry_day",
            "is_bpo",
            "is_first",
            "stage_id",
        ],
        "crm.stage": ["is_lost", "is_won"],
        "res.company": ["currency_id"],
    }

    day = fields.Date("Enquired On")
    date_deadline = fields.Date("Expected Closing", readonly=True)
    stage_id = fields.Many2one("crm.stage", readonly=True)
    vehicle_model_id = fields.Many2one("crm.vehicle.model", "Vehicle", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    expected_revenue = fields.Monetary(readonly=True, currency_field="currency_id")
    win_rate = Measure(
        help="Of the enquiries of the last 180 days that reached the stage of this "
        "lead and are closed: the share that is won. Nothing where fewer than ten are."
    )
    expected_wins = fields.Float(
        readonly=True,
        digits=(16, 1),
        help="How many of these leads are won at the win rate of their stages.",
    )
    forecast = fields.Monetary(
        readonly=True,
        currency_field="currency_id",
        help="The expected revenue × the win rate of the stage.",
    )

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT lead.id,
                   %(of_lead)s,
                   %(day)s AS day,
                   lead.date_deadline,
                   lead.stage_id,
                   lead.vehicle_model_id,
                   %(currency)s AS currency_id,
                   lead.expected_revenue,
                   rate.share AS win_rate,
                   rate.share AS expected_wins,
                   lead.expected_revenue * rate.share::numeric AS forecast
              FROM crm_lead AS lead
              LEFT JOIN (%(rates)s) AS rate
                   ON rate.stage_id = lead.stage_id
                   AND rate.company_id = COALESCE(lead.company_id, 0)
             WHERE lead.is_bpo AND lead.type = 'opportunity' AND lead.active
               AND lead.set_aside_date IS NULL
               AND lead.stage_id = ANY(%(stages)s)
            """,
            of_lead=self._select_of_lead("lead"),
            day=self._to_floor_day(SQL("lead.enquiry_date"), "lead"),
            currency=self._get_currency("lead"),
            stages=self.env["crm.stage"].sudo().search(OPEN_STAGE).ids,
            rates=self._select_win_rates(),
        )

    def _select_win_rates(self):
        """Return the win rate of each stage, by company, for a query.

        Not of other companies: nobody is to learn how these do.

        :rtype: SQL
        """
        now, zone = fields.Datetime.now(), self.env.company._get_sales_zone()
        today = to_zone(now, zone).date()
        return SQL(
            """
            SELECT stay.stage_id,
                   COALESCE(stay.company_id, 0) AS company_id,
                   avg((stay.closed_as = 'won')::integer)::float AS share
              FROM crm_lead_stage_history AS stay
             WHERE stay.is_first AND stay.is_bpo
               AND stay.enquiry_day BETWEEN %s AND %s
               AND stay.closed_as IS NOT NULL
             GROUP BY 1, 2
            HAVING count(*) >= %s
            """,
            today - timedelta(days=WINDOW - 1),
            today,
            CLOSED_MIN,
        )
