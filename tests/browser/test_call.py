"""Logging a call: the timer, the follow-up, and the next lead."""

import re

import pytest
from playwright.sync_api import expect


@pytest.fixture
def lead(floor, dealership):
    return floor.new_lead(dealership)


def open_wizard(client):
    client.button("Log Call").click()
    wizard = client.dialog("Log Call")
    expect(wizard).to_be_visible()
    return wizard


def test_a_call_is_logged_with_its_follow_up(agent, floor, lead):
    agent.open_lead(lead)
    wizard = open_wizard(agent)
    phone = wizard.locator("[name=phone] a").first
    expect(phone).to_have_attribute(
        "href", "tel:" + "".join(phone.inner_text().split())
    )
    timer = wizard.locator(".o_bpo_call_timer")
    expect(timer).to_contain_text(re.compile(r"00:0[2-9]"))
    agent.choose("result", "Answered", wizard)
    expect(wizard.locator("[name=next_activity_type_id] input")).to_have_value("Call")
    agent.fill("summary", "Wants the red one", wizard)
    agent.fill("next_time", "15:30", wizard)
    agent.save_screenshot("log_call")
    agent.button("Save", wizard).click()
    expect(wizard).to_have_count(0)
    (call,) = floor.calls(lead)
    assert call["result"] == "answered"
    assert call["duration"] > 0.03
    expect(agent.chatter).to_contain_text("Wants the red one")
    expect(agent.chatter.locator(".o_bpo_due_time")).to_contain_text("3:30")
    (activity,) = floor.activities(lead)
    assert activity["due_at"]


def test_the_wizard_needs_a_result(agent, floor, lead):
    agent.open_lead(lead)
    wizard = open_wizard(agent)
    agent.button("Save", wizard).click()
    expect(wizard.locator("[name=result].o_field_invalid")).to_be_visible()
    agent.button("Discard", wizard).click()
    expect(wizard).to_have_count(0)
    assert floor.calls(lead) == []
    assert floor.activities(lead) == []


def test_a_call_is_logged_without_a_mouse(agent, floor, lead):
    agent.open_lead(lead)
    agent.page.keyboard.press("Alt+o")
    wizard = agent.dialog("Log Call")
    expect(wizard.locator("[name=summary] textarea")).to_be_focused()
    agent.page.keyboard.type("Asks for 2 cars")
    agent.page.keyboard.press("Alt+1")
    expect(wizard.get_by_role("radio", name="Answered")).to_be_checked()
    expect(wizard.locator("[name=next_activity_type_id] input")).to_have_value("Call")
    agent.page.keyboard.press("Alt+q")
    expect(wizard).to_have_count(0)
    (call,) = floor.calls(lead)
    assert (call["result"], call["summary"]) == ("answered", "Asks for 2 cars")


def test_the_window_says_who_is_called_and_takes_a_time_as_it_is_said(
    agent, floor, lead
):
    agent.open_lead(lead)
    wizard = open_wizard(agent)
    heading = wizard.get_by_role("heading", level=2)
    expect(heading).to_contain_text("Customer")
    for label in ("Call Result", "Summary"):
        expect(wizard.get_by_text(label, exact=True)).to_be_visible()
    agent.choose("result", "Answered", wizard)
    time = wizard.locator("[name=next_time] input")
    expect(time).to_have_value("")
    time.fill("2:30 pm")
    agent.button("Save", wizard).click()
    expect(wizard).to_have_count(0)
    (activity,) = floor.activities(lead)
    assert activity["due_at"]


def test_a_follow_up_in_the_past_is_refused_and_nothing_is_lost(agent, floor, lead):
    agent.open_lead(lead)
    wizard = open_wizard(agent)
    agent.choose("result", "Line Busy", wizard)
    agent.fill("summary", "Typed with care", wizard)
    agent.fill("next_date", "01/15/2020", wizard)
    agent.page.keyboard.press("Tab")
    agent.button("Save", wizard).click()
    agent.close_error("lies in the past")
    expect(wizard.locator("[name=summary] textarea")).to_have_value("Typed with care")
    assert floor.calls(lead) == []


