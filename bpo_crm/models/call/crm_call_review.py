from odoo import Command, api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

from ...ids import is_id
from ...roles import MANAGER, SUPERVISOR
from ...series import Constraint


class CallReview(models.Model):
    """What a supervisor says of a call, by a scorecard.

    A draft is its reviewer's. Finished, it is fixed, and the agent who made the call is
    told of it, reads it, and can answer in its chatter.
    """

    _name = "crm.call.review"
    _description = "Call Review"
    _inherit = ["mail.thread"]
    _order = "id desc"
    # Whoever reads a review can answer it.
    _mail_post_access = "read"

    # The call
    call_id = fields.Many2one(
        "crm.call.log", required=True, index=True, ondelete="cascade"
    )
    user_id = fields.Many2one(
        related="call_id.user_id",
        string="Agent",
        store=True,
        index=True,
        server_only=True,
    )
    # An agent goes on to see the review of a call whose lead is somebody else's now.
    lead_id = fields.Many2one(
        related="call_id.lead_id",
        store=True,
        index=True,
        server_only=True,
        groups=SUPERVISOR,
    )
    dealership_id = fields.Many2one(
        related="call_id.dealership_id", store=True, server_only=True
    )
    team_id = fields.Many2one(related="call_id.team_id", store=True, server_only=True)
    local_day = fields.Date(
        related="call_id.local_day",
        string="Day of the Call",
        store=True,
        index=True,
        server_only=True,
    )
    call_date = fields.Datetime(related="call_id.call_date")
    call_duration = fields.Float(related="call_id.duration")
    call_result = fields.Selection(related="call_id.result")
    call_summary = fields.Text(related="call_id.summary")
    # The review
    reviewer_id = fields.Many2one(
        "res.users",
        required=True,
        index=True,
        default=lambda self: self.env.user,
        server_only=True,
    )
    scorecard_id = fields.Many2one(
        "crm.call.scorecard", required=True, index=True, ondelete="restrict"
    )
    line_ids = fields.One2many("crm.call.review.line", "review_id", "Criteria")
    comment = fields.Text(help="What went well, and what to do otherwise.")
    state = fields.Selection(
        [("draft", "Draft"), ("done", "Finished")],
        required=True,
        default="draft",
        index=True,
        server_only=True,
    )
    finished_at = fields.Datetime("Finished On", server_only=True)
    acknowledged_at = fields.Datetime(
        "Acknowledged On",
        server_only=True,
        help="When the agent said to have read the review.",
    )
    # What comes of it
    points = fields.Integer(compute="_compute_score", store=True, server_only=True)
    max_points = fields.Integer(
        "Points at Most", compute="_compute_score", store=True, server_only=True
    )
    score = fields.Float(
        compute="_compute_score",
        store=True,
        aggregator="avg",
        server_only=True,
        help="The share of the points that the call could have. A call that failed "
        "has none.",
    )
    is_failed = fields.Boolean(
        "Failed",
        compute="_compute_score",
        store=True,
        server_only=True,
        help="Something happened that must not happen.",
    )
    failed_rate = fields.Float(
        compute="_compute_score", store=True, aggregator="avg", server_only=True
    )

    _reviewer_uniq = Constraint(
        "UNIQUE(call_id, reviewer_id)",
        "You have reviewed this call already. Open that review instead.",
    )
    _reviewer_other = Constraint(
        "CHECK(user_id <> reviewer_id)",
        "Nobody reviews an own call. Ask another supervisor.",
    )
    _state_finished = Constraint(
        "CHECK((state = 'done') = (finished_at IS NOT NULL)"
        " AND (state = 'done' OR acknowledged_at IS NULL))",
        "Only a finished review has a date, and can be acknowledged.",
    )

    # ------------------------------------------------------------
    # COMPUTE
    # ------------------------------------------------------------

    @api.depends("call_id")
    def _compute_display_name(self):
        for review in self:
            # An agent need not see the lead any more.
            call = review.call_id.sudo()
            review.display_name = self.env._("Review: %s", call.display_name)

    @api.depends(
        "line_ids.points",
        "line_ids.max_points",
        "line_ids.is_skipped",
        "line_ids.has_happened",
    )
    def _compute_score(self):
        for review in self:
            rated = review.line_ids.filtered(lambda line: not line.is_skipped)
            review.points = sum(rated.mapped("points"))
            review.max_points = sum(rated.mapped("max_points"))
            review.is_failed = any(rated.mapped("has_happened"))
            review.failed_rate = float(review.is_failed)
            is_worth = review.max_points and not review.is_failed
            review.score = review.points / review.max_points if is_worth else 0

    # ------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_server_only(vals)
            self._check_ids(vals)
        # PostgreSQL holds the same, and has no words for it.
        self._check_reviewable(self._find_named_calls(vals_list))
        own = self._without_server_only_defaults()
        reviews = super(CallReview, own).create(vals_list).with_env(self.env)
        self._check_reviewable(reviews.call_id)
        reviews._check_scorecard()
        reviews._take_criteria()
        return reviews

    def write(self, vals):
        self._check_server_only(vals)
        self._check_ids(vals)
        self._check_changeable()
        if not self.env.su and "call_id" in vals:
            raise AccessError(
                self.env._("A review stays with its call. Review the other call, too.")
            )
        result = super().write(vals)
        if "scorecard_id" in vals:
            self._check_scorecard()
            self._take_criteria()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_kept(self):
        if self.env.su or self.env.user.has_group(MANAGER):
            return
        if any(review._is_others() or review.state == "done" for review in self):
            raise AccessError(
                self.env._(
                    "Reviewers delete their own drafts. Ask a BPO manager to delete "
                    "another review."
                )
            )

    # ------------------------------------------------------------
    # ACTIONS
    # ------------------------------------------------------------

    def action_finish(self):
        """Fix these reviews, and tell the agents who made the calls.

        :return: True
        :raises UserError: for a draft of somebody else, or without a rating.
        """
        drafts = self.filtered(lambda review: review.state == "draft")
        drafts._check_changeable()
        drafts._check_rated()
        drafts.sudo().write({"state": "done", "finished_at": fields.Datetime.now()})
        for review in drafts:
            review._tell_agent()
        return True

    def action_reopen(self):
        """Let the reviewers change these reviews again; agents do not see them then.

        :return: True
        :raises AccessError: for whoever is neither their reviewer nor a manager.
        """
        self.check_access("read")
        finished = self.filtered(lambda review: review.state == "done")
        finished._check_reopens()
        finished.sudo().write(
            {"state": "draft", "finished_at": False, "acknowledged_at": False}
        )
        for review in finished.sudo():
            review.message_unsubscribe(review.user_id.partner_id.ids)
            review._message_log(body=self.env._("The review was reopened."))
        return True

    def action_acknowledge(self):
        """Let an agent say to have read these reviews.

        :return: True
        :raises AccessError: for reviews of somebody else's calls, and for drafts.
        """
        self.check_access("read")
        if self.user_id - self.env.user:
            raise AccessError(
                self.env._("Only the agent who made the call acknowledges its review.")
            )
        fresh = self.filtered(
            lambda review: review.state == "done" and not review.acknowledged_at
        )
        fresh.sudo().write({"acknowledged_at": fields.Datetime.now()})
        for review in fresh.sudo():
            review._message_log(body=self.env._("The agent has read the review."))
        return True

    # ------------------------------------------------------------
    # BUSINESS
    # ------------------------------------------------------------

    def _is_others(self):
        """Whether somebody else made this review."""
        return self.reviewer_id != self.env.user

    @api.model
    def _find_named_calls(self, vals_list):
        """Return the calls that values of new reviews name by their ids.

        :param list vals_list: as they were sent.
        :rtype: crm.call.log
        """
        named = [vals["call_id"] for vals in vals_list if vals.get("call_id")]
        return self.env["crm.call.log"].browse(named).exists()

    @api.model
    def _check_ids(self, vals):
        """Refuse a call or a scorecard that is named by anything but its id.

        :param dict vals: as they were sent.
        :raises UserError: for the first one.
        """
        for name in ("call_id", "scorecard_id"):
            if vals.get(name) and not is_id(vals[name]):
                self._refuse_value(self._fields[name], vals[name])

    @api.model
    def _check_reviewable(self, calls):
        """Refuse to review calls that the user may not see, and own ones.

        :param crm.call.log calls: that are to be reviewed.
        :raises AccessError: for a call of another company.
        :raises ValidationError: for an own call.
        """
        calls.check_access("read")
        if not self.env.su and self.env.user in calls.user_id:
            raise ValidationError(
                self.env._(
                    "You have made this call yourself. Ask another supervisor to "
                    "review it."
                )
            )

    def _check_scorecard(self):
        """Refuse scorecards by which the calls' company does not review.

        :raises ValidationError: naming what to choose instead.
        """
        for review in self:
            known = review.scorecard_id._find_all_for(review.sudo().lead_id)
            if review.scorecard_id not in known:
                raise ValidationError(
                    self.env._(
                        "The call cannot be reviewed by this scorecard. Choose one of "
                        "these: %s",
                        ", ".join(known.mapped("name")),
                    )
                )

    def _check_changeable(self):
        """Refuse to change what is finished, or somebody else's.

        :raises AccessError: saying who can do what.
        """
        for review in self if not self.env.su else ():
            if review._is_others():
                raise AccessError(
                    self.env._(
                        "This review is %s's, and only its reviewer can change it. "
                        "You can make a review of your own.",
                        review.reviewer_id.name,
                    )
                )
            if review.state == "done":
                raise AccessError(
                    self.env._("The review is finished. Reopen it to change it.")
                )

    def _check_rated(self):
        """Refuse to finish reviews in which nothing applies.

        :raises ValidationError: saying what to do.
        """
        if not all(review.max_points for review in self):
            raise ValidationError(
                self.env._(
                    "No criterion with points applies to this call. Rate one of them, "
                    "or delete the review."
                )
            )

    def _check_reopens(self):
        """Refuse to reopen somebody else's reviews, but to managers.

        :raises AccessError: saying who can.
        """
        is_manager = self.env.su or self.env.user.has_group(MANAGER)
        if not is_manager and any(review._is_others() for review in self):
            raise AccessError(
                self.env._("Only its reviewer or a BPO manager can reopen a review.")
            )

    def _take_criteria(self):
        """Let the reviews have the criteria of their scorecards, as they are now."""
        for review in self.sudo():
            criteria = review.scorecard_id.criterion_ids
            lines = [Command.create(row._prepare_line_values()) for row in criteria]
            review.line_ids = [Command.clear(), *lines]

    def _tell_agent(self):
        """Tell the agent of this review, which is finished now."""
        partners = self.user_id.partner_id
        told = self.with_context(lang=self.user_id.lang).sudo()
        told.message_subscribe(partners.ids)
        told.message_post(
            body=told.env._(
                "Your call was reviewed. Read what was said of it, acknowledge it, and "
                "answer here."
            ),
            partner_ids=partners.ids,
            subtype_xmlid="mail.mt_note",
        )


