"""Leads that are given out, and first attempts that are due."""

import re
from datetime import datetime, timedelta, timezone

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import TIMEOUT
from tests.browser.test_pool import pool_lead
from tests.sender import Sender, new_phone
from tests.waiting import comes_true


@pytest.fixture
def open_dealership(floor, dealership):
    """A dealership where all minutes count."""
    calendar = floor.admin.call(
        "resource.calendar", "create", {"name": "Open", "attendance_ids": [(5, 0, 0)]}
    )
    values = {"resource_calendar_id": calendar}
    floor.supervisor.call("crm.dealership", "write", dealership, values)
    return dealership


def ask(floor, dealership, minutes, **values):
    """Let a customer of a source with a target of 30 minutes have asked."""
    source = Sender(floor, target_minutes=30).source
    moment = datetime.now(timezone.utc) - timedelta(minutes=minutes)
    lead = pool_lead(floor, dealership, **values)
    values = {"intake_source_id": source, "enquiry_date": f"{moment:%F %T}"}
    floor.supervisor.call("crm.lead", "write", lead, values)
    return lead


def test_the_cards_say_which_first_contact_is_due(agent, floor, open_dealership):
    ask(floor, open_dealership, 25, contact_name="Due Soon", priority="3")
    ask(floor, open_dealership, 90, contact_name="Too Late", priority="3")
    ask(floor, open_dealership, 1, contact_name="In Time", priority="3")
    agent.open("crm_lead_action_open")
    expect(agent.card("Due Soon")).to_contain_text("First Attempt Due By")
    expect(agent.card("Too Late")).to_contain_text("First Attempt Missed")
    expect(agent.card("In Time")).not_to_contain_text("First Attempt")
    agent.save_screenshot("first-contact")


def test_a_call_takes_it_off_the_card(agent, floor, open_dealership):
    lead = ask(floor, open_dealership, 90, contact_name="Called Late", priority="3")
    floor.agent.call("crm.lead", "action_claim", [lead])
    floor.agent.call("crm.call.log", "create", {"lead_id": lead, "result": "busy"})
    agent.open("crm_lead_action_my_pipeline")
    expect(agent.card("Called Late")).not_to_contain_text("First Attempt")
    agent.open_lead(lead, "crm_lead_action_my_pipeline")
    expect(agent.page.locator("[name=response]")).to_contain_text("Missed")
    badge = agent.page.locator("[name=response] .badge")
    expect(badge).to_have_class(re.compile("text-bg-danger"))
    minutes = agent.page.locator("[name=response_minutes]")
    expect(minutes).to_contain_text("1 hr, 30 min")


@pytest.fixture
def team(floor):
    members = [(6, 0, [floor.agent.uid])]
    values = {"name": "Told", "member_ids": members}
    team = floor.manager.call("crm.team", "create", values)
    yield team
    floor.manager.call("crm.team", "write", team, {"active": False})


def wait_until_online(session):
    """Wait until Odoo knows that somebody's browser is open.

    Where an earlier page of it has ended just now, that counts as leaving, until the
    browser contradicts.
    """

    def is_online():
        [user] = session.call("res.users", "read", [session.uid], ["im_status"])
        return user["im_status"] == "online"

    assert comes_true(is_online, TIMEOUT / 1000)


def test_a_manager_sets_up_a_team_and_the_agent_is_told(
    manager, agent, floor, team, around_the_clock
):
    # Whose browser is open is signed in.
    agent.open("my_day_action", ".o_bpo_my_day")
    manager.open("crm_lead_action_all")
    manager.open_menu("Configuration", "Sales Teams")
    manager.page.locator(".o_data_row", has_text="Told").locator("td").nth(2).click()
    manager.page.get_by_label("Round robin").check()
    manager.page.locator("[name=open_leads_max] input").fill("500")
    manager.page.locator(".o_form_button_save").click()
    member = manager.page.locator(".o_kanban_record", has_text="At Work")
    expect(member).to_contain_text("of 500")
    manager.save_screenshot("team")
    wait_until_online(floor.agent)
    _status, answer = Sender(floor, team_id=team).post({"phone": new_phone()})
    expect(agent.toast("New for you")).to_contain_text(answer["reference"])


