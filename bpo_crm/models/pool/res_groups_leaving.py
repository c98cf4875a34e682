from odoo import models

from ...roles import AGENT
from ...series import GROUP_FIELDS, GROUP_MEMBERS


class ResGroups(models.Model):
    """Whoever loses the role by a change of groups leaves no leads behind."""

    _inherit = "res.groups"

    def write(self, vals):
        before = {} if GROUP_FIELDS.isdisjoint(vals) else self._look_at_agents()
        result = super().write(vals)
        self.env["res.users"]._leave_since(before)
        return result

    def unlink(self):
        before = self._look_at_agents()
        result = super().unlink()
        self.env["res.users"]._leave_since(before)
        return result

    def _look_at_agents(self):
        """Return by what all who have a role in the call centre can work leads now.

        :rtype: dict
        """
        agents = self.env.ref(AGENT, raise_if_not_found=False)
        users = agents.sudo()[GROUP_MEMBERS] if agents else self.env["res.users"]
        return users._look_at_work()
