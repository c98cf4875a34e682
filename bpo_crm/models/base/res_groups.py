from odoo import Command, models

from ...series import USER_GROUPS


class ResGroups(models.Model):
    _inherit = "res.groups"

    def _add_members(self, user_ids):
        """Put users into these groups, in either series of Odoo.

        :param list user_ids: ids of ``res.users``.
        """
        links = [Command.link(group.id) for group in self]
        self.env["res.users"].browse(user_ids).write({USER_GROUPS: links})

    def _set_members(self, user_ids):
        """Give users these groups and no other ones.

        On 18.0, Odoo makes every new user a sales administrator otherwise.

        :param list user_ids: ids of ``res.users``.
        """
        groups = self | self.env.ref("base.group_user")
        links = [Command.set(groups.ids)]
        self.env["res.users"].browse(user_ids).write({USER_GROUPS: links})
