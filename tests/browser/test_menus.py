"""Every menu of the addon opens, for everybody who has it."""

import pytest
from playwright.sync_api import expect

MENUS = (
    ("My Day",),
    ("Pipeline", "My Pipeline"),
    ("Pipeline", "Open Leads"),
    ("Call Logs",),
    ("Data", "Dealerships"),
    ("Data", "Brands"),
    ("Data", "Vehicle Models"),
    ("Reporting", "Pipeline Analysis"),
    ("Reporting", "Activity Analysis"),
    ("Reporting", "Speed to Lead"),
    ("Reporting", "Calls"),
    ("Reporting", "Best Time to Call"),
    ("Reporting", "BDC Ladder"),
    ("Reporting", "Agents"),
    ("Reporting", "Missed Sales"),
    ("Reporting", "Call Reviews"),
    ("Reporting", "Criteria"),
)
SUPERVISORS = (
    ("The Floor",),
    ("Pipeline", "All Leads"),
    ("Data", "Enquiries"),
    ("Reporting", "Calls and Outcomes"),
)
MANAGERS = (
    ("Data", "Lead Sources"),
    ("Data", "Distributor Feeds"),
    ("Configuration", "Setting Up"),
    ("Configuration", "Stages"),
    ("Configuration", "Sales Teams"),
    ("Configuration", "Lost Reasons"),
    ("Configuration", "Call Outcomes"),
    ("Configuration", "Call Scorecards"),
    ("Configuration", "Activity Types"),
    ("Configuration", "Activity Plans"),
)
#: Where core's action has another name than the menu.
TITLES = {"Activity Plans": "Plans"}

SHOWN = (
    ".o_kanban_renderer, .o_list_renderer, .o_graph_renderer, .o_pivot,"
    " .o_bpo_my_day, .o_bpo_floor, .o_bpo_checklist"
)


@pytest.mark.parametrize(
    ("login", "menus"),
    [
        ("agent", MENUS),
        ("supervisor", MENUS + SUPERVISORS),
        ("manager", MENUS + SUPERVISORS + MANAGERS),
    ],
)
def test_every_menu_opens(browse, login, menus):
    client = browse(login).open("my_day_action", ".o_bpo_my_day")
    for names in menus:
        client.open_menu(*names)
        last = client.page.locator(".o_breadcrumb .active, .o_last_breadcrumb_item")
        expect(last.first).to_contain_text(TITLES.get(names[-1], names[-1]))
        expect(client.page.locator(SHOWN).first).to_be_visible()


@pytest.mark.parametrize("login", ["agent", "supervisor", "manager"])
def test_everybody_begins_with_my_day(browse, login):
    client = browse(login).open_home(".o_bpo_my_day")
    apps = client.page.locator(".o_navbar_apps_menu button")
    apps.click()
    shown = client.page.locator(".o-dropdown--menu .o_app")
    expect(shown.first).to_have_text("BPO CRM")
    assert ("CRM" in shown.all_inner_texts()) == (login == "manager")


@pytest.mark.parametrize("action", ["crm_call_log_action", "crm_missed_sales_action"])
def test_a_report_has_a_list_a_pivot_and_a_graph(manager, floor, dealership, action):
    lead = floor.new_lead(dealership)
    floor.agent.call("crm.call.log", "create", {"lead_id": lead, "result": "busy"})
    reason = floor.admin.call("crm.lost.reason", "search", [], limit=1)[0]
    floor.agent.call("crm.lead", "action_set_lost", [lead], lost_reason_id=reason)
    manager.open(action, SHOWN)
    for view, renderer in (
        ("graph", ".o_graph_renderer canvas"),
        ("list", ".o_data_row"),
        ("pivot", ".o_pivot_cell_value"),
    ):
        manager.page.locator(f".o_switch_view.o_{view}").click()
        expect(manager.page.locator(renderer).first).to_be_visible()
    manager.save_screenshot(action.removesuffix("_action").removeprefix("crm_"))


def test_a_manager_adds_a_lost_reason(manager, floor):
    manager.open("my_day_action", ".o_bpo_my_day")
    manager.open_menu("Configuration", "Lost Reasons")
    manager.button("New").click()
    manager.fill("name", "Bought a bicycle")
    manager.page.keyboard.press("Alt+s")
    expect(manager.page.locator(".o_list_button_save")).to_have_count(0)
    found = floor.agent.call(
        "crm.lost.reason", "search_count", [("name", "=", "Bought a bicycle")]
    )
    assert found == 1


def test_a_manager_changes_what_follows_a_call(manager, floor, dealership):
    manager.open("crm_call_outcome_action", ".o_list_renderer")
    manager.page.get_by_role("cell", name="Voicemail").click()
    manager.fill("max_attempts", "2")
    save = manager.page.locator(".o_form_button_save")
    expect(save).to_be_visible()
    manager.page.keyboard.press("Alt+s")
    expect(save).to_be_hidden()
    outcomes = floor.agent.call(
        "crm.call.outcome",
        "search_read",
        [("result", "=", "voicemail")],
        ["max_attempts"],
    )
    assert outcomes[0]["max_attempts"] == 2
