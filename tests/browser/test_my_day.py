"""The agent's home."""

import datetime

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import DESKTOP, PHONE

MY_DAY = ".o_bpo_my_day"


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


def section(client, name):
    return client.page.locator(f"[data-section={name}]")


def test_my_day_shows_what_is_due_and_logs_a_call(home, floor, dealership):
    now = datetime.datetime.now(datetime.UTC)
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
    expect(section(home, "idle")).to_contain_text("Without a plan")
    home.save_screenshot("my_day")
    home.button("Log Call", callbacks.first).click()
    wizard = home.dialog("Log Call")
    expect(wizard.locator("[name=planned_activity_id] input")).not_to_have_value("")
    home.choose("result", "Voicemail", wizard)
    home.button("Save", wizard).click()
    expect(callbacks).to_have_count(1)
    assert floor.calls(sooner)[0]["result"] == "voicemail"
    section(home, "idle").get_by_text("Without a plan").click()
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
    expect(section(home, "idle")).to_contain_text("Fresh enquiry")


def test_the_systray_leads_to_what_is_due(home, floor, dealership):
    lead = claimed_lead(floor, dealership, "In the systray")
    plan(floor, lead, date_deadline=f"{datetime.datetime.now(datetime.UTC):%F}")
    home.open("my_day_action", MY_DAY)
    home.page.locator(".o_menu_systray .fa-clock-o").click()
    group = home.page.locator(".o-mail-ActivityGroup", has_text="Lead").first
    group.click()
    rows = home.page.locator(".o_data_row")
    expect(rows.filter(has_text="In the systray")).to_be_visible()


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_my_day_scrolls_to_its_last_row(browse, floor, dealership, size):
    for number in range(12):
        claimed_lead(floor, dealership, f"Far down {number}")
        floor.new_lead(dealership, user_id=False)
    client = browse("agent2", size)
    for scroll in (client.turn_wheel, client.press_page_down, client.swipe_up):
        client.open("my_day_action", MY_DAY)
        rows = client.page.locator(".o_bpo_row")
        expect(rows.first).to_be_in_viewport()
        expect(rows.last).not_to_be_in_viewport()
        client.scroll_to(rows.last, scroll)
        client.save_screenshot(f"my_day_{size['width']}_{scroll.__name__}")
        expect(rows.last).to_be_in_viewport(ratio=1)
