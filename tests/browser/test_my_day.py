"""The agent's home."""

import datetime
import re
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import DESKTOP, PHONE

MY_DAY = ".o_bpo_my_day"

#: Where the agents are.
MANILA = ZoneInfo("Asia/Manila")


@pytest.fixture
def home(browse, floor):
    """The second agent's home, with nothing due on it."""
    floor.cancel_activities(floor.login("agent2"))
    return browse("agent2")


def claimed_lead(floor, dealership, name):
    lead = floor.new_lead(dealership, name=name, contact_name=name, user_id=False)
    floor.login("agent2").call("crm.lead", "action_claim", [lead])
    return lead


def plan(floor, lead, **values):
    session = floor.login("agent2")
    session.call(
        "crm.lead",
        "activity_schedule",
        [lead],
        "mail.mail_activity_data_call",
        user_id=session.uid,
        **values,
    )


def do_planned(floor, lead):
    """Do all that is planned, as somebody whose browser asks for no next step."""
    planned = [activity["id"] for activity in floor.activities(lead)]
    assert planned
    floor.supervisor.call("mail.activity", "action_feedback", planned)


def section(client, name):
    return client.page.locator(f"[data-section={name}]")


def test_my_day_shows_what_is_due_and_logs_a_call(home, floor, dealership):
    now = datetime.datetime.now(datetime.timezone.utc)
    later = claimed_lead(floor, dealership, "Called back later")
    sooner = claimed_lead(floor, dealership, "Called back sooner")
    overdue = claimed_lead(floor, dealership, "Forgotten")
    idle = claimed_lead(floor, dealership, "Without a plan")
    plan(floor, later, due_at=f"{now - datetime.timedelta(minutes=1):%F %T}")
    plan(floor, sooner, due_at=f"{now - datetime.timedelta(hours=3):%F %T}")
    yesterday = now - datetime.timedelta(days=3)
    plan(floor, overdue, date_deadline=f"{yesterday:%F}", summary="Send the offer")
    home.open("my_day_action", MY_DAY)
    callbacks = section(home, "callbacks").locator(".o_bpo_row")
    expect(callbacks).to_have_count(2)
    expect(callbacks.first).to_contain_text("Called back sooner")
    expect(section(home, "overdue")).to_contain_text("Send the offer")
    expect(section(home, "missing_step")).to_contain_text("Without a plan")
    home.save_screenshot("my_day")
    home.button("Log Call", callbacks.first).click()
    wizard = home.dialog("Log Call")
    expect(wizard.locator("[name=planned_activity_id] input")).not_to_have_value("")
    home.choose("result", "Voicemail", wizard)
    home.button("Save", wizard).click()
    expect(callbacks).to_have_count(1)
    assert floor.calls(sooner)[0]["result"] == "voicemail"
    section(home, "missing_step").get_by_text("Without a plan").click()
    reference = floor.read(idle)["reference"]
    expect(home.page.locator("[name=reference]").first).to_contain_text(reference)
    assert floor.calls(later) == []


def test_my_day_claims_from_the_pool(home, floor, dealership):
    lead = floor.new_lead(
        dealership,
        contact_name="Fresh enquiry",
        user_id=False,
        priority="3",
        enquiry_date="1990-01-01 00:00:00",
    )
    home.open("my_day_action", MY_DAY)
    row = section(home, "pool").locator(".o_bpo_row", has_text="Fresh enquiry")
    home.button("Claim Lead", row).click()
    expect(home.toast(floor.read(lead)["reference"])).to_be_visible()
    expect(section(home, "missing_step")).to_contain_text("Fresh enquiry")


def open_systray(client):
    """Open the activity menu; return the entry of the leads."""
    client.page.locator(".o_menu_systray .fa-clock-o").click()
    return client.page.locator(".o-mail-ActivityGroup", has_text="Lead").first


def test_the_systray_leads_to_what_is_due(home, floor, dealership):
    due, later, done = (
        claimed_lead(floor, dealership, f"In the systray: {name}")
        for name in ("due", "later", "done")
    )
    today = datetime.datetime.now(MANILA).date()
    for lead, days in ((due, 0), (due, -2), (later, 2), (done, 0)):
        plan(floor, lead, date_deadline=f"{today + datetime.timedelta(days=days):%F}")
    do_planned(floor, done)
    reason = floor.admin.call("crm.lost.reason", "search", [], limit=1)[0]
    floor.supervisor.call("crm.lead", "action_set_lost", [done], lost_reason_id=reason)
    for number, name in ((0, None), (1, "Late"), (1, "Today"), (1, "Future")):
        home.open("my_day_action", MY_DAY)
        group = open_systray(home)
        entry = group.get_by_text(re.compile(rf"{number} {name}")) if name else group
        entry.click()
        rows = home.page.locator(".o_data_row")
        expected = "later" if name == "Future" else "due"
        expect(rows.filter(has_text=f"In the systray: {expected}")).to_be_visible()
        if name:
            expect(rows).to_have_count(number)
        expect(rows.filter(has_text="In the systray: done")).to_have_count(0)
        expect(home.page.locator(".o_searchview")).to_contain_text("My Activities")
    home.save_screenshot("my_activities")


def test_the_activity_view_shows_what_is_to_do(home, floor, dealership):
    due, done = (
        claimed_lead(floor, dealership, f"Activity view: {name}")
        for name in ("due", "done")
    )
    for lead in (due, done):
        plan(floor, lead, date_deadline="2099-01-15")
    do_planned(floor, done)
    home.open("crm_lead_action_my_pipeline")
    home.page.locator(".o_switch_view.o_activity").click()
    table = home.page.locator(".o_activity_view table")
    expect(table).to_contain_text("Activity view: due")
    expect(table.get_by_text("Activity view: done")).to_have_count(0)
    home.save_screenshot("activity_view")


@pytest.mark.parametrize(
    ("size", "way"),
    [
        (DESKTOP, "turn_wheel"),
        (DESKTOP, "press_page_down"),
        (PHONE, "swipe_up"),
    ],
    ids=["wheel", "keys", "finger"],
)
def test_my_day_scrolls_to_its_last_row(browse, floor, dealership, size, way):
    for number in range(12):
        claimed_lead(floor, dealership, f"Far down {number}")
        floor.new_lead(dealership, user_id=False)
    client = browse("agent2", size).open("my_day_action", MY_DAY)
    rows = client.page.locator(".o_bpo_row")
    expect(rows.first).to_be_in_viewport()
    expect(rows.last).not_to_be_in_viewport()
    client.scroll_to(rows.last, getattr(client, way))
    client.save_screenshot(f"my_day_{size['width']}_{way}")
    expect(rows.last).to_be_in_viewport(ratio=1)
