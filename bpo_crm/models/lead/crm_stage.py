from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ...domains import CLOSING_FLAGS, OPEN_STAGE
from ...local_time import to_local
from ...series import STAGE_TEAM, Constraint, none_of


class Stage(models.Model):
    """What a stage says of its leads, for the company of its team, or for all."""

    _name = "crm.stage"
    _inherit = ["crm.stage", "crm.checked.afterwards", "crm.customer.mail"]

    is_lost = fields.Boolean(
        "Is Lost Stage?",
        help="Leads of teams that work for dealerships are lost in this stage. They "
        "keep the reason, and no order is made for them.",
    )
    activity_type_id = fields.Many2one(
        "mail.activity.type",
        "Activity",
        ondelete="set null",
        domain="[('res_model', 'in', (False, 'crm.lead'))]",
        help="Planned for the agent when a lead of a team that works for dealerships "
        "enters this stage.",
    )
    activity_due_days = fields.Integer(
        "Due after",
        help="Days until the activity is due, from the day on which it is planned.",
    )
    advance_when_done = fields.Boolean(
        help="A lead whose activity is done moves to the next stage by itself."
    )
    stale_after_days = fields.Integer(
        "Stale after",
        help="Days after which a lead counts as stale in this stage, unless something "
        "is planned for a later day. 0 for never.",
    )

    company_id = fields.Many2one(
        "res.company",
        compute="_compute_company_id",
        store=True,
        server_only=True,
        help="The company of the stage's team. Only managers of that company "
        "can change the stage; a stage of several companies, or of none, "
        "can be changed by all managers.",
    )

    _activity_due_days_positive = Constraint(
        "CHECK(activity_due_days >= 0)",
        "The days until an activity is due cannot be negative.",
    )
    _stale_after_days_positive = Constraint(
        "CHECK(stale_after_days >= 0)",
        "The days until a lead is stale cannot be negative.",
    )

    @api.depends(f"{STAGE_TEAM}.company_id")
    def _compute_company_id(self):
        for stage in self:
            teams = stage[STAGE_TEAM]
            companies = teams.company_id
            is_one = len(companies) == 1 and all(team.company_id for team in teams)
            stage.company_id = companies if is_one else False

    @api.constrains(*CLOSING_FLAGS)
    def _check_closing_flags(self):
        for stage in self:
            stage._refuse_won_and_lost(stage.is_won, stage.is_lost)

    @api.constrains("activity_type_id", *CLOSING_FLAGS)
    def _check_activity_type(self):
        for stage in self:
            kind = stage.activity_type_id
            if kind and not kind.active and not stage._is_closed:
                raise ValidationError(
                    self.env._(
                        'Stage "%(stage)s" cannot plan "%(type)s", which is archived. '
                        "Choose another activity, or none.",
                        stage=stage.name,
                        type=kind.name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_server_only(vals)
        return super().create(vals_list)

    def write(self, vals):
        self._check_server_only(vals)
        self._check_flag_change(vals)
        return super().write(vals)

    def _check_flag_change(self, vals):
        """Refuse to turn the leads in a stage into won, lost or open ones.

        They would be won without an order, lost without a reason, or reopened.

        :param dict vals: what is written.
        :raises UserError: naming the stages.
        """
        changing = self.filtered(
            lambda stage: any(
                flag in vals and bool(vals[flag]) != stage[flag]
                for flag in CLOSING_FLAGS
            )
        )
        if not changing:
            return
        leads = self.env["crm.lead"].sudo().with_context(active_test=False)
        ours = [("stage_id", "in", changing.ids), ("is_bpo", "=", True)]
        if leads.search_count(ours, limit=1):
            raise UserError(
                self.env._(
                    "Stage %s has leads, which would be closed or reopened by this. "
                    "Add a new stage instead.",
                    ", ".join(f'"{stage.name}"' for stage in changing),
                )
            )

    # ------------------------------------------------------------
    # BUSINESS
    # ------------------------------------------------------------

    def _refuse_won_and_lost(self, is_won, is_lost):
        """Refuse to let this stage mean both.

        :param bool is_won: whether leads are won in it.
        :param bool is_lost: whether they are lost in it.
        :raises ValidationError: where they are.
        """
        if is_won and is_lost:
            raise ValidationError(
                self.env._(
                    'Stage "%s" cannot be a won and a lost stage at once.', self.name
                )
            )

    @property
    def _is_closed(self):
        """Whether a lead in this stage is closed."""
        return bool(self) and (self.is_won or self.is_lost)

    @property
    def _plans_activity(self):
        """Whether a lead in this stage gets an activity."""
        return self.activity_type_id.active and not self._is_closed

    @api.model
    def _find_for_team(self, team, domain):
        """Return the stages that the leads of a team can be in.

        :param crm.team team: a team, or an empty recordset.
        :param list domain: further conditions.
        :return: the stages in the order of the pipeline.
        """
        teams = ["|", (STAGE_TEAM, "=", False), (STAGE_TEAM, "in", team.ids)]
        return self.search([*teams, *domain])

    @api.model
    def _find_closed(self):
        """Return the stages in which leads are closed, of all teams."""
        return self.search(none_of([OPEN_STAGE]))

    @api.model
    def _find_open(self, team):
        """Return the open stages of a team, in the order of the pipeline."""
        return self._find_for_team(team, OPEN_STAGE)

    def _next_among(self, stages):
        """Return the stage that follows this one, or an empty recordset.

        Leads stay among the stages that their team has of its own, once they are
        there, and go on to these before they go on to shared ones. None goes on to a
        folded one.

        :param crm.stage stages: in the order of the pipeline. This stage may be
            missing there, when it belongs to another team.
        """
        if self in stages:
            following = stages[stages.ids.index(self.id) + 1 :]
        else:
            following = stages.filtered(lambda stage: stage.sequence > self.sequence)
        following = following.filtered(lambda stage: not stage.fold)
        # One look at all of them.
        own = (self | following).filtered(STAGE_TEAM)
        if self in own & stages:
            return (following & own)[:1]
        return (following & own or following)[:1]

    def _find_place_among(self, stages):
        """Return where a lead that is in this stage goes that another team takes over.

        Where the team has the stage, it stays; else it goes to the first one that is
        not before it.

        :param crm.stage stages: the team's open ones, in the order of the pipeline.
        """
        if self in stages:
            return self
        behind = stages.filtered(lambda stage: stage.sequence >= self.sequence)
        return behind[:1] or stages[-1:] if self else stages[:1]

    def _prepare_activity_values(self, owner):
        """Return the values of this stage's activity, but for its lead.

        :param res.users owner: who will do it.
        """
        kind = self.activity_type_id.with_context(lang=owner.lang)
        return {
            "activity_type_id": kind.id,
            "crm_stage_id": self.id,
            "summary": kind.summary,
            "note": kind.default_note,
            "automated": True,
            "user_id": owner.id,
            "date_deadline": self._get_local_deadline(owner, self.activity_due_days),
        }

    @api.model
    def _get_local_deadline(self, owner, days):
        """Return the day on which somebody has to do something.

        :param res.users owner: who; the days are counted from today in its zone, by
            its company's calendar.
        :param int days: until then.
        :rtype: datetime.date
        """
        today = to_local(fields.Datetime.now(), owner).date()
        return owner.sudo().company_id._add_sales_days(today, days)
