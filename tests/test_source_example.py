"""A token that was made: what it is shown with works, and nothing else keeps it."""

import json
import subprocess

import pytest

from tests.sender import find
from tools import programs


@pytest.fixture
def source(floor):
    """A source without a token, whose code needs to be written otherwise in a URL."""
    values = {"name": "It's a site", "code": "it's & co"}
    source = floor.manager.call("crm.lead.source", "create", values)
    yield source
    floor.manager.call("crm.lead.source", "action_revoke_token", [source])
    floor.manager.call("crm.lead.source", "write", [source], {"code": f"x{source}"})


def make_token(floor, source):
    action = floor.manager.call("crm.lead.source", "action_make_token", [source])
    return action["params"]


def run(command):
    """Run a command as somebody does who pasted it into a shell."""
    path, reason = programs.find_curl()
    assert path, reason
    done = subprocess.run(
        ["sh", "-c", command], capture_output=True, text=True, timeout=60, check=True
    )
    return json.loads(done.stdout)


def test_the_example_makes_a_lead_once(floor, source):
    example = make_token(floor, source)["example"]
    answer = run(example)
    assert answer["state"] == "created"
    lead = find(floor, answer["reference"], "contact_name", "intake_source_id")
    assert lead["contact_name"] == "Example Customer"
    assert lead["intake_source_id"][0] == source
    assert run(example)["is_known"]


def test_the_example_of_an_old_token_is_refused(floor, source):
    old = make_token(floor, source)["example"]
    make_token(floor, source)
    assert "wrong token" in run(old)["error"]


def test_a_token_is_kept_nowhere(floor, bpo, source):
    token = make_token(floor, source)["token"]
    assert floor.find_tables_with(token) == []
    assert token not in bpo.read_log()
