"""Visits: a meeting of Odoo's calendar that knows the lead and the dealership."""

from datetime import datetime, timedelta, timezone

import pytest
from playwright.sync_api import expect


@pytest.fixture
def lead(floor, dealer):
    dealership = floor.new_dealership(
        dealer.server.url,
        dealer.server.database,
        name="Pasig Motors",
        street="1 Ortigas Avenue",
        city="Pasig",
    )
    return floor.new_lead(dealership, contact_name="Vera Visitor")


def schedule(client):
    client.button("Schedule Visit").click()
    dialog = client.dialog("Schedule Visit")
    expect(dialog.locator("[name=location] input")).to_have_value(
        "Pasig Motors, 1 Ortigas Avenue, Pasig"
    )
    client.save_screenshot("visit")
    client.button("Save", dialog).click()
    expect(dialog).to_have_count(0)
    client.page.get_by_role("tab", name="Visits").click()
    return client.page.locator("[name=visit_ids] .o_data_row")


def let_its_day_come(floor, visit):
    """Move a visit to this hour: what comes of it is recorded on its day."""
    now = datetime.now(timezone.utc).replace(microsecond=0, tzinfo=None)
    values = {"start": str(now), "stop": str(now + timedelta(hours=1))}
    floor.admin.call("calendar.event", "write", [visit["id"]], values)


def test_a_visit_is_scheduled_and_takes_place(agent, floor, lead):
    agent.open_lead(lead)
    row = schedule(agent)
    expect(row).to_contain_text("Planned")
    expect(agent.chatter).to_contain_text("Visit: Vera Visitor")
    (visit,) = floor.visits(lead)
    invited = floor.admin.call("res.partner", "read", visit["partner_ids"], ["name"])
    assert {partner["name"] for partner in invited} == {"Ana Agent", "Vera Visitor"}
    assert len(floor.activities(lead)) == 1
    let_its_day_come(floor, visit)
    agent.row_button("action_visit_done").click()
    expect(row).to_contain_text("Took Place")
    expect(agent.chatter).to_contain_text("The customer came.")
    assert floor.activities(lead) == []


def test_a_no_show_is_recorded(agent, floor, lead):
    agent.open_lead(lead)
    schedule(agent)
    let_its_day_come(floor, floor.visits(lead)[0])
    agent.row_button("action_visit_no_show").click()
    expect(agent.chatter).to_contain_text("The customer did not come.")
    assert floor.visits(lead)[0]["visit_state"] == "no_show"


def test_a_visit_can_be_cancelled_before_it_is_saved(agent, floor, lead):
    agent.open_lead(lead)
    agent.button("Schedule Visit").click()
    dialog = agent.dialog("Schedule Visit")
    agent.button("Discard", dialog).click()
    expect(dialog).to_have_count(0)
    assert floor.visits(lead) == []
    assert floor.activities(lead) == []
