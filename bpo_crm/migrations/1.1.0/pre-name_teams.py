from odoo.addons.bpo_crm.new_columns import add_flag_column


def migrate(cr, version):
    """Let all teams work for dealerships, as they did in version 1.0."""
    for table in ("crm_team", "res_company"):
        add_flag_column(cr, table, "is_bpo")
