import logging

from odoo import Command, api, models

from ... import roles
from ...series import USER_GROUPS, get_with_implied, gives_groups

_logger = logging.getLogger(__name__)


class ResUsers(models.Model):
    """What else somebody may do follows from the role in the call centre."""

    _inherit = "res.users"

    @api.model_create_multi
    def create(self, vals_list):
        users = super().create(vals_list)
        users._fit_sales_role()
        return users

    def write(self, vals):
        if not gives_groups(vals):
            return super().write(vals)
        exported = self._filter_supervisors()
        result = super().write(vals)
        self._fit_sales_role()
        exported._end_export()
        return result

    def _filter_supervisors(self):
        """Return those of these users who are supervisors, or more."""
        return self.sudo().filtered(lambda user: user.has_group(roles.SUPERVISOR))

    def _end_export(self):
        """Take the right to export away from who was a supervisor, and is none now.

        On 18.0 what came along with a role stays when it goes. Who is to keep it is
        given it once more.
        """
        ended = self - self._filter_supervisors()
        export = self.env.ref(roles.EXPORT)
        ended = ended.filtered(lambda user: export in user[USER_GROUPS])
        if ended:
            ended.write({USER_GROUPS: [Command.unlink(export.id)]})

    def _fit_sales_role(self):
        """Take the Sales rights that go beyond the role away from these users.

        Odoo's default for new users is to be a Sales administrator, on 18.0 always and
        on 19.0 where somebody says so. Nobody would take it away by hand.
        """
        found = self.sudo().grouped(lambda user: user._find_undue_groups())
        for (groups, undue), users in found.items():
            if groups:
                users._replace_groups(groups, undue)

    def _find_undue_groups(self):
        """Return the groups of this user that bring undue Sales roles along, and these.

        :return: no groups for who has no role here.
        :rtype: tuple[res.groups, res.groups]
        """
        undue = self._find_undue_roles()
        held = self[USER_GROUPS]
        return held.filtered(lambda group: get_with_implied(group) & undue), undue

    def _find_undue_roles(self):
        """Return the Sales roles that go beyond the role of this user.

        :return: none for who has no role here.
        :rtype: res.groups
        """
        none = self.env["res.groups"]
        held = [self.env.ref(role) for role in roles.ALL if self.has_group(role)]
        if not held:
            return none
        sales = none.concat(*map(self.env.ref, roles.SALES))
        return sales - get_with_implied(none.concat(*held))

    def _replace_groups(self, groups, undue):
        """Take groups away that bring Sales roles along, and leave all else of them.

        :param res.groups groups: of these users.
        :param res.groups undue: the Sales roles that the users are not to have.
        """
        kept = get_with_implied(groups).filtered(
            lambda group: not get_with_implied(group) & undue
        )
        links = [Command.link(group.id) for group in kept]
        links += [Command.unlink(group.id) for group in groups]
        self.write({USER_GROUPS: links})
        _logger.info(
            "Users %s hold a role of the call centre, and %s no more.",
            self.ids,
            ", ".join(groups.mapped("full_name")),
        )
