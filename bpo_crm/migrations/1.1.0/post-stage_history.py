from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    """Write the stays of the leads that there are, from what their chatter has."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    env["crm.lead.stage.history"]._write_past()
