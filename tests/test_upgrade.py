"""A database that was used with the version before is upgraded.

That version is kept as a file, so that no history is needed: a clone of the newest
commit alone, or a copy without any, runs this as well. CONTRIBUTING says how to make
the file of the next one.
"""

import ast
import re
import shutil
import tarfile

import pytest

from tests.catalogue import HELD, READ_LEAD, read, read_catalogue
from tools import paths

CHANGES = paths.REPOSITORY / "CHANGELOG.md"
KEPT = paths.REPOSITORY / "tests" / "data"

#: Of a Python that asks how far an archive is trusted.
TRUST = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}


#: The rules of the addon that narrow something.
COUNT_RULES = """
    SELECT count(*) FROM ir_rule
      JOIN ir_model_data AS name ON name.model = 'ir.rule' AND res_id = ir_rule.id
     WHERE name.module = 'bpo_crm' AND domain_force != '[(1, ''='', 1)]'
"""

#: What may belong to a company, which version 1.0 knew of dealerships only.
DATA = (
    "crm_brand",
    "crm_dealership",
    "crm_lead_feed",
    "crm_lead_source",
    "crm_stage",
    "crm_vehicle_model",
)

#: Where people's work is, beside the tables of the addon and of core's CRM.
WORK = ("calendar_event", "mail_activity", "mail_message")

LIST_TABLES = """
    SELECT relname FROM pg_class
     WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
           AND (starts_with(relname, 'crm_') OR relname = ANY(%s))
           AND EXISTS (SELECT FROM pg_attribute
                        WHERE attrelid = pg_class.oid AND attname = 'id')
"""

#: Who changed a row last, and when, is the upgrade where it brings data along.
READ_ROWS = """
    SELECT id, to_jsonb(kept) - ARRAY['write_date', 'write_uid'] FROM {} AS kept
"""

#: Columns that are called otherwise now.
RENAMED = {
    ("crm_brand", "is_moved"): "needs_confirmation",
    ("crm_lead_feed", "position"): "cursor",
}

#: In Manila, where the floor is, it is the next day then.
CALL_AT_NIGHT = """
    UPDATE crm_call_log SET call_date = date_trunc('day', call_date) - interval '1 hour'
     WHERE id = (SELECT min(id) FROM crm_call_log)
"""

#: A distributor whose address has changed, and how far a feed of it had got.
USE_RENAMED = """
    UPDATE crm_brand SET is_moved = true WHERE id = (SELECT min(id) FROM crm_brand);
    INSERT INTO crm_lead_feed (
        name, active, brand_id, kind, remote_model, domain, batch_size, position
    )
    SELECT 'Vehicles', true, min(id), 'vehicle_model', 'product.template', '[]', 200, 7
      FROM crm_brand
"""

#: The mail in the morning, as it was filled in before. People may change its text.
OLD_DIGEST = """
    SELECT count(*) FROM mail_template
     WHERE position('''forgotten''' IN body_html::text) > 0
"""

#: An agent of whom nobody took away what Odoo gives every new user.
LEAVE_ADMINISTRATOR = """
    INSERT INTO res_groups_users_rel (gid, uid)
    SELECT res_id, (SELECT id FROM res_users WHERE login = 'agent')
      FROM ir_model_data WHERE module = 'sales_team' AND name = 'group_sale_manager'
"""

#: By the clock of a company: how many calls, and how many have its day, and UTC's.
READ_ZONES = """
    SELECT calendar.tz, count(*),
           count(*) FILTER (WHERE local_day = (
               call_date AT TIME ZONE 'UTC' AT TIME ZONE calendar.tz)::date),
           count(*) FILTER (WHERE local_day = call_date::date)
      FROM crm_call_log AS call
      JOIN crm_lead AS lead ON lead.id = call.lead_id
      JOIN res_company AS company
        ON company.id = COALESCE(lead.company_id, (SELECT min(id) FROM res_company))
      JOIN resource_calendar AS calendar ON calendar.id = COALESCE(
               company.sales_calendar_id, company.resource_calendar_id)
     GROUP BY calendar.tz
"""

