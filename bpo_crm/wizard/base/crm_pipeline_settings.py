from odoo import Command, api, fields, models
from odoo.exceptions import AccessError

from ...client_actions import CLOSE
from ...domains import OPEN_STAGE
from ...hooks import activate_crons, find_stage_activity
from ...roles import MANAGER, check_role
from ...series import STAGE_TEAM

#: What the questionnaire asks of each stage.
STAGE_FIELDS = (
    "activity_type_id",
    "activity_due_days",
    "advance_when_done",
    "stale_after_days",
)

#: What a stage means to the rules.
MEANINGS = [("open", "Being Worked"), ("won", "Won"), ("lost", "Lost")]

#: What is proposed for the first stage of each team, and for all others, where nobody
#: has said anything yet.
PROPOSALS = (
    {"activity_due_days": 0, "advance_when_done": True, "stale_after_days": 2},
    {"activity_due_days": 2, "advance_when_done": False, "stale_after_days": 7},
)


class PipelineSettings(models.TransientModel):
    """How the team works: asked for once, and the settings ever after.

    Requirements 001: the questionnaire of the first login.
    """

    _name = "crm.pipeline.settings"
    _description = "Settings of the Pipeline"
    _inherit = ["crm.checked.afterwards"]

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    # Where the answer is not clear
    team_ids = fields.One2many(
        "crm.pipeline.settings.team",
        "settings_id",
        "Teams",
        default=lambda self: self._default_team_ids(),
    )
    meaning_ids = fields.One2many(
        "crm.pipeline.settings.meaning",
        "settings_id",
        "What Stages Mean",
        default=lambda self: self._prepare_meanings(self._find_working_teams()),
    )
    are_teams_asked = fields.Boolean(compute="_compute_are_teams_asked")
    # How they work
    line_ids = fields.One2many(
        "crm.pipeline.settings.stage",
        "settings_id",
        "Stages",
        default=lambda self: self._default_line_ids(),
    )
    count_working_days = fields.Selection(
        [("working", "Working days"), ("calendar", "Calendar days")],
        "Days Counted",
        required=True,
        default="working",
    )
    sales_calendar_id = fields.Many2one(
        "resource.calendar",
        "Working Hours",
        domain="['|', ('company_id', '=', False), ('company_id', '=', company_id)]",
    )
    pool_return_days = fields.Integer("Back to the Pool after")

    @api.model
    def default_get(self, fields_list):
        # Whoever may not read a company's settings is not told them as defaults.
        self.browse().check_access("read")
        company = self.env.company.sudo()
        values = {
            "count_working_days": (
                "working" if company.count_working_days else "calendar"
            ),
            "sales_calendar_id": company._get_sales_calendar().id,
            "pool_return_days": company.pool_return_days,
        }
        current = {name: values[name] for name in values if name in fields_list}
        return {**super().default_get(fields_list), **current}

    @api.model
    def _default_team_ids(self):
        company = self.env.company.sudo()
        without = {"name": self.env._("Leads without a team"), "is_bpo": company.is_bpo}
        return [
            *(
                Command.create(
                    {"team_id": team.id, "name": team.name, "is_bpo": team.is_bpo}
                )
                for team in self._find_teams()
            ),
            Command.create(without),
        ]

    @api.model
    def _default_line_ids(self):
        teams = self._find_working_teams()
        proposed = [values for *_command, values in self._prepare_meanings(teams)]
        closed = [row["stage_id"] for row in proposed if row["meaning"] != "open"]
        return self._prepare_lines(teams, self.env["crm.stage"].browse(closed))

    # ------------------------------------------------------------
    # COMPUTE
    # ------------------------------------------------------------

    @api.depends("company_id")
    def _compute_are_teams_asked(self):
        are_all_working = all(self._find_teams().mapped("is_bpo"))
        for settings in self:
            is_clear = are_all_working and settings.company_id.sudo().is_bpo
            settings.are_teams_asked = not is_clear

    @api.onchange("team_ids")
    def _onchange_team_ids(self):
        teams = self._find_ticked()
        self.meaning_ids = [Command.clear(), *self._prepare_meanings(teams)]
        self.line_ids = [
            Command.clear(),
            *self._prepare_lines(teams, self._find_closing()),
        ]

    @api.onchange("meaning_ids")
    def _onchange_meaning_ids(self):
        # What was said of the stages that stay open is kept.
        closed = self._find_closing()
        self.line_ids -= self.line_ids.filtered(lambda line: line.stage_id in closed)
        there = self.line_ids.stage_id.ids
        self.line_ids = [
            command
            for command in self._prepare_lines(self._find_ticked(), closed)
            if command[-1]["stage_id"] not in there
        ]

    # ------------------------------------------------------------
    # WHAT IS ASKED
    # ------------------------------------------------------------

    @api.model
    def _find_teams(self):
        """Return the teams of which the user may say whether they work for dealerships.

        :rtype: crm.team
        """
        of_company = [("company_id", "in", [False, self.env.company.id])]
        return self.env["crm.team"].search(of_company)._filtered_access("write")

    @api.model
    def _find_working_teams(self):
        """Return whose leads are for dealerships now.

        :return: teams; an empty one for the leads without a team.
        :rtype: list[crm.team]
        """
        teams = self._find_teams()
        working = [*teams.filtered("is_bpo")]
        return [*working, teams.browse()] if self.env.company.sudo().is_bpo else working

    def _find_ticked(self):
        """Return whose leads are to be for dealerships, as of the same."""
        return [line.team_id._origin for line in self.team_ids if line.is_bpo]

    def _find_closing(self):
        """Return the stages in which leads are to be won or lost.

        :rtype: crm.stage
        """
        return self.meaning_ids.filtered(lambda line: line.meaning != "open").stage_id

    @api.model
    def _find_stages(self, teams, domain=()):
        """Return stages of teams, in the order of the pipeline.

        Those of other companies are not this user's to set.

        :param list teams: as of :meth:`_find_working_teams`.
        :param list domain: further conditions.
        :rtype: crm.stage
        """
        stages = self.env["crm.stage"]
        found = stages.union(
            *(stages._find_for_team(team, [*domain]) for team in teams)
        )
        return found.sorted()._filtered_access("write")

    @api.model
    def _prepare_meanings(self, teams):
        """Return what the stages of teams seem to mean, if that is not clear anyway.

        :param list teams: as of :meth:`_find_working_teams`.
        :return: commands for ``meaning_ids``.
        :rtype: list
        """
        stages = self._find_stages(teams)
        company = self.env.company.sudo()
        is_new = any(not (team or company).is_bpo for team in teams)
        unclear = stages.filtered(lambda s: s.fold and s._get_meaning() == "open")
        if not (is_new or unclear):
            return []
        return [
            Command.create(
                {"stage_id": stage.id, "meaning": meaning, "lead_count": count}
            )
            for stage, (meaning, count) in stages._propose_meanings().items()
        ]

    @api.model
    def _prepare_lines(self, teams, closed=()):
        """Return what is planned in the open stages of teams, or may be.

        :param list teams: as of :meth:`_find_working_teams`.
        :param crm.stage closed: of them, those that are to be closed.
        :return: commands for ``line_ids``.
        :rtype: list
        """
        stages = self._find_stages(teams, OPEN_STAGE)
        pipelines = [stages._find_open(team) for team in teams]
        first = stages.browse().union(*(pipeline[:1] for pipeline in pipelines))
        planned = stages.browse().union(
            *(one for one in pipelines if any(one.mapped("activity_type_id")))
        )
        return [
            Command.create(
                {"stage_id": stage.id, **self._prepare_line(stage, planned, first)}
            )
            for stage in stages
            if stage not in closed
        ]

    @api.model
    def _prepare_line(self, stage, planned, first):
        """Return what a stage plans, or what suits most teams where nothing is planned.

        :param crm.stage stage: an open one.
        :param crm.stage planned: those of teams that plan something.
        :param crm.stage first: the first one of each team.
        :rtype: dict
        """
        if stage in planned or stage.activity_type_id or stage.fold:
            return stage._convert_to_write({name: stage[name] for name in STAGE_FIELDS})
        kind = {"activity_type_id": find_stage_activity(self.env).id}
        return {**kind, **PROPOSALS[stage not in first]}

    # ------------------------------------------------------------
    # ACTIONS
    # ------------------------------------------------------------

    def action_apply(self):
        """Let the stages and the company work as this says.

        :return: an action that closes the window.
        :rtype: dict
        :raises AccessError: for anybody but the managers of the company.
        """
        self.ensure_one()
        self._check_may_set()
        self.meaning_ids._apply()
        self.team_ids._apply()
        for line in self.line_ids:
            values = {name: line[name] for name in STAGE_FIELDS}
            line.stage_id.write(line._convert_to_write(values))
        # Managers of the floor do not manage companies otherwise.
        self.company_id.sudo().write(
            {
                "count_working_days": self.count_working_days == "working",
                "sales_calendar_id": self.sales_calendar_id.id,
                "pool_return_days": self.pool_return_days,
            }
        )
        self.env["onboarding.onboarding"]._finish_bpo_questionnaire()
        activate_crons(self.env)
        return CLOSE

    def _check_may_set(self):
        """Refuse to change a company whose manager the user is not.

        :raises AccessError: for anybody else.
        """
        message = self.env._(
            "Only the BPO managers of a company can change how its team works."
        )
        check_role(self.env, MANAGER, message)
        self.check_access("write")
        if not self.env.su and self.company_id - self.env.user.company_ids:
            raise AccessError(message)


