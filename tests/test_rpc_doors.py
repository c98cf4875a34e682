"""Public methods that act with more rights than who calls them, over HTTP."""

import itertools
import xmlrpc.client

import pytest

from tests.floor import refuse

_numbers = itertools.count(1)

FLAGS = {
    "context": {
        "customers_matched": 1,
        "default_dealer_so_name": "X",
        "is_kept_mail": 1,
        "skip_stage_transition_check": 1,
    }
}


def write_mail(to="leads@bpo.example"):
    """Return a mail of a customer without a lead, and its address."""
    customer = f"door{next(_numbers)}@customer.example"
    mail = (
        f"Message-ID: <{customer}>\nFrom: Maria <{customer}>\nTo: {to}\n"
        "Subject: Picanto\n\nIs it there?\n"
    )
    return customer, mail


def find(floor, customer):
    return floor.admin.call(
        "crm.lead",
        "search_read",
        [("email_normalized", "=", customer)],
        ["stage_id", "user_id", "dealer_so_name", "team_id"],
    )


@pytest.fixture(scope="module")
def portal(session_floor):
    floor, login = session_floor, "door_portal"
    (field,) = floor.admin.call("res.users", "fields_get", ["group_ids", "groups_id"])
    groups = [floor.admin.find("base.group_portal")]
    user = {"name": login, "login": login, "password": login}
    floor.admin.call("res.users", "create", [{**user, field: groups}])
    return floor.login(login)


@pytest.fixture
def forged(floor, dealership):
    """Values that nobody may give a lead, and the call that they would rewrite."""
    lead = floor.new_lead(dealership)
    values = {"lead_id": lead, "result": "answered", "summary": "Wants a Rio"}
    call = floor.agent.call("crm.call.log", "create", values)
    return {
        "stage_id": floor.won,
        "user_id": floor.manager.uid,
        "dealer_so_name": "X",
        "call_log_ids": [[1, call, {"summary": "Forged"}]],
    }


def test_a_portal_user_makes_no_lead(floor, portal, forged):
    customer, mail = write_mail()
    values = {"custom_values": forged, **FLAGS}
    message = {"from": customer, "subject": "X"}
    refuse(portal, "crm.lead", "message_new", message, **values)
    for model in ("mail.thread", "crm.lead"):
        said = refuse(portal, model, "message_process", "crm.lead", mail, **values)
        assert "Only employees" in said
    assert find(floor, customer) == []
    assert [call["summary"] for call in floor.calls(forged_lead(floor, forged))] == [
        "Wants a Rio"
    ]


def forged_lead(floor, forged):
    call = forged["call_log_ids"][0][1]
    (row,) = floor.admin.call("crm.call.log", "read", [call], ["lead_id"])
    return row["lead_id"][0]


@pytest.mark.parametrize("role", ["agent", "supervisor"])
def test_a_mail_brings_nothing_along_that_its_lead_must_not_have(floor, forged, role):
    for values in (FLAGS, {"custom_values": forged, **FLAGS}):
        customer, mail = write_mail()
        session = getattr(floor, role)
        session.call("mail.thread", "message_process", "crm.lead", mail, **values)
        (lead,) = find(floor, customer)
        assert lead["stage_id"][0] == floor.open_stages[0]
        assert (lead["user_id"], lead["dealer_so_name"]) == (False, False)
    (call,) = floor.calls(forged_lead(floor, forged))
    assert call["summary"] == "Wants a Rio"


def test_cores_own_script_hands_over_mails(floor):
    """As ``odoo-mailgate.py`` does, which a mail server calls for each mail."""
    (team,) = floor.admin.call("crm.team", "search", [], limit=1)
    domains = floor.admin.call("mail.alias.domain", "search", [], limit=1)
    if not domains:
        values = {"name": "bpo.example"}
        domains = floor.admin.call("mail.alias.domain", "create", [values])
    values = {"alias_name": f"door{next(_numbers)}", "alias_domain_id": domains[0]}
    floor.admin.call("crm.team", "write", [team], values)
    (row,) = floor.admin.call("crm.team", "read", [team], ["alias_email"])
    customer, mail = write_mail(row["alias_email"])
    models = xmlrpc.client.ServerProxy(f"{floor.server.url}/xmlrpc/2/object")
    account = (floor.server.database, floor.supervisor.uid, "supervisor")
    binary = xmlrpc.client.Binary(mail.encode())
    models.execute_kw(*account, "mail.thread", "message_process", [False, binary], {})
    (lead,) = find(floor, customer)
    assert lead["team_id"][0] == team
    assert "Is it there?" in floor.chatter(lead["id"])


def test_an_import_leaves_the_names_of_other_records_alone(floor, dealership):
    lead = floor.new_lead(dealership)
    (row,) = floor.admin.call("crm.lead", "read", [lead], ["phone"])
    action = floor.admin.find("bpo_crm.crm_call_log_action")
    for name in ("bpo_crm.crm_call_log_action", "bpo_crm.mine"):
        result = floor.agent.call(
            "crm.lead", "load", ["id", "name", "phone"], [[name, "x", row["phone"]]]
        )
        assert not result["ids"]
        assert name in result["messages"][0]["message"]
    assert floor.admin.find("bpo_crm.crm_call_log_action") == action
