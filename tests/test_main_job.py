"""From the pool to the order in the dealer's Odoo, through HTTP."""

import json

import pytest

from tools.jsonrpc import RpcError


def test_an_agent_claims_works_and_wins_a_lead(floor, dealer, dealership):
    lead = floor.new_lead(dealership, user_id=False)
    agent = floor.agent
    result = agent.call("crm.lead", "action_claim", [lead])
    assert "You are now assigned to lead LEAD/" in result["params"]["message"]
    for stage in floor.open_stages[1:]:
        agent.call(
            "crm.lead", "web_save", [lead], {"stage_id": stage}, specification={}
        )
    agent.call(
        "crm.lead", "web_save", [lead], {"stage_id": floor.won}, specification={}
    )

    row = floor.read(lead)
    (order,) = dealer.orders(row["reference"])
    assert row["stage"] == floor.won
    assert (row["dealer_so_name"], row["dealer_so_id"]) == (order["name"], order["id"])
    assert row["dealer_so_state"] == "draft"
    assert row["dealer_so_url"].endswith(f"model=sale.order&res_id={order['id']}")
    (line,) = dealer.lines(order)
    assert "Toyota Vios" in line["product_id"][1]
    assert line["product_uom_qty"] == 1


def sent_over_bus(stack, floor, text):
    """Return the messages with a text that wait on Odoo's bus."""
    with stack.postgres.connect(floor.server.database) as cursor:
        cursor.execute(
            "SELECT message FROM bus_bus WHERE strpos(message, %s) > 0", [text]
        )
        return [json.loads(row[0]) for row in cursor.fetchall()]


def test_the_manager_of_the_dealership_and_the_agent_are_told(stack, floor, dealership):
    lead = floor.new_lead(dealership)
    floor.win(lead)
    row = floor.read(lead)
    (email,) = floor.admin.call(
        "crm.dealership", "read", [dealership], ["manager_email"]
    )
    mails = floor.admin.call(
        "mail.mail",
        "search_read",
        [("email_to", "=", email["manager_email"])],
        ["subject", "state"],
    )
    assert [mail["state"] for mail in mails] == ["outgoing"]
    assert row["dealer_so_name"] in mails[0]["subject"]
    toasts = sent_over_bus(stack, floor, row["reference"])
    assert any(
        toast["type"] == "simple_notification"
        and row["dealer_so_name"] in toast["payload"]["message"]
        for toast in toasts
    )
    assert row["dealer_so_name"] in floor.chatter(lead)


def test_a_new_customer_takes_6_trips_at_most_and_a_known_one_4(
    floor, dealer, dealership, proxy
):
    first = floor.new_lead(dealership, phone="0917 765 4321", email_from="")
    floor.win(first)
    trips_for_new = len(proxy.requests)
    second = floor.new_lead(
        dealership,
        phone="+63 (917) 765-4321",
        contact_name="Another Spelling",
        email_from="",
    )
    floor.win(second)
    trips_for_known = len(proxy.requests) - trips_for_new
    assert trips_for_new <= 6
    assert trips_for_known <= 4
    # The first order brought the account's id along.
    assert not any(b'"authenticate"' in b for b in proxy.requests[trips_for_new:])
    (one,) = dealer.orders(floor.read(first)["reference"])
    (two,) = dealer.orders(floor.read(second)["reference"])
    assert one["partner_id"] == two["partner_id"]


def test_a_tested_connection_saves_the_login(floor, dealership, proxy):
    message = floor.test_connection(dealership)
    assert message.startswith("Connected to Odoo 1")
    before = len(proxy.requests)
    floor.win(floor.new_lead(dealership))
    assert len(proxy.requests) - before <= 4
    assert not any(b'"authenticate"' in body for body in proxy.requests[before:])