class PipelineSettingsStage(models.TransientModel):
    _name = "crm.pipeline.settings.stage"
    _description = "Settings of a Stage"
    _inherit = ["crm.checked.afterwards"]
    _order = "id"

    settings_id = fields.Many2one("crm.pipeline.settings", ondelete="cascade")
    stage_id = fields.Many2one("crm.stage", required=True, ondelete="cascade")
    activity_type_id = fields.Many2one(
        "mail.activity.type",
        "Activity",
        domain="[('res_model', 'in', (False, 'crm.lead'))]",
    )
    activity_due_days = fields.Integer("Due after")
    advance_when_done = fields.Boolean()
    stale_after_days = fields.Integer("Stale after")


class PipelineSettingsTeam(models.TransientModel):
    _name = "crm.pipeline.settings.team"
    _description = "Whether a Team Works for Dealerships"
    _inherit = ["crm.checked.afterwards"]
    _order = "id"

    settings_id = fields.Many2one("crm.pipeline.settings", ondelete="cascade")
    team_id = fields.Many2one(
        "crm.team", ondelete="cascade", help="None for the leads without a team."
    )
    name = fields.Char("Whose Leads")
    is_bpo = fields.Boolean("For Dealerships")

    def _apply(self):
        """Let teams, and the leads without one, be for dealerships, or not."""
        for line in self:
            # Managers of the floor do not manage companies otherwise.
            switched = line.team_id or line.settings_id.company_id.sudo()
            switched.is_bpo = line.is_bpo


class PipelineSettingsMeaning(models.TransientModel):
    _name = "crm.pipeline.settings.meaning"
    _description = "What a Stage Means"
    _inherit = ["crm.checked.afterwards"]
    _order = "id"

    settings_id = fields.Many2one("crm.pipeline.settings", ondelete="cascade")
    stage_id = fields.Many2one("crm.stage", required=True, ondelete="cascade")
    team_names = fields.Char("Sales Team", compute="_compute_team_names")
    lead_count = fields.Integer("Leads", readonly=True)
    meaning = fields.Selection(MEANINGS, required=True, default="open")

    @api.depends("stage_id")
    def _compute_team_names(self):
        for line in self:
            teams = line.stage_id[STAGE_TEAM]
            line.team_names = ", ".join(teams.mapped("name")) or self.env._("All")

    def _apply(self):
        """Let stages mean what was said, with the leads that are in them."""
        # A line goes with its stage, and the addon's own may go.
        told = [(line.stage_id, line.meaning) for line in self]
        for stage, meaning in told:
            if not stage.exists() or meaning == stage._get_meaning():
                continue
            if meaning == "lost":
                stage._take_over()
            else:
                stage.write({"is_won": meaning == "won", "is_lost": False})
