from odoo import fields, models
from odoo.tools import SQL

from ...measure import Share


class FunnelPeriodReport(models.Model):
    """What came to the stages in a period and what became of it, a row for each stay.

    Of a stage, all that came moved on, moved back, was closed or is still there.
    """

    _name = "crm.funnel.period.report"
    _description = "Funnel by Period"
    _inherit = "crm.report"
    _auto = False
    _depends = {
        "crm.lead": ["user_id"],
        "crm.lead.stage.history": [
            "brand_id",
            "company_id",
            "dealership_id",
            "from_stage_id",
            "is_bpo",
            "is_first",
            "kind",
            "lead_id",
            "local_day",
            "outcome",
            "owner_id",
            "source_id",
            "stage_id",
            "team_id",
            "user_id",
        ],
        "crm.stage": ["is_lost", "is_won", "sequence"],
    }

    day = fields.Date("Entered On")
    stage_id = fields.Many2one("crm.stage", "Entered", readonly=True)
    from_stage_id = fields.Many2one("crm.stage", "Came From", readonly=True)
    user_id = fields.Many2one("res.users", "Moved By", readonly=True)
    kind = fields.Selection(
        selection=lambda self: self._get_selection("crm.lead.stage.history", "kind"),
        string="Way",
        readonly=True,
    )
    outcome = fields.Selection(
        selection=lambda self: self._get_outcomes(),
        string="What Became of It",
        readonly=True,
    )
    is_first = fields.Boolean(
        "First Time",
        readonly=True,
        help="The lead had not been in this stage before: a lead counts once a stage.",
    )
    is_reversal = fields.Boolean(
        "Came Back",
        readonly=True,
        help="From a later stage, or from one in which the lead was closed.",
    )
    moved_on = Share("Moved On", help="The share that moved on to a later open stage.")
    moved_back = Share(
        "Moved Back", help="The share that moved back, or was opened again."
    )
    closed = Share("Closed", help="The share that was won or lost from this stage.")
    still_there = Share("Still There", help="The share that is in this stage.")

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT stay.id,
                   %(of_stay)s,
                   stay.local_day AS day,
                   stay.stage_id,
                   stay.from_stage_id,
                   stay.user_id,
                   stay.kind,
                   COALESCE(stay.outcome, 'there') AS outcome,
                   stay.is_first,
                   COALESCE(
                       origin.is_won OR origin.is_lost
                       OR origin.sequence > stage.sequence, FALSE
                   ) AS is_reversal,
                   COALESCE(stay.outcome = 'on', FALSE)::integer::float AS moved_on,
                   COALESCE(stay.outcome = 'back', FALSE)::integer::float
                       AS moved_back,
                   COALESCE(stay.outcome IN ('won', 'lost'), FALSE)::integer::float
                       AS closed,
                   (stay.outcome IS NULL)::integer::float AS still_there
              FROM crm_lead_stage_history AS stay
              JOIN crm_stage AS stage ON stage.id = stay.stage_id
              LEFT JOIN crm_stage AS origin ON origin.id = stay.from_stage_id
             WHERE stay.is_bpo
            """,
            of_stay=self._select_of_stay("stay"),
        )

    def _get_outcomes(self):
        """Return what can become of a stay.

        :rtype: list
        """
        there = self.env._("Still There")
        known = self._get_selection("crm.lead.stage.history", "outcome")
        return [*known, ("there", there)]
