from odoo import fields, models
from odoo.exceptions import UserError


class LeadLost(models.TransientModel):
    """The wizard only collects; the rule belongs to the lead."""

    _name = "crm.lead.lost"
    _inherit = ["crm.lead.lost", "crm.saved.once"]

    # A won lead may be archived, and be lost all the same.
    lead_ids = fields.Many2many(context={"active_test": False})

    def action_lost_reason_apply(self):
        """Mark the leads as lost.

        :raises UserError: without a lost reason, or without a lead of the user.
        """
        # The rules hide the leads of others.
        if not self.lead_ids:
            raise UserError(self.env._("Choose leads that you work."))
        ours = self.lead_ids.filtered("is_bpo")
        if ours and not self.lost_reason_id:
            raise UserError(self.env._("Choose a lost reason."))
        if not self._is_first_save():
            return True
        result = super().action_lost_reason_apply()
        ours._keep_lost_note(self.lost_feedback)
        return result

    def _get_save_subject(self):
        return f"{self._name}/{self.lead_ids.ids}"