def test_the_minutes_can_be_typed(agent, floor, lead):
    agent.open_lead(lead)
    wizard = open_wizard(agent)
    wizard.locator(".o_bpo_call_timer").click()
    agent.fill("duration", "04:30", wizard)
    agent.choose("result", "Voicemail", wizard)
    agent.button("Save", wizard).click()
    expect(wizard).to_have_count(0)
    assert floor.calls(lead)[0]["duration"] == 4.5


def test_after_the_last_attempt_the_wizard_proposes_lost(agent, floor, lead):
    for _attempt in range(5):
        values = {"lead_id": lead, "result": "no_answer"}
        floor.agent.call("crm.call.log", "create", values)
    agent.open_lead(lead)
    wizard = open_wizard(agent)
    agent.choose("result", "No Answer", wizard)
    expect(wizard.locator(".alert")).to_contain_text("was not reached")
    expect(wizard.locator("[name=attempt]")).to_have_text("6")
    agent.button("Save & Mark as Lost", wizard).click()
    lost = agent.dialog("Mark Lost")
    expect(lost).to_be_visible()
    agent.button("Mark as Lost", lost).click()
    expect(agent.ribbon("Lost")).to_be_visible()
    assert len(floor.calls(lead)) == 6
    assert floor.activities(lead) == []


def test_a_wrong_number_is_marked(agent, floor, lead):
    agent.open_lead(lead)
    wizard = open_wizard(agent)
    agent.choose("result", "Wrong Number", wizard)
    expect(wizard.locator("[name=next_activity_type_id] input")).to_have_value("Email")
    agent.button("Save", wizard).click()
    expect(agent.page.get_by_text("reached somebody else")).to_be_visible()
    agent.fill("phone", "+63 917 555 9999")
    agent.button("Save manually").click()
    expect(agent.page.get_by_text("reached somebody else")).to_be_hidden()


def test_save_and_next_keeps_the_place_in_the_queue(agent, floor, dealership):
    names = [f"Queued {number}" for number in range(3)]
    leads = [
        floor.new_lead(
            dealership,
            contact_name=name,
            priority="3",
            enquiry_date=f"2000-01-0{number + 1} 00:00:00",
        )
        for number, name in enumerate(names)
    ]
    agent.open("crm_lead_action_my_pipeline")
    agent.card("Queued 0").click()
    for lead, following in zip(leads, leads[1:], strict=False):
        reference = agent.page.locator("[name=reference]").first
        expect(reference).to_contain_text(floor.read(lead)["reference"])
        wizard = open_wizard(agent)
        agent.choose("result", "Line Busy", wizard)
        agent.button("Save & Next", wizard).click()
        expect(reference).to_contain_text(floor.read(following)["reference"])
        expect(agent.page.locator(".o_pager_limit")).not_to_have_text("1")
        expect(agent.page.locator(".breadcrumb-item")).to_have_count(1)


def test_save_and_next_takes_the_most_urgent_lead_when_the_queue_ends(
    browse, floor, dealership
):
    client = browse("agent2")
    session = floor.login("agent2")
    floor.cancel_activities(session)
    mine = floor.new_lead(dealership, user_id=False)
    session.call("crm.lead", "action_claim", [mine])
    waiting = floor.new_lead(
        dealership, user_id=False, priority="3", enquiry_date="1999-01-01 00:00:00"
    )
    client.open_lead(mine)
    wizard = open_wizard(client)
    client.choose("result", "Answered", wizard)
    client.button("Save & Next", wizard).click()
    reference = floor.read(waiting)["reference"]
    expect(client.toast(f"assigned to lead {reference}")).to_be_visible()
    expect(client.page.locator("[name=reference]").first).to_contain_text(reference)
