from odoo import models

from ...roles import AGENT
from ...series import GROUP_FIELDS, GROUP_MEMBERS


class ResGroups(models.Model):
    """Whoever loses the role by a change of groups leaves no leads behind."""

    _inherit = "res.groups"

    def write(self, vals):
        members = self.env["res.users"]
        if not GROUP_FIELDS.isdisjoint(vals):
            members = self._find_all_agents()
        before = members._look_at_work() if members else {}
        result = super().write(vals)
        members._leave_since(before)
        return result

    def unlink(self):
        # With the addon, the roles go, and nobody leaves.
        is_uninstalled = self.env.context.get("_force_unlink")
        members = self.env["res.users"] if is_uninstalled else self._find_all_agents()
        before = members._look_at_work() if members else {}
        result = super().unlink()
        members._leave_since(before)
        return result

    def _find_all_agents(self):
        """Return all who have a role in the call centre.

        :rtype: res.users
        """
        agents = self.env.ref(AGENT, raise_if_not_found=False)
        return agents.sudo()[GROUP_MEMBERS] if agents else self.env["res.users"]
