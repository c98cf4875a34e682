"""A manager says what a sender's fields mean; a supervisor takes in what waits."""

import json
import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.web_client import FORM
from tests.sender import Sender, new_phone


@pytest.fixture
def sender(floor):
    return Sender(floor)


@pytest.fixture
def waiting(floor, sender):
    """An enquiry that waits, since nobody knows what its fields mean."""
    body = {
        "wie": "Ana Reyes",
        "nummer": new_phone(),
        "wagen": "Vios 1.3 XLE",
        "anfrage": {"satz": "Do you still have it?", "filiale": "Nowhere"},
    }
    status, answer = sender.post(body)
    assert status == 422
    domain = [("external_id", "=", answer["external_id"])]
    (row,) = floor.supervisor.call("crm.lead.enquiry", "search", domain)
    return row


def read_state(floor, row):
    (read,) = floor.supervisor.call("crm.lead.enquiry", "read", [row], ["state"])
    return read["state"]


def set_meaning(client, dialog, number, meaning):
    """Say what the field of a line means.

    :param int number: of the line, from 0.
    :param str meaning: as the list of them shows it.
    """
    cell = dialog.locator(".o_data_row").nth(number).locator("td[name=meaning]")
    cell.click()
    expect(cell.locator("select, input").first).to_be_visible()
    if cell.locator("select").count():
        cell.locator("select").select_option(label=meaning)
        return
    # In 19.0 it is a menu.
    cell.locator("input").fill(meaning)
    items = client.page.locator(".o_select_menu_item")
    items.get_by_text(meaning, exact=True).click()


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_an_enquiry_in_quarantine_is_mapped_and_comes_in(browse, floor, waiting, size):
    manager = browse("manager", size)
    name = "map_fields" if size == DESKTOP else "phone_map_fields"
    manager.open(f"crm_lead_enquiry_action/{waiting}", FORM)
    manager.press_in_header("Map Fields")
    dialog = manager.dialog("What It Becomes")
    expect(dialog).to_contain_text("It would wait in quarantine")
    manager.save_screenshot(f"{name}_before")
    if size == PHONE:
        # A small screen shows lines as cards, each of which opens.
        dialog.locator(".o_kanban_record, .o_data_row").nth(1).click()
        manager.save_screenshot(f"{name}_line")
        return
    set_meaning(manager, dialog, 1, "Phone")
    set_meaning(manager, dialog, 0, "Customer's Name")
    set_meaning(manager, dialog, 2, "Vehicle")
    dialog.locator(".modal-title").click()
    result = dialog.locator("[name=result]")
    expect(result).not_to_contain_text("quarantine")
    expect(result).to_contain_text("Ana Reyes")
    manager.save_screenshot(name)
    manager.button("Save and Retry", dialog).click()
    expect(manager.toast("The enquiry has come in")).to_be_visible()
    assert read_state(floor, waiting) == "created"


def test_a_manager_pastes_a_sample(manager, sender):
    manager.open(f"crm_lead_source_action/{sender.source}", FORM)
    manager.button("Map Fields").click()
    dialog = manager.dialog("What the Sender Sends")
    sample = {"wie": "Ana", "mobile": new_phone(), "budget": "900000"}
    dialog.locator("[name=sample] textarea").fill(json.dumps(sample))
    dialog.locator(".modal-title").click()
    expect(dialog.locator(".o_data_row")).to_have_count(3)
    set_meaning(manager, dialog, 0, "Customer's Name")
    set_meaning(manager, dialog, 2, "A Field of the Lead")
    cell = dialog.locator(".o_data_row").nth(2).locator("td[name=target_field]")
    cell.click()
    cell.locator(".o_model_field_selector").click()
    popover = manager.page.locator(".o_model_field_selector_popover")
    popover.locator("input").first.fill("Expected Revenue")
    popover.get_by_text(re.compile("^Expected Revenue$")).first.click()
    expect(dialog.locator("[name=result]")).to_contain_text("900000")
    manager.save_screenshot("map_sample")
    manager.button("Save", dialog).click()
    expect(dialog).to_have_count(0)
    lines = manager.page.locator(".o_field_widget[name=field_ids] .o_data_row")
    expect(lines).to_have_count(2)
    manager.save_screenshot("source_fields")


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_a_supervisor_takes_in_who_is_named_in_the_text(browse, floor, waiting, size):
    supervisor = browse("supervisor", size)
    supervisor.open(f"crm_lead_enquiry_action/{waiting}", FORM)
    expect(supervisor.button("Map Fields")).to_have_count(0)
    supervisor.press_in_header("Make a Lead")
    dialog = supervisor.dialog("There is neither a phone number")
    dialog.locator("[name=name] input").fill("Ana Reyes")
    dialog.locator("[name=phone] input").first.fill(new_phone())
    supervisor.save_screenshot(f"make_a_lead_{size['width']}")
    supervisor.button("Make a Lead", dialog).click()
    expect(supervisor.chatter).to_contain_text("took the enquiry in")
    assert read_state(floor, waiting) == "created"


@pytest.mark.parametrize("proof", ["key", "signature"])
def test_the_window_shows_what_a_way_needs(manager, floor, proof):
    sender = Sender(floor, proof=proof, has_challenge=True)
    manager.open(f"crm_lead_source_action/{sender.source}", FORM)
    manager.save_screenshot(f"source_{proof}")
    manager.button("Make Another Token").click()
    manager.button("Ok").click()
    dialog = manager.dialog("it is not shown again")
    token = dialog.locator("[name=token]").inner_text()
    expect(dialog.locator("[name=example]")).to_contain_text(token)
    is_signed = proof == "signature"
    expect(dialog.get_by_text("Secret", exact=True)).to_have_count(int(is_signed))
    expect(dialog.locator("[name=verify_token]")).to_have_count(int(is_signed))
    if not is_signed:
        expect(dialog.locator("[name=url]")).to_contain_text(f"?key={token}")
    manager.save_screenshot(f"source_token_{proof}")
