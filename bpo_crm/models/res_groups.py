from odoo import Command, models

from ..series import USER_GROUPS


class ResGroups(models.Model):
    _inherit = "res.groups"

    def _add_members(self, user_ids):
        """Put users into these groups, in either series of Odoo.

        :param list user_ids: ids of ``res.users``.
        """
        links = [Command.link(group.id) for group in self]
        self.env["res.users"].browse(user_ids).write({USER_GROUPS: links})
