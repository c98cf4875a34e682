from odoo import api, fields, models
from odoo.tools import SQL

from ...series import Constraint, Index, UniqueIndex

#: What the stay in an open stage has of its lead, for as long as it lasts.
KEPT_OF_LEAD = ("owner_id", "team_id", "dealership_id", "brand_id", "source_id")

#: What the last stay has of its lead, and the fields of the lead.
LEAD_OF_STAY = {
    "stage_id": "stage_id",
    "company_id": "company_id",
    **dict(zip(KEPT_OF_LEAD, KEPT_OF_LEAD, strict=True)),
    "owner_id": "user_id",
}

#: The columns of a new row, with their types in PostgreSQL.
COLUMNS = {
    "lead_id": "int4",
    "stage_id": "int4",
    "from_stage_id": "int4",
    "kind": "varchar",
    "user_id": "int4",
    **dict.fromkeys(KEPT_OF_LEAD, "int4"),
    "company_id": "int4",
    "entered_at": "timestamp",
    "local_day": "date",
    "enquiry_day": "date",
    "is_bpo": "bool",
    "is_first": "bool",
    "has_advanced": "bool",
    "closed_as": "varchar",
}

#: How many stays are measured at once.
MEASURED_AT_ONCE = 20_000


#: Whether the lead of a stay in an open stage came to a later one, or is won now. Of
#: stages in one place, the later is the one to which it came later.
HAS_ADVANCED = """
    (NOT COALESCE(stage.is_won OR stage.is_lost, FALSE)
     AND (COALESCE(progress.closed_as = 'won', FALSE)
          OR progress.furthest > ARRAY[stage.sequence, stay.id]))
"""

#: How far the lead of each stay has come by now, and as what it is closed.
MARK_PROGRESS = """
    UPDATE crm_lead_stage_history AS stay
       SET has_advanced = %(has_advanced)s, closed_as = progress.closed_as
      FROM (
            SELECT lead_id,
                   max(ARRAY[stage.sequence, history.id]) FILTER (
                       WHERE history.is_first
                         AND NOT COALESCE(stage.is_won OR stage.is_lost, FALSE)
                   ) AS furthest,
                   max(CASE WHEN stage.is_won THEN 'won'
                            WHEN stage.is_lost THEN 'lost' END)
                       FILTER (WHERE left_at IS NULL) AS closed_as
              FROM crm_lead_stage_history AS history
              JOIN crm_stage AS stage ON stage.id = stage_id
             WHERE %(chosen)s
             GROUP BY lead_id
           ) AS progress, crm_stage AS stage
     WHERE stay.lead_id = progress.lead_id
       AND stage.id = stay.stage_id
       AND (stay.has_advanced, stay.closed_as)
           IS DISTINCT FROM (%(has_advanced)s, progress.closed_as)
"""

#: Which stays are of leads that the rules are for: all of a lead, or none.
MARK_OWN = """
    UPDATE crm_lead_stage_history AS stay
       SET is_bpo = lead.is_bpo
      FROM crm_lead AS lead
     WHERE stay.lead_id = lead.id AND lead.id = ANY(%(ids)s)
       AND stay.is_bpo IS DISTINCT FROM lead.is_bpo
"""

#: The last stay of leads whose stage was taken over as a lost one, or given back, and
#: how they left the one before.
FOLLOW_STAGES = """
    WITH last AS (
        UPDATE crm_lead_stage_history AS stay
           SET stage_id = lead.stage_id,
               kind = CASE WHEN stay.kind = 'born' THEN 'born'
                           WHEN stage.is_lost THEN 'lost'
                           WHEN stay.kind = 'lost' THEN 'override'
                           ELSE stay.kind END
          FROM crm_lead AS lead
          JOIN crm_stage AS stage ON stage.id = lead.stage_id
         WHERE stay.lead_id = lead.id AND lead.id = ANY(%(ids)s)
           AND stay.left_at IS NULL
        RETURNING stay.id, stay.lead_id, stage.is_lost
    )
    UPDATE crm_lead_stage_history AS before
       SET outcome = CASE WHEN last.is_lost THEN 'lost' ELSE 'on' END
      FROM last
     WHERE before.id = (SELECT max(id) FROM crm_lead_stage_history AS earlier
                         WHERE earlier.lead_id = last.lead_id
                           AND earlier.id < last.id)
       AND (before.outcome = 'lost') IS DISTINCT FROM COALESCE(last.is_lost, FALSE)
"""

