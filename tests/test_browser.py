"""The main job as a person does it, in the web client."""

import os
from pathlib import Path

import pytest
from playwright.sync_api import expect, sync_playwright

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

TIMEOUT = 30_000  # milliseconds

expect.set_options(timeout=TIMEOUT)


@pytest.fixture(scope="module")
def web(stack, bpo):
    """A server that also speaks the bus's WebSocket on its one port."""
    server = stack.bpo_server(bpo.database, name="web").start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def chromium():
    if not os.environ.get("BPO_CHROMIUM"):
        pytest.fail(os.environ.get("BPO_CHROMIUM_MISSING") or "BPO_CHROMIUM is not set")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=os.environ["BPO_CHROMIUM"], args=FLAGS
        )
        yield browser
        browser.close()


@pytest.fixture
def page(chromium, web):
    """The agent's browser, in which no script may fail."""
    context = chromium.new_context(viewport={"width": 1400, "height": 850})
    context.set_default_timeout(TIMEOUT)
    page = context.new_page()
    problems = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.goto(f"{web.url}/web/login")
    page.fill("input[name=login]", "agent")
    page.fill("input[name=password]", "agent")
    page.click("button[type=submit]")
    page.wait_for_selector(".o_main_navbar")
    yield page
    context.close()
    assert problems == []


def open_action(page, web, action, record=None):
    path = f"{web.url}/odoo/action-bpo_crm.{action}"
    page.goto(f"{path}/{record}" if record else path)
    page.wait_for_selector(".o_form_view" if record else ".o_kanban_renderer")


def toast(page, text):
    """Return the notification with a text."""
    return page.locator(".o_notification", has_text=text)


def save_screenshot(page, name):
    """Take a picture for the documentation when it is asked for."""
    folder = os.environ.get("BPO_SCREENSHOTS")
    if folder:
        page.screenshot(path=Path(folder) / f"{name}.png")


def test_an_agent_claims_a_lead_from_the_pool(page, web, floor, dealership):
    lead = floor.new_lead(dealership, user_id=False, name="Claim me", priority="3")
    open_action(page, web, "crm_lead_action_open")
    card = page.locator(".o_kanban_record", has_text="Claim me")
    card.get_by_role("button", name="Claim Lead").click()
    reference = floor.read(lead)["reference"]
    expect(toast(page, f"You are now assigned to lead {reference}")).to_be_visible()
    expect(page.locator(".o_kanban_record", has_text="Claim me")).to_have_count(0)
    assert floor.read(lead)["user_id"][0] == floor.agent.uid


def test_an_agent_wins_a_lead_on_the_form(page, web, floor, dealer):
    dealership = floor.new_dealership(
        dealer.server.url, dealer.server.database, name="Manila Motors"
    )
    lead = floor.new_lead(dealership, name="Toyota Vios for Maria", priority="2")
    for stage in floor.open_stages[1:]:
        floor.agent.call("crm.lead", "write", [lead], {"stage_id": stage})
    open_action(page, web, "crm_lead_action_my_pipeline", lead)
    page.get_by_role("button", name="Mark as Won").click()
    # First, because it goes away by itself.
    message = toast(page, "was made at Manila Motors").inner_text()
    expect(page.locator(".ribbon", has_text="Won")).to_be_visible()
    row = floor.read(lead)
    (order,) = dealer.orders(row["reference"])
    assert f"{row['reference']}: order {order['name']} was made" in message
    expect(page.locator("[name=dealer_so_name]").first).to_contain_text(order["name"])
    expect(page.locator(".o_reward")).to_have_count(0)
    save_screenshot(page, "won")


def test_the_statusbar_shows_the_guards_message(page, web, floor, dealership):
    lead = floor.new_lead(dealership, name="No skipping")
    open_action(page, web, "crm_lead_action_my_pipeline", lead)
    page.locator(".o_statusbar_status button", has_text="Negotiation").click()
    dialog = page.locator(".modal", has_text="one stage at a time")
    expect(dialog).to_contain_text('the only allowed next stage is "Qualified"')
    assert floor.read(lead)["stage"] == floor.open_stages[0]


def test_an_unreachable_dealer_is_told_on_the_screen_and_in_the_chatter(
    page, web, floor
):
    dead = floor.new_dealership("http://127.0.0.1:1", "dead")
    lead = floor.new_lead(dead, name="Dealer is out")
    open_action(page, web, "crm_lead_action_my_pipeline", lead)
    page.get_by_role("button", name="Mark as Won").click()
    dialog = page.locator(".modal", has_text="was not marked as won")
    expect(dialog).to_contain_text("The connection was refused")
    dialog.get_by_role("button", name="Close").first.click()
    open_action(page, web, "crm_lead_action_my_pipeline", lead)
    expect(page.locator(".o-mail-Chatter")).to_contain_text(
        "The connection was refused"
    )
    assert floor.read(lead)["stage"] == floor.open_stages[0]


def choose_reason(page, field, reason):
    """Choose a lost reason: from a list in 18.0, by its badge in 19.0."""
    if field.locator("input").count():
        field.locator("input").fill(reason)
        page.locator(".o-autocomplete--dropdown-item", has_text=reason).first.click()
    else:
        field.get_by_text(reason, exact=True).click()


def test_an_agent_loses_a_lead_with_a_reason(page, web, floor, dealership):
    lead = floor.new_lead(dealership, name="Too expensive")
    open_action(page, web, "crm_lead_action_my_pipeline", lead)
    page.get_by_role("button", name="Mark as Lost").click()
    wizard = page.locator(".modal")
    wizard.get_by_role("button", name="Mark as Lost").click()
    # Without a reason, the wizard stays.
    expect(wizard.locator("[name=lost_reason_id].o_field_invalid")).to_be_visible()
    choose_reason(page, wizard.locator("[name=lost_reason_id]"), "Price")
    wizard.get_by_role("button", name="Mark as Lost").click()
    expect(page.locator(".ribbon", has_text="Lost")).to_be_visible()
    assert floor.read(lead)["stage"] == floor.lost


def test_the_pipeline_shows_the_five_stages(page, web, floor, dealership):
    for number in range(3):
        floor.new_lead(dealership, name=f"Toyota Vios {number}", priority=str(number))
    open_action(page, web, "crm_lead_action_my_pipeline")
    titles = page.locator(".o_kanban_group .o_column_title")
    texts = [
        text.split("\n")[0].split("(")[0].strip() for text in titles.all_inner_texts()
    ]
    assert texts == ["New", "Qualified", "Negotiation", "Won", "Lost"]
    save_screenshot(page, "pipeline")
