from odoo import fields, models
from odoo.tools import SQL

from ...call_results import RIGHT_PARTY
from ...domains import OPEN_STAGE
from ...measure import FloorDay, Share

#: What happens to be counted of an agent. Their places make the ids of the rows.
KINDS = [
    ("claim", "Claim"),
    ("attempt", "First Attempt"),
    ("contact", "Customer Reached"),
    ("set", "Visit Set"),
    ("visit", "Visit"),
    ("closed", "Closed"),
    ("overdue", "Overdue"),
    ("missing", "Without a Next Step"),
]

#: The measures, with their types in PostgreSQL. Each kind of row has its own.
MEASURES = {
    "claims": "int4",
    "attempts": "int4",
    "in_time": "float8",
    "contacts": "int4",
    "visits_set": "int4",
    "visits_shown": "int4",
    "show": "float8",
    "won": "int4",
    "conversion": "float8",
    "overdue": "int4",
    "missing": "int4",
}


class AgentReport(models.Model):
    """What agents did, and what came of it: a row for each event.

    What is overdue and without a next step is as it is now.
    """

    _name = "crm.agent.report"
    _description = "Agents' Work and Outcomes"
    _inherit = "crm.report"
    _auto = False
    _source_count = len(KINDS)
    _depends = {
        "calendar.event": [
            "active",
            "allday",
            "create_date",
            "create_uid",
            "lead_linked_at",
            "opportunity_id",
            "start",
            "start_date",
            "visit_state",
        ],
        "crm.call.log": ["is_contact", "lead_id", "local_day", "result", "user_id"],
        "crm.lead": [
            "active",
            "brand_id",
            "company_id",
            "date_open",
            "dealership_id",
            "first_attempt_date",
            "first_attempt_user_id",
            "is_bpo",
            "next_step_date",
            "next_step_zone",
            "no_next_step_reason",
            "response_deadline",
            "source_id",
            "stage_id",
            "team_id",
            "type",
            "user_id",
        ],
        "crm.lead.stage.history": [
            "closed_as",
            "lead_id",
            "left_at",
            "local_day",
            "owner_id",
        ],
        "crm.stage": ["is_lost", "is_won"],
    }

    day = FloorDay(moment="moment")
    kind = fields.Selection(KINDS, "Event", readonly=True)
    claims = fields.Integer(readonly=True)
    attempts = fields.Integer("First Attempts", readonly=True)
    in_time = Share(
        "In Time",
        help="The share of the first attempts that were made in time, of those that "
        "had a target.",
    )
    contacts = fields.Integer("Customers Reached", readonly=True)
    visits_set = fields.Integer(readonly=True)
    visits_shown = fields.Integer(readonly=True)
    show = Share(
        help="The share of the visits that took place, of those of which it is known."
    )
    won = fields.Integer(readonly=True)
    conversion = Share(help="The share of the closed leads that were won.")
    overdue = fields.Integer(readonly=True)
    missing = fields.Integer("Without a Next Step", readonly=True)

    @property
    def _table_query(self):
        return SQL(" UNION ALL ").join(
            [
                *self._select_of_leads(),
                self._select_contacts(),
                *self._select_visits(),
                self._select_closed(),
                *self._select_open(),
            ]
        )

    # ------------------------------------------------------------
    # EVENTS
    # ------------------------------------------------------------

    def _select_of_leads(self):
        """Return the queries of what is kept on the leads themselves.

        :rtype: list[SQL]
        """
        claims = self._select(
            "claim",
            source="lead",
            agent=SQL("lead.user_id"),
            moment=SQL("lead.date_open"),
            tables=SQL("crm_lead AS lead"),
            where=SQL("lead.user_id IS NOT NULL AND lead.date_open IS NOT NULL"),
            claims=SQL("1"),
        )
        attempts = self._select(
            "attempt",
            source="lead",
            agent=SQL("lead.first_attempt_user_id"),
            moment=SQL("lead.first_attempt_date"),
            tables=SQL("crm_lead AS lead"),
            where=SQL("lead.first_attempt_user_id IS NOT NULL"),
            attempts=SQL("1"),
            in_time=SQL("(lead.first_attempt_date <= lead.response_deadline)::integer"),
        )
        return [claims, attempts]

    def _select_contacts(self):
        """Return the query of the calls that reached the customer.

        :rtype: SQL
        """
        return self._select(
            "contact",
            source="call",
            agent=SQL("call.user_id"),
            day=SQL("call.local_day"),
            tables=SQL(
                "crm_call_log AS call JOIN crm_lead AS lead ON lead.id = call.lead_id"
            ),
            where=RIGHT_PARTY,
            contacts=SQL("1"),
        )

    def _select_visits(self):
        """Return the queries of visits: when they were set, and what came of them.

        :rtype: list[SQL]
        """
        tables = SQL(
            "calendar_event AS visit"
            " JOIN crm_lead AS lead ON lead.id = visit.opportunity_id"
        )
        agent = SQL("visit.create_uid")
        was_set = self._select(
            "set",
            source="visit",
            agent=agent,
            moment=SQL("GREATEST(visit.create_date, visit.lead_linked_at)"),
            tables=tables,
            where=SQL("visit.active AND visit.visit_state IS NOT NULL"),
            visits_set=SQL("1"),
        )
        ended = self._select(
            "visit",
            source="visit",
            agent=agent,
            moment=SQL("visit.start"),
            day=self._get_visit_day("visit", "lead"),
            tables=tables,
            where=SQL("visit.active AND visit.visit_state IN ('done', 'no_show')"),
            visits_shown=SQL("CASE WHEN visit.visit_state = 'done' THEN 1 END"),
            show=SQL("(visit.visit_state = 'done')::integer"),
        )
        return [was_set, ended]

    def _select_closed(self):
        """Return the query of the leads that are closed, whoever has them now.

        :rtype: SQL
        """
        return self._select(
            "closed",
            source="stay",
            agent=SQL("stay.owner_id"),
            day=SQL("stay.local_day"),
            tables=SQL(
                "crm_lead_stage_history AS stay"
                " JOIN crm_lead AS lead ON lead.id = stay.lead_id"
            ),
            where=SQL(
                "stay.left_at IS NULL AND stay.closed_as IS NOT NULL"
                " AND stay.owner_id IS NOT NULL"
            ),
            won=SQL("CASE WHEN stay.closed_as = 'won' THEN 1 END"),
            conversion=SQL("(stay.closed_as = 'won')::integer"),
        )

    def _select_open(self):
        """Return the queries of the leads with which something is amiss now.

        :rtype: list[SQL]
        """
        now = fields.Datetime.now()
        of_state = SQL(
            "lead.active AND lead.user_id IS NOT NULL AND lead.stage_id = ANY(%s)"
            " AND %s",
            self.env["crm.stage"].sudo().search(OPEN_STAGE).ids,
            self.env["crm.lead"].sudo()._get_next_step_state_sql("lead", None),
        )
        common = {
            "source": "lead",
            "agent": SQL("lead.user_id"),
            "moment": SQL("%s::timestamp", now),
            "tables": SQL("crm_lead AS lead"),
        }
        # By what PostgreSQL can look them up: it is tomorrow somewhere.
        overdue = SQL(
            "%s = 'overdue' AND lead.next_step_date <= %s",
            of_state,
            fields.Date.add(now.date(), days=1),
        )
        missing = SQL(
            "%s = 'none' AND lead.next_step_date IS NULL"
            " AND lead.no_next_step_reason IS NULL",
            of_state,
        )
        return [
            self._select("overdue", where=overdue, overdue=SQL("1"), **common),
            self._select("missing", where=missing, missing=SQL("1"), **common),
        ]

    def _select(
        self, kind, *, source, agent, tables, where, moment=None, day=None, **measures
    ):
        """Return the query of one kind of events.

        :param str kind: one of :data:`KINDS`.
        :param str source: alias of the table of which each row is an event.
        :param SQL agent: whose event it is.
        :param SQL tables: where it is read from; the lead is ``lead``.
        :param SQL where: which rows are events.
        :param SQL moment: when it was, in UTC; about then, by its day, by default.
        :param SQL day: the floor's; of the moment by default.
        :param measures: the figures that the row has.
        :rtype: SQL
        """
        names = [name for name, _label in KINDS]
        of_kind = [
            SQL(
                "%s::%s AS %s",
                measures.get(name, SQL("NULL")),
                SQL(cast),
                SQL.identifier(name),
            )
            for name, cast in MEASURES.items()
        ]
        return SQL(
            """
            SELECT %(ids)s,
                   %(kind)s::varchar AS kind,
                   %(lead_id)s AS lead_id,
                   %(agent)s AS owner_id,
                   lead.team_id,
                   lead.dealership_id,
                   lead.brand_id,
                   lead.source_id,
                   lead.company_id,
                   %(moment)s AS moment,
                   %(day)s AS day,
                   %(measures)s
              FROM %(tables)s
             WHERE lead.is_bpo AND lead.type = 'opportunity' AND %(where)s
            """,
            ids=self._select_ids(source, names.index(kind)),
            kind=kind,
            lead_id=self._get_shown_lead(SQL("lead.id")),
            agent=agent,
            moment=moment or SQL("%s::timestamp", day),
            day=day or self._to_floor_day(moment, "lead"),
            measures=SQL(", ").join(of_kind),
            tables=tables,
            where=where,
        )
