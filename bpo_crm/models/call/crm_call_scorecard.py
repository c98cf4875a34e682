from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...series import Constraint

#: More points for one thing than for all others together say nothing.
MOST_POINTS = 100


class CallScorecard(models.Model):
    """What calls are reviewed by: criteria, and how many points each is worth."""

    _name = "crm.call.scorecard"
    _description = "Call Scorecard"
    _inherit = ["crm.company.data"]
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(
        default=True,
        help="By an archived scorecard no more calls are reviewed. Reviews keep it.",
    )
    sequence = fields.Integer(
        default=10, help="The first scorecard is proposed, a company's own before that."
    )
    criterion_ids = fields.One2many(
        "crm.call.scorecard.criterion", "scorecard_id", "Criteria", copy=True
    )
    max_points = fields.Integer("Points at Most", compute="_compute_max_points")

    @api.depends("criterion_ids.max_points")
    def _compute_max_points(self):
        for scorecard in self:
            scorecard.max_points = sum(scorecard.criterion_ids.mapped("max_points"))

    @api.constrains("criterion_ids")
    def _check_criteria(self):
        for scorecard in self:
            if not scorecard.max_points:
                raise ValidationError(
                    self.env._(
                        'By the scorecard "%s" no call can be worth any points. Enter '
                        "a criterion with points.",
                        scorecard.name,
                    )
                )

    # ------------------------------------------------------------
    # BUSINESS
    # ------------------------------------------------------------

    @api.model
    def _find_all_for(self, lead):
        """Return by which scorecards calls of a lead can be reviewed.

        :param crm.lead lead: any.
        :return: those of its company first, then those that all companies share.
        :rtype: crm.call.scorecard
        """
        found = self.search(self._get_domain_of(lead._get_company()))
        found = found.filtered("max_points")
        own = found.filtered("company_id")
        return own + (found - own)


class CallScorecardCriterion(models.Model):
    """One thing that a reviewer listens for."""

    _name = "crm.call.scorecard.criterion"
    _description = "Criterion of a Call Scorecard"
    _order = "sequence, id"

    scorecard_id = fields.Many2one(
        "crm.call.scorecard", required=True, index=True, ondelete="cascade"
    )
    name = fields.Char("Criterion", required=True, translate=True)
    active = fields.Boolean(
        default=True, help="An archived criterion is in no further review."
    )
    sequence = fields.Integer(default=10)
    fails_call = fields.Boolean(
        "Must Not Happen",
        help="Where it happened, the call has failed, whatever its points.",
    )
    max_points = fields.Integer(
        "Points",
        compute="_compute_max_points",
        store=True,
        readonly=False,
        help="How many points it is worth at most.",
    )

    _max_points_range = Constraint(
        f"CHECK(CASE WHEN fails_call THEN max_points = 0"
        f" ELSE max_points BETWEEN 1 AND {MOST_POINTS} END)",
        f"A criterion is worth 1 to {MOST_POINTS} points, and what must not happen is "
        "worth none.",
    )

    @api.depends("fails_call")
    def _compute_max_points(self):
        for criterion in self:
            criterion.max_points = 0 if criterion.fails_call else 10

    # ------------------------------------------------------------
    # BUSINESS
    # ------------------------------------------------------------

    def _prepare_line_values(self):
        """Return what a review keeps of this criterion, as it is now.

        :return: values of ``crm.call.review.line``.
        :rtype: dict
        """
        return {
            "criterion_id": self.id,
            "name": self.name,
            "sequence": self.sequence,
            "max_points": self.max_points,
            "fails_call": self.fails_call,
        }
