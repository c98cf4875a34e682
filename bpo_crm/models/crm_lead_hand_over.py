from odoo import models


class Lead(models.Model):
    """What is planned for a lead goes to its new owner."""

    _inherit = "crm.lead"

    def write(self, vals):
        handed_over = self.browse()
        if vals.get("user_id"):
            handed_over = self.filtered(lambda lead: lead.user_id.id != vals["user_id"])
        by_owner = handed_over.grouped("user_id")
        result = super().write(vals)
        for owner, leads in by_owner.items():
            leads._hand_over_activities(owner)
        return result

    def _hand_over_activities(self, owner):
        """Give what is planned to the new owner of these leads.

        :param res.users owner: who worked them before. Whoever claims a lead out of
            the pool takes all that is planned.
        """
        planned = self._find_pending_activities()
        if owner:
            planned = planned.filtered(lambda activity: activity.user_id == owner)
        # The new owner is told of the lead itself.
        planned.with_context(mail_activity_quick_update=True).write(
            {"user_id": self.user_id.id}
        )
