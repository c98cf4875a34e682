from odoo import models

from ...inner_context import FOLLOWED


class Lead(models.Model):
    """What is planned for a lead goes to its new owner."""

    _inherit = "crm.lead"

    # ------------------------------------------------------------
    # PHASES
    # ------------------------------------------------------------

    def _follow_up_change(self, change):
        handed_over = change.find_changing("user_id").filtered("user_id")
        by_owner = handed_over.grouped(lambda lead: change.get_old(lead, "user_id"))
        for owner, leads in by_owner.items():
            leads._hand_over_activities(owner)
        return super()._follow_up_change(change)

    # ------------------------------------------------------------
    # BUSINESS
    # ------------------------------------------------------------

    def _hand_over_activities(self, owner):
        """Give what is planned to the new owner of these leads.

        :param res.users owner: who worked them before. Whoever claims a lead out of
            the pool takes all that is planned.
        """
        planned = self._find_pending_activities()
        if owner:
            planned = planned.filtered(lambda activity: activity.user_id == owner)
        if not planned:
            return
        # On 18.0, core would let the new owner follow for each activity anew.
        leads = planned._get_leads()
        leads.message_subscribe(self.user_id.partner_id.ids)
        # The new owner is told of the lead itself.
        planned.with_context(mail_activity_quick_update=True, **FOLLOWED.say()).write(
            {"user_id": self.user_id.id}
        )

    # ------------------------------------------------------------
    # HOOKS
    # ------------------------------------------------------------

    def message_subscribe(self, partner_ids=None, subtype_ids=None):
        """Add nobody while activities are handed over: the new owner follows already.

        Core calls it when activities get another owner, on 18.0 for each of them, and
        can be stopped nowhere else. No client can say that it is so.
        """
        if FOLLOWED.get(self.env):
            return True
        return super().message_subscribe(partner_ids, subtype_ids)
