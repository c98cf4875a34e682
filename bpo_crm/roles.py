"""The roles of the product, each of which implies the one before it."""

from odoo.exceptions import AccessError

AGENT = "bpo_crm.group_bpo_agent"
SUPERVISOR = "bpo_crm.group_bpo_supervisor"
MANAGER = "bpo_crm.group_bpo_manager"

ALL = (AGENT, SUPERVISOR, MANAGER)

#: Odoo's own, which supervisors have by their role.
EXPORT = "base.group_allow_export"

SALES_USER = "sales_team.group_sale_salesman"

#: Odoo's own, each of which implies the one before it.
SALES = (
    SALES_USER,
    "sales_team.group_sale_salesman_all_leads",
    "sales_team.group_sale_manager",
)


def check_role(env, role, message):
    """Refuse what is not for everybody.

    :param odoo.api.Environment env: whose user wants to do it.
    :param str role: from which on a user may; the superuser always may.
    :param str message: what is said to all others.
    :raises AccessError: with that message.
    """
    if not (env.su or env.user.has_group(role)):
        raise AccessError(message)
