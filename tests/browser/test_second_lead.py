"""A customer with an open lead, made by hand a second time."""

from playwright.sync_api import expect

from tests.browser.test_pool import pool_lead
from tests.browser.web_client import FORM
from tests.sender import new_phone

NEW = "crm_lead_action_my_pipeline/new"


def make_lead(client, phone):
    """Type in a lead and save it."""
    client.open(NEW, FORM)
    client.page.locator("[name=name] :is(input, textarea)").first.fill("By hand")
    client.page.locator("[name=phone] input:visible").first.fill(phone)
    client.page.locator(".o_form_button_save").click()


def test_an_agent_is_led_to_the_lead_in_the_pool(agent, floor, dealership):
    phone = new_phone()
    lead = pool_lead(floor, dealership, phone=phone)
    # As people there write it.
    make_lead(agent, phone.replace("+63 ", "0"))
    dialog = agent.dialog("has an open lead already")
    expect(dialog).to_contain_text("waits in the pool")
    agent.save_screenshot("second_lead")
    agent.button("Open Lead", dialog).click()
    reference = agent.page.locator("[name=reference]").first
    expect(reference).to_contain_text(floor.read(lead)["reference"])
    expect(agent.button("Claim Lead")).to_be_visible()


def test_an_agent_is_told_which_colleague_works_the_customer(agent, floor, dealership):
    phone = new_phone()
    lead = pool_lead(floor, dealership, phone=phone)
    floor.login("agent2").call("crm.lead", "action_claim", [lead])
    make_lead(agent, phone)
    agent.close_error("has an open lead already")
    assert "was about to make a second lead" in floor.chatter(lead)
    expect(agent.page.locator("[name=name] :is(input, textarea)").first).to_have_value(
        "By hand"
    )


def test_an_agent_leaves_the_colleague_a_message(agent, floor, dealership):
    phone = new_phone()
    lead = pool_lead(floor, dealership, phone=phone)
    floor.login("agent2").call("crm.lead", "action_claim", [lead])
    make_lead(agent, phone)
    refusal = agent.dialog("has an open lead already")
    agent.button("Leave a Message", refusal).click()
    window = agent.dialog("Leave a Message for")
    expect(window).to_contain_text(floor.read(lead)["reference"])
    window.locator("[name=message] textarea").fill("Wants to be called at 15:00")
    agent.save_screenshot("leave_message")
    agent.button("Leave the Message", window).click()
    agent.toast("The message is left")
    expect(window).to_have_count(0)
    assert "Wants to be called at 15:00" in floor.chatter(lead)
    # What was typed is there still.
    expect(agent.page.locator("[name=name] :is(input, textarea)").first).to_have_value(
        "By hand"
    )
