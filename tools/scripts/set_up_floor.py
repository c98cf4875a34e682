# Run in Odoo's shell: a call centre in Manila with two agents, a supervisor and a
# manager, and what its customers ask for. No leads: tests make their own.
USERS = (
    ("agent", "Ana Agent", "agent"),
    ("agent2", "Ben Agent", "agent"),
    ("supervisor", "Sol Supervisor", "supervisor"),
    ("manager", "Max Manager", "manager"),
)
company = env.ref("base.main_company")  # noqa: F821
company.resource_calendar_id.tz = "Asia/Manila"
company.write(
    {
        "country_id": env.ref("base.ph").id,  # noqa: F821
        "currency_id": env.ref("base.PHP").id,  # noqa: F821
    }
)
for login, name, role in USERS:
    user = env["res.users"].create(  # noqa: F821
        {
            "name": name,
            "login": login,
            "password": login,
            "email": f"{login}@bpo.example",
            "tz": "Asia/Manila",
        }
    )
    env.ref(f"bpo_crm.group_bpo_{role}")._set_members(user.ids)  # noqa: F821
brand = env["crm.brand"].create({"name": "Toyota", "code": "TOY"})  # noqa: F821
env["crm.vehicle.model"].create(  # noqa: F821
    [
        {
            "name": name,
            "default_code": code,
            "brand_id": brand.id,
            "list_price": price,
            "external_ref": code.lower(),
        }
        for code, name, price in (
            ("TOY-VIOS-G", "Vios 1.3 G CVT", 1050000),
            ("TOY-INNOVA-E", "Innova E", 1300000),
        )
    ]
)
env.cr.commit()  # noqa: F821
