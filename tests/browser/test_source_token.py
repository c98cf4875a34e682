"""A manager makes the token of a lead source."""

import pytest
from playwright.sync_api import expect

from tests.browser.web_client import FORM


@pytest.fixture
def source(floor):
    values = {"name": "Web site of the brand", "code": "brand-site"}
    source = floor.manager.call("crm.lead.source", "create", values)
    yield source
    floor.manager.call("crm.lead.source", "write", [source], {"code": f"x{source}"})


def test_a_manager_copies_the_token_the_address_and_the_example(manager, floor, source):
    manager.open(f"crm_lead_source_action/{source}", FORM)
    manager.button("Make a Token").click()
    dialog = manager.dialog("it is not shown again")
    token = dialog.locator("[name=token]").inner_text()
    url = dialog.locator("[name=url]").inner_text()
    assert len(token) > 40
    assert url.endswith("/bpo_crm/intake/brand-site")
    example = dialog.locator("[name=example]")
    expect(example).to_contain_text(f"Bearer {token}")
    # Who selects it by hand gets its lines, too.
    by_hand = example.inner_text()
    expect(example).to_contain_text(url)
    manager.save_screenshot("source_token")
    manager.page.evaluate(
        """() => {
            window.copied = [];
            navigator.clipboard.writeText = async (text) => window.copied.push(text);
        }"""
    )
    buttons = dialog.locator(".o_clipboard_button")
    expect(buttons).to_have_count(3)
    expect(buttons.first).to_have_text("Copy")
    for button in buttons.all():
        button.click()
    copied = manager.page.evaluate("() => window.copied")
    assert copied == [token, url, by_hand]
    assert by_hand.startswith("curl ")
    assert by_hand.count(" \\\n") == 3
    # Nothing that the browser keeps has it.
    kept = manager.page.evaluate("() => JSON.stringify([sessionStorage, localStorage])")
    assert token not in kept + manager.page.url
    manager.button("Close", dialog).last.click()
    expect(dialog).to_have_count(0)
    # The form has the date, and no token.
    expect(manager.page.locator("[name=token_date]")).not_to_be_empty()
    expect(manager.button("Make Another Token")).to_be_visible()
    assert token not in manager.page.content()
