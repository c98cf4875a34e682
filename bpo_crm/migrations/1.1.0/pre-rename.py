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
    _rename_in_digest(cr)


def _rename_in_digest(cr):
    # Its text may have been changed, and is left as it is but for this word.
    cr.execute(
        """
        UPDATE mail_template
           SET body_html = replace(
                   body_html::text, '''forgotten''', '''missing_step'''
               )::jsonb
          FROM ir_model_data AS data
         WHERE data.module = 'bpo_crm' AND data.name = 'mail_template_follow_up_digest'
           AND mail_template.id = data.res_id
        """
    )
