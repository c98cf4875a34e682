from odoo import Command, api, models

from ... import roles
from ...series import USER_GROUPS, get_with_implied, gives_groups


class ResUsers(models.Model):
    """The Sales role of somebody follows from the role in the call centre."""

    _inherit = "res.users"

    @api.model_create_multi
    def create(self, vals_list):
        users = super().create(vals_list)
        users._fit_sales_role()
        return users

    def write(self, vals):
        result = super().write(vals)
        if gives_groups(vals):
            self._fit_sales_role()
        return result

    def _fit_sales_role(self):
        """Take the Sales rights that go beyond the role away from these users.

        Odoo's default for new users is to be a Sales administrator, on 18.0 always and
        on 19.0 where somebody says so. Nobody would take it away by hand.
        """
        for user in self.sudo():
            undue = user._find_undue_groups()
            if undue:
                links = [Command.unlink(group.id) for group in undue]
                user.write({USER_GROUPS: links})

    def _find_undue_groups(self):
        """Return the groups of this user that give more of Sales than the role does.

        :return: Sales roles, and groups that bring one along; none for who has no role.
        :rtype: res.groups
        """
        none = self.env["res.groups"]
        held = [self.env.ref(role) for role in roles.ALL if self.has_group(role)]
        if not held:
            return none
        sales = none.concat(*map(self.env.ref, roles.SALES))
        undue = sales - get_with_implied(none.concat(*held))
        return self[USER_GROUPS].filtered(lambda group: get_with_implied(group) & undue)
