from odoo import fields, models
from odoo.tools import SQL

from ...measure import FloorDay, Measure, NinetiethPercentile, Percentile, Share

#: Within how many minutes a customer is called fast, whatever the source's target.
FAST = 5


class SpeedReport(models.Model):
    """How long customers waited for the first attempt, a row for each lead with one.

    Who still waits is not in it, and neither is a lead that nobody measured.
    """

    _name = "crm.speed.report"
    _description = "Speed to Lead"
    _inherit = "crm.report"
    _auto = False
    _depends = {
        "crm.lead": [
            "brand_id",
            "company_id",
            "dealership_id",
            "enquiry_date",
            "first_attempt_date",
            "first_attempt_user_id",
            "is_bpo",
            "is_response_unmeasured",
            "response_deadline",
            "response_met_rate",
            "response_minutes",
            "source_id",
            "team_id",
            "type",
            "user_id",
            "vehicle_model_id",
        ],
        "crm.lead.stage.history": [
            "enquiry_day",
            "is_bpo",
            "is_first",
            "kind",
            "lead_id",
        ],
    }

    day = FloorDay("Enquiry Day", moment="asked_at", may_be_unknown=True)
    user_id = fields.Many2one("res.users", "First Attempt Made By", readonly=True)
    vehicle_model_id = fields.Many2one("crm.vehicle.model", "Vehicle", readonly=True)
    minutes = Measure(
        "Response Time (Average)",
        help="Working minutes of the dealership from the enquiry to the first attempt.",
    )
    minutes_median = Percentile("Response Time (Median)")
    minutes_90 = NinetiethPercentile("Response Time (90th Percentile)")
    within_five = Share(
        "Within Five Minutes",
        help="The share of the leads whose first attempt was made within five of these "
        "minutes.",
    )
    in_time = Share(
        "In Time",
        help="The share of the leads whose first attempt was made within the target of "
        "their source, of those that had a target.",
    )

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT lead.id,
                   %(of_lead)s,
                   lead.vehicle_model_id,
                   lead.first_attempt_user_id AS user_id,
                   lead.enquiry_date AS asked_at,
                   born.enquiry_day AS day,
                   lead.response_minutes AS minutes,
                   lead.response_minutes AS minutes_median,
                   lead.response_minutes AS minutes_90,
                   (lead.response_minutes <= %(fast)s)::integer::float AS within_five,
                   CASE WHEN lead.response_deadline IS NOT NULL
                        THEN lead.response_met_rate
                   END AS in_time
              FROM crm_lead AS lead
              %(birth)s
             WHERE lead.is_bpo AND lead.type = 'opportunity'
               AND lead.first_attempt_date IS NOT NULL
               AND lead.is_response_unmeasured IS NOT TRUE
            """,
            of_lead=self._select_of_lead("lead"),
            birth=self._join_birth("lead"),
            fast=FAST,
        )
