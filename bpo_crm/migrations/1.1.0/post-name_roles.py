from odoo import SUPERUSER_ID, api

from odoo.addons.bpo_crm.hooks import name_roles


def migrate(cr, version):
    """Let what the user form shows of the roles go with the addon one day."""
    name_roles(api.Environment(cr, SUPERUSER_ID, {}))
