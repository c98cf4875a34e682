from odoo import fields, models
from odoo.exceptions import UserError

from ...client_actions import CLOSE


class LeadPlanStep(models.TransientModel):
    """Asks for the next step, once the last one is done.

    Requirements 000, "The discipline: always a next step".
    """

    _name = "crm.lead.plan.step"
    _description = "Plan the Next Step"
    _inherit = ["crm.next.step.mixin"]

    next_activity_type_id = fields.Many2one(
        default=lambda self: self.env.ref(
            "mail.mail_activity_data_call", raise_if_not_found=False
        )
    )

    def action_plan(self):
        """Plan the next activity.

        :return: an action that closes the window.
        :rtype: dict
        :raises UserError: when something that is needed is missing.
        """
        self.ensure_one()
        values = self._prepare_activity_values()
        if not values:
            raise UserError(self.env._("Choose the next activity."))
        self.lead_id._check_workable()
        if self._is_first_save():
            self.lead_id._schedule_follow_up(values)
        return CLOSE

    def action_decline(self):
        """Plan nothing, for a reason.

        :return: an action that closes the window.
        :rtype: dict
        :raises UserError: without a reason.
        """
        self.ensure_one()
        self.lead_id._check_workable()
        if self._is_first_save():
            self.lead_id._decline_next_step(self.no_next_step_reason)
        return CLOSE
