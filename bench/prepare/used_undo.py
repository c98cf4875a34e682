# Run in Odoo's shell: the stage that was taken over as the lost one is given back.
manager = env["res.users"].search([("login", "=", "manager")])  # noqa: F821
stages = env(user=manager)["crm.stage"].search([])  # noqa: F821
stages.filtered("is_taken_over").action_undo_takeover()
env.cr.commit()  # noqa: F821
