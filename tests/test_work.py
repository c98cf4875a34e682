"""Working a lead through RPC: what the screens refuse is refused, and only that."""

import pytest

from tests.floor import refuse
from tools.jsonrpc import RpcError


@pytest.fixture
def pool_lead(floor, dealership):
    return floor.new_lead(dealership, user_id=False)


@pytest.fixture
def lead(floor, dealership):
    return floor.new_lead(dealership)


def ways_to_work(floor, lead):
    """Return the calls by which a client may try to work a lead."""
    (model,) = floor.admin.call("ir.model", "search", [("model", "=", "crm.lead")])
    visit = {
        "name": "Visit",
        "start": "2099-01-01 08:00:00",
        "stop": "2099-01-01 09:00:00",
        "opportunity_id": lead,
        "visit_state": "planned",
    }
    return {
        "log a call": ("crm.call.log", "create", {"lead_id": lead, "result": "busy"}),
        "open the call wizard": ("crm.lead", "action_log_call", [lead]),
        "open a visit": ("crm.lead", "action_schedule_visit", [lead]),
        "schedule a visit": ("calendar.event", "create", visit),
        "plan an activity": (
            "mail.activity",
            "create",
            {"res_model_id": model, "res_id": lead, "summary": "Call"},
        ),
    }


WAYS = (
    "log a call",
    "open the call wizard",
    "open a visit",
    "schedule a visit",
    "plan an activity",
)


@pytest.mark.parametrize("role", ["agent", "supervisor", "manager"])
@pytest.mark.parametrize("way", WAYS)
def test_nobody_works_a_lead_before_it_is_claimed(floor, pool_lead, role, way):
    call = ways_to_work(floor, pool_lead)[way]
    assert "before you work it" in refuse(getattr(floor, role), *call)
    assert floor.calls(pool_lead) == []
    assert floor.activities(pool_lead) == []


@pytest.mark.parametrize("way", WAYS)
def test_after_claiming_every_way_works(floor, pool_lead, way):
    floor.agent.call("crm.lead", "action_claim", [pool_lead])
    assert floor.agent.call(*ways_to_work(floor, pool_lead)[way])


@pytest.mark.parametrize("way", WAYS)
def test_an_agent_does_not_work_another_ones_lead(floor, lead, way):
    other = floor.login("agent2")
    assert refuse(other, *ways_to_work(floor, lead)[way])
    assert floor.calls(lead) == []
    assert floor.activities(lead) == []


@pytest.mark.parametrize("way", WAYS[:4])
def test_a_closed_lead_is_not_worked(floor, lead, way):
    floor.win(lead)
    message = refuse(floor.agent, *ways_to_work(floor, lead)[way])
    assert "is not worked any more" in message


def test_an_agent_closes_only_what_it_claimed(floor, pool_lead):
    reason = floor.admin.call("crm.lost.reason", "search", [], limit=1)[0]
    wizard = floor.agent.call(
        "crm.lead.lost",
        "create",
        {"lead_ids": [[6, 0, [pool_lead]]], "lost_reason_id": reason},
    )
    for call in (
        ("crm.lead.lost", "action_lost_reason_apply", [wizard]),
        ("crm.lead", "action_set_won", [pool_lead]),
        ("crm.lead", "action_set_lost", [pool_lead]),
        ("crm.lead", "write", [pool_lead], {"stage_id": floor.open_stages[1]}),
    ):
        assert "before you work it" in refuse(floor.agent, *call)
    assert floor.read(pool_lead)["stage"] == floor.open_stages[0]


def test_the_call_wizard_is_the_same_through_rpc(floor, lead):
    agent = floor.agent
    values = {"lead_id": lead, "summary": "Through RPC"}
    with pytest.raises(RpcError, match="result"):
        agent.call("crm.lead.log.call", "create", values)
    wizard = agent.call("crm.lead.log.call", "create", {**values, "result": "busy"})
    agent.call("crm.lead.log.call", "action_save", [wizard])
    (call,) = floor.calls(lead)
    assert (call["result"], call["user_id"][0]) == ("busy", agent.uid)
    (activity,) = floor.activities(lead)
    assert activity["due_at"]
    assert "Through RPC" in floor.chatter(lead)


def test_a_failed_call_leaves_nothing_behind(floor, lead):
    (call_type,) = floor.admin.call(
        "mail.activity.type", "search", [("category", "=", "phonecall")], limit=1
    )
    wizard = floor.agent.call(
        "crm.lead.log.call",
        "create",
        {
            "lead_id": lead,
            "result": "busy",
            "next_activity_type_id": call_type,
            "next_date": "2001-01-01",
            "next_time": 0,
            "next_summary": "Too late",
        },
    )
    message = refuse(floor.agent, "crm.lead.log.call", "action_save", [wizard])
    assert "lies in the past" in message
    assert floor.calls(lead) == []
    assert "Call: Line Busy" not in floor.chatter(lead)


def test_retrying_through_rpc_is_winning(floor, dealer, dead):
    lead = floor.new_lead(dead)
    with pytest.raises(RpcError):
        floor.win(lead)
    working = {"odoo_url": dealer.server.url, "odoo_db": dealer.server.database}
    floor.manager.call("crm.dealership", "write", [dead], working)
    (push,) = floor.agent.call("crm.dealer.push", "search", [("lead_id", "=", lead)])
    floor.agent.call("crm.dealer.push", "action_retry", [push])
    assert floor.read(lead)["stage"] == floor.won
    assert len(dealer.orders(floor.read(lead)["reference"])) == 1
    message = refuse(floor.agent, "crm.dealer.push", "action_retry", [push])
    assert "Only the last attempt" in message


def test_an_assignment_is_mailed_to_the_agent(floor, lead):
    (model,) = floor.admin.call("ir.model", "search", [("model", "=", "crm.lead")])
    floor.supervisor.call(
        "mail.activity",
        "create",
        {
            "res_model_id": model,
            "res_id": lead,
            "summary": "Please call today",
            "user_id": floor.agent.uid,
        },
    )
    mails = floor.admin.call(
        "mail.mail",
        "search_read",
        [("subject", "ilike", "Please call today")],
        ["recipient_ids"],
    )
    (agent,) = floor.admin.call("res.users", "read", [floor.agent.uid], ["partner_id"])
    assert [mail["recipient_ids"] for mail in mails] == [[agent["partner_id"][0]]]