def test_a_state_has_its_colour_in_lists_as_well(manager, floor, open_dealership):
    ask(floor, open_dealership, 90, contact_name="Red", priority="3")
    ask(floor, open_dealership, 25, contact_name="Orange", priority="3")
    ask(floor, open_dealership, 1, contact_name="Blue", priority="3")
    manager.open("crm_lead_action_open")
    manager.page.locator(".o_switch_view.o_list").click()
    for name, colour in (("Red", "danger"), ("Orange", "warning"), ("Blue", "info")):
        row = manager.page.locator(".o_data_row", has_text=name)
        badge = row.locator("[name=response_state] .badge")
        expect(badge).to_have_class(re.compile(f"text-bg-{colour}"))


def test_the_report_has_the_share_of_each_source(manager, floor, open_dealership):
    lead = ask(floor, open_dealership, 90)
    floor.agent.call("crm.lead", "action_claim", [lead])
    floor.agent.call("crm.call.log", "create", {"lead_id": lead, "result": "busy"})
    manager.open("crm_speed_to_lead_action", ".o_pivot")
    pivot = manager.page.locator("div.o_pivot")
    expect(pivot).to_contain_text("Response Time (Median)")
    expect(pivot).to_contain_text("In Time")
    expect(pivot).to_contain_text("%")
    manager.save_screenshot("speed-to-lead")


#: Where the middle of the first bar of a graph is, in pixels, once it has grown, and
#: what it shows.
FIRST_BAR = """canvas => {
    const chart = Chart.getChart(canvas);
    chart.update("none");
    const place = chart.data.datasets[0].data.findIndex(Boolean);
    const {x, y} = chart.getDatasetMeta(0).data[place].getCenterPoint();
    return {x, y, figure: chart.data.datasets[0].data[place]};
}"""


def open_first_bar(client):
    """Click on it, and return what it shows, and how many rows are opened."""
    canvas = client.page.locator(".o_graph_canvas_container canvas")
    bar = canvas.evaluate(FIRST_BAR)
    canvas.click(position={"x": bar["x"], "y": bar["y"]})
    client.page.wait_for_selector(".o_list_renderer")
    opened = client.page.locator(".o_pager_limit").inner_text()
    return bar["figure"], int(opened)


def test_a_bar_opens_the_rows_that_it_was_counted_from(manager, floor, open_dealership):
    lead = ask(floor, open_dealership, 90)
    floor.agent.call("crm.lead", "action_claim", [lead])
    # In one hour, and so in one bar.
    moment = f"{datetime.now(timezone.utc) - timedelta(minutes=1):%F %T}"
    call = {"lead_id": lead, "call_date": moment}
    for result in ("answered", "busy"):
        floor.agent.call("crm.call.log", "create", {**call, "result": result})
    manager.open("crm_call_report_action", ".o_pivot")
    manager.page.locator(".o_switch_view.o_graph").click()
    count, opened = open_first_bar(manager)
    assert count == opened > 0
    manager.open("crm_best_time_action", ".o_pivot")
    manager.page.locator(".o_switch_view.o_graph").click()
    share, opened = open_first_bar(manager)
    assert 0 < share <= 1
    assert opened > 1


def test_the_best_time_to_call_is_told_by_hour(manager, floor, open_dealership):
    lead = ask(floor, open_dealership, 90)
    floor.agent.call("crm.lead", "action_claim", [lead])
    floor.agent.call("crm.call.log", "create", {"lead_id": lead, "result": "answered"})
    for action, words in (
        ("crm_best_time_action", "Right-Party Contacts"),
        ("crm_call_report_action", "Minutes a Call"),
        ("crm_ladder_report_action", "Spoken To"),
    ):
        manager.open(action, ".o_pivot")
        expect(manager.page.locator("div.o_pivot")).to_contain_text(words)
        manager.save_screenshot(action.removesuffix("_action"))
