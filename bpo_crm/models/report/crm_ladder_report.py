from odoo import fields, models
from odoo.tools import SQL

from ...measure import FloorDay, Share

KINDS = [("enquiry", "Enquiry"), ("visit", "Visit")]


class LadderReport(models.Model):
    """How far customers came: tried, spoken to, invited, there, sold to.

    A row for each enquiry, of its day, and a row for each visit, of the visit's day.
    """

    _name = "crm.ladder.report"
    _description = "BDC Ladder"
    _inherit = "crm.report"
    _auto = False
    _source_count = len(KINDS)
    _depends = {
        "calendar.event": [
            "active",
            "allday",
            "opportunity_id",
            "start",
            "start_date",
            "visit_state",
        ],
        "crm.lead": [
            "brand_id",
            "company_id",
            "dealership_id",
            "enquiry_date",
            "first_attempt_date",
            "first_conversation_date",
            "is_bpo",
            "is_response_unmeasured",
            "source_id",
            "stage_id",
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
        "crm.stage": ["is_won"],
    }

    kind = fields.Selection(KINDS, "Row", readonly=True)
    day = FloorDay(
        moment="moment",
        may_be_unknown=True,
        help="Of the enquiry, or of the visit, by the sales team's clock.",
    )
    vehicle_model_id = fields.Many2one("crm.vehicle.model", "Vehicle", readonly=True)
    stage_id = fields.Many2one("crm.stage", readonly=True)
    visit_state = fields.Selection(
        selection=lambda self: self._get_selection("calendar.event", "visit_state"),
        string="Visit",
        readonly=True,
    )
    enquiries = fields.Integer(readonly=True)
    attempted = Share(
        help="The share of the enquiries whose customer somebody tried to reach.",
    )
    contact = Share(
        "Spoken To",
        help="The share of the customers who were spoken to, of those whom somebody "
        "tried to reach.",
    )
    visit_set = Share(
        help="The share of the customers with a visit, of those who were spoken to.",
    )
    visits = fields.Integer(readonly=True)
    show = Share(
        "Shown",
        help="The share of the visits that took place, of those that did or did not.",
    )
    sold = Share(
        help="The share of the customers who bought, of those who came to a visit.",
    )

    @property
    def _table_query(self):
        return SQL("%s UNION ALL %s", self._select_enquiries(), self._select_visits())

    # ------------------------------------------------------------
    # BUSINESS
    # ------------------------------------------------------------

    def _select_enquiries(self):
        """Return the rows of the enquiries, for a query.

        :rtype: SQL
        """
        return SQL(
            """
            SELECT %(ids)s,
                   'enquiry' AS kind,
                   %(of_lead)s,
                   lead.vehicle_model_id,
                   lead.stage_id,
                   lead.enquiry_date AS moment,
                   born.enquiry_day AS day,
                   NULL::varchar AS visit_state,
                   1 AS enquiries,
                   (is_tried.it)::integer::float AS attempted,
                   CASE WHEN is_tried.it THEN is_spoken.it::integer::float
                   END AS contact,
                   CASE WHEN is_spoken.it THEN EXISTS (
                        SELECT FROM calendar_event AS visit
                         WHERE visit.opportunity_id = lead.id AND %(is_visit)s
                        )::integer::float
                   END AS visit_set,
                   NULL::integer AS visits,
                   NULL::float AS show,
                   NULL::float AS sold
              FROM crm_lead AS lead
              %(birth)s
              CROSS JOIN LATERAL (
                   SELECT lead.first_conversation_date IS NOT NULL
                   ) AS is_spoken(it)
              CROSS JOIN LATERAL (
                   SELECT is_spoken.it OR lead.first_attempt_date IS NOT NULL
                   ) AS is_tried(it)
             WHERE lead.is_bpo AND lead.type = 'opportunity'
               AND lead.is_response_unmeasured IS NOT TRUE
            """,
            ids=self._select_ids("lead", 0),
            of_lead=self._select_of_lead("lead"),
            birth=self._join_birth("lead"),
            is_visit=self._is_visit("visit"),
        )

    def _select_visits(self):
        """Return the rows of the visits, for a query.

        :rtype: SQL
        """
        return SQL(
            """
            SELECT %(ids)s,
                   'visit' AS kind,
                   %(of_lead)s,
                   lead.vehicle_model_id,
                   lead.stage_id,
                   visit.start AS moment,
                   %(day)s AS day,
                   visit.visit_state,
                   NULL::integer AS enquiries,
                   NULL::float AS attempted,
                   NULL::float AS contact,
                   NULL::float AS visit_set,
                   1 AS visits,
                   CASE visit.visit_state WHEN 'done' THEN 1.0
                                          WHEN 'no_show' THEN 0.0
                   END AS show,
                   CASE WHEN visit.visit_state = 'done' AND NOT EXISTS (
                        SELECT FROM calendar_event AS other
                         WHERE other.opportunity_id = visit.opportunity_id
                           AND %(is_other_visit)s
                           AND other.visit_state = 'done'
                           AND (other.start, other.id) < (visit.start, visit.id)
                        )
                        THEN COALESCE(stage.is_won, FALSE)::integer::float
                   END AS sold
              FROM calendar_event AS visit
              JOIN crm_lead AS lead ON lead.id = visit.opportunity_id
              LEFT JOIN crm_stage AS stage ON stage.id = lead.stage_id
             WHERE lead.is_bpo AND lead.type = 'opportunity' AND %(is_visit)s
            """,
            ids=self._select_ids("visit", 1),
            of_lead=self._select_of_lead("lead"),
            day=self._get_visit_day("visit", "lead"),
            is_visit=self._is_visit("visit"),
            is_other_visit=self._is_visit("other"),
        )

    def _is_visit(self, meeting):
        """Return the condition of a visit, for a query: what was cancelled is none.

        :param str meeting: alias of the table of meetings.
        :rtype: SQL
        """
        return SQL(
            "%s IS NOT NULL AND %s",
            SQL.identifier(meeting, "visit_state"),
            SQL.identifier(meeting, "active"),
        )
