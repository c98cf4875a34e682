"""The lead's form: what an agent sees first, and what stays where it is."""

from playwright.sync_api import expect

#: The agent's work on a lead, on the form's bar.
WORK = ("Log Call", "Schedule Visit", "Mark as Won", "Mark as Lost")


def _get_box(client, selector):
    return client.page.locator(selector).first.bounding_box()


def _overlap(one, another):
    """Whether one box lies beside another one."""
    return one["y"] < another["y"] + another["height"] and another["y"] < (
        one["y"] + one["height"]
    )


def test_what_to_do_next_stands_beside_who_asks(agent, floor, dead):
    lead = floor.new_lead(dead, contact_name="Beatriz", phone="+63 917 555 7711")
    agent.open_lead(lead)
    customer = _get_box(agent, "[name=phone]")
    work = _get_box(agent, ".o_bpo_work")
    assert work["x"] > customer["x"]
    assert _overlap(customer, work)
    expect(agent.page.locator("[name=next_step]")).to_be_visible()
    expect(agent.page.locator("[name=probability]")).to_have_count(0)
    agent.save_screenshot("lead_form")


def test_on_a_phone_the_work_is_in_sight_without_a_menu(phone, floor, dead):
    lead = floor.new_lead(dead, contact_name="Beatriz", phone="+63 917 555 7712")
    phone.open_lead(lead)
    height = phone.page.viewport_size["height"]
    for name in WORK:
        button = phone.button(name)
        expect(button).to_be_visible()
        box = button.bounding_box()
        assert 0 <= box["y"] <= height - box["height"], name
    phone.save_screenshot("lead_form_on_phone")
    # However far one has scrolled.
    last = phone.page.locator(".o-mail-Chatter")
    last.scroll_into_view_if_needed()
    phone.button("Log Call").click()
    expect(phone.dialog("Log Call")).to_be_visible()


def test_nothing_jumps_when_a_lead_is_won(agent, floor, dealer):
    dealership = floor.new_dealership(dealer.server.url, dealer.server.database)
    lead = floor.new_lead(dealership, contact_name="Beatriz", phone="+63 917 555 7713")
    agent.open_lead(lead)
    fixed = ("[name=phone]", "[name=expected_revenue]", ".o_notebook")
    before = [_get_box(agent, selector)["y"] for selector in fixed]
    agent.button("Mark as Won").click()
    expect(agent.ribbon("Won")).to_be_visible()
    expect(agent.page.locator("[name=dealer_order]")).to_be_visible()
    after = [_get_box(agent, selector)["y"] for selector in fixed]
    assert after == before