#: The stays of leads that have none: where each began, its changes as the chatter has
#: them, and where it is now.
WRITE_PAST = """
    WITH open_stage AS (
        SELECT *
          FROM unnest(%(team_ids)s::int4[], %(stage_ids)s::int4[], %(places)s::int4[])
               AS open_stage (team_id, id, place)
    ),
    chosen AS (
        SELECT *
          FROM crm_lead AS lead
         WHERE %(chosen)s AND is_bpo AND type = 'opportunity'
           AND NOT EXISTS (
               SELECT FROM crm_lead_stage_history WHERE lead_id = lead.id
           )
    ),
    told AS (
        SELECT lead.id AS lead_id, message.date AS moment, change.id AS number,
               change.old_value_integer AS old_id, change.new_value_integer AS new_id,
               message.create_uid AS user_id
          FROM chosen AS lead
          JOIN mail_message AS message
            ON message.model = 'crm.lead' AND message.res_id = lead.id
          JOIN mail_tracking_value AS change ON change.mail_message_id = message.id
         WHERE change.field_id = %(field_id)s
           AND change.new_value_integer IS DISTINCT FROM change.old_value_integer
    ),
    come AS (
        SELECT lead.id AS lead_id, 0 AS place, NULL::int4 AS number,
               COALESCE(
                   lead.create_date, lead.enquiry_date, lead.write_date,
                   timezone('UTC', now())
               ) AS moment,
               COALESCE(
                   (SELECT old_id FROM told
                     WHERE told.lead_id = lead.id ORDER BY number LIMIT 1),
                   lead.lost_stage_id,
                   CASE WHEN lead.stage_id = ANY(%(closed)s) THEN (
                            SELECT id FROM open_stage
                             WHERE team_id = COALESCE(lead.team_id, 0) AND place = 0
                        ) ELSE lead.stage_id END
               ) AS stage_id,
               lead.create_uid AS user_id
          FROM chosen AS lead
        UNION ALL
        SELECT lead_id, 1, number, moment, new_id, user_id FROM told
        UNION ALL
        SELECT lead.id, 2, NULL,
               COALESCE(lead.date_closed, lead.date_last_stage_update, lead.write_date),
               lead.stage_id, lead.write_uid
          FROM chosen AS lead
    ),
    told_once AS (
        SELECT *, lag(stage_id) OVER way AS from_id, row_number() OVER way AS step,
               date_trunc('second', max(moment) OVER (
                   way ROWS UNBOUNDED PRECEDING
               )) AS entered_at
          FROM come
        WINDOW way AS (PARTITION BY lead_id ORDER BY place, number)
    ),
    moves AS (
        SELECT * FROM told_once
         WHERE step = 1 OR stage_id IS DISTINCT FROM from_id
    )
    INSERT INTO crm_lead_stage_history (
        lead_id, stage_id, from_stage_id, kind, user_id,
        owner_id, team_id, dealership_id, brand_id, source_id, company_id,
        entered_at, left_at, outcome, local_day, enquiry_day,
        is_bpo, is_first, has_advanced, closed_as
    )
    SELECT lead.id, stage.id, origin.id,
           CASE WHEN step = 1 THEN 'born'
                WHEN stage.is_won THEN 'won'
                WHEN stage.is_lost THEN 'lost'
                WHEN stage.sequence > origin.sequence
                     AND NOT origin.id = ANY(%(closed)s)
                     AND NOT EXISTS (
                         SELECT FROM crm_stage AS passed
                           JOIN open_stage USING (id)
                          WHERE open_stage.team_id = COALESCE(lead.team_id, 0)
                            AND passed.sequence > origin.sequence
                            AND passed.sequence < stage.sequence
                            AND passed.fold IS NOT TRUE
                     )
                     THEN 'forward'
                ELSE 'override' END,
           mover.id,
           lead.user_id, lead.team_id, lead.dealership_id, lead.brand_id,
           lead.source_id, lead.company_id,
           entered_at,
           lead(entered_at) OVER way,
           lead(CASE WHEN stage.is_won THEN 'won'
                     WHEN stage.is_lost THEN 'lost'
                     WHEN stage.sequence < origin.sequence
                          OR origin.id = ANY(%(closed)s) THEN 'back'
                     ELSE 'on' END) OVER way,
           timezone(%(zone)s, timezone('UTC', entered_at))::date,
           timezone(%(zone)s, timezone(
               'UTC', COALESCE(lead.enquiry_date, lead.create_date, entered_at)
           ))::date,
           TRUE,
           row_number() OVER (PARTITION BY lead.id, stage.id ORDER BY step) = 1,
           FALSE,
           CASE WHEN present.is_won THEN 'won' WHEN present.is_lost THEN 'lost' END
      FROM moves
      JOIN chosen AS lead ON lead.id = moves.lead_id
      LEFT JOIN crm_stage AS stage ON stage.id = moves.stage_id
      LEFT JOIN crm_stage AS origin ON origin.id = moves.from_id
      LEFT JOIN crm_stage AS present ON present.id = lead.stage_id
      LEFT JOIN res_users AS mover ON mover.id = moves.user_id
    WINDOW way AS (PARTITION BY lead.id ORDER BY step)
     ORDER BY lead.id, step
"""


