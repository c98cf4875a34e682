"""An agent's day without a mouse: every step has a key."""

from playwright.sync_api import expect

SUMMARY = "Wants the red one"


def press(client, *keys):
    for key in keys:
        client.page.keyboard.press(key)


def take_next_lead(client, floor, lead):
    press(client, "Alt+e")
    reference = client.page.locator("[name=reference]").first
    expect(reference).to_contain_text(floor.read(lead)["reference"])


def log_call(client):
    press(client, "Alt+o")
    wizard = client.dialog("Log Call")
    expect(wizard.locator("textarea:focus")).to_be_visible()
    client.page.keyboard.type(SUMMARY)
    press(client, "Alt+1")
    expect(wizard.get_by_role("radio", name="Answered")).to_be_checked()
    press(client, "Alt+q")
    expect(wizard).to_have_count(0)


def schedule_visit(client):
    press(client, "Alt+d")
    dialog = client.dialog()
    expect(dialog.locator("input:focus")).to_be_visible()
    press(client, "Alt+s")
    expect(dialog).to_have_count(0)


def lose(client, reason):
    press(client, "Alt+l")
    wizard = client.dialog("Mark as Lost")
    expect(wizard.locator("input:focus")).to_be_visible()
    client.page.keyboard.type(reason)
    active = client.page.locator(".o-autocomplete--dropdown-item .ui-state-active")
    expect(active).to_contain_text(reason)
    press(client, "Enter", "Alt+q")
    expect(client.ribbon("Lost")).to_be_visible()


def test_a_day_needs_no_mouse(agent, floor, dealer):
    dealership = floor.new_dealership(dealer.server.url, dealer.server.database)
    floor.cancel_activities(floor.agent)
    to_lose, to_win = (
        floor.new_lead(
            dealership,
            user_id=False,
            priority="3",
            contact_name=name,
            enquiry_date=f"1980-01-0{number} 00:00:00",
        )
        for number, name in enumerate(("Kalea Key", "Kobe Key"), start=1)
    )
    agent.open_home(".o_bpo_my_day")
    take_next_lead(agent, floor, to_lose)
    log_call(agent)
    (call,) = floor.calls(to_lose)
    assert (call["result"], call["summary"]) == ("answered", SUMMARY)
    schedule_visit(agent)
    assert len(floor.visits(to_lose)) == 1
    press(agent, "Alt+x")
    assert floor.wait_for_stage(to_lose, floor.open_stages[1])
    lose(agent, "Price")
    take_next_lead(agent, floor, to_win)
    press(agent, "Alt+w")
    expect(agent.ribbon("Won")).to_be_visible()
    assert floor.read(to_win)["dealer_so_name"]
