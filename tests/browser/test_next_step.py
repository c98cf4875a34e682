"""Always a next step: what the screens do when an activity is done."""

import pytest
from playwright.sync_api import expect

from tests.browser.web_client import FORM

CHECKLIST = ".o_bpo_checklist"
MY_DAY = ".o_bpo_my_day"
PROMPT = "What Comes Next?"
QUESTIONNAIRE = "How does your team work?"


@pytest.fixture
def lead(floor, dealership):
    return floor.new_lead(dealership)


def plan(floor, lead, summary):
    floor.agent.call(
        "crm.lead",
        "activity_schedule",
        [lead],
        "mail.mail_activity_data_call",
        summary=summary,
        user_id=floor.agent.uid,
    )


def mark_done(client):
    client.chatter.locator(".o-mail-Activity-markDone").first.click()
    popover = client.page.locator(".o-mail-ActivityMarkAsDone")
    popover.get_by_role("button", name="Done", exact=True).click()


def current_stage(client):
    return client.page.locator(".o_statusbar_status .o_arrow_button_current")


def test_done_moves_the_lead_before_ones_eyes(stage_activities, agent, floor, lead):
    agent.open_lead(lead)
    expect(current_stage(agent)).to_contain_text("New")
    mark_done(agent)
    expect(current_stage(agent)).to_contain_text("Qualified")
    expect(agent.chatter.locator(".o-mail-Activity")).to_have_count(1)
    expect(agent.chatter).to_contain_text("Call done")
    assert floor.read(lead)["stage"] == floor.open_stages[1]
    expect(agent.dialog(PROMPT)).to_have_count(0)


def test_a_dragged_card_has_its_activity_done(
    stage_activities, agent, floor, dealership
):
    lead = floor.new_lead(dealership, contact_name="Dragged on", priority="3")
    agent.open("crm_lead_action_my_pipeline")
    agent.drag("Dragged on", "Qualified")
    expect(agent.column("Qualified").get_by_text("Dragged on")).to_be_visible()
    assert floor.wait_for_stage(lead, floor.open_stages[1])
    assert "Call</span> done" in floor.chatter(lead)
    (activity,) = floor.activities(lead)
    assert activity["user_id"][0] == floor.agent.uid


def test_a_dragged_card_keeps_the_callback(stage_activities, agent, floor, dealership):
    lead = floor.new_lead(dealership, contact_name="Promised", priority="3")
    agent.open_lead(lead)
    agent.button("Log Call").click()
    wizard = agent.dialog("Log Call")
    agent.choose("result", "Line Busy", wizard)
    agent.fill("next_date", "01/15/2099", wizard)
    # The calendar closes, which stands before the time on 19.0.
    agent.page.keyboard.press("Tab")
    agent.fill("next_time", "15:00", wizard)
    agent.button("Save", wizard).click()
    expect(wizard).to_have_count(0)
    (callback,) = floor.activities(lead)
    agent.open("crm_lead_action_my_pipeline")
    agent.drag("Promised", "Qualified")
    expect(agent.column("Qualified").get_by_text("Promised")).to_be_visible()
    assert floor.wait_for_stage(lead, floor.open_stages[1])
    assert floor.activities(lead) == [callback]
    # The call in vain.
    assert floor.chatter(lead).count("</span> done") == 1


def test_the_last_one_done_asks_for_the_next(agent, floor, lead):
    plan(floor, lead, "Only one")
    agent.open_lead(lead)
    mark_done(agent)
    prompt = agent.dialog(PROMPT)
    expect(prompt).to_be_visible()
    agent.fill("next_summary", "Ask again", prompt)
    agent.save_screenshot("next_step")
    agent.button("Plan", prompt).click()
    expect(prompt).to_have_count(0)
    expect(agent.chatter.locator(".o-mail-Activity")).to_contain_text("Ask again")
    (activity,) = floor.activities(lead)
    assert activity["summary"] == "Ask again"


def test_to_have_none_takes_a_reason(agent, floor, lead):
    plan(floor, lead, "Only one")
    agent.open_lead(lead)
    mark_done(agent)
    prompt = agent.dialog(PROMPT)
    expect(prompt).to_be_visible()
    expect(agent.button("No Next Step", prompt)).to_have_count(0)
    agent.fill("no_next_step_reason", "Waits for the new model", prompt)
    agent.page.keyboard.press("Tab")
    agent.button("No Next Step", prompt).click()
    expect(prompt).to_have_count(0)
    expect(agent.chatter).to_contain_text("No next step: Waits for the new model")
    assert floor.activities(lead) == []


