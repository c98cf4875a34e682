"""A dealership's page: what came of its leads, and what is said about it."""

from playwright.sync_api import expect

from tests.browser.web_client import FORM


def open_page(client, dealership, leads):
    """Open a dealership's page, and wait for all that it shows.

    :param WebClient client: whose browser.
    :param int dealership: its id.
    :param int leads: how many the user sees there.
    """
    client.open(f"crm_dealership_action/{dealership}", FORM)
    expect(stat(client, "action_view_leads")).to_contain_text(str(leads))
    expect(client.chatter.locator(".o-mail-Message").first).to_be_visible()


def stat(client, method):
    """Return a button of the page that counts something."""
    return client.page.locator(f".oe_stat_button[name={method}]")


def press(client, method, what):
    """Press a button that counts something, and wait for the title of its list.

    :param WebClient client: whose browser.
    :param str method: that the button calls.
    :param str what: is listed, in the title.
    """
    stat(client, method).click()
    title = client.page.locator(".o_breadcrumb .active, .o_last_breadcrumb_item")
    expect(title.first).to_contain_text(f": {what}")


def test_a_supervisor_opens_what_the_page_counts(supervisor, floor):
    dead = floor.new_dead_dealership(name="Counted Motors")
    leads = [floor.new_lead(dead, name=f"Counted {number}") for number in range(3)]
    floor.supervisor.call("crm.lead", "action_win_each", leads[:1])
    open_page(supervisor, dead, 3)
    expect(stat(supervisor, "action_view_won_leads")).to_contain_text("0")
    expect(stat(supervisor, "action_view_orders")).to_contain_text("0")
    expect(stat(supervisor, "action_view_failed_pushes")).to_contain_text("1")
    # Whoever can mend it is told here.
    expect(supervisor.chatter).to_contain_text("Orders do not reach Counted Motors")
    supervisor.save_screenshot("dealership")
    press(supervisor, "action_view_failed_pushes", "Failed Attempts")
    rows = supervisor.page.locator(".o_data_row")
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("Unreachable")
    open_page(supervisor, dead, 3)
    press(supervisor, "action_view_leads", "Leads")
    expect(
        supervisor.page.locator(".o_kanban_record", has_text="Customer")
    ).to_have_count(3)


def test_an_agent_reads_the_page(agent, floor, dealership):
    floor.new_lead(dealership)
    open_page(agent, dealership, 1)
    expect(agent.button("Test Connection")).to_have_count(0)
    press(agent, "action_view_orders", "Orders")
    expect(agent.page.locator(".o_view_nocontent")).to_be_visible()
