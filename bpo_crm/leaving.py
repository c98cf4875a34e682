"""What an uninstallation leaves in the database, and how the next one finds it.

Leads are left as Odoo's CRM knows them. What would be lost with the addon's columns and
yet belongs to the leads stays under names that say whose it is; docs/administration.md
lists them all.
"""

from odoo.tools import SQL, convert_file
from odoo.tools.safe_eval import safe_eval
from odoo.tools.sql import column_exists, create_column, drop_index, rename_column

from . import roles
from .series import GROUP_MEMBERS

#: The XML ids' module of the addon's own records that are in use.
LEFT_MODULE = "__bpo_crm_left__"

#: How the names of columns begin that stay; by table, with their type.
LEFT_PREFIX = "bpo_crm_left_"
LEFT_COLUMNS = {
    "crm_lead": {
        "reference": "varchar",
        "dealer_so_name": "varchar",
        "dealer_so_url": "varchar",
    },
    "crm_stage": {"is_lost": "bool"},
    "crm_team": {"is_bpo": "bool"},
    "res_company": {"is_bpo": "bool"},
}

#: Indexes on nothing but core's columns, which go with none of the addon's, and one
#: that would stay with a column that is left.
INDEXES = (
    "crm_lead_email_normalized_idx",
    "crm_lead_owner_stage_idx",
    "crm_lead_taken_idx",
    "crm_lead__reference_index",
)

#: Statistics on nothing but core's columns.
STATISTICS = SQL.identifier("crm_lead_pool_stat")

#: Core's lost reasons, which an installation puts away for the addon's own.
CORE_LOST_REASONS = ("crm.lost_reason_1", "crm.lost_reason_2", "crm.lost_reason_3")


def uninstall_hook(env):
    """Leave a database as Odoo's CRM knows it.

    :param odoo.api.Environment env: of the superuser.
    """
    env.flush_all()
    _give_back_stages(env.cr)
    _keep_records(env.cr)
    _give_back_core_reasons(env)
    env["crm.lead"]._unschedule_scoring()
    _leave_rights(env)
    _leave_addresses(env)
    env.flush_all()
    _cut_references(env)
    _keep_columns(env.cr)
    _remove_rest(env.cr)
    _forget_xml_ids(env)
    env.invalidate_all()
    env.registry.clear_cache()


def find_left(env):
    """Take back what an earlier uninstallation left.

    :param odoo.api.Environment env: of the superuser, before the tables are changed.
    """
    env.cr.execute(
        "UPDATE ir_model_data SET module = 'bpo_crm' WHERE module = %s", [LEFT_MODULE]
    )
    _take_back_columns(env.cr)
    _recognise_lost_stage(env.cr)
    env.invalidate_all()
    env.registry.clear_cache()


# Uninstalling


def _give_back_stages(cr):
    """Put lost leads back into the stage that they were lost in, as core does.

    :param odoo.sql_db.Cursor cr: of the database.
    """
    cr.execute(
        """
        UPDATE crm_lead SET stage_id = lost_stage_id
         WHERE lost_stage_id IS NOT NULL AND active IS NOT TRUE
           AND stage_id IN (SELECT id FROM crm_stage WHERE is_lost)
        """
    )


def _keep_records(cr):
    """Let Odoo leave alone what leads refer to, and the numbers that were drawn.

    :param odoo.sql_db.Cursor cr: of the database.
    """
    cr.execute(
        """
        UPDATE ir_model_data SET module = %s
         WHERE module = 'bpo_crm'
           AND (name = 'sequence_lead_reference'
            OR model = 'crm.stage' AND EXISTS (
                   SELECT FROM crm_lead WHERE stage_id = res_id)
            OR model = 'crm.lost.reason' AND EXISTS (
                   SELECT FROM crm_lead WHERE lost_reason_id = res_id))
        """,
        [LEFT_MODULE],
    )


def _give_back_core_reasons(env):
    """Bring back the lost reasons that the installation put away.

    :param odoo.api.Environment env: of the superuser.
    """
    found = [env.ref(name, raise_if_not_found=False) for name in CORE_LOST_REASONS]
    if any(reason and reason.active for reason in found):
        return
    # Version 1.0 deleted them.
    convert_file(env, "crm", "data/crm_lost_reason_data.xml", None, noupdate=True)
    for name in CORE_LOST_REASONS:
        env.ref(name).active = True


def _leave_rights(env):
    """Let people keep the rights of Odoo's own that they have by their role.

    On 19.0 they would go with it.

    :param odoo.api.Environment env: of the superuser.
    """
    ours = env["res.groups"].concat(*map(env.ref, roles.ALL))
    for role in ours:
        (role.implied_ids - ours)._add_members(role[GROUP_MEMBERS].ids)