def test_a_customer_is_known_by_phone_then_by_email(floor, dealer, dealership):
    by_mail = dealer.admin.call(
        "res.partner", "create", {"name": "By Mail", "email": "Same@Customer.Example"}
    )
    by_phone = dealer.admin.call(
        "res.partner", "create", {"name": "By Phone", "phone": "0918-222 33 44"}
    )
    for values, partner in (
        ({"phone": "+639182223344", "email_from": "same@customer.example"}, by_phone),
        ({"phone": "+639182223300", "email_from": "same@customer.example"}, by_mail),
    ):
        lead = floor.new_lead(dealership, **values)
        floor.win(lead)
        (order,) = dealer.orders(floor.read(lead)["reference"])
        assert order["partner_id"][0] == partner


def test_a_new_customer_arrives_with_address(floor, dealer, dealership):
    lead = floor.new_lead(dealership, street="1 Ayala Avenue", city="Makati")
    floor.win(lead)
    (order,) = dealer.orders(floor.read(lead)["reference"])
    (partner,) = dealer.admin.call(
        "res.partner",
        "read",
        [order["partner_id"][0]],
        ["street", "city", "country_code", "email"],
    )
    assert (partner["street"], partner["city"]) == ("1 Ayala Avenue", "Makati")
    assert partner["country_code"] == "PH"
    assert "@customer.example" in partner["email"]


@pytest.mark.parametrize("code", ["NOT-SOLD", False])
def test_a_vehicle_that_the_dealer_does_not_sell_arrives_as_a_note(
    floor, dealer, dealership, code
):
    (brand,) = floor.admin.call("crm.brand", "search", [("code", "=", "TOY")])
    vehicle = floor.manager.call(
        "crm.vehicle.model",
        "create",
        {"name": f"Concept {code}", "brand_id": brand, "default_code": code},
    )
    lead = floor.new_lead(dealership, vehicle_model_id=vehicle)
    floor.win(lead)
    (order,) = dealer.orders(floor.read(lead)["reference"])
    (line,) = dealer.lines(order)
    assert line["display_type"] == "line_note"
    assert f"Toyota Concept {code}" in line["name"]


def test_won_to_lost_to_won_has_one_order(floor, dealer, dealership):
    lead = floor.new_lead(dealership)
    floor.win(lead)
    (reason,) = floor.admin.call("crm.lost.reason", "search", [], limit=1)
    floor.agent.call("crm.lead", "action_set_lost", [lead], lost_reason_id=reason)
    assert "left as it is" in floor.chatter(lead)
    assert len(dealer.orders(floor.read(lead)["reference"])) == 1
    floor.win(lead)
    assert len(dealer.orders(floor.read(lead)["reference"])) == 1


def test_many_leads_are_won_each_on_its_own(floor, dead, dealership):
    good, bad = floor.new_lead(dealership), floor.new_lead(dead)
    further = floor.new_lead(dealership)
    action = floor.agent.call("crm.lead", "action_win_each", [good, bad, further])
    assert floor.read(good)["stage"] == floor.read(further)["stage"] == floor.won
    assert floor.read(bad)["stage"] != floor.won
    (report,) = floor.agent.call(
        action["res_model"], "read", [action["res_id"]], ["won_count", "line_ids"]
    )
    assert report["won_count"] == 2
    lines = floor.agent.call(
        "crm.lead.win.report.line", "read", report["line_ids"], ["reference", "error"]
    )
    errors = {line["reference"]: line["error"] for line in lines if line["error"]}
    assert list(errors) == [floor.read(bad)["reference"]]
    assert "cannot be reached" in errors[floor.read(bad)["reference"]]
    assert "cannot be reached" in floor.chatter(bad)


def test_the_status_of_the_order_can_be_read_again(floor, dealer, dealership):
    lead = floor.new_lead(dealership)
    floor.win(lead)
    dealer.admin.call(
        "sale.order", "action_confirm", [floor.read(lead)["dealer_so_id"]]
    )
    floor.agent.call("crm.lead", "action_refresh_dealer_order", [lead])
    assert floor.read(lead)["dealer_so_state"] == "sale"


def test_the_lead_of_somebody_else_cannot_be_won(floor, dealer, dealership):
    lead = floor.new_lead(dealership)
    with pytest.raises(RpcError) as caught:
        floor.login("agent2").call("crm.lead", "action_set_won", [lead])
    assert caught.value.name == "odoo.exceptions.AccessError"
    assert not dealer.orders(floor.read(lead)["reference"])
