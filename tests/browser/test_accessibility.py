"""What our screens show can be used by everybody: axe finds nothing to complain of."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.web_client import FORM, KANBAN

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]

MY_DAY = ".o_bpo_my_day"
FLOOR = ".o_bpo_floor"
SETTING_UP = ".o_bpo_setting_up"
MODAL = ".modal .o_form_view"

#: What is core's own, as it is on every screen of Odoo, and why it is complained of.
CORES = (
    ".o_control_panel",  # the menu of actions has an icon and no name
    ".o-mail-ChatterContainer",  # pictures of authors without a text
    ".o-mail-Form-chatter",  # the same, below the form
    ".o_notebook_headers",  # tabs outside of a list of tabs
    ".o-autocomplete--input",  # 19.0's says of its list what such an input may not
    ".o_m2o_avatar",  # a picture beside the name that it is of
    ".o_field_html",  # the editor
    ".o_statusbar_status",  # stages that are passed are grey
    ".o_column_folded",  # the title of a column that is folded up is pale
    ".ribbon",  # the colours of Won and Lost
    ".o_field_kanban_activity, .o_field_list_activity",  # an icon without a text
)


def find_violations(client, part):
    """Return what axe complains of in a part of the page.

    :param WebClient client: on the screen.
    :param str part: the selector of the part.
    :return: rules, each with the elements that break it.
    :rtype: dict[str, list[str]]
    """
    # Windows that appear slowly are pale at first.
    client.page.wait_for_timeout(500)
    context = {"include": [[part]], "exclude": [[selector] for selector in CORES]}
    options = {"runOnly": {"type": "tag", "values": RULES}}
    found = Axe().run(client.page, context=context, options=options).response
    assert found["passes"]
    return {
        row["id"]: [node["html"][:200] for node in row["nodes"]]
        for row in found["violations"]
    }


@pytest.fixture
def lead(floor, dealership):
    return floor.new_lead(dealership)


@pytest.mark.parametrize("login", ["agent", "supervisor", "manager"])
def test_my_day(browse, floor, lead, dealership, login):
    floor.new_lead(dealership, user_id=False, priority="3")
    client = browse(login).open("my_day_action", MY_DAY)
    expect(client.page.locator(".o_bpo_row").first).to_be_visible()
    assert find_violations(client, MY_DAY) == {}


@pytest.mark.parametrize(
    "action", ["crm_lead_action_open", "crm_lead_action_my_pipeline"]
)
def test_the_cards(agent, floor, dealership, action):
    floor.new_lead(dealership)
    floor.new_lead(dealership, user_id=False)
    agent.open(action)
    expect(agent.page.locator(".o_kanban_record footer").first).to_be_visible()
    assert find_violations(agent, KANBAN) == {}


@pytest.mark.parametrize("size", [None, PHONE])
def test_the_form_of_a_lead(browse, floor, lead, size):
    floor.agent.call("crm.call.log", "create", {"lead_id": lead, "result": "busy"})
    client = browse("agent", size) if size else browse("agent")
    client.open_lead(lead)
    assert find_violations(client, FORM) == {}


@pytest.mark.parametrize("button", ["Log Call", "Mark as Lost"])
def test_the_windows_of_a_lead(agent, lead, button):
    agent.open_lead(lead)
    agent.button(button).click()
    expect(agent.page.locator(MODAL)).to_be_visible()
    if button == "Log Call":
        agent.choose("result", "Answered", agent.dialog())
        expect(agent.page.locator("[name=answer_id]")).to_be_visible()
    assert find_violations(agent, MODAL) == {}


def test_the_checklist(manager):
    manager.open("setting_up_action", SETTING_UP)
    expect(manager.page.locator(".o_bpo_checklist li").first).to_be_visible()
    assert find_violations(manager, SETTING_UP) == {}


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_the_floor(browse, floor, lead, dealership, size):
    floor.new_lead(dealership, user_id=False)
    floor.agent.call("crm.call.log", "create", {"lead_id": lead, "result": "busy"})
    client = browse("supervisor", size).open("the_floor_action", FLOOR)
    expect(client.page.locator("[data-table=agents] button").first).to_be_visible()
    assert find_violations(client, FLOOR) == {}
