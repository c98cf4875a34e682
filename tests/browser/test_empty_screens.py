"""What somebody sees who has nothing to do yet."""

import itertools

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PHONE

HELP = ".o_view_nocontent .o_nocontent_help"

_numbers = itertools.count(1)

#: The screens of an agent on the first day, and what each says.
SCREENS = (
    ("crm_lead_action_my_pipeline", "You work no lead yet"),
    ("crm_call_log_action", "No call was logged yet"),
    ("crm_missed_sales_action", "No sale was missed yet"),
    ("crm_activity_analysis_action", "Nothing was done yet"),
)


@pytest.fixture
def newcomer(floor, profiles):
    """The login of an agent who came today."""
    login = f"newcomer{next(_numbers)}"
    (groups,) = floor.admin.call("res.users", "fields_get", ["group_ids", "groups_id"])
    agents = [(4, floor.admin.find("bpo_crm.group_bpo_agent"))]
    values = {"name": "New Agent", "login": login, "password": login, groups: agents}
    user = floor.admin.call("res.users", "create", values)
    yield login
    floor.admin.call("res.users", "write", [user], {"active": False})


@pytest.mark.parametrize(("action", "title"), SCREENS)
def test_an_empty_screen_says_what_to_do(browse, newcomer, action, title):
    client = browse(newcomer)
    client.open(action, HELP)
    shown = client.page.locator(HELP)
    expect(shown).to_contain_text(title)
    expect(shown).to_be_in_viewport()
    client.save_screenshot(f"empty_{action}")


def test_it_fits_on_a_phone(browse, newcomer):
    client = browse(newcomer, PHONE)
    client.open("crm_lead_action_my_pipeline", HELP)
    expect(client.page.locator(HELP)).to_be_in_viewport()
    client.save_screenshot("empty_phone")
