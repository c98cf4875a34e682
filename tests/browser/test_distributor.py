"""The distributor of a brand, from its form."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.web_client import FORM
from tests.distributor import Feeds


@pytest.fixture
def feeds(floor, distributor):
    return Feeds(floor, distributor, distributor.server.url)


def open_brand(manager, feeds):
    manager.open(f"crm_brand_action/{feeds.brand}", FORM)
    manager.page.get_by_role("tab", name="Distributor Connection").click()


def test_a_manager_reads_the_distributor(manager, feeds):
    open_brand(manager, feeds)
    manager.button("Test Connection").click()
    expect(manager.toast("Connected to Odoo")).to_be_visible()
    manager.page.get_by_role("tab", name="Distributor Connection").click()
    manager.button("Update Vehicle Models").click()
    # What a plain Odoo has is filled in already.
    dialog = manager.dialog("What Is Read")
    expect(dialog.get_by_text("default_code").first).to_be_visible()
    target = dialog.locator(".o_data_row [name=target_field]").first
    target.click()
    selector = target.locator(".o_model_field_selector")
    expect(selector).to_contain_text("External Reference")
    dialog.get_by_label("Name").first.fill("Price list")
    manager.save_screenshot("distributor-feed")
    manager.button("Save", dialog).click()
    expect(dialog).to_have_count(0)
    manager.button("Update Vehicle Models").click()
    expect(manager.toast("Price list: 2 new")).to_be_visible()
    # The toast is there before the brand is read again.
    feed = manager.page.locator("[name=feed_ids] .o_data_row", has_text="Price list")
    expect(feed.locator("[name=last_success]")).to_contain_text(re.compile(r"\d"))
    manager.save_screenshot("distributor")
    manager.page.get_by_role("tab", name="Vehicle Models").click()
    expect(manager.page.get_by_text("Rush 1.5 G")).to_be_visible()


def test_a_field_that_is_not_there_is_named_in_the_dialog(manager, feeds):
    feed = feeds.new_feed()
    manager.open(f"crm_lead_feed_action/{feed}", FORM)
    row = manager.page.locator(".o_field_widget[name=field_ids] .o_data_row").first
    row.locator("[name=remote_field]").click()
    row.locator("[name=remote_field] input").fill("nick_name")
    manager.page.locator(".o_form_button_save").click()
    error = manager.dialog("nick_name")
    expect(error).to_contain_text("has no field nick_name")
