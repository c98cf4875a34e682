"""What the customer said, beside the result of a call; and what may be said to them."""

import pytest
from playwright.sync_api import expect

SCRIPT = ".o_bpo_call_script"


@pytest.fixture
def lead(floor, dealership):
    return floor.new_lead(dealership, contact_name="Maria Santos")


def open_wizard(client):
    client.press_in_header("Log Call")
    wizard = client.dialog("Log Call")
    expect(wizard.locator("[name=result]")).to_be_visible()
    return wizard


def find_answer(floor, lead):
    (call,) = floor.agent.call(
        "crm.call.log", "search_read", [("lead_id", "=", lead)], ["answer_id"]
    )
    return call["answer_id"] and call["answer_id"][1]


def test_the_answer_leads_on_to_the_visit(agent, floor, lead):
    agent.open_lead(lead)
    wizard = open_wizard(agent)
    answers = wizard.locator("[name=answer_id]")
    expect(answers).to_have_count(0)
    agent.choose("result", "No Answer", wizard)
    expect(wizard.locator("[name=attempt]")).to_have_text("1")
    expect(answers).to_have_count(0)
    agent.choose("result", "Answered", wizard)
    expect(answers.get_by_role("radio")).to_have_count(5)
    agent.choose("answer_id", "Wants to Visit", wizard)
    visit = agent.button("Save & Schedule Visit", wizard)
    expect(visit).to_be_visible()
    script = wizard.locator(SCRIPT)
    expect(script).to_contain_text("am I speaking with Maria Santos?")
    beside, sheet = (
        wizard.locator(selector).bounding_box()
        for selector in (SCRIPT, "[name=call_sheet]")
    )
    assert beside["x"] >= sheet["x"] + sheet["width"]
    agent.save_screenshot("log_call_answer")
    visit.click()
    expect(agent.dialog().locator("[name=mails_guests]")).to_be_visible()
    assert find_answer(floor, lead) == "Wants to Visit"


def test_who_is_not_to_be_called_is_lost_and_not_called_again(
    agent, floor, lead, dealership
):
    agent.open_lead(lead)
    wizard = open_wizard(agent)
    agent.choose("result", "Answered", wizard)
    agent.choose("answer_id", "Do Not Call", wizard)
    expect(wizard.locator("[name=blocks_phone].alert")).to_be_visible()
    agent.button("Save & Mark as Lost", wizard).click()
    lost = agent.dialog("Mark Lost")
    agent.button("Mark as Lost", lost).click()
    expect(agent.ribbon("Lost")).to_be_visible()
    expect(agent.page.locator(".alert[name=no_call]")).to_be_visible()
    asked = ["lost_reason_id", "phone"]
    (row,) = floor.admin.call("crm.lead", "read", [lead], asked)
    assert row["lost_reason_id"][1] == "Does Not Want to Be Called"
    again = floor.new_lead(
        dealership, contact_name="Maria Again", phone=row["phone"], priority="3"
    )
    agent.open("crm_lead_action_my_pipeline")
    expect(agent.card("Maria Again")).to_contain_text("Do Not Call")
    agent.open_lead(again)
    expect(agent.page.locator(".alert[name=no_call]")).to_be_visible()
    wizard = open_wizard(agent)
    expect(wizard.locator(".alert[name=no_call]")).to_be_visible()
    agent.save_screenshot("log_call_blocked")


def test_the_answer_is_given_without_a_mouse(agent, floor, lead):
    agent.open_lead(lead)
    agent.page.keyboard.press("Alt+o")
    wizard = agent.dialog("Log Call")
    expect(wizard.locator("[name=summary] textarea")).to_be_focused()
    agent.page.keyboard.press("Alt+1")
    expect(wizard.get_by_role("radio", name="Interested")).to_be_visible()
    agent.page.keyboard.press("Alt+Shift+Digit3")
    expect(wizard.get_by_role("radio", name="Not Now")).to_be_checked()
    expect(wizard.locator("[name=next_summary] input")).to_have_value("Ask again")
    agent.page.keyboard.press("Alt+q")
    expect(wizard).to_have_count(0)
    assert find_answer(floor, lead) == "Not Now"
    expect(agent.chatter).to_contain_text("The customer's answer: Not Now")


def test_on_a_phone_the_script_is_folded_up(phone, floor, lead):
    phone.open_lead(lead)
    wizard = open_wizard(phone)
    script = wizard.locator(SCRIPT)
    words = script.get_by_text("Maria Santos")
    expect(words).to_be_hidden()
    script.locator("summary").click()
    expect(words).to_be_visible()
    phone.save_screenshot("phone_call_script")
    script.locator("summary").click()
    expect(words).to_be_hidden()
    phone.choose("result", "Answered", wizard)
    phone.choose("answer_id", "Interested", wizard)
    expect(wizard.get_by_role("radio", name="Interested")).to_be_checked()
    phone.save_screenshot("phone_call_answer")
    is_wider = "element => element.scrollWidth > element.clientWidth"
    assert not wizard.locator(".modal-body").evaluate(is_wider)
    phone.button("Save", wizard).click()
    expect(wizard).to_have_count(0)
    assert find_answer(floor, lead) == "Interested"
