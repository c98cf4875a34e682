# Run in Odoo's shell: the account that the call centre has on somebody's server.
GROUPS = (
    "base.group_user",
    "base.group_partner_manager",
    "sales_team.group_sale_salesman",
)
users = env["res.users"]  # noqa: F821
groups = [
    group.id
    for name in GROUPS
    if (group := env.ref(name, raise_if_not_found=False))  # noqa: F821
]
field = "group_ids" if "group_ids" in users._fields else "groups_id"
users.create(
    {
        "name": "Call Centre",
        "login": "bpo_service",
        "password": "bpo_service",
        field: [(6, 0, groups)],
    }
)
env.cr.commit()  # noqa: F821
