"""The pool: claiming from the card and the form, and the next lead."""

import contextlib

from playwright.sync_api import expect

from tests.browser.web_client import READING, SETTLE_TIME

WORK_BUTTONS = ("Log Call", "Schedule Visit", "Mark as Won", "Mark as Lost")


def pool_lead(floor, dealership, **values):
    return floor.new_lead(dealership, user_id=False, **values)


def test_an_agent_claims_a_lead_on_its_card(agent, floor, dealership):
    lead = pool_lead(floor, dealership, contact_name="Claim Card", priority="3")
    agent.open("crm_lead_action_open")
    card = agent.card("Claim Card")
    expect(card).to_contain_text("second")
    agent.save_screenshot("pool")
    agent.button("Claim Lead", card).click()
    reference = floor.read(lead)["reference"]
    expect(agent.toast(f"You are now assigned to lead {reference}")).to_be_visible()
    expect(card).to_have_count(0)
    assert floor.read(lead)["user_id"][0] == floor.agent.uid


def test_only_claiming_shows_on_an_unclaimed_lead(agent, floor, dealership):
    lead = pool_lead(floor, dealership)
    agent.open_lead(lead, "crm_lead_action_open")
    expect(agent.button("Claim Lead")).to_be_visible()
    for name in WORK_BUTTONS:
        expect(agent.button(name)).to_have_count(0)
    expect(agent.chatter.locator(".o-mail-Chatter-activity")).to_be_hidden()
    stage = agent.page.locator(".o_statusbar_status").get_by_text("Qualified")
    expect(stage).to_be_disabled()
    agent.button("Claim Lead").click()
    for name in WORK_BUTTONS:
        expect(agent.button(name)).to_be_visible()
    expect(agent.button("Claim Lead")).to_have_count(0)
    assert floor.read(lead)["user_id"][0] == floor.agent.uid


def test_the_next_lead_is_the_most_urgent_one_and_opens(agent, floor, dealership):
    pool_lead(floor, dealership, priority="2", enquiry_date="2001-01-01 00:00:00")
    lead = pool_lead(
        floor, dealership, priority="3", enquiry_date="2001-01-01 00:00:00"
    )
    agent.open("crm_lead_action_open")
    agent.button("Next Lead").click()
    reference = floor.read(lead)["reference"]
    expect(agent.toast(f"You are now assigned to lead {reference}")).to_be_visible()
    expect(agent.page.locator("[name=reference]").first).to_contain_text(reference)
    assert floor.read(lead)["user_id"][0] == floor.agent.uid


def test_the_slower_of_two_browsers_is_told_who_was_faster(browse, floor, dealership):
    pool_lead(floor, dealership, contact_name="Wanted by two", priority="3")
    first, second = browse("agent"), browse("agent2")
    for client in (first, second):
        client.open("crm_lead_action_open")
        expect(client.card("Wanted by two")).to_be_visible()
    with second.without_news():
        first.button("Claim Lead", first.card("Wanted by two")).click()
        expect(first.toast("You are now assigned")).to_be_visible()
        second.button("Claim Lead", second.card("Wanted by two")).click()
        # However long the board takes to look again.
        second.close_error("is already claimed by Ana Agent")
    expect(second.card("Wanted by two")).to_have_count(0)


def test_a_claimed_lead_offers_to_be_opened(agent, floor, dealership):
    lead = pool_lead(floor, dealership, contact_name="Open me", priority="3")
    agent.open("crm_lead_action_open")
    agent.button("Claim Lead", agent.card("Open me")).click()
    toast = agent.toast("You are now assigned")
    agent.button("Open", toast).click()
    reference = floor.read(lead)["reference"]
    expect(agent.page.locator("[name=reference]").first).to_contain_text(reference)
    expect(toast).to_have_count(0)


def test_the_pool_is_live(browse, floor, dealership):
    pool_lead(floor, dealership, contact_name="Seen by two", priority="3")
    first, second = browse("agent"), browse("agent2")
    for client in (first, second):
        client.open("crm_lead_action_open")
        expect(client.card("Seen by two")).to_be_visible()
    first.button("Claim Lead", first.card("Seen by two")).click()
    expect(second.card("Seen by two")).to_have_count(0)
    pool_lead(floor, dealership, contact_name="Just came in", priority="3")
    for client in (first, second):
        expect(client.card("Just came in")).to_be_visible()


def brings(response, text):
    """Tell whether it is cards that come, one of them with a text."""
    return bool(READING.search(response.url)) and text in response.text()


def test_news_take_no_click_away(agent, floor, dealership):
    pool_lead(floor, dealership, contact_name="Pressed on", priority="3")
    agent.open("crm_lead_action_open")
    claim = agent.button("Claim Lead", agent.card("Pressed on"))
    new = "Came in between"
    with contextlib.ExitStack() as held_back:
        held_back.enter_context(agent.without_news())
        with agent.page.expect_request(READING):
            pool_lead(floor, dealership, contact_name=new, priority="3")
        with agent.pressing(claim):
            with agent.page.expect_response(lambda answer: brings(answer, new)):
                held_back.close()
            agent.page.wait_for_timeout(SETTLE_TIME)
            expect(agent.card(new)).to_have_count(0)
    expect(agent.toast("You are now assigned")).to_be_visible()
    expect(agent.card(new)).to_be_visible()


def test_the_hotkeys_of_the_day_work(agent, floor, dealership):
    lead = pool_lead(floor, dealership)
    agent.open_lead(lead, "crm_lead_action_open")
    agent.page.keyboard.press("Alt+g")
    expect(agent.button("Log Call")).to_be_visible()
    agent.page.keyboard.press("Alt+o")
    expect(agent.dialog("Log Call")).to_be_visible()
    agent.page.keyboard.press("Alt+x")
    expect(agent.dialog()).to_have_count(0)
    agent.page.keyboard.press("Alt+d")
    expect(agent.dialog("Schedule Visit")).to_be_visible()
    agent.page.keyboard.press("Escape")
    expect(agent.dialog()).to_have_count(0)
    agent.page.keyboard.press("Alt+l")
    expect(agent.dialog("Mark Lost")).to_be_visible()


def test_a_phone_sized_window_works(phone, floor, dealership):
    lead = pool_lead(floor, dealership, contact_name="On the road", priority="3")
    phone.open("crm_lead_action_open")
    phone.button("Claim Lead", phone.card("On the road")).click()
    expect(phone.toast("You are now assigned")).to_be_visible()
    phone.open_lead(lead)
    phone.save_screenshot("phone")
    phone.press_in_header("Log Call")
    wizard = phone.dialog("Log Call")
    phone.choose("result", "Answered", wizard)
    phone.button("Save", wizard).click()
    expect(wizard).to_have_count(0)
    assert floor.calls(lead)[0]["result"] == "answered"
