"""What a database consists of, so that two of them can be compared."""

SCHEMA = """
    SELECT 'relation ' || relname FROM pg_class
     WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'v', 'S')
 UNION ALL
    SELECT 'column ' || table_name || '.' || column_name || ' ' || data_type
           || CASE is_nullable WHEN 'NO' THEN ' not null' ELSE '' END
           || COALESCE(' ' || column_default, '')
      FROM information_schema.columns WHERE table_schema = 'public'
 UNION ALL
    SELECT 'index ' || indexdef FROM pg_indexes WHERE schemaname = 'public'
 UNION ALL
    SELECT 'constraint ' || conrelid::regclass || ' ' || conname || ' '
           || pg_get_constraintdef(oid)
      FROM pg_constraint WHERE connamespace = 'public'::regnamespace
 UNION ALL
    SELECT 'trigger ' || tgname FROM pg_trigger WHERE NOT tgisinternal
"""

#: Of which lead each customer is.
HELD = "SELECT key, lead_id FROM crm_lead_customer ORDER BY key"

#: How a lead of a name stands.
READ_LEAD = """
    SELECT lead.active, stage.name ->> 'en_US', reason.name ->> 'en_US',
           COALESCE(dealer_so_id, 0), dealer_so_name
      FROM crm_lead AS lead JOIN crm_stage AS stage ON stage.id = lead.stage_id
      LEFT JOIN crm_lost_reason AS reason ON reason.id = lost_reason_id
     WHERE lead.name = %s
"""

#: Records that an addon brings along, and by what they are known.
RECORDS = {
    "crm_lost_reason": "name",
    "crm_stage": "name",
    "ir_act_server": "name",
    "ir_act_window": "name",
    "ir_config_parameter": "key",
    "ir_cron": "cron_name",
    "ir_model": "model",
    "ir_model_constraint": "name",
    "ir_model_data": "module || '.' || name",
    "ir_model_fields": "model || '.' || name",
    "ir_model_relation": "name",
    "ir_module_category": "name",
    "ir_rule": "name",
    "ir_sequence": "code",
    "ir_ui_menu": "name",
    "ir_ui_view": "name",
    "mail_activity_plan": "name",
    "mail_activity_type": "name",
    "mail_alias": "alias_name || ' ' || alias_defaults",
    "mail_message_subtype": "name",
    "mail_template": "name",
    "onboarding_onboarding": "route_name",
    "onboarding_onboarding_step": "title",
    "res_groups": "name",
    "res_groups_privilege": "name",
    "utm_source": "name",
}

#: Of a name that may be translated.
READ_RECORDS = "SELECT COALESCE(to_jsonb({0}) ->> 'en_US', {0}::text) FROM {1}"


def read(cursor, statement, *values):
    """Return the rows of a statement.

    :param cursor: of the database.
    :param values: of its placeholders.
    :rtype: list[tuple]
    """
    cursor.execute(statement, values)
    return cursor.fetchall()


def read_catalogue(cursor):
    """Return what a database consists of.

    :param cursor: of the database.
    :return: texts, each of which begins with its kind or its table.
    :rtype: set[str]
    """
    cursor.execute(SCHEMA)
    found = {text for (text,) in cursor.fetchall()}
    for table, name in RECORDS.items():
        if f"relation {table}" in found:
            cursor.execute(READ_RECORDS.format(name, table))
            found |= {f"{table} {value}" for (value,) in cursor.fetchall()}
    return found
