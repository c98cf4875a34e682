from odoo import SUPERUSER_ID, api, models
from odoo.exceptions import UserError

from ...roles import MANAGER, check_role
from ...series import STAGE_TEAM, Constraint


class Lead(models.Model):
    """Forward, one stage at a time: requirements 003, "Forward-only stage progression".

    The rule compares the stage of a lead before and after a write, whatever the way
    in. What a closing stage asks for besides is in the files on winning and losing a
    lead.
    """

    _inherit = "crm.lead"

    _stage_given = Constraint(
        "CHECK(stage_id IS NOT NULL OR type != 'opportunity' OR is_bpo IS NOT TRUE)",
        "An opportunity must be in a stage.",
    )

    # ------------------------------------------------------------
    # COMPUTE
    # ------------------------------------------------------------

    @api.depends("team_id", "type")
    def _compute_stage_id(self):
        ours = self.filtered("is_bpo")
        others = self - ours
        result = super(Lead, others)._compute_stage_id() if others else None
        # Core takes the first unfolded stage, which may be a won one.
        misplaced = ours.filtered(
            lambda lead: not lead.stage_id or lead._is_in_stage_of_others()
        )
        for team, leads in misplaced.grouped("team_id").items():
            open_stages = self.env["crm.stage"]._find_open(team)
            for lead in leads:
                lead.stage_id = lead.stage_id._find_place_among(open_stages)
        return result

    # ------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------

    def copy_data(self, default=None):
        # A copy is a new lead, also when the original is archived as lost.
        default = {"active": True, "lost_reason_id": False, **(default or {})}
        return super().copy_data(default)

    # ------------------------------------------------------------
    # PHASES
    # ------------------------------------------------------------

    def _check_births(self):
        self._check_probability()
        self._check_born_in_first_stage()
        if any(self.mapped("date_closed")):
            self._check_may_date_closing()
        return super()._check_births()

    def _close_births(self):
        for lead in self.filtered(lambda lead: lead._is_closed_or_archived()):
            lead._close_at_birth()
        return super()._close_births()

    @api.model
    def _get_watched_fields(self):
        return super()._get_watched_fields() | {"date_closed", "probability"}

    def _refuse_change(self, change):
        if "date_closed" in change.vals and not self._are_won_undated():
            self._check_may_date_closing()
        self._refuse_no_opportunity(change)
        problems = change.find_changing("stage_id")._find_move_problems(change)
        problems = {
            lead: problem
            for lead, problem in problems.items()
            if lead not in change.lifted
        }
        self._refuse_unless_lifted(problems)
        change.lifted |= problems
        return super()._refuse_change(change)

    def _check_change(self, change):
        if "probability" in change.vals:
            self._check_probability()
        return super()._check_change(change)

    def _follow_up_change(self, change):
        self._log_lifted(change.lifted)
        return super()._follow_up_change(change)

    # ------------------------------------------------------------
    # HOOKS: what a move is
    # ------------------------------------------------------------

    def _find_targets(self, vals):
        """Return the stage to which a write moves each of these leads.

        :param dict vals: what is written, normalised.
        :return: None for a lead that stays where it is.
        :rtype: dict[crm.lead, crm.stage | None]
        """
        if "stage_id" not in vals:
            return dict.fromkeys(self)
        stage = self.env["crm.stage"].browse(vals["stage_id"]).exists()
        return {lead: None if lead.stage_id == stage else stage for lead in self}

    def _get_move(self, stage):
        """Return what is alike for the leads that can be written together.

        :param crm.stage stage: where this lead goes, or None.
        """
        return stage

    def _prepare_move_values(self, vals, stage):
        """Return what has to be written for these leads.

        :param dict vals: what is written, normalised.
        :param crm.stage stage: where they go; None for those that stay.
        :rtype: dict
        """
        others = {name: vals[name] for name in vals if name != "stage_id"}
        return others if stage is None else {**others, "stage_id": stage.id}

    # ------------------------------------------------------------
    # BUSINESS
    # ------------------------------------------------------------

    def _check_born_in_first_stage(self):
        """A new lead is born open, in the first stage of its team.

        :raises UserError: for one that is not, unless a manager lifted the guard.
        """
        problems = {}
        for team, leads in self.grouped("team_id").items():
            first = self.env["crm.stage"]._find_open(team)[:1]
            for lead in leads:
                if lead.stage_id != first or not lead.active:
                    problems[lead] = lead._prepare_birth_problem(first)
        self._refuse_unless_lifted(problems)
        self._log_lifted(problems)

    @api.model
    def _check_may_date_closing(self):
        """Odoo notes itself when a lead is closed; history is the managers'.

        :raises AccessError: for anybody else.
        """
        check_role(
            self.env,
            MANAGER,
            self.env._("Only a BPO manager can enter when a lead was closed."),
        )

    def _are_won_undated(self):
        """Whether these leads are won at birth, which 19.0 dates in a second write."""
        return all(lead.stage_id.is_won and not lead.date_closed for lead in self)

    def _refuse_no_opportunity(self, change):
        """What is worked does not go back to what nobody has looked at.

        :param LeadChange change: of these leads.
        :raises UserError: for an opportunity that becomes a lead.
        """
        for lead in change.find_changing("type"):
            if change.get_new(lead, "type") != "opportunity":
                raise UserError(
                    self.env._(
                        "%s is an opportunity and stays one. If nothing comes "
                        "of it, mark it as lost.",
                        lead._get_label(),
                    )
                )

    def _is_closed_or_archived(self):
        return self.stage_id._is_closed or not self.active

    def _close_at_birth(self):
        """Send a lead that was made as a closed one the way of all others."""
        stage = self.stage_id
        if stage._is_closed:
            # Open for this moment only: the customer may have an open lead by now.
            first = self.env["crm.stage"]._find_open(self.team_id)[:1]
            self._write_by_core({"stage_id": first.id})
            if stage.is_won and self.dealer_so_name:
                # History: it was won elsewhere, and the dealer has its order.
                self._write_by_core({"stage_id": stage.id})
            else:
                self.write({"stage_id": stage.id})
        elif not self.active:
            self.action_set_lost()

    def _prepare_birth_problem(self, first):
        """Return why this new lead is in no stage for it.

        :param crm.stage first: in which it is to begin.
        :rtype: str
        """
        return self.env._(
            'A new lead starts open in stage "%(first)s", not in "%(stage)s". Create '
            "it there and move it forward one stage at a time.",
            first=first.name,
            stage=self.stage_id.name if self.active else self.env._("Archived"),
        )

    def _check_probability(self):
        """Core takes a lead with 100% for a won one, whatever its stage is.

        :raises UserError: for one in another stage.
        """
        for lead in self.sudo():
            if lead.probability >= 100 and not lead.stage_id.is_won:
                raise UserError(
                    self.env._(
                        "A probability of 100% means won. Use the Mark as Won "
                        "button instead."
                    )
                )

    def _is_in_stage_of_others(self):
        """Whether this lead is in an open stage of another team than its own."""
        stage = self.stage_id
        teams = stage[STAGE_TEAM]
        return bool(teams) and not stage._is_closed and self.team_id not in teams

    def _find_move_problems(self, change):
        """Return why leads must not move as they do.

        :param LeadChange change: with their moves.
        :return: the reason for each that must not.
        :rtype: dict[crm.lead, str]
        """
        problems = {}
        groups = self.grouped(lambda lead: change.get_new(lead, "team_id"))
        for team, leads in groups.items():
            open_stages = self.env["crm.stage"]._find_open(team)
            for lead in leads:
                problem = lead._find_move_problem(change, open_stages)
                if problem:
                    problems[lead] = problem
        return problems

    def _find_move_problem(self, change, open_stages):
        """Say why this lead must not move as it does; None where it may.

        :param LeadChange change: with its move.
        :param crm.stage open_stages: of the team that it has then.
        """
        origin, stage = (
            getter(self, "stage_id") for getter in (change.get_old, change.get_new)
        )
        if stage._is_closed or self._is_placed_by_team(change, open_stages):
            return None
        if origin._is_closed:
            return self.env._(
                '%(lead)s is closed in stage "%(stage)s" and does not reopen. Create a '
                "new lead for a returning customer.",
                lead=self._get_label(),
                stage=origin.name,
            )
        following = origin._next_among(open_stages)
        if not following:
            return self.env._(
                "Leads can only move forward one stage at a time. From "
                '"%(stage)s" no further open stage exists. Use the Mark Won or Mark '
                "Lost buttons to close the lead instead.",
                stage=origin.name,
            )
        if stage == following:
            return None
        return self.env._(
            'Leads can only move forward one stage at a time. From "%(stage)s" the '
            'only allowed next stage is "%(next)s". Use the Mark Won or Mark Lost '
            "buttons to close the lead instead.",
            stage=origin.name,
            next=following.name,
        )

    def _is_placed_by_team(self, change, open_stages):
        """Whether a lead was put into a stage since its new team has not the old one.

        :param LeadChange change: with its move.
        :param crm.stage open_stages: of the new team.
        """
        origin = change.get_old(self, "stage_id")
        return (
            change.get_old(self, "team_id") != change.get_new(self, "team_id")
            and "stage_id" not in change.vals
            and not origin._is_closed
            and origin not in open_stages
            and change.get_new(self, "stage_id")
            == origin._find_place_among(open_stages)
        )

    @api.model
    def _refuse_unless_lifted(self, problems):
        """Refuse what breaks a rule, unless a manager lifted the guard.

        :param dict problems: the reason for each lead.
        :raises UserError: naming every reason once.
        """
        if problems and not self._is_guard_lifted():
            raise UserError("\n".join(dict.fromkeys(problems.values())))

    @api.model
    def _log_lifted(self, problems):
        """Leave a line with every lead for which the guard was lifted.

        :param dict problems: what it said of each.
        """
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
