"""A manager sets the call centre up."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PHONE
from tests.browser.web_client import FORM

MY_DAY = ".o_bpo_my_day"
CHECKLIST = ".o_bpo_checklist"


@pytest.fixture
def checklist(floor):
    """The checklist on the manager's home, and the only source, without a token."""
    # The doors of others' sources stay open.
    floor.execute("UPDATE crm_lead_source SET token_date = NULL")
    source = floor.manager.call(
        "crm.lead.source", "create", {"name": "Own site", "code": "own-site"}
    )
    floor.manager.call("onboarding.onboarding", "reopen_bpo_checklist")
    yield source
    floor.manager.call("onboarding.onboarding", "close_bpo_checklist")
    floor.manager.call("crm.lead.source", "action_revoke_token", [source])
    values = {"code": f"x{source}", "active": False}
    floor.manager.call("crm.lead.source", "write", [source], values)
    floor.execute(
        "UPDATE crm_lead_source SET token_date = create_date"
        " WHERE token_hash IS NOT NULL"
    )


def step(client, title):
    return client.page.locator(f"{CHECKLIST} li", has_text=title)


def test_a_step_has_its_tick_once_it_is_done(manager, floor, checklist):
    manager.open("my_day_action", MY_DAY)
    source = step(manager, "Make a token for a lead source")
    expect(source.get_by_label("To do")).to_be_visible()
    manager.save_screenshot("setting_up")
    manager.button("Open Lead Sources", source).click()
    manager.page.locator(".o_data_cell[name=name]", has_text="Own site").click()
    manager.button("Make a Token").click()
    dialog = manager.dialog("it is not shown again")
    manager.button("Close", dialog).last.click()
    manager.open("my_day_action", MY_DAY)
    expect(source.get_by_label("Done")).to_be_visible()


def test_a_test_enquiry_opens_its_lead(manager, floor, checklist):
    floor.manager.call("crm.lead.source", "action_make_token", [checklist])
    manager.open("my_day_action", MY_DAY)
    enquiry = step(manager, "Let an enquiry come in")
    manager.button("Send a Test Enquiry", enquiry).click()
    manager.page.wait_for_selector(FORM)
    customer = manager.page.locator("[name=contact_name] input").first
    expect(customer).to_have_value("Test Customer")
    manager.save_screenshot("test_enquiry")
    leads = [("name", "=", "TEST: enquiry through Own site")]
    found = floor.manager.call("crm.lead", "search", leads)
    assert len(found) == 1
    floor.manager.call("crm.lead", "unlink", found)
    manager.open("my_day_action", MY_DAY)
    expect(enquiry.get_by_label("Done")).to_be_visible()


def test_it_is_put_away_and_brought_back(manager, checklist):
    manager.open("my_day_action", MY_DAY)
    manager.button("Put Away", manager.page.locator(CHECKLIST)).click()
    expect(manager.page.locator(CHECKLIST)).to_have_count(0)
    manager.open_menu("Configuration", "Setting Up")
    expect(manager.page.locator(f"{CHECKLIST} li")).to_have_count(6)
    manager.button("Show on My Day").click()
    expect(manager.page.locator(f"{MY_DAY} {CHECKLIST}")).to_be_visible()


def test_it_fits_on_a_phone(browse, checklist):
    client = browse("manager", PHONE)
    client.open("my_day_action", MY_DAY)
    buttons = client.page.locator(f"{CHECKLIST} li button")
    expect(buttons.first).to_be_visible()
    for button in buttons.all():
        box = button.bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= PHONE["width"]
    client.save_screenshot("setting_up_phone")


@pytest.mark.parametrize("login", ["agent", "supervisor"])
def test_others_have_no_checklist(browse, checklist, login):
    client = browse(login).open("my_day_action", MY_DAY)
    expect(client.page.locator(".o_bpo_numbers")).to_be_visible()
    expect(client.page.locator(CHECKLIST)).to_have_count(0)
    client.open("setting_up_action", ".o_bpo_setting_up")
    shown = client.page.locator(".o_bpo_setting_up")
    expect(shown).to_contain_text("A BPO manager sets up")
