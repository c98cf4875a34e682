from odoo import Command, api, models

from ...roles import AGENT, SUPERVISOR
from ...series import GROUP_FIELDS, GROUP_MEMBERS, USER_GROUPS


class ResGroups(models.Model):
    _inherit = "res.groups"

    @api.model_create_multi
    def create(self, vals_list):
        groups = super().create(vals_list)
        groups._fit_members_sales_role()
        return groups

    def write(self, vals):
        if GROUP_FIELDS.isdisjoint(vals):
            return super().write(vals)
        exported = self._find_supervisors()
        result = super().write(vals)
        self._fit_members_sales_role()
        exported._end_export()
        return result

    @api.model
    def _find_supervisors(self):
        """Return who are supervisors, or more.

        :rtype: res.users
        """
        supervisors = self.env.ref(SUPERVISOR, raise_if_not_found=False)
        everybody = self.sudo().with_context(active_test=False)
        return (supervisors or everybody).with_env(everybody.env)[GROUP_MEMBERS]

    def _fit_members_sales_role(self):
        """Take Sales rights beyond the role away from who is in these groups."""
        agents = self.env.ref(AGENT, raise_if_not_found=False)
        if agents:
            groups = self.sudo().with_context(active_test=False)
            members = groups[GROUP_MEMBERS] & groups.browse(agents.id)[GROUP_MEMBERS]
            members._fit_sales_role()

    def _add_members(self, user_ids):
        """Put users into these groups, in either series of Odoo.

        :param list user_ids: ids of ``res.users``.
        """
        links = [Command.link(group.id) for group in self]
        self.env["res.users"].browse(user_ids).write({USER_GROUPS: links})

    def _set_members(self, user_ids):
        """Give users these groups and no other ones, such as those of every new user.

        :param list user_ids: ids of ``res.users``.
        """
        groups = self | self.env.ref("base.group_user")
        links = [Command.set(groups.ids)]
        self.env["res.users"].browse(user_ids).write({USER_GROUPS: links})
