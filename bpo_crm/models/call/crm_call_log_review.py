from odoo import api, fields, models
from odoo.exceptions import UserError

from ...roles import SUPERVISOR, check_role


class CallLog(models.Model):
    """Calls that are reviewed, and what came of it."""

    _inherit = "crm.call.log"

    review_ids = fields.One2many("crm.call.review", "call_id", "Reviews")
    is_reviewed = fields.Boolean("Reviewed", compute="_compute_review")
    review_score = fields.Float("Score", compute="_compute_review")
    is_review_failed = fields.Boolean("Failed", compute="_compute_review")

    @api.depends("review_ids.state", "review_ids.score", "review_ids.is_failed")
    @api.depends_context("uid")
    def _compute_review(self):
        domain = [("call_id", "in", self.ids), ("state", "=", "done")]
        groups = self.env["crm.call.review"]._read_group(
            domain, ["call_id"], ["score:avg", "is_failed:bool_or"]
        )
        found = {call.id: results for call, *results in groups}
        for call in self:
            score, is_failed = found.get(call.id, (0, False))
            call.is_reviewed = call.id in found
            call.review_score = score
            call.is_review_failed = is_failed

    # ------------------------------------------------------------
    # ACTIONS
    # ------------------------------------------------------------

    def action_review(self):
        """Open the user's review of this call, a new one where there is none.

        :return: a window action.
        :rtype: dict
        :raises UserError: for an own call, and without a scorecard.
        """
        self.ensure_one()
        self.check_access("read")
        check_role(
            self.env, SUPERVISOR, self.env._("Only a supervisor can review calls.")
        )
        mine = [("call_id", "=", self.id), ("reviewer_id", "=", self.env.uid)]
        review = self.review_ids.search(mine, limit=1) or self._begin_review()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Call Review"),
            "res_model": review._name,
            "res_id": review.id,
            "views": [(False, "form")],
        }

    # ------------------------------------------------------------
    # BUSINESS
    # ------------------------------------------------------------

    def _begin_review(self):
        """Make a draft of a review of this call, by the first scorecard.

        :rtype: crm.call.review
        :raises UserError: where there is no scorecard.
        """
        scorecards = self.env["crm.call.scorecard"]._find_all_for(self.lead_id)
        if not scorecards:
            raise UserError(
                self.env._(
                    "There is no scorecard to review calls by. Ask a BPO manager to "
                    "make one: Configuration → Call Scorecards."
                )
            )
        values = {"call_id": self.id, "scorecard_id": scorecards[0].id}
        return self.env["crm.call.review"].create(values)
