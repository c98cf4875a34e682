"""The floor on one page, for who leads it."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import DESKTOP, PHONE

FLOOR = ".o_bpo_floor"

#: Until the page asks for its figures again. In milliseconds.
REFRESHED = 60_000


def read_count(locator):
    return int(re.search(r"\d+", locator.inner_text())[0])


def read_pager(client):
    """Return how many records the list has."""
    client.page.wait_for_selector(".o_list_renderer")
    total = client.page.locator(".o_pager_limit")
    return int(total.inner_text().rstrip("+"))


@pytest.fixture
def busy(floor, dealership):
    """A floor on which something happens: return a lead of the agent."""
    lead = floor.new_lead(dealership)
    floor.new_lead(dealership, user_id=False)
    floor.agent.call("crm.call.log", "create", {"lead_id": lead, "result": "answered"})
    return lead


@pytest.mark.parametrize("login", ["supervisor", "manager"])
def test_a_figure_opens_the_list_that_it_was_counted_from(browse, busy, login):
    client = browse(login).open("the_floor_action", FLOOR)
    client.save_screenshot(f"the_floor_{login}")
    table = client.page.locator("[data-table=agents]")
    for figure in (
        table.locator("[data-row=total] [data-figure=enquiries] button"),
        table.locator("tbody [data-figure=calls] button").first,
        client.page.locator("[data-section=pool] [data-figure=pool]"),
    ):
        count = read_count(figure)
        figure.click()
        assert read_pager(client) == count
        client.go_back(FLOOR)


def test_it_opens_from_the_menu_and_by_keys(supervisor, busy):
    supervisor.open("my_day_action", ".o_bpo_my_day")
    supervisor.open_menu("The Floor")
    page = supervisor.page
    page.wait_for_selector(FLOOR)
    figure = page.locator("[data-table=agents] tbody [data-figure=enquiries] button")
    count = read_count(figure.first)
    figure.first.focus()
    page.keyboard.press("Enter")
    assert read_pager(supervisor) == count


def test_it_refreshes_by_itself(supervisor, floor, dealership, busy):
    supervisor.page.clock.install()
    supervisor.open("the_floor_action", FLOOR)
    pool = supervisor.page.locator("[data-section=pool] [data-figure=pool]")
    count = read_count(pool)
    floor.new_lead(dealership, user_id=False)
    supervisor.page.clock.fast_forward(REFRESHED)
    expect(pool).to_have_text(re.compile(rf"^\s*{count + 1}\D"))


def test_while_the_server_is_away_it_says_so_and_goes_on(supervisor, busy):
    supervisor.open("the_floor_action", FLOOR)
    page = supervisor.page
    refresh, behind = supervisor.button("Refresh"), page.locator(".o_bpo_behind")
    asked = "**/crm.floor/get_figures"
    page.route(asked, lambda route: route.abort())
    refresh.click()
    expect(behind).to_contain_text("The server cannot be reached")
    expect(page.locator("[data-section=pool] [data-figure=pool]")).to_be_visible()
    supervisor.problems.clear()
    page.unroute(asked)
    refresh.click()
    expect(behind).to_have_count(0)


def test_an_agent_has_no_floor(agent, floor):
    agent.open("my_day_action", ".o_bpo_my_day")
    bar = agent.page.locator(".o_main_navbar .o_menu_sections")
    expect(bar).to_contain_text("Call Logs")
    expect(bar.get_by_text("The Floor", exact=True)).to_have_count(0)


@pytest.mark.parametrize(
    "size", [DESKTOP, {"width": 1000, "height": 800}, PHONE], ids=lambda s: s["width"]
)
def test_nothing_lies_beside_the_screen(browse, busy, size):
    client = browse("supervisor", size).open("the_floor_action", FLOOR)
    client.save_screenshot(f"the_floor_{size['width']}")
    content = client.page.locator(".o_content")
    wide = content.evaluate("element => element.scrollWidth - element.clientWidth")
    assert wide <= 0
    last = client.page.locator("[data-table=dealerships] [data-row=total]")
    client.scroll_to(last, client.swipe_up if size == PHONE else client.turn_wheel)
    expect(last).to_be_in_viewport()
