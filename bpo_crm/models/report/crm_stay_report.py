from odoo import fields, models
from odoo.tools import SQL

from ...measure import Measure, NinetiethPercentile, Percentile, Share


class StayReport(models.Model):
    """How long leads stay in the open stages, a row for each stay.

    What is over is measured in the floor's working hours; of what is not over, its age
    stands apart.
    """

    _name = "crm.stay.report"
    _description = "Time in Stage"
    _inherit = "crm.report"
    _auto = False
    _depends = {
        "crm.lead": ["user_id"],
        "crm.lead.stage.history": [
            "brand_id",
            "company_id",
            "dealership_id",
            "entered_at",
            "is_bpo",
            "left_at",
            "lead_id",
            "local_day",
            "outcome",
            "owner_id",
            "source_id",
            "stage_id",
            "team_id",
            "working_minutes",
        ],
        "crm.stage": ["is_lost", "is_won"],
    }

    day = fields.Date("Entered On")
    stage_id = fields.Many2one("crm.stage", readonly=True)
    outcome = fields.Selection(
        selection=lambda self: self.env["crm.funnel.period.report"]._get_outcomes(),
        string="What Became of It",
        readonly=True,
    )
    minutes = Measure(
        "Working Time (Average)",
        help="Of the stays that are over: minutes of the floor's working hours.",
    )
    minutes_median = Percentile("Working Time (Median)")
    minutes_90 = NinetiethPercentile("Working Time (90th Percentile)")
    finished = Share(help="The share of the stays that are over.")
    age = Measure(
        "Age in Days",
        digits=(8, 1),
        help="Of the stays that are not over: days by the calendar until now.",
    )

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT stay.id,
                   %(of_stay)s,
                   stay.local_day AS day,
                   stay.stage_id,
                   COALESCE(stay.outcome, 'there') AS outcome,
                   stay.working_minutes AS minutes,
                   stay.working_minutes AS minutes_median,
                   stay.working_minutes AS minutes_90,
                   (stay.left_at IS NOT NULL)::integer::float AS finished,
                   CASE WHEN stay.left_at IS NULL
                        THEN EXTRACT(EPOCH FROM %(now)s - stay.entered_at)::float
                             / 86400
                   END AS age
              FROM crm_lead_stage_history AS stay
              JOIN crm_stage AS stage ON stage.id = stay.stage_id
             WHERE stay.is_bpo
               AND stage.is_won IS NOT TRUE AND stage.is_lost IS NOT TRUE
            """,
            of_stay=self._select_of_stay("stay"),
            now=fields.Datetime.now(),
        )
