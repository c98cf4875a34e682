"""The pipeline: every way in which a card can be dragged."""

import itertools

import pytest
from playwright.sync_api import expect

_years = itertools.count()


@pytest.fixture
def new_card(floor, dealing):
    """Make a lead of the agent whose card is easily found; return its id."""

    def make(name, stage=0, dealership=None):
        lead = floor.new_lead(
            dealership or dealing,
            contact_name=name,
            priority="3",
            # The oldest of the most urgent ones stands on top of its column.
            enquiry_date=f"{1999 - next(_years)}-01-01 00:00:00",
        )
        for stage_id in floor.open_stages[1 : stage + 1]:
            floor.agent.call("crm.lead", "write", [lead], {"stage_id": stage_id})
        return lead

    return make


@pytest.fixture
def pipeline(agent):
    """Open the agent's pipeline on the card with a text."""

    def open_on(text):
        agent.open("crm_lead_action_my_pipeline")
        expect(agent.card(text)).to_be_visible()
        return agent

    return open_on


def assert_in_column(client, card, column):
    expect(
        client.column(column).locator(".o_kanban_record", has_text=card)
    ).to_have_count(1)


def test_the_pipeline_shows_the_five_stages(new_card, pipeline):
    new_card("Any card")
    agent = pipeline("Any card")
    titles = agent.page.locator(".o_kanban_group .o_column_title").all_inner_texts()
    texts = [text.split("\n")[0].split("(")[0].strip() for text in titles]
    assert texts == ["New", "Qualified", "Negotiation", "Won", "Lost"]
    folded = agent.page.locator(".o_kanban_group.o_column_folded")
    expect(folded).to_have_count(1)
    expect(folded).to_contain_text("Lost")
    agent.save_screenshot("pipeline")


def test_a_drag_forward_moves(floor, new_card, pipeline):
    lead = new_card("Forward")
    agent = pipeline("Forward")
    agent.drag("Forward", "Qualified")
    assert_in_column(agent, "Forward", "Qualified")
    expect(agent.dialog()).to_have_count(0)
    assert floor.wait_for_stage(lead, floor.open_stages[1])


@pytest.mark.parametrize(
    ("stage", "source", "target", "message"),
    [
        (0, "New", "Negotiation", 'only allowed next stage is "Qualified"'),
        (1, "Qualified", "New", 'only allowed next stage is "Negotiation"'),
        (2, "Negotiation", "Qualified", "no further open stage exists"),
    ],
)
def test_a_drag_elsewhere_snaps_back_with_the_message(
    floor, new_card, pipeline, stage, source, target, message
):
    name = f"Back to {source}"
    lead = new_card(name, stage)
    agent = pipeline(name)
    agent.drag(name, target)
    agent.close_error(message)
    assert_in_column(agent, name, source)
    assert floor.read(lead)["stage"] == floor.open_stages[stage]


def test_a_drag_to_lost_asks_for_the_reason_first(floor, new_card, pipeline):
    lead = new_card("Losing")
    agent = pipeline("Losing")
    agent.drag("Losing", "Lost")
    wizard = agent.dialog("Mark Lost")
    expect(wizard).to_be_visible()
    agent.save_screenshot("lost")
    dropped = agent.card("Losing").element_handle()
    agent.cancel(wizard)
    # The board is drawn anew, after the window has gone or before.
    dropped.wait_for_element_state("hidden")
    assert_in_column(agent, "Losing", "New")
    assert floor.read(lead)["stage"] == floor.open_stages[0]
    agent.drag("Losing", "Lost")
    agent.choose("lost_reason_id", "Timing", wizard)
    agent.button("Mark as Lost", wizard).click()
    expect(agent.card("Losing")).to_have_count(0)
    agent.column("Lost").click()
    assert_in_column(agent, "Losing", "Lost")
    expect(agent.column("Lost").locator(".ribbon").first).to_contain_text("Lost")
    assert floor.read(lead)["stage"] == floor.lost


def test_a_drag_to_won_makes_the_order(floor, dealer, new_card, pipeline):
    lead = new_card("Winning", 2)
    agent = pipeline("Winning")
    agent.drag("Winning", "Won")
    # First, because it goes away by itself.
    expect(agent.toast("was made at")).to_be_visible()
    assert_in_column(agent, "Winning", "Won")
    (order,) = dealer.orders(floor.read(lead)["reference"])
    expect(agent.card("Winning")).to_contain_text(order["name"])
    expect(agent.card("Winning").locator(".ribbon")).to_contain_text("Won")


def test_a_drag_to_won_spins_until_the_dealer_answers(
    floor, proxy, dealership, new_card, pipeline
):
    new_card("Slow dealer", 2, dealership)
    agent = pipeline("Slow dealer")
    proxy.plan("delay")
    agent.drag("Slow dealer", "Won")
    spinner = agent.page.locator(".o_blockUI")
    expect(spinner).to_contain_text("Making the order")
    expect(spinner).to_have_count(0)
    assert_in_column(agent, "Slow dealer", "Won")


def test_a_drag_to_won_that_fails_stays_where_it_was(floor, dead, new_card, pipeline):
    lead = new_card("Unreachable", 1, dead)
    agent = pipeline("Unreachable")
    agent.drag("Unreachable", "Won")
    agent.close_error("The connection was refused")
    assert_in_column(agent, "Unreachable", "Qualified")
    expect(agent.page.locator(".o_blockUI")).to_have_count(0)
    assert floor.read(lead)["stage"] == floor.open_stages[1]


def test_a_closed_card_does_not_reopen(floor, new_card, pipeline):
    lead = new_card("Closed")
    # By somebody else, whose toast does not hide the card.
    floor.win(lead, floor.supervisor)
    agent = pipeline("Closed")
    agent.drag("Closed", "New")
    agent.close_error("does not reopen")
    assert_in_column(agent, "Closed", "Won")
    assert floor.read(lead)["stage"] == floor.won


def test_a_supervisor_sees_and_moves_everybodys_leads(floor, new_card, supervisor):
    new_card("Of the agent")
    supervisor.open("crm_lead_action_all")
    supervisor.drag("Of the agent", "Qualified")
    assert_in_column(supervisor, "Of the agent", "Qualified")
