"""The addon comes into a database, or into one with an earlier state of it."""

HELD = "SELECT key, lead_id FROM crm_lead_customer ORDER BY key"

#: The rules of the addon that narrow something.
COUNT_RULES = """
    SELECT count(*) FROM ir_rule
      JOIN ir_model_data AS name ON name.model = 'ir.rule' AND res_id = ir_rule.id
     WHERE name.module = 'bpo_crm' AND domain_force != '[(1, ''='', 1)]'
"""

#: What may belong to a company.
DATA = (
    "crm_brand",
    "crm_dealership",
    "crm_lead_feed",
    "crm_lead_source",
    "crm_stage",
    "crm_vehicle_model",
)

PHONE, EMAIL = "+639175559101", "maria@customer.example"


def read(cursor, statement):
    cursor.execute(statement)
    return cursor.fetchall()


def test_leads_from_before_are_held_by_an_installation(stack):
    database = stack.clone("plain")
    with stack.postgres.connect(database) as cursor:
        cursor.execute(
            """
            INSERT INTO crm_lead (
                name, type, active, probability, phone_sanitized, email_normalized
            ) VALUES
                ('Lost', 'opportunity', false, 0, %(phone)s, %(email)s),
                ('Open', 'opportunity', true, 10, %(phone)s, NULL),
                ('Open too', 'opportunity', true, 10, %(phone)s, %(email)s)
            """,
            {"phone": PHONE, "email": EMAIL},
        )
        _lost, first, second = read(cursor, "SELECT id FROM crm_lead ORDER BY id")
    stack.run_odoo(database, "-i", "bpo_crm")
    with stack.postgres.connect(database) as cursor:
        assert read(cursor, HELD) == [(PHONE, *first), (EMAIL, *second)]


def test_leads_from_before_are_held_by_an_upgrade(stack):
    database = stack.clone("demo")
    with stack.postgres.connect(database) as cursor:
        before = read(cursor, HELD)
        cursor.execute("DROP TABLE crm_lead_customer")
    stack.run_odoo(database, "-u", "bpo_crm")
    with stack.postgres.connect(database) as cursor:
        assert read(cursor, HELD) == before != []


def test_rules_and_companies_come_with_an_upgrade(stack):
    database = stack.clone("demo")
    with stack.postgres.connect(database) as cursor:
        (rules,) = read(cursor, COUNT_RULES)
        assert rules[0] > 10
        cursor.execute(
            f"""
            {"".join(f"ALTER TABLE {table} DROP COLUMN company_id;" for table in DATA)}
            UPDATE ir_model_data SET noupdate = TRUE
             WHERE module = 'bpo_crm' AND model = 'ir.rule';
            UPDATE ir_rule SET domain_force = '[(1, ''='', 1)]';
            """
        )
    stack.run_odoo(database, "-u", "bpo_crm")
    with stack.postgres.connect(database) as cursor:
        assert read(cursor, COUNT_RULES) == [rules]
        for table in DATA:
            assert read(cursor, f"SELECT DISTINCT company_id FROM {table}") in (
                [(None,)],
                [],
            )
