"""A supervisor reviews a call, and the agent reads what was said."""

import pytest
from playwright.sync_api import expect

from tests.browser.web_client import FORM

DAY = ".o_data_row"


@pytest.fixture
def call(floor, dealership):
    """The id of a call that the agent made, and its lead's reference."""
    lead = floor.new_lead(dealership)
    values = {"lead_id": lead, "result": "answered", "summary": "Wants a Vios"}
    call = floor.agent.call("crm.call.log", "create", values)
    return call, floor.read(lead)["reference"]


def press(client, name):
    client.page.locator(f".o_form_view button[name={name}]").first.click()


def rate(client, row, column, value):
    """Enter a value for a criterion of the review that is open."""
    cell = client.page.locator(f"{DAY} >> nth={row}").locator(f"td[name={column}]")
    cell.click()
    cell.locator("input").fill(value)


def test_a_call_is_reviewed_and_the_agent_reads_it(supervisor, agent, call):
    number, reference = call
    supervisor.open(f"crm_call_log_action/{number}", FORM)
    press(supervisor, "action_review")
    expect(supervisor.page.locator(DAY).first).to_contain_text("Opened with name")
    rate(supervisor, 0, "points", "8")
    rate(supervisor, 1, "points", "20")
    comment = supervisor.page.locator(".o_field_widget[name=comment] textarea")
    comment.last.fill("Ask for the visit before the price.")
    press(supervisor, "action_finish")
    expect(supervisor.page.locator("button[name=action_reopen]")).to_be_visible()
    score = supervisor.page.locator(".oe_title .o_field_widget[name=score]")
    expect(score).to_contain_text("28%")
    supervisor.save_screenshot("call_review")

    agent.open("crm_call_review_action", DAY)
    mine = agent.page.locator(DAY, has_text=reference)
    expect(mine).to_contain_text("28%")
    mine.locator("td[name=local_day]").click()
    press(agent, "action_acknowledge")
    expect(agent.page.locator("button[name=action_acknowledge]")).to_have_count(0)
    expect(agent.page.locator(".o_form_view")).to_contain_text("before the price")


def test_calls_stand_beside_their_outcomes(supervisor, floor, call):
    _number, reference = call
    supervisor.open("crm_coaching_action", ".o_group_header")
    supervisor.page.locator(".o_group_header").first.click()
    row = supervisor.page.locator(DAY, has_text="Wants a Vios").first
    expect(row.locator("td[name=lead_stage_id]")).not_to_be_empty()
    supervisor.save_screenshot("coaching")
