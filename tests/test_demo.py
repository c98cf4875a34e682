"""The demo data is a floor that obeys the rules, and writes to nobody."""

import pytest

#: When it is in Manila.
LOCAL = "%s + interval '8 hours'"

OPEN_LEADS = """
    SELECT lead.id FROM crm_lead AS lead JOIN crm_stage AS stage ON stage.id = stage_id
     WHERE lead.active AND NOT stage.is_won AND NOT COALESCE(stage.is_lost, FALSE)
"""

#: Each move, as the chatter tells it: the sequences of both stages, and whether the
#: second one is closed.
MOVES = """
    SELECT message.res_id, old.sequence, new.sequence, new.is_won OR new.is_lost
      FROM mail_tracking_value AS value
      JOIN mail_message AS message ON message.id = mail_message_id
      JOIN ir_model_fields AS field ON field.id = field_id
      JOIN crm_stage AS old ON old.id = old_value_integer
      JOIN crm_stage AS new ON new.id = new_value_integer
     WHERE field.model = 'crm.lead' AND field.name = 'stage_id'
     ORDER BY message.res_id, message.date, message.id
"""

STAGES = """
    SELECT lead.id, stage.sequence FROM crm_lead AS lead
      JOIN crm_stage AS stage ON stage.id = lead.stage_id
"""


@pytest.fixture(scope="module")
def demo(stack):
    """A function that returns the rows of a query on a database with the demo data."""
    with stack.postgres.connect(stack.clone("demo")) as cursor:

        def read(statement, *parameters):
            cursor.execute(statement, parameters)
            return cursor.fetchall()

        yield read


def test_each_lead_went_forward_one_stage_at_a_time(demo):
    sequences = [10, 20, 30]
    ways = {lead: [10] for (lead,) in demo("SELECT id FROM crm_lead")}
    for lead, old, new, is_closed in demo(MOVES):
        assert old == ways[lead][-1]
        assert is_closed or sequences.index(new) == sequences.index(old) + 1
        ways[lead].append(new)
    assert {lead: way[-1] for lead, way in ways.items()} == dict(demo(STAGES))
    assert len(ways) > 200


def test_every_worked_lead_has_a_next_step_on_a_working_day(demo):
    worked = {lead for (lead,) in demo(f"{OPEN_LEADS} AND lead.user_id IS NOT NULL")}
    planned = demo(
        "SELECT res_id, extract(isodow FROM date_deadline), calendar_event_id"
        "  FROM mail_activity WHERE active AND res_model = 'crm.lead'"
    )
    assert {lead for lead, _day, _visit in planned} == worked
    assert all(day < 6 or visit for _lead, day, visit in planned)
    assert all(day < 7 for _lead, day, _visit in planned)
    assert len(worked) > 40


def test_the_pool_waits_without_a_next_step(demo):
    waiting = demo(f"{OPEN_LEADS} AND lead.user_id IS NULL AND next_step_date IS NULL")
    assert len(waiting) == len(demo(f"{OPEN_LEADS} AND lead.user_id IS NULL")) > 8


def test_calls_are_made_in_the_hours_of_the_floor(demo):
    local = LOCAL % "call_date"
    ((total, at_work),) = demo(
        f"SELECT count(*), count(*) FILTER (WHERE extract(isodow FROM {local}) < 6"
        f"   AND ({local})::time BETWEEN '09:00' AND '18:00') FROM crm_call_log"
    )
    assert total == at_work > 800


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("crm_call_log", "call_date"),
        ("crm_dealer_push", "create_date"),
        ("crm_lead", "create_date"),
        ("crm_lead", "date_closed"),
        ("crm_lead", "date_last_stage_update"),
        ("crm_lead_enquiry", "create_date"),
        ("mail_activity", "done_at"),
        ("mail_message", "date"),
    ],
)
def test_nothing_was_done_in_the_future(demo, table, column):
    now = "now() AT TIME ZONE 'UTC'"
    assert demo(f"SELECT count(*) FROM {table} WHERE {column} > {now}") == [(0,)]
    assert demo(f"SELECT max({column}) - min({column}) > '60 days' FROM {table}")[0][0]


def test_what_is_done_is_not_to_be_done(demo):
    assert demo(
        "SELECT count(*) FROM mail_activity WHERE res_model = 'crm.lead'"
        "   AND (active = (done_at IS NOT NULL) OR date_deadline > date_done)"
    ) == [(0,)]


def test_a_won_lead_has_one_order_and_a_lost_one_a_reason(demo):
    won = demo(
        "SELECT lead.id, count(push.id), bool_and(push.order_name = dealer_so_name)"
        "  FROM crm_lead AS lead JOIN crm_stage AS stage ON stage.id = stage_id"
        "  LEFT JOIN crm_dealer_push AS push ON lead_id = lead.id AND state = 'done'"
        " WHERE stage.is_won GROUP BY lead.id"
    )
    assert {tuple(row[1:]) for row in won} == {(1, True)}
    reasons = demo("SELECT lost_reason_id FROM crm_lead WHERE lost_stage_id > 0")
    assert (None,) not in reasons
    assert len(set(reasons)) > 4
    assert demo("SELECT count(*) FROM crm_dealer_push WHERE state = 'failed'") == [(2,)]


def test_each_agent_was_reviewed_and_one_call_failed(demo):
    reviews = demo(
        "SELECT call.user_id, count(*), count(acknowledged_at),"
        "       bool_and(finished_at > call_date AND finished_at < now())"
        "  FROM crm_call_review JOIN crm_call_log AS call ON call.id = call_id"
        " GROUP BY call.user_id"
    )
    assert len(reviews) == 6
    assert {tuple(row[1:]) for row in reviews} == {(3, 2, True)}
    assert demo("SELECT count(*) FROM crm_call_review WHERE is_failed") == [(1,)]


def test_it_comes_by_the_doors_of_several_sources(demo):
    states = dict(demo("SELECT state, count(*) FROM crm_lead_enquiry GROUP BY state"))
    leads = demo("SELECT count(*), count(DISTINCT intake_source_id) FROM crm_lead")
    assert (states["created"], 4) == leads[0]
    assert states["merged"] > 3
    assert states["quarantined"] == 2
    assert demo("SELECT count(*) FROM crm_lead_enquiry WHERE feed_id > 0")[0][0] > 20


def test_nobody_is_written_to(demo):
    assert demo("SELECT count(*) FROM mail_mail") == [(0,)]
    assert demo("SELECT count(*) FROM mail_notification") == [(0,)]


def test_the_company_has_a_name(demo):
    ((name,),) = demo("SELECT name FROM res_company")
    assert name not in ("My Company", "YourCompany")


def test_the_leads_go_with_the_addon(demo):
    named = "SELECT count(*) FROM ir_model_data WHERE module = 'bpo_crm' AND model = %s"
    assert demo(named, "crm.lead") == demo("SELECT count(*) FROM crm_lead")
