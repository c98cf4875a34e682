# Run in Odoo's shell: the manager of a database with leads says which team works for
# dealerships, and that its folded stage means lost.
manager = env["res.users"].search([("login", "=", "manager")])  # noqa: F821
group = env.ref("bpo_crm.group_bpo_manager")  # noqa: F821
group._add_members(manager.ids)
settings = env(user=manager)["crm.pipeline.settings"].create({"line_ids": []})  # noqa: F821
team = env["crm.lead"].search([("team_id", "!=", False)], limit=1).team_id  # noqa: F821
settings.team_ids.filtered(lambda line: line.team_id == team).is_bpo = True
folded = env["crm.stage"].search([("fold", "=", True)])  # noqa: F821
env(user=manager)["crm.pipeline.settings.meaning"].create(  # noqa: F821
    {"settings_id": settings.id, "stage_id": folded.id, "meaning": "lost"}
)
settings.action_apply()
env.cr.commit()  # noqa: F821
