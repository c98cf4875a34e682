from odoo.addons.bpo_crm.new_columns import add_empty_columns


def migrate(cr, version):
    """Add the day of calls empty: post-date_calls.py fills it, all calls at once."""
    add_empty_columns(cr, "crm_call_log", {"local_day": "date"})
