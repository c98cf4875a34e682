from odoo import models

from ...roles import AGENT

#: What the screens listen for, and what they are told with it: that something is new.
POOL_CHANGED = "bpo_crm.pool_changed"

#: What a lead comes to the pool by, and leaves it.
POOL_FIELDS = ("active", "stage_id", "team_id", "type", "user_id")


class Lead(models.Model):
    """Whoever looks at the pool sees at once what comes in and what is claimed."""

    _inherit = "crm.lead"

    # ------------------------------------------------------------
    # PHASES
    # ------------------------------------------------------------

    def _follow_up_births(self):
        result = super()._follow_up_births()
        if any(not lead.user_id for lead in self):
            self._tell_of_pool()
        return result

    def _follow_up_change(self, change):
        result = super()._follow_up_change(change)
        changing = change.find_changing(*POOL_FIELDS)
        if any(
            not (change.get_old(lead, "user_id") and change.get_new(lead, "user_id"))
            for lead in changing
        ):
            self._tell_of_pool()
        return result

    # ------------------------------------------------------------
    # BUSINESS
    # ------------------------------------------------------------

    def _tell_of_pool(self):
        """Let the screens of the floor look again, once for a transaction.

        Odoo's bus delivers it after the commit. It says nothing of any lead: what
        somebody may see is asked for by their screen.
        """
        told = self.env.cr.precommit.data
        if not told.get(POOL_CHANGED):
            told[POOL_CHANGED] = True
            self.env.ref(AGENT).sudo()._bus_send(POOL_CHANGED, {})
