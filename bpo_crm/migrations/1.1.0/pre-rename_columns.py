from odoo.tools.sql import column_exists, rename_column

#: The columns of each table that have another name now.
RENAMED = {
    "crm_brand": {"is_moved": "needs_confirmation"},
    "crm_lead_feed": {"position": "cursor"},
}


def migrate(cr, version):
    """Keep what is in columns whose fields have another name now."""
    for table, columns in RENAMED.items():
        for old, new in columns.items():
            if column_exists(cr, table, old):
                rename_column(cr, table, old, new)