#: Whether a supervisor has the right to export: by a group, on 18.0 also without it.
COUNT_EXPORTERS = """
    SELECT count(DISTINCT login) FROM res_groups_users_rel AS held
      LEFT JOIN res_groups_implied_rel AS implied ON implied.gid = held.gid
      JOIN ir_model_data AS name
        ON name.model = 'res.groups' AND res_id IN (hid, held.gid)
      JOIN res_users ON res_users.id = uid
     WHERE module = 'base' AND name.name = 'group_allow_export'
       AND login = 'supervisor'
"""

#: Who administers Sales, of those who work leads.
READ_ADMINISTRATORS = """
    SELECT login FROM res_groups_users_rel
      JOIN ir_model_data AS name ON name.model = 'res.groups' AND res_id = gid
      JOIN res_users ON res_users.id = uid
     WHERE name.module = 'sales_team' AND name.name = 'group_sale_manager'
       AND login IN ('agent', 'supervisor')
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


#: Core's lost reasons: version 1.0 deleted them, and a fresh database hides them.
DELETED_BY_1_0 = {
    "crm_lost_reason Not enough stock",
    "crm_lost_reason Too expensive",
    "crm_lost_reason We don't have people/skills",
    "ir_model_data crm.lost_reason_1",
    "ir_model_data crm.lost_reason_2",
    "ir_model_data crm.lost_reason_3",
}


def read_version(addon):
    return ast.literal_eval((addon / "__manifest__.py").read_text())["version"]


def read_versions():
    """Return the versions that there were, the newest first."""
    return re.findall(r"^## (\S+)$", CHANGES.read_text(), re.M)


def read_rows(cursor):
    """Return the rows of people's work, by table and id."""
    tables = [table for (table,) in read(cursor, LIST_TABLES, list(WORK))]
    return {table: dict(read(cursor, READ_ROWS.format(table))) for table in tables}


def make_untidy(name, values, stage):
    """Return the statement that makes such a lead of one, and gives it a name."""
    return f"""
        UPDATE crm_lead SET name = '{name}', {values}
         WHERE id = (SELECT min(lead.id) FROM crm_lead AS lead
                       JOIN crm_stage AS stage ON stage.id = stage_id
                      WHERE lead.name != ALL(ARRAY{list(UNTIDY)})
                        AND stage.name ->> 'en_US' = '{stage}')
    """


@pytest.fixture(scope="module")
def version_before(tmp_path_factory):
    """The folder with the addon as it was in the version before."""
    folder = tmp_path_factory.mktemp("before")
    _now, before, *_earlier = read_versions()
    shutil.unpack_archive(KEPT / f"bpo_crm-{before}.tar.xz", folder, **TRUST)
    assert read_version(folder / "bpo_crm") == before
    return folder


@pytest.fixture(scope="module")
def used(stack, version_before):
    """A database that was used with it; its name, and what was read of it."""
    database = stack.clone("plain")
    stack.run_odoo(database, "-i", "bpo_crm", addons=[version_before])
    with stack.postgres.connect(database) as cursor:
        installed = read_catalogue(cursor)
    stack.run_script(database, "load_demo.py", addons=[version_before])
    with stack.postgres.connect(database) as cursor:
        entered = read_catalogue(cursor) - installed
        for name, (values, stage) in UNTIDY.items():
            cursor.execute(make_untidy(name, values, stage))
            assert cursor.rowcount == 1
        cursor.execute(CALL_AT_NIGHT)
        cursor.execute(USE_RENAMED)
        cursor.execute(LEAVE_ADMINISTRATOR)
        return database, {
            "entered": entered,
            "held": read(cursor, HELD),
            "digests": read(cursor, OLD_DIGEST),
            "administrators": read(cursor, READ_ADMINISTRATORS),
            "rows": read_rows(cursor),
            "leads": read(cursor, "SELECT id, xmin::text FROM crm_lead"),
        }


@pytest.fixture(scope="module")
def upgrade_log(stack, used):
    """What Odoo warned of in the upgrade."""
    database, _before = used
    return stack.run_odoo(database, "-u", "bpo_crm")


@pytest.fixture(scope="module")
def upgraded(stack, used, upgrade_log):
    """The database after the upgrade: what was read before, and a cursor."""
    database, before = used
    with stack.postgres.connect(database) as cursor:
        yield before, cursor


