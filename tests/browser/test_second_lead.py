"""A customer with an open lead, made by hand a second time."""

from playwright.sync_api import expect

from tests.browser.test_pool import pool_lead
from tests.browser.web_client import FORM
from tests.sender import new_phone

NEW = "crm_lead_action_my_pipeline/new"


def make_lead(client, phone):
    """Type in a lead and save it."""
    client.open(NEW, FORM)
    client.page.locator("[name=contact_name] input").first.fill("By hand")
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
    expect(agent.page.locator("[name=contact_name] input").first).to_have_value(
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
    expect(agent.toast("The message is left")).to_be_visible()
    expect(window).to_have_count(0)
    assert "Wants to be called at 15:00" in floor.chatter(lead)
    # What was typed is there still.
    expect(agent.page.locator("[name=contact_name] input").first).to_have_value(
        "By hand"
    )


LINE = ".o_bpo_known_customer .alert"


def type_in(client, name, text):
    """Type key by key into the form of a new lead, and stay in the field."""
    field = client.page.locator(f"{FORM} [name={name}] input:visible").first
    field.press_sequentially(text)
    return field


def answers_for(response, typed):
    """Tell whether it answers who has the number that is typed so far."""
    return "find_known_customer" in response.url and typed in (
        response.request.post_data or ""
    )


def test_the_line_is_there_before_anything_is_saved(agent, floor, dealership):
    phone = new_phone()
    lead = pool_lead(floor, dealership, phone=phone)
    reference = floor.read(lead)["reference"]
    agent.open(NEW, FORM)
    line = agent.page.locator(LINE)
    local = phone.replace("+63 ", "0")
    with agent.page.expect_response(lambda answer: answers_for(answer, local[:-1])):
        field = type_in(agent, "phone", local[:-1])
    expect(line).to_have_count(0)
    field.press_sequentially(phone[-1])
    expect(line).to_contain_text(reference)
    expect(line).to_contain_text("waits in the pool")
    # What is typed is left as it is.
    expect(field).to_be_focused()
    agent.save_screenshot("known_customer")
    with agent.page.expect_popup() as opened:
        line.get_by_text("Open Lead", exact=True).click()
    page = opened.value
    page.wait_for_selector(FORM)
    expect(page.locator("[name=reference]").first).to_contain_text(reference)
    page.close()
    expect(field).not_to_have_value("")
    field.fill("")
    expect(line).to_have_count(0)
    agent.page.locator(".o_form_button_cancel").click()


def open_quick_create(client):
    client.open("crm_lead_action_my_pipeline")
    column = client.page.locator(".o_kanban_group").first
    column.locator(".o_kanban_quick_add").click()
    form = client.page.locator(".o_kanban_quick_create")
    expect(form).to_be_visible()
    return form


def test_a_card_says_that_a_colleague_works_the_customer(agent, floor, dealership):
    phone = new_phone()
    lead = pool_lead(floor, dealership, phone=phone)
    floor.login("agent2").call("crm.lead", "action_claim", [lead])
    form = open_quick_create(agent)
    form.locator("[name=contact_name] input").fill("Maria")
    form.locator("[name=phone] input").press_sequentially(phone)
    line = form.locator(LINE)
    expect(line).to_contain_text("A colleague works an open lead of Maria")
    agent.save_screenshot("known_customer_card")
    agent.button("Leave a Message", line).click()
    window = agent.dialog("Leave a Message for")
    window.locator("[name=message] textarea").fill("Is on the phone")
    agent.button("Leave the Message", window).click()
    expect(window).to_have_count(0)
    assert "Is on the phone" in floor.chatter(lead)
    # What was typed is there still, and saving it says why not.
    expect(form.locator("[name=contact_name] input")).to_have_value("Maria")
    agent.button("Add", form).click()
    agent.close_error("has an open lead already")
    field = form.locator("[name=phone] input")
    expect(field).not_to_have_value("")
    # Corrected, it is saved.
    field.fill(new_phone())
    expect(line).to_have_count(0)
    agent.button("Add", form).click()
    expect(agent.card("Maria").first).to_be_visible()


def test_a_phone_shows_the_line(phone, floor, dealership):
    number = new_phone()
    pool_lead(floor, dealership, phone=number)
    phone.open(NEW, FORM)
    field = type_in(phone, "phone", number)
    line = phone.page.locator(LINE)
    expect(line).to_contain_text("waits in the pool")
    expect(line).to_be_in_viewport()
    phone.save_screenshot("known_customer_phone")
    field.fill("")
    phone.page.locator(".o_form_button_cancel").click()
