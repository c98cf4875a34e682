"""Closing a lead on its form: the order and its failures, the reason, the ribbons."""

from playwright.sync_api import expect


def test_an_agent_wins_a_lead_on_the_form(agent, floor, dealer):
    dealership = floor.new_dealership(
        dealer.server.url, dealer.server.database, name="Manila Motors"
    )
    lead = floor.new_lead(dealership, name="Toyota Vios for Maria", priority="2")
    for stage in floor.open_stages[1:]:
        floor.agent.call("crm.lead", "write", [lead], {"stage_id": stage})
    agent.open_lead(lead)
    agent.button("Mark as Won").click()
    # First, because it goes away by itself.
    message = agent.toast("was made at Manila Motors").inner_text()
    expect(agent.ribbon("Won")).to_be_visible()
    row = floor.read(lead)
    (order,) = dealer.orders(row["reference"])
    assert f"{row['reference']}: order {order['name']} was made" in message
    order_field = agent.page.locator("[name=dealer_so_name]").first
    expect(order_field).to_contain_text(order["name"])
    expect(agent.page.locator(".o_reward")).to_have_count(0)
    for button in ("Log Call", "Schedule Visit", "Mark as Won", "Claim Lead"):
        expect(agent.button(button)).to_have_count(0)
    expect(agent.button("Next Lead")).to_be_visible()
    agent.save_screenshot("won")


def test_an_unreachable_dealer_is_told_and_retried(agent, floor, dealer, dead):
    lead = floor.new_lead(dead, name="Dealer is out")
    agent.open_lead(lead)
    agent.button("Mark as Won").click()
    agent.close_error("has been told, and can mend it")
    # What is left of it is there at once.
    expect(agent.chatter).to_contain_text("The connection was refused")
    expect(agent.chatter).not_to_contain_text("has been told")
    assert floor.read(lead)["stage"] == floor.open_stages[0]
    floor.manager.call(
        "crm.dealership",
        "write",
        [dead],
        {"odoo_url": dealer.server.url, "odoo_db": dealer.server.database},
    )
    agent.page.get_by_role("tab", name="Push Attempts").click()
    agent.save_screenshot("failed_win")
    agent.row_button("action_retry").click()
    expect(agent.ribbon("Won")).to_be_visible()
    assert len(dealer.orders(floor.read(lead)["reference"])) == 1


def test_a_retry_that_fails_is_one_more_attempt_at_once(agent, floor, dead):
    lead = floor.new_lead(dead, name="Dealer stays out")
    agent.open_lead(lead)
    agent.button("Mark as Won").click()
    agent.close_error("cannot be reached")
    agent.page.get_by_role("tab", name="Push Attempts").click()
    attempts = agent.page.locator("[name=push_ids] .o_data_row")
    expect(attempts).to_have_count(1)
    agent.row_button("action_retry").click()
    agent.close_error("cannot be reached")
    expect(attempts).to_have_count(2)


def test_a_win_on_the_statusbar_that_fails_says_so_in_the_chatter(agent, floor, dead):
    lead = floor.new_lead(dead, name="Dealer is out on the bar")
    agent.open_lead(lead)
    agent.move_on_statusbar("Won")
    agent.close_error("cannot be reached")
    expect(agent.chatter).to_contain_text("The connection was refused")


def test_a_supervisor_marks_failed_wins_as_won(supervisor, floor, dealer):
    dead = floor.new_dead_dealership(name="Out of Order")
    leads = [floor.new_lead(dead, name=f"Waits {number}") for number in range(2)]
    for lead in leads:
        floor.supervisor.call("crm.lead", "action_win_each", [lead])
    supervisor.open("crm_lead_action_failed_wins", ".o_list_renderer")
    rows = supervisor.page.locator(".o_data_row", has_text="Out of Order")
    expect(rows).to_have_count(2)
    expect(rows.first).to_contain_text("cannot be reached")
    supervisor.save_screenshot("failed_wins")
    floor.manager.call(
        "crm.dealership",
        "write",
        [dead],
        {"odoo_url": dealer.server.url, "odoo_db": dealer.server.database},
    )
    for row in rows.all():
        row.locator(".o_list_record_selector input").click()
    supervisor.button("Mark as Won").click()
    supervisor.button("Close", supervisor.dialog("Mark as Won")).last.click()
    expect(rows).to_have_count(0)
    assert {floor.read(lead)["stage"] for lead in leads} == {floor.won}