def test_a_call_without_a_next_step_asks_why(agent, floor, lead):
    agent.open_lead(lead)
    agent.button("Log Call").click()
    wizard = agent.dialog("Log Call")
    agent.choose("result", "Answered", wizard)
    kind = wizard.locator("[name=next_activity_type_id] input")
    expect(kind).to_have_value("Call")
    kind.fill("")
    agent.page.keyboard.press("Tab")
    agent.button("Save", wizard).click()
    agent.close_error("say why there is none")
    agent.fill("no_next_step_reason", "Calls us back", wizard)
    agent.button("Save", wizard).click()
    expect(wizard).to_have_count(0)
    expect(agent.chatter).to_contain_text("No next step: Calls us back")


def test_a_plan_is_launched_with_its_summary(agent, floor, lead):
    agent.open_lead(lead)
    agent.page.locator(".o-mail-Chatter-activity").click()
    dialog = agent.dialog("Schedule Activity")
    agent.choose("plan_id", "High priority: around the meeting", dialog)
    # 19.0 shows a list, 18.0 a text.
    summary = dialog.locator("[name=plan_summary], [name=plan_schedule_line_ids]")
    expect(summary).to_contain_text("Write to the customer")
    expect(summary).to_contain_text("Follow up")
    agent.save_screenshot("plan")
    dialog.locator("button[name=action_schedule_plan]").click()
    expect(dialog).to_have_count(0)
    expect(agent.chatter.locator(".o-mail-Activity")).to_have_count(5)
    assert len(floor.activities(lead)) == 5


def test_the_card_plans_and_does_activities(stage_activities, agent, floor, dealership):
    lead = floor.new_lead(dealership, contact_name="Done on the card", priority="3")
    agent.open("crm_lead_action_my_pipeline")
    card = agent.card("Done on the card")
    card.locator(".o-mail-ActivityButton").click()
    popover = agent.page.locator(".o-mail-ActivityListPopover")
    expect(popover.get_by_text("Schedule an activity", exact=False)).to_be_visible()
    popover.locator(".o-mail-ActivityListPopoverItem-markAsDone").first.click()
    popover.get_by_role("button", name="Done", exact=True).click()
    # The card goes where the stage has sent it.
    expect(agent.column("Qualified").get_by_text("Done on the card")).to_be_visible()
    assert floor.read(lead)["stage"] == floor.open_stages[1]


def test_cards_are_grouped_by_their_next_step(agent, floor, dealership):
    floor.new_lead(dealership, contact_name="Without a plan", priority="3")
    agent.open("crm_lead_action_my_pipeline")
    agent.page.locator(".o_searchview_dropdown_toggler").click()
    agent.page.get_by_role("menuitemcheckbox", name="Next Step", exact=True).click()
    agent.page.keyboard.press("Escape")
    column = agent.column("No Next Step")
    expect(column.get_by_text("Without a plan").first).to_be_visible()


@pytest.fixture
def new_database(floor):
    """Let the questionnaire be as if nobody had answered it yet."""
    for model in ("onboarding.progress", "onboarding.progress.step"):
        floor.admin.call(model, "unlink", floor.admin.call(model, "search", []))
    yield
    floor.manager.call("onboarding.onboarding", "close_bpo_checklist")
    floor.set_stage_activity(False)


def test_the_first_manager_is_asked_how_the_team_works(
    new_database, browse, manager, agent, floor
):
    agent.open("my_day_action", MY_DAY)
    expect(agent.dialog(QUESTIONNAIRE)).to_have_count(0)
    expect(agent.page.locator(CHECKLIST)).to_have_count(0)
    manager.open("my_day_action", MY_DAY)
    questions = manager.dialog(QUESTIONNAIRE)
    expect(questions.locator(".o_data_row")).to_have_count(len(floor.open_stages))
    manager.save_screenshot("questionnaire")
    manager.button("Not Now", questions).click()
    expect(questions).to_have_count(0)
    # It does not come by itself again, and the checklist offers it.
    with manager.page.expect_response("**/take_bpo_offer*"):
        manager.open("my_day_action", MY_DAY)
    step = manager.page.locator(f"{CHECKLIST} li", has_text="How does your team work?")
    expect(step.get_by_label("To do")).to_be_visible()
    expect(manager.dialog(QUESTIONNAIRE)).to_have_count(0)
    step.get_by_role("button", name="Answer four questions").click()
    manager.fill("pool_return_days", "30", questions)
    manager.button("Save", questions).click()
    expect(questions).to_have_count(0)
    expect(step.get_by_label("Done")).to_be_visible()
    # The settings are the same.
    manager.open_menu("Configuration", "Settings")
    expect(questions.locator("[name=pool_return_days] input")).to_have_value("30")
    manager.fill("pool_return_days", "0", questions)
    manager.button("Save", questions).click()
    expect(questions).to_have_count(0)
    expect(manager.page.locator(FORM)).to_have_count(0)
