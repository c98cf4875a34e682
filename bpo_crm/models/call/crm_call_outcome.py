from odoo import api, fields, models

from ...call_results import CALL_RESULTS
from ...series import Constraint


class CallOutcome(models.Model):
    """What follows a call, for each of its possible results."""

    _name = "crm.call.outcome"
    _description = "Call Outcome"
    _inherit = ["crm.customer.mail"]
    _order = "sequence, id"

    result = fields.Selection(CALL_RESULTS, required=True, readonly=True)
    sequence = fields.Integer(default=10)
    is_contact = fields.Boolean(
        "Counts as Reached",
        help="A call with this result has reached the customer. After it, "
        "attempts are counted anew.",
    )
    marks_phone_wrong = fields.Boolean(
        "Marks the Number as Wrong",
        help="The lead warns about its phone number until somebody corrects it.",
    )
    max_attempts = fields.Integer(
        "Attempts at Most",
        help="After this many attempts in a row that did not reach the "
        "customer, the call window proposes to mark the lead as lost. 0 "
        "means never.",
    )
    lost_reason_id = fields.Many2one(
        "crm.lost.reason",
        "Proposed Lost Reason",
        ondelete="set null",
        help="Filled in when the lead is marked as lost after the last attempt.",
    )
    step_ids = fields.One2many(
        "crm.call.outcome.step", "outcome_id", "Next Activities", copy=True
    )

    _result_uniq = Constraint(
        "UNIQUE(result)", "Each call result can be configured only once."
    )
    _max_attempts_positive = Constraint(
        "CHECK(max_attempts >= 0)", "The number of attempts cannot be negative."
    )

    @api.depends("result")
    def _compute_display_name(self):
        field = self._fields["result"]
        for outcome in self:
            outcome.display_name = field.convert_to_export(outcome.result, outcome)

    @api.model
    def _find(self, result):
        """Return the outcome of a result; empty when a manager deleted it.

        :param str result: of ``crm.call.log``.
        """
        return self.search([("result", "=", result)], limit=1)

    def _find_step(self, attempt):
        """Return what is proposed after an attempt.

        :param int attempt: 1 for the first in a row; the last step is repeated.
        """
        return self.step_ids[attempt - 1 : attempt] or self.step_ids[-1:]

    def _proposes_lost(self, attempt):
        """Whether this attempt was the last one that makes sense."""
        return bool(self.max_attempts) and attempt >= self.max_attempts


class CallOutcomeStep(models.Model):
    """The activity that is proposed after one attempt."""

    _name = "crm.call.outcome.step"
    _description = "Activity Proposed after a Call"
    _inherit = ["crm.call.proposal"]
    _order = "sequence, id"

    outcome_id = fields.Many2one(
        "crm.call.outcome", required=True, index=True, ondelete="cascade"
    )
    sequence = fields.Integer(default=10)
    activity_type_id = fields.Many2one(required=True)