def test_an_agent_loses_a_lead_with_a_reason(agent, floor, dealership):
    lead = floor.new_lead(dealership, name="Too expensive")
    agent.open_lead(lead)
    agent.button("Mark as Lost").click()
    wizard = agent.dialog()
    agent.button("Mark as Lost", wizard).click()
    # Without a reason, the wizard stays.
    expect(wizard.locator("[name=lost_reason_id].o_field_invalid")).to_be_visible()
    agent.choose("lost_reason_id", "Price", wizard)
    agent.button("Mark as Lost", wizard).click()
    expect(agent.ribbon("Lost")).to_be_visible()
    assert floor.read(lead)["stage"] == floor.lost


def test_the_lost_wizard_can_be_cancelled(agent, floor, dealership):
    lead = floor.new_lead(dealership, name="Not yet lost")
    agent.open_lead(lead)
    agent.button("Mark as Lost").click()
    agent.cancel(agent.dialog("Mark Lost"))
    expect(agent.button("Mark as Lost")).to_be_visible()
    assert floor.read(lead)["stage"] == floor.open_stages[0]


def test_the_statusbar_shows_the_guards_message_and_goes_back(agent, floor, dealership):
    lead = floor.new_lead(dealership, name="No skipping")
    agent.open_lead(lead)
    agent.move_on_statusbar("Negotiation")
    agent.close_error('the only allowed next stage is "Qualified"')
    current = agent.page.locator(".o_statusbar_status .o_arrow_button_current")
    expect(current).to_contain_text("New")
    agent.move_on_statusbar("Qualified")
    expect(current).to_contain_text("Qualified")
    assert floor.wait_for_stage(lead, floor.open_stages[1])


def test_lost_on_the_statusbar_asks_for_the_reason(agent, floor, dealership):
    lead = floor.new_lead(dealership, name="Lost on the bar")
    agent.open_lead(lead)
    agent.move_on_statusbar("Lost")
    wizard = agent.dialog()
    agent.choose("lost_reason_id", "Financing", wizard)
    agent.fill_notes("The bank said no", wizard)
    agent.button("Mark as Lost", wizard).click()
    expect(agent.ribbon("Lost")).to_be_visible()
    expect(agent.chatter).to_contain_text("The bank said no")


def test_a_supervisor_loses_many_leads_at_once(supervisor, floor, dealership):
    names = [f"Junk {number} of the lot" for number in range(3)]
    leads = [floor.new_lead(dealership, name=name, user_id=False) for name in names]
    supervisor.open("crm_lead_action_all")
    supervisor.page.locator(".o_switch_view.o_list").click()
    expect(supervisor.page.locator(".o_list_renderer")).to_be_visible()
    supervisor.search("of the lot")
    expect(supervisor.page.locator(".o_data_row")).to_have_count(3)
    supervisor.page.locator("thead .o_list_record_selector input").click()
    supervisor.page.locator(".o_cp_action_menus").get_by_text("Actions").click()
    supervisor.page.get_by_role("menuitem", name="Mark Lost").click()
    wizard = supervisor.dialog()
    supervisor.choose("lost_reason_id", "Other", wizard)
    supervisor.button("Mark as Lost", wizard).click()
    expect(wizard).to_have_count(0)
    assert {floor.read(lead)["stage"] for lead in leads} == {floor.lost}
