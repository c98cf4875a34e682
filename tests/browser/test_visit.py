"""Visits: a meeting of Odoo's calendar that knows the lead and the dealership."""

import urllib.request
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
    expect(schedule(agent)).to_contain_text("Planned")
    let_its_day_come(floor, floor.visits(lead)[0])
    agent.row_button("action_visit_no_show").click()
    expect(agent.chatter).to_contain_text("The customer did not come.")
    assert floor.visits(lead)[0]["visit_state"] == "no_show"


def test_the_window_says_who_is_told_by_mail(agent, floor, lead):
    floor.admin.call(
        "crm.lead", "write", [lead], {"email_from": "vera@customer.example"}
    )
    agent.open_lead(lead)
    agent.button("Schedule Visit").click()
    dialog = agent.dialog("Schedule Visit")
    note = dialog.locator("[name=invitation_note]")
    expect(note).to_have_text("Told by mail: Vera Visitor (vera@customer.example).")
    dialog.locator("[name=mails_guests] input").uncheck()
    expect(note).to_have_text("No guest is told by mail.")
    agent.save_screenshot("visit_untold")
    agent.button("Save", dialog).click()
    expect(dialog).to_have_count(0)
    (visit,) = floor.visits(lead)
    (row,) = floor.admin.call(
        "calendar.event", "read", [visit["id"]], ["mails_guests", "attendee_ids"]
    )
    assert row["mails_guests"] is False
    assert len(row["attendee_ids"]) == 2


def test_an_agent_elsewhere_reads_the_clock_of_the_dealership(agent, floor, lead):
    (row,) = floor.admin.call("crm.lead", "read", [lead], ["dealership_id"])
    zone = {"tz": "Pacific/Auckland"}
    floor.admin.call("crm.dealership", "write", [row["dealership_id"][0]], zone)
    agent.open_lead(lead)
    agent.button("Schedule Visit").click()
    dialog = agent.dialog("Schedule Visit")
    time = dialog.locator("[name=dealership_time]")
    expect(time).to_contain_text("10:00")
    expect(time).to_contain_text("Pacific/Auckland")
    agent.save_screenshot("visit_elsewhere")


def test_a_visit_can_be_cancelled_before_it_is_saved(agent, floor, lead):
    agent.open_lead(lead)
    agent.button("Schedule Visit").click()
    dialog = agent.dialog("Schedule Visit")
    agent.button("Discard", dialog).click()
    expect(dialog).to_have_count(0)
    assert floor.visits(lead) == []
    assert floor.activities(lead) == []


def test_the_page_of_the_invitation_says_that_it_is_cancelled(agent, floor, lead):
    agent.open_lead(lead)
    schedule(agent)
    (visit,) = floor.visits(lead)
    guests = [("event_id", "=", visit["id"]), ("common_name", "=", "Vera Visitor")]
    (guest,) = floor.admin.call(
        "calendar.attendee", "search_read", guests, ["access_token"]
    )
    page = (
        f"{floor.server.url}/calendar/meeting/view"
        f"?token={guest['access_token']}&id={visit['id']}"
    )
    cancelled = "This meeting is cancelled."

    def read():
        with urllib.request.urlopen(page) as response:  # of a server on loopback
            return response.read().decode()

    assert "Vera Visitor" in read()
    assert cancelled not in read()
    (reason,) = floor.admin.call("crm.lost.reason", "search", [], limit=1)
    floor.admin.call("crm.lead", "action_set_lost", [lead], lost_reason_id=reason)
    assert cancelled in read()
