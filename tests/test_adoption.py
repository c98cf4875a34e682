"""The addon comes into a database, or into one with an earlier state of it."""

import pytest

from tests.catalogue import read_catalogue

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

#: What version 1.0 left, and what people did in core's CRM since.
LEFT_BY_1_0 = """
    INSERT INTO crm_stage (name, sequence, fold, is_won)
    VALUES ('{"en_US": "Lost"}', 50, true, false);
    INSERT INTO crm_lost_reason (name, active) VALUES ('{"en_US": "Price"}', true);
    INSERT INTO ir_module_category (name) VALUES ('{"en_US": "BPO CRM"}');
    INSERT INTO ir_model_data (module, name, model, res_id, noupdate)
    SELECT 'bpo_crm', 'stage_lost', 'crm.stage', max(id), true FROM crm_stage
     UNION ALL
    SELECT 'bpo_crm', 'lost_reason_price', 'crm.lost.reason', max(id), true
      FROM crm_lost_reason;
    INSERT INTO crm_lead (
        name, type, active, probability, stage_id, lost_reason_id
    )
    SELECT lead.name, 'opportunity', active, probability, stage.res_id,
           CASE WHEN NOT active THEN reason.res_id END
      FROM (VALUES ('Lost in 1.0', false, 0), ('Dragged to Lost', true, 20))
           AS lead (name, active, probability),
           ir_model_data AS stage, ir_model_data AS reason
     WHERE stage.name = 'stage_lost' AND reason.name = 'lost_reason_price'
"""

#: Makes a database of version 1.0 out of one of today.
BACK_TO_1_0 = f"""
    {"".join(f"ALTER TABLE {table} DROP COLUMN company_id;" for table in DATA)}
    UPDATE ir_rule SET domain_force = '[(1, ''='', 1)]'
     WHERE id IN (SELECT res_id FROM ir_model_data
                   WHERE module = 'bpo_crm' AND model = 'ir.rule');
    UPDATE ir_model_data SET noupdate = TRUE
     WHERE module = 'bpo_crm' AND model = 'ir.rule';
    ALTER TABLE crm_lead
     DROP CONSTRAINT crm_lead_stage_given,
     DROP CONSTRAINT crm_lead_lost_with_reason,
     DROP CONSTRAINT crm_lead_dealer_so_complete,
     DROP COLUMN is_bpo;
    ALTER TABLE crm_team DROP COLUMN is_bpo;
    ALTER TABLE res_company DROP COLUMN is_bpo;
    ALTER TABLE crm_lead_lost ALTER COLUMN lost_reason_id SET NOT NULL;
    DELETE FROM ir_model_data
     WHERE module = 'bpo_crm' AND name IN ('module_category_bpo', 'privilege_bpo');
    DROP TABLE crm_lead_customer;
    UPDATE ir_module_module
       SET latest_version = substring(latest_version, '^\\d+\\.\\d+') || '.1.0.0'
     WHERE name = 'bpo_crm'
"""

#: Leads that version 1.0 let be: what is changed, and of one in which stage.
UNTIDY = {
    "Stageless": ("stage_id = NULL", "New"),
    "Won without a stage": ("stage_id = NULL", "Won"),
    "Lost without a stage": (
        "stage_id = NULL, lost_stage_id = NULL, lost_reason_id = NULL",
        "Lost",
    ),
    "Lost without a reason": ("lost_reason_id = NULL", "Lost"),
    "Archived, never lost": ("active = false", "New"),
    "Order 0": ("dealer_so_id = 0", "New"),
    "Order -5": ("dealer_so_id = -5", "New"),
    "Order 42": ("dealer_so_id = 42", "New"),
}

READ_UNTIDY = """
    SELECT lead.active, stage.name ->> 'en_US', reason.name ->> 'en_US',
           COALESCE(dealer_so_id, 0), dealer_so_name
      FROM crm_lead AS lead JOIN crm_stage AS stage ON stage.id = lead.stage_id
      LEFT JOIN crm_lost_reason AS reason ON reason.id = lost_reason_id
     WHERE lead.name = %s
"""


def read(cursor, statement, *values):
    cursor.execute(statement, values)
    return cursor.fetchall()


@pytest.fixture(scope="module")
def adopted(stack):
    """A database that had leads, and version 1.0, before the installation."""
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
        cursor.execute(LEFT_BY_1_0)
    stack.run_odoo(database, "-i", "bpo_crm")
    with stack.postgres.connect(database) as cursor:
        yield cursor


