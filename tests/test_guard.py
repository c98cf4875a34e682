"""The rules through RPC, as the real roles: what a client sends changes nothing."""

import pytest

from tests.floor import refuse
from tools.jsonrpc import RpcError

FLAG = {"context": {"skip_stage_transition_check": True}}


@pytest.fixture
def lead(floor, dealership):
    return floor.new_lead(dealership)


def test_no_method_skips_a_stage(floor, lead):
    agent, later = floor.agent, floor.open_stages[2]
    for method, arguments in (
        ("write", ([lead], {"stage_id": later})),
        ("web_save", ([lead], {"stage_id": later}, {})),
        ("load", ([".id", "stage_id/.id"], [[str(lead), str(later)]])),
    ):
        if method == "load":
            result = agent.call("crm.lead", method, *arguments)
            assert "one stage at a time" in result["messages"][0]["message"]
        else:
            assert "one stage at a time" in refuse(
                agent, "crm.lead", method, *arguments
            )
        assert floor.read(lead)["stage"] == floor.open_stages[0]


@pytest.mark.parametrize("role", ["agent", "supervisor"])
def test_the_flag_in_a_clients_context_changes_nothing(floor, lead, role):
    session = getattr(floor, role)
    values = {"stage_id": floor.open_stages[2]}
    assert "one stage at a time" in refuse(
        session, "crm.lead", "write", [lead], values, **FLAG
    )
    created = {"name": "Skipped", **values}
    assert "starts open" in refuse(session, "crm.lead", "create", created, **FLAG)


def test_the_flag_works_for_a_manager_and_leaves_a_line(floor, lead):
    values = {"stage_id": floor.open_stages[2]}
    floor.manager.call("crm.lead", "write", [lead], values, **FLAG)
    assert floor.read(lead)["stage"] == floor.open_stages[2]
    assert "The stage guard was lifted" in floor.chatter(lead)


def test_moves_of_many_leads_are_all_or_nothing(floor, lead, dealership):
    ahead = floor.new_lead(dealership)
    for stage in floor.open_stages[1:3]:
        floor.agent.call("crm.lead", "write", [ahead], {"stage_id": stage})
    values = {"stage_id": floor.open_stages[1]}
    assert "no further open stage" in refuse(
        floor.agent, "crm.lead", "write", [lead, ahead], values
    )
    assert floor.read(lead)["stage"] == floor.open_stages[0]


def test_lost_needs_a_reason_through_rpc(floor, lead):
    for arguments in (
        ("write", [lead], {"stage_id": floor.lost}),
        ("write", [lead], {"active": False, "probability": 0}),
        ("action_archive", [lead]),
        ("action_set_lost", [lead]),
    ):
        assert "needs a lost reason" in refuse(floor.agent, "crm.lead", *arguments)


def test_an_agent_cannot_drop_or_give_away_a_lead(floor, lead):
    for owner in (False, floor.supervisor.uid):
        message = refuse(floor.agent, "crm.lead", "write", [lead], {"user_id": owner})
        assert "Only a supervisor can reassign" in message


def test_credentials_do_not_leave_through_rpc(floor, dealership):
    for session in (floor.agent, floor.supervisor):
        for field in ("odoo_api_key", "odoo_login"):
            with pytest.raises(RpcError) as caught:
                session.call("crm.dealership", "read", [dealership], [field])
            assert caught.value.name == "odoo.exceptions.AccessError"
    with pytest.raises(RpcError, match="cannot be exported"):
        floor.admin.call(
            "crm.dealership", "export_data", [dealership], ["odoo_api_key"]
        )


def test_a_client_cannot_write_an_order(floor, lead):
    message = refuse(
        floor.agent, "crm.lead", "write", [lead], {"dealer_so_name": "S99999"}
    )
    assert "filled in by the system" in message
