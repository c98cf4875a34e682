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
def new_reference(floor, dealership):
    """Makes a lead of somebody; gives what identifies it."""

    def make(owner):
        lead = floor.new_lead(dealership)
        floor.admin.call("crm.lead", "write", [lead], {"user_id": owner.uid})
        return floor.read(lead)["reference"]

    return make


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
def test_an_agent_gets_no_file_of_own_leads(new_person, new_reference, kind, values):
    agent = new_person("bpo_crm.group_bpo_agent")
    reference = new_reference(agent)
    reply = export(agent, kind, reference, **values)
    assert reply.status_code >= 400
    assert reference not in reply.text


@pytest.mark.parametrize("role", ["supervisor", "manager"])
def test_supervisors_and_managers_get_files_of_all(
    new_person, new_reference, floor, role
):
    reference = new_reference(floor.agent)
    session = new_person(f"bpo_crm.group_bpo_{role}")
    for kind, values in KINDS:
        reply = export(session, kind, reference, **values)
        assert reply.status_code == 200
        if kind == "csv":
            assert reference in reply.text
        else:
            assert reply.content.startswith(b"PK")


def test_an_agent_who_was_given_the_right_exports_own_leads_only(
    new_person, new_reference, floor
):
    agent = new_person("bpo_crm.group_bpo_agent", EXPORT)
    own, others = new_reference(agent), new_reference(floor.agent)
    assert others not in export(agent, "csv", others).text
    reply = export(agent, "csv", own)
    assert reply.status_code == 200
    assert own in reply.text
