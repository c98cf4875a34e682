# Run in Odoo's shell: the addon is uninstalled.
module = env["ir.module.module"].search([("name", "=", "bpo_crm")])  # noqa: F821
module.button_immediate_uninstall()
