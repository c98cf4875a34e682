"""The addon comes into a database, or into one with an earlier state of it."""

HELD = "SELECT key, lead_id FROM crm_lead_customer ORDER BY key"

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
