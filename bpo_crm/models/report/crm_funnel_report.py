from odoo import fields, models
from odoo.tools import SQL

from ...measure import Share


class FunnelReport(models.Model):
    """What became of enquiries, a row for each lead and stage that it ever reached.

    A lead counts once a stage. Of the closed stages, only those that are won are in
    it, as the last step, with the leads that are won now.
    """

    _name = "crm.funnel.report"
    _description = "Funnel by Enquiry"
    _inherit = "crm.report"
    _auto = False
    _depends = {
        "crm.lead": ["user_id"],
        "crm.lead.stage.history": [
            "brand_id",
            "closed_as",
            "company_id",
            "dealership_id",
            "enquiry_day",
            "has_advanced",
            "is_bpo",
            "is_first",
            "lead_id",
            "owner_id",
            "source_id",
            "stage_id",
            "team_id",
        ],
        "crm.stage": ["is_lost", "is_won"],
    }

    day = fields.Date("Enquired On")
    stage_id = fields.Many2one("crm.stage", "Reached", readonly=True)
    state = fields.Selection(
        [("open", "Still Open"), ("won", "Won"), ("lost", "Lost")],
        "Lead Is Now",
        readonly=True,
    )
    went_on = Share(
        "Went On",
        help="The share of the leads that reached this stage and came to a later one, "
        "or are won now.",
    )
    still_open = Share(
        "Still Open",
        help="The share of the leads that reached this stage and are open: more of "
        "them may go on.",
    )
    win_rate = Share(
        "Win Rate",
        help="The share of the closed leads that reached this stage and are won.",
    )

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT stay.id,
                   %(of_stay)s,
                   stay.enquiry_day AS day,
                   stay.stage_id,
                   COALESCE(stay.closed_as, 'open') AS state,
                   CASE WHEN stage.is_won IS NOT TRUE
                        THEN stay.has_advanced::integer::float END AS went_on,
                   CASE WHEN stage.is_won IS NOT TRUE
                        THEN (stay.closed_as IS NULL)::integer::float
                   END AS still_open,
                   CASE WHEN stage.is_won IS NOT TRUE
                        THEN (stay.closed_as = 'won')::integer::float
                   END AS win_rate
              FROM crm_lead_stage_history AS stay
              JOIN crm_stage AS stage ON stage.id = stay.stage_id
             WHERE stay.is_first AND stay.is_bpo
               AND stage.is_lost IS NOT TRUE
               AND (stage.is_won IS NOT TRUE OR stay.closed_as = 'won')
            """,
            of_stay=self._select_of_stay("stay"),
        )
