"""A dealership's page: what came of its leads, and what is said about it."""

from playwright.sync_api import expect

from tests.browser.web_client import FORM


def stat(client, method):
    """Return a button of the page that counts something."""
    return client.page.locator(f".oe_stat_button[name={method}]")


def test_a_supervisor_opens_what_the_page_counts(supervisor, floor):
    dead = floor.new_dealership("http://127.0.0.1:1", "dead", name="Counted Motors")
    leads = [floor.new_lead(dead, name=f"Counted {number}") for number in range(3)]
    floor.supervisor.call("crm.lead", "action_win_each", leads[:1])
    supervisor.open(f"crm_dealership_action/{dead}", FORM)
    expect(stat(supervisor, "action_view_leads")).to_contain_text("3")
    expect(stat(supervisor, "action_view_won_leads")).to_contain_text("0")
    expect(stat(supervisor, "action_view_orders")).to_contain_text("0")
    expect(stat(supervisor, "action_view_failed_pushes")).to_contain_text("1")
    # Whoever can mend it is told here.
    expect(supervisor.chatter).to_contain_text("Orders do not reach Counted Motors")
    supervisor.save_screenshot("dealership")
    stat(supervisor, "action_view_failed_pushes").click()
    rows = supervisor.page.locator(".o_data_row")
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("Unreachable")
    supervisor.open(f"crm_dealership_action/{dead}", FORM)
    stat(supervisor, "action_view_leads").click()
    expect(
        supervisor.page.locator(".o_kanban_record", has_text="Customer")
    ).to_have_count(3)


def test_an_agent_reads_the_page(agent, floor, dealership):
    floor.new_lead(dealership)
    agent.open(f"crm_dealership_action/{dealership}", FORM)
    expect(stat(agent, "action_view_leads")).to_contain_text("1")
    expect(agent.chatter).to_be_visible()
    expect(agent.button("Test Connection")).to_have_count(0)
    stat(agent, "action_view_orders").click()
    expect(
        agent.page.locator(".o_view_nocontent, .o_list_renderer").first
    ).to_be_visible()