@pytest.fixture(scope="module")
def fresh(stack):
    """A cursor of a database that began with the version of now, without demo data."""
    with stack.postgres.connect(stack.clone("bpo")) as cursor:
        yield cursor


def test_the_changes_begin_with_the_version_of_now():
    assert read_versions()[0] == read_version(paths.ADDON)


def test_an_upgrade_logs_no_error(upgrade_log):
    assert not re.search(r" (ERROR|CRITICAL) |Traceback", upgrade_log)


def test_an_upgrade_warns_of_nothing_but_what_it_mends(upgrade_log):
    # What has a question mark was said before there was a database.
    said = re.findall(r"^.* WARNING (?!\?).*$", upgrade_log, re.M)
    assert [line for line in said if ".mending: " not in line] == []
    assert len(said) > 3


def test_an_upgraded_database_has_the_version_of_now(upgraded):
    _before, cursor = upgraded
    statement = "SELECT latest_version FROM ir_module_module WHERE name = 'bpo_crm'"
    ((version,),) = read(cursor, statement)
    assert version.split(".", 2)[2] == read_version(paths.ADDON)


def test_an_upgraded_database_is_built_as_a_new_one(upgraded, fresh):
    before, cursor = upgraded
    brought = read_catalogue(cursor) - before["entered"]
    assert brought ^ read_catalogue(fresh) == DELETED_BY_1_0


def list_changes(before, now):
    """Yield what else a row says: its table, id, the column, and both values."""
    for table, rows in before.items():
        for row_id, row in rows.items():
            after = now[table].get(row_id, {})
            for column, value in row.items():
                column = RENAMED.get((table, column), column)
                if after.get(column, "gone") != value:
                    yield table, row_id, column, value, after.get(column, "gone")


def test_what_people_had_entered_is_as_it_was(upgraded):
    before, cursor = upgraded
    leads = before["rows"]["crm_lead"]
    mended = [row_id for row_id, row in leads.items() if row["name"] in UNTIDY]
    changes = list_changes(before["rows"], read_rows(cursor))
    assert [c for c in changes if c[0] != "crm_lead" or c[1] not in mended] == []
    assert min(len(leads), len(before["rows"]["crm_call_log"])) > 10


def test_an_upgrade_writes_to_no_lead_but_those_that_it_mends(upgraded):
    before, cursor = upgraded
    # It finds when customers were spoken to first, too.
    now = read(
        cursor,
        "SELECT id, xmin::text FROM crm_lead"
        " WHERE name != ALL(%s) AND first_conversation_date IS NULL",
        [*UNTIDY],
    )
    assert now
    assert set(now) < set(before["leads"])
    assert read(cursor, "SELECT count(*) FROM crm_lead WHERE NOT is_bpo") == [(0,)]


def test_the_mail_in_the_morning_is_filled_in_as_it_is_now(upgraded):
    before, cursor = upgraded
    assert before["digests"] == [(1,)]
    assert read(cursor, OLD_DIGEST) == [(0,)]


def test_an_agent_administers_sales_no_more(upgraded):
    before, cursor = upgraded
    assert before["administrators"] == [("agent",)]
    assert read(cursor, READ_ADMINISTRATORS) == []


def test_customers_have_the_leads_that_they_had(upgraded):
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
    assert read(cursor, READ_LEAD, name) == [found]


def test_rules_and_companies_come_with_an_upgrade(upgraded, fresh):
    _before, cursor = upgraded
    assert read(cursor, COUNT_RULES) == read(fresh, COUNT_RULES) > [(10,)]
    for table in DATA:
        companies = read(cursor, f"SELECT DISTINCT company_id FROM {table}")
        assert companies in ([(None,)], [])


def test_calls_from_before_have_the_day_of_the_floor(upgraded, fresh):
    _before, cursor = upgraded
    (count,) = read(cursor, "SELECT count(*) FROM crm_call_log WHERE local_day IS NULL")
    assert count == (0,)
    zones = read(cursor, READ_ZONES)
    assert [name for name, *_days in zones] == ["Asia/Manila"]
    for _zone, calls, same, at_utc in zones:
        assert calls == same > 10
        # Some were made where it is another day already.
        assert at_utc < calls


def test_supervisors_from_before_may_export(upgraded):
    _before, cursor = upgraded
    assert read(cursor, COUNT_EXPORTERS) == [(1,)]