def _leave_addresses(env):
    """Let mails to the addresses of sources become leads, as with any other alias.

    :param odoo.api.Environment env: of the superuser.
    """
    aliases = env["mail.alias"].search([("alias_defaults", "like", "intake_source_id")])
    for alias in aliases:
        defaults = safe_eval(alias.alias_defaults)
        defaults.pop("intake_source_id")
        alias.alias_defaults = defaults


def _cut_references(env):
    """Let nothing refer to the addon's own tables, and these to nothing.

    Odoo deletes some of their rows before it drops what refers to them, and could not
    delete the vehicle of a lead.

    :param odoo.api.Environment env: of the superuser, with everything flushed.
    """
    env.cr.execute(
        """
        SELECT rel.relname, con.conname
          FROM pg_constraint AS con
          JOIN pg_class AS rel ON rel.oid = con.conrelid
          JOIN pg_class AS own ON own.oid IN (con.conrelid, con.confrelid)
         WHERE con.contype = 'f' AND own.relname = ANY(%s)
           AND own.relnamespace = current_schema::regnamespace
         GROUP BY rel.relname, con.conname
        """,
        [[model._table for model in _list_models(env)]],
    )
    for table, constraint in env.cr.fetchall():
        env.cr.execute(
            SQL(
                "ALTER TABLE %s DROP CONSTRAINT %s",
                SQL.identifier(table),
                SQL.identifier(constraint),
            )
        )


def _keep_columns(cr):
    """Rename columns whose values stay, and put empty ones there for Odoo to drop.

    A million rows need not be written for that.

    :param odoo.sql_db.Cursor cr: of the database.
    """
    cr.execute("ALTER TABLE crm_lead DROP CONSTRAINT IF EXISTS crm_lead_reference_uniq")
    for table, column, column_type in _list_columns():
        if column_exists(cr, table, column):
            rename_column(cr, table, column, LEFT_PREFIX + column)
            create_column(cr, table, column, column_type)


def _remove_rest(cr):
    """Remove what Odoo forgets: indexes, statistics, parameters, and of foreign keys.

    :param odoo.sql_db.Cursor cr: of the database.
    """
    for index in INDEXES:
        drop_index(cr, index, "crm_lead")
    cr.execute(SQL("DROP STATISTICS IF EXISTS %s", STATISTICS))
    cr.execute(
        r"""
        DELETE FROM ir_config_parameter WHERE key LIKE 'bpo\_crm.%';
        DELETE FROM ir_model_constraint
         WHERE type = 'f'
           AND module IN (SELECT id FROM ir_module_module WHERE name = 'bpo_crm')
        """
    )


def _forget_xml_ids(env):
    """Remove the XML ids that other modules have of the addon's own models.

    Those that give it a chatter and activities: Odoo deletes what they name, and not
    them.

    :param odoo.api.Environment env: of the superuser.
    """
    names = "|".join(model._name.replace(".", "_") for model in _list_models(env))
    env.cr.execute(
        "DELETE FROM ir_model_data WHERE module != 'bpo_crm' AND name ~ %s",
        [f"^(selection|model_inherit)__({names})__"],
    )


def _list_models(env):
    """Return the addon's own models.

    :param odoo.api.Environment env: of any user.
    :rtype: list[odoo.models.BaseModel]
    """
    return [model for model in env.values() if model._original_module == "bpo_crm"]


# Installing again


def _take_back_columns(cr):
    """Give columns that an uninstallation left their names again, with their values.

    :param odoo.sql_db.Cursor cr: of the database, before the tables are changed.
    """
    for table, column, _column_type in _list_columns():
        left = LEFT_PREFIX + column
        if column_exists(cr, table, left) and not column_exists(cr, table, column):
            rename_column(cr, table, left, column)


def _recognise_lost_stage(cr):
    """Let the lost stage be the one that it was, unless leads are won in it now.

    Version 1.0 left it without its flag, and with leads in it.

    :param odoo.sql_db.Cursor cr: of the database, before the tables are changed.
    """
    if not column_exists(cr, "crm_stage", "is_lost"):
        create_column(cr, "crm_stage", "is_lost", "bool")
    cr.execute(
        """
        DELETE FROM ir_model_data
         WHERE module = 'bpo_crm' AND name = 'stage_lost'
           AND res_id IN (SELECT id FROM crm_stage WHERE is_won);
        UPDATE crm_stage SET is_lost = TRUE
         WHERE id IN (SELECT res_id FROM ir_model_data
                       WHERE module = 'bpo_crm' AND name = 'stage_lost');
        UPDATE crm_stage SET is_lost = FALSE WHERE is_won
        """
    )


def _list_columns():
    """Return the columns that stay.

    :return: table, name and type of each.
    :rtype: list[tuple]
    """
    return [
        (table, column, column_type)
        for table, columns in LEFT_COLUMNS.items()
        for column, column_type in columns.items()
    ]