class CallReviewLine(models.Model):
    """One criterion of a review, as it was when the review was made."""

    _name = "crm.call.review.line"
    _description = "Criterion of a Call Review"
    _order = "sequence, id"

    review_id = fields.Many2one(
        "crm.call.review",
        required=True,
        index=True,
        ondelete="cascade",
        server_only=True,
    )
    criterion_id = fields.Many2one(
        "crm.call.scorecard.criterion",
        required=True,
        index=True,
        ondelete="restrict",
        server_only=True,
    )
    name = fields.Char("As It Was Called", required=True, server_only=True)
    sequence = fields.Integer(server_only=True)
    fails_call = fields.Boolean("Must Not Happen", server_only=True)
    max_points = fields.Integer("Points at Most", server_only=True)
    points = fields.Integer()
    has_happened = fields.Boolean("Happened")
    is_skipped = fields.Boolean(
        "Does Not Apply", help="Left out of the score, such as on a voicemail."
    )
    comment = fields.Char()
    # For the reports
    user_id = fields.Many2one(
        related="review_id.user_id", string="Agent", store=True, server_only=True
    )
    local_day = fields.Date(
        related="review_id.local_day",
        string="Day of the Call",
        store=True,
        server_only=True,
    )
    rate = fields.Float(
        "Fulfilled",
        compute="_compute_rate",
        store=True,
        aggregator="avg",
        server_only=True,
        help="The share of the points. Of what must not happen, whether it did not.",
    )

    _criterion_uniq = Constraint(
        "UNIQUE(review_id, criterion_id)", "A review has each criterion once."
    )
    _points_range = Constraint(
        "CHECK(points BETWEEN 0 AND max_points)",
        "The points of a criterion lie between 0 and what it is worth at most.",
    )
    _happened_kind = Constraint(
        "CHECK(fails_call OR has_happened IS NOT TRUE)",
        "Only what must not happen can have happened. Give points for the others.",
    )

    @api.depends("points", "max_points", "fails_call", "has_happened")
    def _compute_rate(self):
        for line in self:
            if line.fails_call:
                line.rate = float(not line.has_happened)
            else:
                line.rate = line.points / line.max_points if line.max_points else 0

    @api.constrains("points")
    def _check_points(self):
        for line in self:
            if not 0 <= line.points <= line.max_points:
                raise UserError(
                    self.env._(
                        '"%(criterion)s" is worth 0 to %(most)s points.',
                        criterion=line.name,
                        most=line.max_points,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        # A review takes its criteria itself.
        for vals in vals_list:
            self._check_server_only(vals)
        return super(CallReviewLine, self._without_server_only_defaults()).create(
            vals_list
        )

    def write(self, vals):
        self._check_server_only(vals)
        self.review_id._check_changeable()
        return super().write(vals)