class LeadStageHistory(models.Model):
    """The stays of leads in stages: which stage, how long, and how it was come to.

    Written by the move itself, and by nobody else. Core's own record of that, the
    changes in the chatter, is one row of text for each, which nothing can be counted
    from.
    """

    _name = "crm.lead.stage.history"
    _description = "Stay of a Lead in a Stage"
    _order = "entered_at desc, id desc"
    _log_access = False

    lead_id = fields.Many2one(
        "crm.lead", required=True, readonly=True, index=True, ondelete="cascade"
    )
    # The move
    stage_id = fields.Many2one("crm.stage", readonly=True, ondelete="set null")
    from_stage_id = fields.Many2one(
        "crm.stage", "Came From", readonly=True, ondelete="set null"
    )
    kind = fields.Selection(
        [
            ("born", "New"),
            ("forward", "Forward"),
            ("override", "Past the Rule"),
            ("won", "Won"),
            ("lost", "Lost"),
        ],
        "Way",
        required=True,
        readonly=True,
    )
    user_id = fields.Many2one(
        "res.users", "Moved By", readonly=True, ondelete="set null"
    )
    # The lead, as it was when it left the stage; of a closed one, when it was closed.
    # Without indexes, which each enquiry would wait for: reports ask for a period.
    owner_id = fields.Many2one("res.users", "Agent", readonly=True, ondelete="set null")
    team_id = fields.Many2one(
        "crm.team", "Sales Team", readonly=True, ondelete="set null"
    )
    dealership_id = fields.Many2one(
        "crm.dealership", readonly=True, ondelete="set null"
    )
    brand_id = fields.Many2one("crm.brand", readonly=True, ondelete="set null")
    source_id = fields.Many2one("utm.source", readonly=True, ondelete="set null")
    company_id = fields.Many2one("res.company", readonly=True, ondelete="set null")
    enquiry_day = fields.Date(
        readonly=True, help="When the customer asked, by the floor's clock."
    )
    # The stay
    entered_at = fields.Datetime("Entered On", required=True, readonly=True)
    left_at = fields.Datetime("Left On", readonly=True)
    working_minutes = fields.Float(
        "Working Time",
        readonly=True,
        aggregator="avg",
        help="Minutes of the floor's working hours until the lead left the stage. "
        "Nothing where it is still there.",
    )
    outcome = fields.Selection(
        [
            ("on", "Moved On"),
            ("back", "Moved Back"),
            ("won", "Won"),
            ("lost", "Lost"),
        ],
        readonly=True,
        help="How the lead left the stage. Nothing where it is still there.",
    )
    local_day = fields.Date(
        "Day", readonly=True, help="When it was entered, by the floor's clock."
    )
    # The lead, as it is now
    is_bpo = fields.Boolean("For a Dealership", readonly=True)
    is_first = fields.Boolean(
        "Counts",
        readonly=True,
        help="The first stay of the lead in this stage: a lead counts once a stage.",
    )
    has_advanced = fields.Boolean(
        "Went On",
        readonly=True,
        help="The lead came to a later stage one day, or is won now.",
    )
    closed_as = fields.Selection(
        [("won", "Won"), ("lost", "Lost")],
        "Lead Is Now",
        readonly=True,
        help="What the lead is by now. Nothing where it is open.",
    )

    _one_stay_at_a_time = UniqueIndex("(lead_id) WHERE left_at IS NULL")
    _ends_after_it_begins = Constraint(
        "CHECK(left_at >= entered_at)", "A lead cannot leave a stage before it came."
    )
    # What happened in a period, and what became of the enquiries of one. With a second
    # key, PostgreSQL would not believe that what is of one day lies together.
    _day_idx = Index("(local_day)")
    _cohort_idx = Index(
        "(enquiry_day) INCLUDE"
        " (stage_id, owner_id, team_id, company_id, has_advanced, closed_as)"
        " WHERE is_first AND is_bpo"
    )

    # ------------------------------------------------------------
    # WRITING
    # ------------------------------------------------------------

    @api.model
    def _find_of(self, leads):
        """Return all stays of leads, from the first to the last of each.

        :param crm.lead leads: of any number.
        :rtype: dict[crm.lead, crm.lead.stage.history]
        """
        domain = [("lead_id", "in", leads.ids)]
        return self.sudo().search(domain, order="id").grouped("lead_id")

    @api.model
    def _find_outdated(self, leads):
        """Return the leads for dealerships that are not as their last stay says.

        :param crm.lead leads: of any number.
        :rtype: crm.lead
        """
        leads.flush_recordset(["is_bpo", *LEAD_OF_STAY.values()])
        rows = self.env.execute_query(
            SQL(
                "SELECT lead.id FROM crm_lead AS lead"
                " JOIN %s AS stay ON stay.lead_id = lead.id AND stay.left_at IS NULL"
                " WHERE lead.id = ANY(%s) AND lead.is_bpo"
                " AND (%s) IS DISTINCT FROM (%s) ORDER BY lead.id",
                SQL.identifier(self._table),
                leads.ids,
                SQL(", ").join(SQL.identifier("stay", name) for name in LEAD_OF_STAY),
                SQL(", ").join(
                    SQL.identifier("lead", name) for name in LEAD_OF_STAY.values()
                ),
            )
        )
        return leads.browse(lead_id for (lead_id,) in rows)

    @api.model
    def _begin(self, rows):
        """Write that leads have come to stages.

        :param list rows: a dict for each, with all :data:`COLUMNS`.
        """
        if not rows:
            return
        self.env.cr.execute(
            SQL(
                "INSERT INTO %s (%s) SELECT * FROM unnest(%s)",
                SQL.identifier(self._table),
                SQL(", ").join(map(SQL.identifier, COLUMNS)),
                _to_arrays(rows, COLUMNS),
            )
        )
        self.invalidate_model()

    def _write_ends(self, ends, outcomes=None):
        """Write when these stays ended, how, and how long they took.

        :param list ends: the moment of each, in UTC, naive.
        :param list outcomes: how each was left, a value of ``outcome``; by default,
            those that they have.
        """
        if not self:
            return
        minutes = self._count_minutes(ends)
        self.env.cr.execute(
            SQL(
                "UPDATE %s AS stay SET left_at = told.left_at,"
                " outcome = COALESCE(told.outcome, stay.outcome),"
                " working_minutes = told.minutes"
                " FROM unnest(%s::int4[], %s::timestamp[], %s::varchar[], %s::float8[])"
                " AS told(id, left_at, outcome, minutes) WHERE stay.id = told.id",
                SQL.identifier(self._table),
                self.ids,
                ends,
                outcomes or [None] * len(self),
                minutes,
            )
        )
        self.invalidate_model()

    def _get_outcome(self, stage):
        """Return how a lead leaves this stay.

        :param crm.stage stage: to which it goes.
        :return: a value of ``outcome``.
        :rtype: str
        """
        if stage._is_closed:
            return "won" if stage.is_won else "lost"
        left = self.stage_id
        is_back = left._is_closed or stage.sequence < left.sequence
        return "back" if is_back and left else "on"

    def _count_minutes(self, ends):
        """Return the working minutes of the floor that these stays took.

        :param list ends: the moment of each, in UTC, naive.
        :rtype: list[float]
        """
        minutes = dict.fromkeys(self, 0.0)
        spans = {
            stay: (stay.entered_at, end)
            for stay, end in zip(self, ends, strict=True)
            if end > stay.entered_at
        }
        for company, stays in (
            self.browse().concat(*spans).grouped("company_id").items()
        ):
            calendar = (company or self.env.company).sudo()._get_sales_calendar()
            counts = calendar._count_working_minutes([spans[stay] for stay in stays])
            minutes.update(zip(stays, counts, strict=True))
        return list(minutes.values())

    @api.model
    def _keep_up(self, rows):
        """Write what has become of leads that stay where they are.

        What was closed stays with whom it was closed.

        :param list rows: a dict for each, with what a stay has of its lead.
        """
        of_open = SQL("stay.left_at IS NULL AND stay.closed_as IS NULL")
        of_all = ("company_id", "enquiry_day")
        types = {name: COLUMNS[name] for name in ("lead_id", *KEPT_OF_LEAD, *of_all)}
        values = {
            name: SQL(
                "CASE WHEN %(is_kept)s THEN told.%(name)s ELSE stay.%(name)s END",
                is_kept=SQL("TRUE") if name in of_all else of_open,
                name=SQL.identifier(name),
            )
            for name in (*KEPT_OF_LEAD, *of_all)
        }
        self.env.cr.execute(
            SQL(
                "UPDATE %(table)s AS stay SET (%(names)s) = ROW(%(values)s)"
                " FROM unnest(%(arrays)s) AS told(%(columns)s)"
                " WHERE stay.lead_id = told.lead_id"
                " AND (%(before)s) IS DISTINCT FROM (%(values)s)",
                table=SQL.identifier(self._table),
                names=SQL(", ").join(map(SQL.identifier, values)),
                values=SQL(", ").join(values.values()),
                arrays=_to_arrays(rows, types),
                columns=SQL(", ").join(map(SQL.identifier, types)),
                before=SQL(", ").join(SQL.identifier("stay", name) for name in values),
            )
        )
        self.invalidate_model()

    @api.model
    def _mark_progress(self, leads=None):
        """Write of the stays of leads whether these came further one day.

        :param crm.lead leads: by default, all that there are.
        """
        chosen = SQL("TRUE") if leads is None else SQL("lead_id = ANY(%s)", leads.ids)
        has_advanced = SQL(HAS_ADVANCED)
        self.env.cr.execute(
            SQL(MARK_PROGRESS, chosen=chosen, has_advanced=has_advanced)
        )
        self.invalidate_model(["has_advanced", "closed_as"])

    @api.model
    def _mark_own(self, leads):
        """Write of the stays of leads whether the rules are for these now.

        What reports count is asked of the stays alone: of a million leads, each would
        have to be looked at.

        :param crm.lead leads: of any number.
        """
        if not leads:
            return
        leads.flush_recordset(["is_bpo"])
        self.env.cr.execute(SQL(MARK_OWN, ids=leads.ids))
        self.invalidate_model(["is_bpo"])

    @api.model
    def _follow_stages(self, leads):
        """Write how leads came where they are, as their stage means something else now.

        :param crm.lead leads: of any number.
        """
        if leads:
            self.env.flush_all()
            self.env.cr.execute(SQL(FOLLOW_STAGES, ids=leads.ids))
            self.invalidate_model()
            self._mark_progress(leads)

    # ------------------------------------------------------------
    # THE PAST
    # ------------------------------------------------------------

    @api.model
    def _write_past(self, leads=None):
        """Write the stays of leads of which none is known, from core's chatter.

        :param crm.lead leads: by default, all that there are.
        """
        self.env.flush_all()
        chosen = SQL("TRUE") if leads is None else SQL("lead.id = ANY(%s)", leads.ids)
        stages = self.env["crm.stage"].sudo()
        open_stages = self._list_open_stages(leads)
        companies = self.env["res.company"].sudo().with_context(active_test=False)
        for company in companies.search([]):
            of_company = SQL("lead.company_id = %s", company.id)
            if company == self.env.company:
                of_company = SQL("(%s OR lead.company_id IS NULL)", of_company)
            self.env.cr.execute(
                SQL(
                    WRITE_PAST,
                    chosen=SQL("%s AND %s", chosen, of_company),
                    field_id=self.env["ir.model.fields"]
                    ._get("crm.lead", "stage_id")
                    .id,
                    zone=company._get_database_zone(),
                    closed=stages._find_closed().ids,
                    **open_stages,
                )
            )
        self._mark_progress(leads)
        self._measure()

    @api.model
    def _list_open_stages(self, leads=None):
        """Return the open stages of each team, in their order, for a query.

        :param crm.lead leads: of whose teams; by default, of all.
        :return: columns, each a list with an entry for each stage of each team:
            ``team_ids``, with 0 for no team; ``stage_ids``; and the ``places`` of the
            stages in their team, from 0 on.
        :rtype: dict[str, list[int]]
        """
        teams = self.env["crm.team"].sudo().with_context(active_test=False)
        teams = teams.search([]) if leads is None else leads.sudo().team_id
        rows = [
            (team.id or 0, stage.id, place)
            for team in (*teams, teams.browse())
            for place, stage in enumerate(self.env["crm.stage"]._find_open(team))
        ]
        columns = zip(*rows, strict=True) if rows else ((), (), ())
        names = ("team_ids", "stage_ids", "places")
        return dict(zip(names, map(list, columns), strict=True))

    @api.model
    def _measure(self):
        """Work out how long the stays took of which nobody counted it.

        Some thousand at a time, as there may be millions.
        """
        last_id = 0
        while True:
            self.env.cr.execute(
                SQL(
                    "SELECT id FROM %s WHERE id > %s AND left_at IS NOT NULL"
                    " AND working_minutes IS NULL ORDER BY id LIMIT %s",
                    SQL.identifier(self._table),
                    last_id,
                    MEASURED_AT_ONCE,
                )
            )
            stays = self.sudo().browse(row[0] for row in self.env.cr.fetchall())
            if not stays:
                return
            stays._write_ends([stay.left_at for stay in stays])
            last_id = stays[-1].id


def _to_arrays(rows, types):
    """Return rows as arrays of PostgreSQL, a column each.

    :param list rows: of dicts, each with all of the names.
    :param dict types: the type of each column, by its name.
    :rtype: SQL
    """
    return SQL(", ").join(
        SQL("%s::%s[]", [row[name] for row in rows], SQL(kind))
        for name, kind in types.items()
    )
