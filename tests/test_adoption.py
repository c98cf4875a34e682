"""The addon comes into a database that has leads."""

import pytest

from tests.catalogue import HELD, READ_LEAD, read

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
    assert read(adopted, READ_LEAD, name) == [found]


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
