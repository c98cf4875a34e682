from odoo import models

from ...roles import SUPERVISOR, check_role


class TeamMember(models.Model):
    """From the card of an agent to what the agent said and sold."""

    _inherit = "crm.team.member"

    def action_view_coaching(self):
        """Open the calls of this member, and what became of their leads.

        :return: a window action.
        :rtype: dict
        :raises AccessError: for whoever is no supervisor.
        """
        self.ensure_one()
        self.check_access("read")
        check_role(
            self.env, SUPERVISOR, self.env._("Only a supervisor coaches agents.")
        )
        return self.env["crm.call.log"]._open_coaching(self.user_id)
