"""A mail to the customer, in two clicks."""

import re

import pytest
from playwright.sync_api import expect


@pytest.fixture
def lead(floor, dealership):
    return floor.new_lead(
        dealership, contact_name="Maria Santos", email_from="maria@customer.example"
    )


def test_two_clicks_send_the_mail_that_fits(agent, floor, lead):
    floor.agent.call("crm.call.log", "create", {"lead_id": lead, "result": "busy"})
    agent.open_lead(lead)
    agent.button("Write Email").click()
    composer = agent.dialog("Write Email")
    subject = composer.locator("[name=subject] input")
    expect(subject).to_have_value(re.compile("^We could not reach you about Vios"))
    expect(composer.locator("[name=body]").first).to_contain_text("Dear Maria Santos")
    expect(composer.locator("[name=partner_ids]").first).to_contain_text("Maria Santos")
    agent.save_screenshot("write_mail")
    agent.button("Send", composer).click()
    expect(composer).to_have_count(0)
    expect(agent.chatter).to_contain_text("I have just tried to call you")
    message = floor.last_message(lead)
    assert "maria@customer.example" in str(floor.mailed_to(message))


def test_without_an_address_the_message_says_what_to_do(agent, floor, dealership):
    lead = floor.new_lead(dealership, email_from=False)
    agent.open_lead(lead)
    agent.button("Write Email").click()
    agent.close_error("has no email address")