def test_leads_from_before_are_held_by_an_installation(adopted):
    _lost, first, second = read(adopted, "SELECT id FROM crm_lead ORDER BY id LIMIT 3")
    assert read(adopted, HELD) == [(PHONE, *first), (EMAIL, *second)]


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("Lost", (False, "Lost", "Other", 0, None)),
        ("Open", (True, "New", None, 0, None)),
        ("Lost in 1.0", (False, "Lost", "Price", 0, None)),
        ("Dragged to Lost", (False, "Lost", "Other", 0, None)),
    ],
)
def test_leads_from_before_are_where_they_belong(adopted, name, found):
    assert read(adopted, READ_UNTIDY, name) == [found]


def test_what_version_1_0_left_is_found_again(adopted):
    for table, name in (
        ("crm_stage", "Lost"),
        ("crm_lost_reason", "Price"),
        ("ir_module_category", "BPO CRM"),
    ):
        statement = f"SELECT count(*) FROM {table} WHERE name ->> 'en_US' = %s"
        assert read(adopted, statement, name) == [(1,)]
    assert read(adopted, "SELECT name ->> 'en_US' FROM crm_stage WHERE is_lost") == [
        ("Lost",)
    ]


@pytest.fixture(scope="module")
def upgraded(stack):
    """A database that was used with version 1.0; what was read before, and a cursor."""
    database = stack.clone("demo")
    with stack.postgres.connect(database) as cursor:
        before = {
            "held": read(cursor, HELD),
            "rules": read(cursor, COUNT_RULES),
            "catalogue": read_catalogue(cursor),
        }
        cursor.execute(BACK_TO_1_0)
        for name, (values, stage) in UNTIDY.items():
            cursor.execute(make_untidy(name, values, stage))
            assert cursor.rowcount == 1
        before["rows"] = read(cursor, "SELECT id, xmin::text FROM crm_lead")
    stack.run_odoo(database, "-u", "bpo_crm")
    with stack.postgres.connect(database) as cursor:
        yield before, cursor


def make_untidy(name, values, stage):
    """Return the statement that makes such a lead of one, and gives it a name."""
    return f"""
        UPDATE crm_lead SET name = '{name}', {values}
         WHERE id = (SELECT min(lead.id) FROM crm_lead AS lead
                       JOIN crm_stage AS stage ON stage.id = stage_id
                      WHERE lead.name != ALL(ARRAY{list(UNTIDY)})
                        AND stage.name ->> 'en_US' = '{stage}')
    """


def test_leads_from_before_are_held_by_an_upgrade(upgraded):
    before, cursor = upgraded
    assert set(read(cursor, HELD)) <= set(before["held"]) != set()


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("Stageless", (True, "New", None, 0, None)),
        ("Won without a stage", (True, "Won", None, 0, "S00012")),
        ("Archived, never lost", (False, "New", None, 0, None)),
        ("Lost without a stage", (False, "Lost", "Other", 0, None)),
        ("Lost without a reason", (False, "Lost", "Other", 0, None)),
        ("Order 0", (True, "New", None, 0, None)),
        ("Order -5", (True, "New", None, 0, None)),
        ("Order 42", (True, "New", None, 42, "#42")),
    ],
)
def test_an_upgrade_mends_what_the_tables_do_not_take(upgraded, name, found):
    _before, cursor = upgraded
    assert read(cursor, READ_UNTIDY, name) == [found]


def test_an_upgraded_database_is_built_as_a_new_one(upgraded):
    before, cursor = upgraded
    assert read_catalogue(cursor) ^ before["catalogue"] == set()


def test_rules_and_companies_come_with_an_upgrade(upgraded):
    before, cursor = upgraded
    assert read(cursor, COUNT_RULES) == before["rules"] > [(10,)]
    for table in DATA:
        companies = read(cursor, f"SELECT DISTINCT company_id FROM {table}")
        assert companies in ([(None,)], [])


def test_an_upgrade_writes_to_no_other_lead(upgraded):
    before, cursor = upgraded
    now = read(
        cursor,
        "SELECT id, xmin::text FROM crm_lead WHERE name != ALL(%s)",
        [*UNTIDY],
    )
    assert set(now) < set(before["rows"])
    assert read(cursor, "SELECT count(*) FROM crm_lead WHERE NOT is_bpo") == [(0,)]
