"""The files of the web client's export, for each role, over HTTP."""

import itertools
import json
import re

import pytest
import requests

TIMEOUT = 60  # seconds

EXPORT = "base.group_allow_export"

_numbers = itertools.count(1)


@pytest.fixture(scope="module")
def new_person(session_floor):
    """Makes somebody with some groups and no other ones; gives the session."""
    floor = session_floor
    (field,) = floor.admin.call("res.users", "fields_get", ["group_ids", "groups_id"])

    def make(*groups):
        login = f"exporter{next(_numbers)}"
        ids = [floor.admin.find(name) for name in ("base.group_user", *groups)]
        values = {"name": login, "login": login, "password": login}
        floor.admin.call("res.users", "create", [{**values, field: [(6, 0, ids)]}])
        return floor.login(login)

    return make


@pytest.fixture
def reference(floor, dealership):
    """What identifies a lead that another agent works."""
    return floor.read(floor.new_lead(dealership))["reference"]


def export(session, kind, reference, **values):
    """Ask for a file with a lead; return the reply.

    :param str kind: ``csv`` or ``xlsx``.
    :param str reference: of the lead.
    """
    data = {
        "model": "crm.lead",
        "fields": [{"name": "reference", "label": "Reference", "type": "char"}],
        "ids": False,
        "domain": [["reference", "=", reference]],
        "import_compat": False,
        "groupby": [],
        "context": {},
        **values,
    }
    with requests.Session() as http:
        http.trust_env = False  # no proxy of the machine's
        http.cookies.set("session_id", session.session_id)
        page = http.get(f"{session.url}/odoo", timeout=TIMEOUT).text
        token = re.search(r'csrf_token: "(\w+)"', page)[1]
        return http.post(
            f"{session.url}/web/export/{kind}",
            data={"data": json.dumps(data), "csrf_token": token},
            timeout=TIMEOUT,
        )


KINDS = [("csv", {}), ("xlsx", {}), ("xlsx", {"groupby": ["user_id"]})]


@pytest.mark.parametrize(("kind", "values"), KINDS)
def test_an_agent_gets_no_file(new_person, reference, kind, values):
    agent = new_person("bpo_crm.group_bpo_agent")
    reply = export(agent, kind, reference, **values)
    assert reply.status_code >= 400
    assert reference not in reply.text


@pytest.mark.parametrize("role", ["supervisor", "manager"])
def test_supervisors_and_managers_get_their_files(new_person, reference, role):
    session = new_person(f"bpo_crm.group_bpo_{role}")
    for kind, values in KINDS:
        reply = export(session, kind, reference, **values)
        assert reply.status_code == 200
        if kind == "csv":
            assert reference in reply.text
        else:
            assert reply.content.startswith(b"PK")


def test_an_agent_who_was_given_the_right_exports_own_leads_only(
    new_person, floor, dealership, reference
):
    agent = new_person("bpo_crm.group_bpo_agent", EXPORT)
    assert reference not in export(agent, "csv", reference).text
    lead = floor.new_lead(dealership)
    floor.admin.call("crm.lead", "write", [lead], {"user_id": agent.uid})
    own = floor.read(lead)["reference"]
    reply = export(agent, "csv", own)
    assert reply.status_code == 200
    assert own in reply.text
