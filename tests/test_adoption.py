"""The addon comes into a database that has leads."""

import pytest

from tests.catalogue import HELD, READ_LEAD, read
from tests.database_in_use import FOLDED, READ_ALL, USED, House
from tests.floor import refuse
from tools.jsonrpc import WebSession

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


# A database that is in use, in which the addon never was

READ_STAGES = "SELECT name ->> 'en_US', sequence, is_won FROM crm_stage ORDER BY id"

READ_REASONS = "SELECT name ->> 'en_US' FROM crm_lost_reason WHERE active AND id <= 3"

READ_SCORING = "SELECT active FROM ir_cron WHERE cron_name ~ '^Predictive Lead'"

READ_MESSAGES = "SELECT count(*) FROM mail_message WHERE model = 'crm.lead'"


@pytest.fixture(scope="module")
def used(stack):
    """A database in use after the installation, and a server for it."""
    house = House(stack, stack.clone("plain"))
    with stack.postgres.connect(house.database) as cursor:
        cursor.execute(USED)
    for statement in (READ_ALL, READ_STAGES, READ_REASONS, READ_SCORING):
        house.before[statement] = house.read(statement)
    stack.run_odoo(house.database, "-i", "bpo_crm")
    for statement in (READ_ALL, READ_STAGES, READ_REASONS, READ_SCORING):
        house.before[statement, "installed"] = house.read(statement)
    house.installed = {
        table: house.read(f"SELECT DISTINCT is_bpo FROM {table}")
        for table in ("crm_team", "res_company", "crm_lead")
    }
    server = stack.bpo_server(house.database, name="used").start()
    house.admin = WebSession.of(server, "admin")
    yield house
    server.stop()


@pytest.fixture(scope="module")
def answered(used):
    """The same, after the first manager said what it works for."""
    used.worked = work_as_before(used)
    used.messages = used.read(READ_MESSAGES)
    ((folded,),) = used.read(FOLDED)
    used.settings = used.answer({"Cars": folded})
    return used


def work_as_before(house):
    """Do what people did before the addon came; return how the lead is then."""
    lead = house.admin.call("crm.lead", "create", {"name": "Sold", "team_id": False})
    for values in ({"active": False}, {"active": True}):
        house.admin.call("crm.lead", "write", [lead], values)
    house.admin.call("crm.lead", "action_set_won", [lead])
    return house.read("SELECT probability, is_bpo FROM crm_lead WHERE id = %s", lead)


def test_an_installation_changes_no_lead_and_no_stage(used):
    for statement in (READ_ALL, READ_STAGES, READ_REASONS, READ_SCORING):
        assert used.before[statement, "installed"] == used.before[statement] != []


def test_nobody_works_for_dealerships_until_it_is_said(used):
    assert used.installed == {
        "crm_team": [(False,)],
        "res_company": [(False,)],
        "crm_lead": [(False,)],
    }


def test_work_goes_on_as_without_the_addon(answered):
    assert answered.worked == [(100, False)]


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("Open", (True, "New", None)),
        ("Open too", (True, "Qualified", None)),
        ("Archived", (False, "Lost", "Other")),
        ("Dragged", (False, "Lost", "Other")),
        ("Won", (True, "Won", None)),
        ("Of Fleet", (True, "Lost", None)),
        ("Lost in Fleet", (False, "New", None)),
        ("Of no team", (True, "New", None)),
    ],
)
def test_the_leads_of_the_team_are_taken_over_and_no_others(answered, name, found):
    assert answered.read_one(name) == found


def test_a_reason_from_before_is_kept(answered):
    active, stage, reason = answered.read_one("With a reason")
    assert (active, stage) == (False, "Lost")
    assert reason not in (None, "Other")


def test_there_is_one_stage_named_lost(answered):
    assert answered.read(FOLDED) == answered.read(
        "SELECT id FROM crm_stage WHERE is_lost"
    )


def test_the_oldest_open_lead_holds_its_customer(answered):
    assert answered.read(HELD) == [("+639175559101", answered.find("Open"))]


def test_the_team_has_references_and_a_history(answered):
    counts = answered.read(
        """
        SELECT is_bpo, count(*), count(reference),
               count(*) FILTER (WHERE EXISTS (
                   SELECT FROM crm_lead_stage_history WHERE lead_id = crm_lead.id
               ))
          FROM crm_lead WHERE name != 'Sold' GROUP BY is_bpo ORDER BY is_bpo
        """
    )
    assert counts == [(False, 3, 0, 0), (True, 6, 6, 6)]


def test_nothing_of_it_is_in_the_chatter(answered):
    assert answered.read(READ_MESSAGES) == answered.messages


def test_saved_twice_it_is_done_once(answered):
    before = answered.read(READ_ALL)
    answered.admin.call("crm.pipeline.settings", "action_apply", [answered.settings])
    assert answered.read(READ_ALL) == before


def test_it_is_undone_until_a_lead_moves(answered):
    ((folded,),) = answered.read(FOLDED)
    answered.admin.call("crm.stage", "action_undo_takeover", [folded])
    assert answered.read_one("Dragged") == (True, "Lost", None)
    assert answered.read("SELECT is_lost FROM crm_stage WHERE id = %s", folded) == [
        (False,)
    ]
    stage = answered.read(
        "SELECT stage.id FROM crm_lead AS lead JOIN crm_stage AS stage"
        " ON stage.id = stage_id WHERE lead.name = 'Archived' AND stage.is_lost"
    )
    assert stage not in ([], [(folded,)])


def test_taken_over_again_and_worked_in_it_is_not_undone(answered):
    ((folded,),) = answered.read(FOLDED + " AND is_lost IS NOT TRUE")
    answered.answer({"Cars": folded})
    ((reason,),) = answered.read("SELECT min(id) FROM crm_lost_reason")
    lead = [answered.find("Open")]
    answered.admin.call("crm.lead", "action_set_lost", lead, lost_reason_id=reason)
    said = refuse(answered.admin, "crm.stage", "action_undo_takeover", [folded])
    assert "A lead has moved since" in said
    assert answered.read(FOLDED) == [(folded,)]
