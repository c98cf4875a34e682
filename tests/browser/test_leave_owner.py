"""Somebody who works leads is archived on the screen."""

import pytest
from playwright.sync_api import expect

from tests.browser.web_client import FORM


@pytest.fixture
def leaver(floor, dealership):
    """Return the id of an agent who works a lead, and the lead."""
    admin = floor.admin
    group = admin.find("bpo_crm.group_bpo_agent")
    (field,) = admin.call("res.users", "fields_get", ["group_ids", "groups_id"])
    values = {"name": "Lea Ver", "login": "lea@bpo.test", field: [(4, group)]}
    user = admin.call("res.users", "create", values)
    lead = floor.new_lead(dealership)
    admin.call("crm.lead", "write", [lead], {"user_id": user})
    yield user, lead
    if admin.call("res.users", "search", [("id", "=", user)]):
        admin.call("res.users", "write", [user], {"active": False})


def test_whoever_archives_is_asked_who_gets_the_leads(browse, web, floor, leaver):
    user, lead = leaver
    administrator = browse("admin")
    page = administrator.page
    page.goto(f"{web.url}/odoo/action-base.action_res_users/{user}")
    page.locator(FORM).wait_for()
    page.locator(".o_cp_action_menus .dropdown-toggle").first.click()
    page.get_by_role("menuitem", name="Archive").click()
    administrator.button("Archive", administrator.dialog("Are you sure")).click()
    window = administrator.dialog("open leads need another owner")
    expect(window.locator("[name=lead_count]")).to_have_text("1")
    window.get_by_label("Round the agents of their teams").check()
    window.get_by_label("Back to the pool").check()
    administrator.save_screenshot("leave_owner")
    administrator.button("Archive", window).click()
    expect(window).to_have_count(0)
    assert floor.read(lead)["user_id"] is False
    (row,) = floor.admin.call("res.users", "read", [user], ["active"])
    assert row["active"] is False
