"""The addon comes into an Odoo that is in use, beside the apps that make leads.

One of its teams works for dealerships, and one does not.
"""

import dataclasses
import json
import re
from pathlib import Path

import pytest

from tests.test_website import Visitor
from tools.jsonrpc import WebSession

SCRIPT = Path(__file__).parent / "flows_of_apps.py"

FLOWS = re.findall(r"^    (\w+),$", SCRIPT.read_text(), re.M)
OF_ONE_TEAM = [flow for flow in FLOWS if "two_teams" not in flow]
COSTS = re.findall(r'^            "([\w ]+)": lambda', SCRIPT.read_text(), re.M)

assert FLOWS, COSTS

#: What is said in the chatter is the addon's.
TOLD = (
    "name",
    "type",
    "stage",
    "team",
    "owner",
    "active",
    "registrations",
    "event",
    "channel",
)

MOVES = 'From "New" the only allowed next stage is'


@dataclasses.dataclass
class Phase:
    """What people do, and what it costs, at one time."""

    flows: dict
    costs: dict
    #: What became of what a visitor sent by the contact form, twice.
    forms: list

    def read(self, team, flow):
        """Return what became of leads, without what is said about them."""
        result = self.flows[team][flow]
        if isinstance(result, str):
            return result
        return [{name: lead[name] for name in TOLD} for lead in result]

    def only(self, flow):
        """Return the only lead of the floor that there is after something was done."""
        (lead,) = self.flows["Floor"][flow]
        return lead


@dataclasses.dataclass
class House:
    before: Phase
    after: Phase


def live(stack, database, server):
    """Let people do everything once."""
    output = stack.run_script(database, SCRIPT)
    (line,) = (line for line in output.splitlines() if line.startswith("TOLD "))
    told = json.loads(line.removeprefix("TOLD "))
    return Phase(told["flows"], told["costs"], send_forms(server))


def send_forms(server):
    """Send the contact form twice; return the leads that there are for it."""
    server.start()
    email = f"visitor@{server.log_file.stem}.example"
    for text in ("First", "Second"):
        Visitor(server.url).send(name=text, contact_name="Visitor", email_from=email)
    leads = [("email_normalized", "=", email)]
    admin = WebSession.of(server, "admin")
    rows = admin.call("crm.lead", "search_read", leads, ["name", "type"], order="id")
    server.stop()
    return [(row["name"], row["type"]) for row in rows]


@pytest.fixture(scope="module")
def house(stack):
    database = stack.clone("apps")
    before = live(stack, database, stack.server(database, "before"))
    stack.run_odoo(database, "-i", "bpo_crm")
    server = stack.bpo_server(database, name="after")
    let_all_work(server)
    return House(before, live(stack, database, server))


def let_all_work(server):
    """Let what visitors of the website ask be for dealerships, whatever its team is."""
    server.start()
    admin = WebSession.of(server, "admin")
    for model in ("crm.team", "res.company"):
        admin.call(model, "write", admin.call(model, "search", []), {"is_bpo": True})
    server.stop()


@pytest.mark.parametrize("flow", OF_ONE_TEAM)
def test_of_other_teams_everything_is_as_it_was(house, flow):
    before, after = (
        phase.read("Own Sales", flow) for phase in (house.before, house.after)
    )
    assert isinstance(before, list)
    assert after == before


@pytest.mark.parametrize("cost", COSTS)
def test_a_lead_of_another_team_costs_what_it_did(house, cost):
    assert house.after.costs[cost] == house.before.costs[cost]


@pytest.mark.parametrize(
    ("flow", "text"),
    [
        ("a_known_guest_is_registered", "Guest"),
        ("leads_of_a_whole_event_are_made", "Guest"),
        ("a_known_customer_chats", "From a chat"),
        ("a_known_customer_talks_to_a_bot", "New Lead"),
    ],
)
def test_what_an_app_makes_for_a_known_customer_is_merged(house, flow, text):
    assert len(house.before.flows["Floor"][flow]) == 2
    lead = house.after.only(flow)
    assert (lead["name"], lead["owner"]) == ("Before", "caller")
    assert text in lead["said"]


@pytest.mark.parametrize(
    "flow", ["a_known_guest_is_registered", "leads_of_a_whole_event_are_made"]
)
def test_it_is_linked_with_the_registration(house, flow):
    lead = house.after.only(flow)
    assert (lead["registrations"], lead["event"]) == (1, "Open Day of Floor")


def test_it_is_linked_with_the_chat(house):
    # Odoo 18.0 links no lead with its chat.
    (_held, made) = house.before.flows["Floor"]["a_known_customer_chats"]
    assert house.after.only("a_known_customer_chats")["channel"] == made["channel"]


def test_who_attends_is_one_lead(house):
    assert len(house.before.flows["Floor"]["a_guest_attends"]) == 2
    assert house.after.only("a_guest_attends")["registrations"] == 1


def test_the_desk_is_never_refused(house):
    flow = "a_guest_takes_the_address_of_another"
    held, made = house.after.flows["Floor"][flow]
    assert held["name"] == "Before"
    assert "Guest was changed, and this lead was not." in made["said"]


@pytest.mark.parametrize(
    "flow", ["a_new_guest_is_registered", "a_new_chat_becomes_a_lead"]
)
def test_what_a_new_customer_asks_is_an_opportunity(house, flow):
    (before,) = house.before.flows["Floor"][flow]
    after = house.after.only(flow)
    assert (before["type"], after["type"]) == ("lead", "opportunity")
    assert (after["owner"], after["stage"]) == (False, "New")


def test_the_contact_form_is_merged_whatever_the_setting_on_leads_is(house):
    assert house.before.forms == [("First", "lead"), ("Second", "lead")]
    assert house.after.forms == [("First", "opportunity")]


def test_a_lead_from_before_is_converted(house):
    lead = house.after.only("a_lead_is_converted")
    assert (lead["type"], lead["stage"], lead["team"]) == (
        "opportunity",
        "New",
        "Floor",
    )


def test_one_known_customer_does_not_stop_a_conversion_of_many(house):
    one, two, known = house.after.flows["Floor"]["many_leads_are_converted"]
    for lead in (one, two):
        assert (lead["type"], lead["owner"]) == ("opportunity", "caller")
    assert (known["name"], known["owner"]) == ("Before", "caller")


@pytest.mark.parametrize(
    "flow", ["leads_of_one_team_are_merged", "leads_of_two_teams_are_merged"]
)
def test_leads_are_merged_and_stay_with_the_floor(house, flow):
    lead = house.after.only(flow)
    assert (lead["name"], lead["team"], lead["stage"]) == ("Before", "Floor", "New")


def test_the_rules_are_for_the_floor(house):
    flows = house.after.flows["Floor"]
    assert MOVES in flows["an_automation_moves_a_lead"]
    assert "needs a lost reason" in flows["a_nightly_job_archives"]
