from odoo import SUPERUSER_ID, api, models
from odoo.exceptions import UserError

from ..roles import MANAGER


class Lead(models.Model):
    """Forward, one stage at a time (seed 003, "Forward-only stage progression").

    Every way into a stage ends in ``create`` or ``write`` below. What a closing
    stage asks for besides is added by the hooks, in the files on winning and
    losing a lead.
    """

    _inherit = "crm.lead"

    # ------------------------------------------------------------
    # COMPUTE
    # ------------------------------------------------------------

    @api.depends("team_id", "type")
    def _compute_stage_id(self):
        # Core takes the first unfolded stage, which may be a won one.
        unplaced = self.filtered(lambda lead: not lead.stage_id)
        for team, leads in unplaced.grouped("team_id").items():
            leads.stage_id = self.env["crm.stage"]._find_open(team)[:1]

    # ------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        leads = super().create(vals_list)
        for lead in leads:
            self._check_probability({"probability": lead.probability}, lead.stage_id)
        for lead in leads._check_birth():
            lead._close_at_birth()
        return leads

    def write(self, vals):
        if "stage_id" not in vals:
            self._check_probability(vals, self.stage_id)
            return super().write(vals)
        stage = self.env["crm.stage"].browse(vals["stage_id"]).exists()
        self._check_probability(vals, stage)
        moving = self.filtered(lambda lead: lead.stage_id != stage)
        staying = self - moving
        moving._check_stage_move(stage, vals)
        moving._before_stage_move(stage)
        if staying:
            others = {name: vals[name] for name in vals if name != "stage_id"}
            super(Lead, staying).write(others)
        if moving:
            left = {lead: lead.stage_id for lead in moving}
            values = moving._prepare_stage_values(stage, vals)
            super(Lead, moving).write(values)
            moving._after_stage_move(stage, left)
        return True

    def copy_data(self, default=None):
        # A copy is a new lead, also when the original is archived as lost.
        default = {"active": True, "lost_reason_id": False, **(default or {})}
        return super().copy_data(default)

    # ------------------------------------------------------------
    # HOOKS: what a stage asks for
    # ------------------------------------------------------------

    def _check_stage_move(self, stage, vals):
        """Refuse the move of any of these leads that is not allowed.

        :param crm.stage stage: where to; an empty recordset for no stage.
        :param dict vals: all that is to be written.
        :raises UserError: before anything is written.
        """
        self._check_forward_only(stage, self._prepare_target_team(vals))

    def _before_stage_move(self, stage):
        """Prepare these leads for a move that is allowed."""

    def _prepare_stage_values(self, stage, vals):
        """Return what has to be written for these leads to be in ``stage``."""
        return dict(vals)

    def _after_stage_move(self, stage, left):
        """Do what belongs to a move that was written.

        :param crm.stage stage: where these leads are now.
        :param dict left: the stage that each of them was in.
        """

    # ------------------------------------------------------------
    # BUSINESS
    # ------------------------------------------------------------

    def _check_birth(self):
        """A new lead is born open, in the first stage of its team.

        :return: those that are elsewhere because a manager lifted the guard.
        """
        problems = {}
        for team, leads in self.grouped("team_id").items():
            first = self.env["crm.stage"]._find_open(team)[:1]
            for lead in leads:
                if lead.stage_id != first or not lead.active:
                    problems[lead] = lead._prepare_birth_problem(first)
        self._refuse_or_log(problems)
        return self.browse(lead.id for lead in problems)

    def _close_at_birth(self):
        """Send a lead that was made as a closed one the way of all others."""
        stage = self.stage_id
        if stage._is_closed:
            first = self.env["crm.stage"]._find_open(self.team_id)[:1]
            self._write_stage(first)
            if stage.is_won and self.dealer_so_name:
                # History: it was won elsewhere, and the dealer has its order.
                self._write_stage(stage)
            else:
                self.write({"stage_id": stage.id})
        elif not self.active:
            self.action_set_lost()

    def _write_stage(self, stage):
        """Write a stage past the guard and past what the stage asks for."""
        # Open for this moment only: the customer may have an open lead by now.
        return self._write_unheld({"stage_id": stage.id})

    def _prepare_birth_problem(self, first):
        return self.env._(
            'A new lead starts open in stage "%(first)s", not in "%(stage)s". Create '
            "it there and move it forward one stage at a time.",
            first=first.name,
            stage=self.stage_id.name if self.active else self.env._("Archived"),
        )

    @api.model
    def _check_probability(self, vals, stages):
        """Core takes a lead with 100% for a won one, whatever its stage is."""
        if (vals.get("probability") or 0) < 100:
            return
        if not all(stages.mapped("is_won")):
            raise UserError(
                self.env._(
                    "A probability of 100% means won. Use the Mark Won button instead."
                )
            )

    def _prepare_target_team(self, vals):
        """Return a function that tells the team of a lead after the write."""
        if "team_id" not in vals:
            return lambda lead: lead.team_id
        team = self.env["crm.team"].browse(vals["team_id"])
        return lambda lead: team

    def _check_forward_only(self, stage, get_team):
        problems = {}
        for team, leads in self.grouped(get_team).items():
            open_stages = self.env["crm.stage"]._find_open(team)
            for lead in leads:
                problem = lead._find_move_problem(stage, open_stages)
                if problem:
                    problems[lead] = problem
        self._refuse_or_log(problems)

    def _find_move_problem(self, stage, open_stages):
        """Say why this lead must not move to ``stage``; None where it may."""
        if stage._is_closed:
            return None
        if self.stage_id._is_closed:
            return self.env._(
                '%(lead)s is closed in stage "%(stage)s" and does not reopen. Create a '
                "new lead for a returning customer.",
                lead=self._get_label(),
                stage=self.stage_id.name,
            )
        following = self.stage_id._next_among(open_stages)
        if not following:
            return self.env._(
                "Leads can only move forward one stage at a time. From "
                '"%(stage)s" no further open stage exists. Use the Mark Won or Mark '
                "Lost buttons to close the lead instead.",
                stage=self.stage_id.name,
            )
        if stage == following:
            return None
        return self.env._(
            'Leads can only move forward one stage at a time. From "%(stage)s" the '
            'only allowed next stage is "%(next)s". Use the Mark Won or Mark Lost '
            "buttons to close the lead instead.",
            stage=self.stage_id.name,
            next=following.name,
        )

    def _refuse_or_log(self, problems):
        """Refuse what breaks a rule, unless a manager lifted the guard.

        :param dict problems: the reason for each lead.
        :raises UserError: naming every reason once.
        """
        if not problems:
            return
        if not self._is_guard_lifted():
            raise UserError("\n".join(dict.fromkeys(problems.values())))
        for lead, problem in problems.items():
            lead.message_post(
                body=self.env._("The stage guard was lifted. It said: %s", problem)
            )

    @api.model
    def _is_guard_lifted(self):
        """Whether the context lifts the guard, and may.

        Code that runs with ``sudo()`` for somebody is not the superuser: it
        would carry an RPC client's context along.
        """
        if not self.env.context.get("skip_stage_transition_check"):
            return False
        return self.env.uid == SUPERUSER_ID or self.env.user.has_group(MANAGER)

    def _get_label(self):
        """Return how a message names this lead."""
        return self.reference or self.display_name
