from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ...domains import OPEN_LEAD, find_states
from ...local_time import to_zone
from ...new_columns import add_empty_columns
from ...series import Index, all_of, any_of, none_of

NEXT_STEP_STATES = [
    ("none", "No Next Step"),
    ("overdue", "Overdue"),
    ("today", "Today"),
    ("planned", "Planned"),
]


class Lead(models.Model):
    """The discipline of requirements 000: every open lead has a next step.

    The day of the next step is stored, so that a million leads can be searched,
    sorted and grouped by it. What it means depends on the day that it is now
    where the one who does it lives.
    """

    _inherit = "crm.lead"

    next_step_date = fields.Date(
        "Next Step On",
        compute="_compute_next_step",
        store=True,
        help="The day of the planned activity that comes first.",
    )
    next_step_zone = fields.Char(
        compute="_compute_next_step",
        store=True,
        help="The time zone of the user who does the next step.",
        inner=True,
    )
    next_step_state = fields.Selection(
        NEXT_STEP_STATES,
        "Next Step",
        compute="_compute_next_step_state",
        search="_search_next_step_state",
        group_expand=True,
        help="The state of the planned activity that comes first. Closed leads "
        "have none.",
    )

    no_next_step_reason = fields.Char(
        "No Next Step Because",
        readonly=True,
        copy=False,
        server_only=True,
        help="Why the agent plans nothing for this lead now.",
    )

    def _auto_init(self):
        columns = {"next_step_date": "date", "next_step_zone": "varchar"}
        is_new = add_empty_columns(self.env.cr, self._table, columns)
        result = super()._auto_init()
        if is_new:
            self._init_next_steps()
        return result

    def _init_next_steps(self):
        self.env.cr.execute(
            """
            UPDATE crm_lead
               SET next_step_date = step.date_deadline, next_step_zone = step.user_tz
              FROM (SELECT DISTINCT ON (res_id) res_id, date_deadline, user_tz
                      FROM mail_activity
                     WHERE res_model = 'crm.lead' AND active
                     ORDER BY res_id, date_deadline, id) AS step
             WHERE crm_lead.id = step.res_id
            """
        )

    # What is due, and what has no next step, in the open stages of a million leads.
    _next_step_idx = Index("(stage_id, next_step_date)")

    # ------------------------------------------------------------
    # PHASES
    # ------------------------------------------------------------

    def _prepare_change(self, change):
        # It was said about another moment of the lead.
        change.find_changing("stage_id", "user_id")._forget_reason()
        return super()._prepare_change(change)

    # ------------------------------------------------------------
    # HOOKS
    # ------------------------------------------------------------

    @api.model
    def _get_alike_fields(self):
        # Nothing is planned for a lead that is not made yet.
        return (*super()._get_alike_fields(), "next_step_date", "next_step_zone")

    # ------------------------------------------------------------
    # COMPUTE
    # ------------------------------------------------------------

    @api.depends(
        "activity_ids.active",
        "activity_ids.date_deadline",
        "activity_ids.user_tz",
    )
    def _compute_next_step(self):
        for lead in self:
            first = lead._get_first_activity()
            lead.next_step_date = first.date_deadline
            lead.next_step_zone = first.user_tz

    @api.depends("next_step_date", "next_step_zone", "stage_id")
    def _compute_next_step_state(self):
        now = fields.Datetime.now()
        for lead in self:
            if lead.stage_id._is_closed:
                lead.next_step_state = False
            elif not lead.next_step_date:
                lead.next_step_state = "none"
            else:
                today = to_zone(now, lead.next_step_zone).date()
                days = (lead.next_step_date - today).days
                lead.next_step_state = _get_state(days)

    @api.model
    def _search_next_step_state(self, operator, value):
        """Return the domain of the leads whose next step is in some states.

        :param str operator: of the search.
        :param value: one state or several; False for closed leads.
        :rtype: list
        :raises ValueError: for an operator that :func:`find_states` does not know.
        """
        states = [False, *dict(NEXT_STEP_STATES)]
        found = find_states(operator, value, states)
        # What has no date is the same everywhere.
        todays = self._get_todays() if set(found) - {False, "none"} else {}
        dates = [_get_date_domain(state, todays) for state in found if state]
        domain = all_of([OPEN_LEAD, any_of(dates)])
        return any_of([none_of([OPEN_LEAD]), domain]) if False in found else domain

    def _read_group_groupby(self, *args):
        # 19.0 puts the alias of the table before the two arguments of 18.0.
        *alias, groupby_spec, query = args
        if groupby_spec != "next_step_state":
            return super()._read_group_groupby(*args)
        return self._get_next_step_state_sql(*alias or [self._table], query)

    # ------------------------------------------------------------
    # ACTIONS
    # ------------------------------------------------------------

    def action_plan_next_step(self):
        """Open the wizard that asks for the next step.

        :return: a window action.
        :rtype: dict
        :raises UserError: when the lead is unclaimed or closed.
        """
        title = self.env._("What Comes Next?")
        return self._open_work_dialog(title, "crm.lead.plan.step")

    # ------------------------------------------------------------
    # BUSINESS
    # ------------------------------------------------------------

    def _get_first_activity(self):
        """Return the planned activity of this lead that comes first; empty for none."""
        return self.activity_ids.sorted("date_deadline")[:1]

    def _filter_without_next_step(self):
        """Return those of these leads that are worked with nothing planned."""
        # Whoever deleted the activities may not have flushed them yet.
        planned = set(self._find_pending_activities().mapped("res_id"))
        return self.filtered(
            lambda lead: (
                lead.user_id
                and lead.active
                and lead._is_open()
                and lead.id not in planned
            )
        )

    @api.model
    def get_without_next_step(self, lead_ids):
        """Return which of these leads are still to be asked for their next step.

        :param list lead_ids: ids of leads.
        :return: those that have nothing planned, and no reason for that.
        :rtype: list[int]
        """
        domain = [("id", "in", lead_ids), ("no_next_step_reason", "=", False)]
        return self.search(domain)._filter_without_next_step().ids

    def _ask_for_next_step(self):
        """Let the user's client ask for the next step of these leads.

        Odoo's bus delivers it after the commit, whatever the way in was.
        """
        waiting = self.sudo()._filter_without_next_step().with_env(self.env)
        waiting = waiting._filtered_access("write")
        if waiting:
            payload = {"lead_ids": waiting.ids}
            self.env.user._bus_send("bpo_crm.next_step_wanted", payload)

    def _decline_next_step(self, reason):
        """Leave this lead without a next step, for now.

        :param str reason: for the chatter, and for who looks at the lead later.
        :raises UserError: without a reason.
        """
        if not (reason or "").strip():
            raise UserError(
                self.env._("Plan the next activity, or say why there is none.")
            )
        self.sudo().no_next_step_reason = reason
        self._message_log(body=self.env._("No next step: %s", reason))

    def _forget_reason(self):
        """Take back why nothing was planned."""
        self.sudo().filtered("no_next_step_reason").no_next_step_reason = False

    @api.model
    def _get_todays(self):
        """Return the days that it is now, where the users live.

        :return: the time zones of each day.
        :rtype: dict[datetime.date, list]
        """
        partners = self.env["res.partner"].sudo().with_context(active_test=False)
        zones = partners._read_group([("user_ids", "!=", False)], ["tz"])
        now = fields.Datetime.now()
        todays = {}
        for zone in {False, *(zone for (zone,) in zones)}:
            todays.setdefault(to_zone(now, zone).date(), []).append(zone)
        return todays

    @api.model
    def _get_next_step_state_sql(self, alias, query):
        """Return the state of :meth:`_compute_next_step_state` as an expression.

        :param str alias: of the table of leads.
        :param odoo.tools.Query query: in which it is used.
        :rtype: SQL
        """
        date, zone, stage = (
            self._field_to_sql(alias, name, query)
            for name in ("next_step_date", "next_step_zone", "stage_id")
        )
        today = SQL("%s", fields.Datetime.now().date())
        for day, zones in self._get_todays().items():
            names = tuple(zone or "UTC" for zone in zones)
            today = SQL(
                "CASE WHEN COALESCE(%s, 'UTC') IN %s THEN %s ELSE %s END",
                *(zone, names, day, today),
            )
        closed = self.env["crm.stage"]._find_closed()
        return SQL(
            """CASE WHEN %(stage)s IN %(closed)s THEN NULL
                    WHEN %(date)s IS NULL THEN 'none'
                    WHEN %(date)s < %(today)s THEN 'overdue'
                    WHEN %(date)s = %(today)s THEN 'today'
                    ELSE 'planned' END""",
            stage=stage,
            closed=tuple(closed.ids) or (0,),
            date=date,
            today=today,
        )


def _get_state(days):
    """Return what it means to be due in a number of days."""
    if days < 0:
        return "overdue"
    return "planned" if days else "today"


def _get_date_domain(state, todays):
    """Return the domain of the leads whose next step is in a state.

    :param str state: one of :data:`NEXT_STEP_STATES`.
    :param dict todays: see :meth:`Lead._get_todays`.
    :rtype: list
    """
    if state == "none":
        return [("next_step_date", "=", False)]
    operator = {"overdue": "<", "today": "=", "planned": ">"}[state]
    days = [
        [("next_step_zone", "in", zones), ("next_step_date", operator, day)]
        for day, zones in todays.items()
    ]
    return any_of(days)
