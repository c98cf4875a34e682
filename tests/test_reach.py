"""What an agent reaches past another one's lead, by the requests of a web client."""

from datetime import datetime, timedelta

import pytest

from tests.floor import refuse

LONG_AGO = "2001-01-01 08:00:00"


@pytest.fixture
def lead(floor, dealership):
    return floor.new_lead(dealership)


@pytest.fixture
def thief(floor):
    """Another agent, who may not see the lead."""
    return floor.login("agent2")


@pytest.fixture
def own(floor, dealership, thief):
    """A lead of that agent."""
    lead = floor.new_lead(dealership, user_id=False)
    thief.call("crm.lead", "action_claim", [lead])
    return lead


def meeting(lead=False, days=2, **values):
    """Return the values of a meeting, in so many days."""
    start = datetime.now() + timedelta(days=days)
    return {
        "name": "Meeting",
        "start": f"{start:%F %T}",
        "stop": f"{start + timedelta(hours=1):%F %T}",
        "opportunity_id": lead,
        **values,
    }


def first_attempt(floor, lead):
    (row,) = floor.admin.call("crm.lead", "read", [lead], ["first_attempt_date"])
    return row["first_attempt_date"]


def test_an_activity_is_no_way_to_another_ones_lead(floor, lead, own, thief):
    (model,) = floor.admin.call("ir.model", "search", [("model", "=", "crm.lead")])
    target = {"res_model": "crm.lead", "res_model_id": model, "res_id": lead}
    activity = thief.call("mail.activity", "create", {**target, "res_id": own})
    before = floor.chatter(lead)
    for res_id in (lead, 10**9):
        refuse(thief, "mail.activity", "write", [activity], {"res_id": res_id})
    values = {**target, "res_model_id": {"id": model, "display_name": ""}}
    spec = dict.fromkeys([*values, "res_name"], {})
    answer = thief.call("mail.activity", "onchange", [], values, ["res_id"], spec)
    assert not answer["value"].get("res_name")
    thief.call("mail.activity", "action_feedback", [activity])
    assert floor.chatter(lead) == before


def test_a_meeting_is_no_way_to_another_ones_lead(floor, lead, thief):
    mine = thief.call("calendar.event", "create", meeting())
    refuse(thief, "calendar.event", "write", [mine], {"opportunity_id": lead})
    refuse(thief, "calendar.event", "create", meeting(lead))
    assert not first_attempt(floor, lead)
    visit = meeting(lead, visit_state="planned")
    theirs = floor.agent.call("calendar.event", "create", visit)
    for call in (
        ("write", [theirs], meeting(lead, days=3)),
        ("write", [theirs], {"visit_state": "done"}),
        ("unlink", [theirs]),
    ):
        refuse(thief, "calendar.event", *call)
    (visit,) = floor.visits(lead)
    assert visit["visit_state"] == "planned"


def test_a_recurrence_proves_no_visit(floor, lead):
    daily = {
        "recurrency": True,
        "rrule_type": "daily",
        "interval": 1,
        "end_type": "count",
        "count": 2,
    }
    visit = meeting(lead, visit_state="planned", **daily)
    base = floor.agent.call("calendar.event", "create", visit)
    (row,) = floor.agent.call("calendar.event", "read", [base], ["recurrence_id"])
    forged = {"visit_state": "done", "recurrence_id": row["recurrence_id"][0]}
    message = refuse(floor.agent, "calendar.event", "create", meeting(lead, **forged))
    assert "always planned" in message
    assert {row["visit_state"] for row in floor.visits(lead)} == {"planned"}


def test_a_contact_is_no_way_to_another_ones_lead(floor, lead, thief):
    visit = meeting(lead, visit_state="planned")
    floor.agent.call("calendar.event", "create", visit)
    fields = ["partner_id", "phone"]
    (before,) = floor.admin.call("crm.lead", "read", [lead], fields)
    customer = before["partner_id"][0]
    for call in (
        ("write", [customer], {"phone": "+63 917 555 9999"}),
        ("write", [customer], {"active": False}),
        ("create", {"name": "Mine", "parent_id": customer}),
        ("unlink", [customer]),
    ):
        assert "somebody else works" in refuse(thief, "res.partner", *call)
    other = thief.call("res.partner", "create", {"name": "Mine"})
    merge = "base.partner.merge.automatic.wizard"
    values = {"partner_ids": [[6, 0, [other, customer]]], "dst_partner_id": other}
    wizard = thief.call(merge, "create", values)
    assert "somebody else works" in refuse(thief, merge, "action_merge", [wizard])
    (after,) = floor.admin.call("crm.lead", "read", [lead], fields)
    assert after == before
    corrected = {"phone": "+63 917 555 9998"}
    floor.agent.call("res.partner", "write", [customer], corrected)


def test_a_file_is_no_way_to_another_ones_lead(lead, own, thief):
    file = {"name": "a.txt", "raw": "a", "res_model": "crm.lead", "res_id": own}
    mine = thief.call("ir.attachment", "create", file)
    refuse(thief, "ir.attachment", "write", [mine], {"res_id": lead})
    refuse(thief, "ir.attachment", "create", {**file, "res_id": lead})


def test_nobody_dates_what_was_said(floor, lead):
    said = {"body": "Hello", "message_type": "comment"}
    for values in (
        {"date": LONG_AGO},
        {"message_type": "email"},
        {"author_id": floor.partner(floor.supervisor)},
    ):
        post = {**said, **values}
        assert "set by Odoo" in refuse(
            floor.agent, "crm.lead", "message_post", [lead], **post
        )
    message = floor.agent.call("crm.lead", "message_post", [lead], **said)
    # 19.0 answers with a list.
    (message,) = message if isinstance(message, list) else [message]
    dated = ("mail.message", "write", [message], {"date": LONG_AGO})
    assert "set by Odoo" in refuse(floor.agent, *dated)
    assert "are kept" in refuse(floor.agent, "mail.message", "unlink", [message])


@pytest.mark.parametrize(
    "values",
    [
        {"duration": 10**9},
        {"duration": float("nan")},
        {"duration": float("inf")},
        {"duration": 9_999_999, "call_date": LONG_AGO},
        {"duration": 5, "call_date": LONG_AGO},
        {"call_date": "2999-01-01 08:00:00"},
    ],
    ids=str,
)
def test_a_call_that_nobody_made_is_not_logged(floor, lead, values):
    call = {"lead_id": lead, "result": "busy", **values}
    assert refuse(floor.agent, "crm.call.log", "create", call)
    assert floor.calls(lead) == []
    assert not first_attempt(floor, lead)
