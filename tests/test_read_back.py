"""What became of the orders, asked of a real second Odoo.

Confirmed, changed, invoiced, delivered, cancelled and deleted ones; a dealer that is
down, slow, or answers nonsense. Of what no answer does, see ``test_odd_replies.py``.
"""

import time

import pytest

from tests import bad_server
from tests.bad_server import BadServer
from tests.floor import DealerFloor
from tests.proxy import is_about_order
from tools.jsonrpc import RpcError

JOB = "cron_read_back_orders"

FIELDS = [
    "dealer_so_state",
    "dealer_so_amount",
    "dealer_so_invoice_status",
    "dealer_so_delivery_status",
    "dealer_so_checked_at",
    "is_dealer_so_gone",
    "dealer_so_trouble_at",
    "expected_revenue",
]


@pytest.fixture(autouse=True)
def alone(floor):
    """Let the job find nothing to ask for but what a test wins."""
    floor.execute("UPDATE crm_lead SET dealer_so_check_at = '2100-01-01'")


def won(floor, dealership, count=1):
    """Return leads that have orders at a dealership."""
    leads = [floor.new_lead(dealership) for _n in range(count)]
    for lead in leads:
        floor.win(lead)
    return leads


def read_back(floor, *dealerships):
    """Run the job as if time had passed for all orders of dealerships."""
    floor.execute(
        """
        UPDATE crm_lead SET dealer_so_check_at = '2000-01-01'
         WHERE dealership_id = ANY(%s)
        """,
        [list(dealerships)],
    )
    floor.execute(
        "UPDATE crm_dealership SET orders_retry_at = NULL WHERE id = ANY(%s)",
        [list(dealerships)],
    )
    floor.run_job(JOB)


def look(floor, lead):
    (row,) = floor.admin.call("crm.lead", "read", [lead], FIELDS)
    return row


def look_at_dealership(floor, dealership):
    fields = ["orders_read_at", "orders_failure_count", "orders_retry_at"]
    (row,) = floor.supervisor.call(
        "crm.dealership", "read", [dealership], [*fields, "orders_problem"]
    )
    return row


def order_of(floor, lead):
    return floor.read(lead)["dealer_so_id"]


def told(floor, lead):
    """Return what is planned for supervisors on a lead."""
    return [
        row for row in floor.activities(lead) if "without an order" in row["summary"]
    ]


def set_taxes_and_price(dealer, order, price):
    (row,) = dealer.admin.call("sale.order", "read", [order], ["order_line"])
    dealer.admin.call(
        "sale.order.line", "write", row["order_line"], {"price_unit": price}
    )


def test_a_confirmed_and_a_changed_order(floor, dealer, dealership):
    confirmed, changed, left = won(floor, dealership, 3)
    read_back(floor, dealership)
    assert look(floor, confirmed)["dealer_so_state"] == "draft"
    dealer.admin.call("sale.order", "action_confirm", [order_of(floor, confirmed)])
    set_taxes_and_price(dealer, order_of(floor, changed), 912_345)
    (order,) = dealer.admin.call(
        "sale.order", "read", [order_of(floor, changed)], ["amount_total", "state"]
    )
    before = look(floor, left)
    read_back(floor, dealership)
    assert look(floor, confirmed)["dealer_so_state"] == "sale"
    row = look(floor, changed)
    assert row["dealer_so_amount"] == pytest.approx(order["amount_total"])
    assert row["expected_revenue"] == row["dealer_so_amount"]
    after = look(floor, left)
    assert {**after, "dealer_so_checked_at": 0} == {**before, "dealer_so_checked_at": 0}


def test_all_orders_of_a_dealer_are_one_call_and_nothing_is_written(
    floor, dealer, dealership, proxy
):
    won(floor, dealership, 4)
    ids = [("client_order_ref", "!=", False)]
    written = dealer.admin.call("sale.order", "search_read", ids, ["write_date"])
    proxy.requests.clear()
    read_back(floor, dealership)
    methods = [body for body in proxy.requests if is_about_order(body)]
    assert len([body for body in methods if b'"search_read"' in body]) == 1
    assert len([body for body in methods if b'"fields_get"' in body]) == 1
    assert len(methods) == 2
    assert len(proxy.requests) <= 3
    assert written == dealer.admin.call(
        "sale.order", "search_read", ids, ["write_date"]
    )


def test_an_invoiced_order(floor, dealer, dealership):
    (lead,) = won(floor, dealership)
    order = order_of(floor, lead)
    (row,) = dealer.admin.call("sale.order", "read", [order], ["order_line"])
    lines = dealer.admin.call(
        "sale.order.line", "read", row["order_line"], ["product_id"]
    )
    products = [line["product_id"][0] for line in lines if line["product_id"]]
    dealer.admin.call("product.product", "write", products, {"invoice_policy": "order"})
    set_taxes_and_price(dealer, order, 900_000)
    dealer.admin.call("sale.order", "action_confirm", [order])
    read_back(floor, dealership)
    assert look(floor, lead)["dealer_so_invoice_status"] == "to invoice"
    context = {"active_model": "sale.order", "active_id": order, "active_ids": [order]}
    wizard = dealer.admin.call(
        "sale.advance.payment.inv",
        "create",
        {"advance_payment_method": "delivered", "sale_order_ids": [(6, 0, [order])]},
        context=context,
    )
    dealer.admin.call(
        "sale.advance.payment.inv", "create_invoices", [wizard], context=context
    )
    read_back(floor, dealership)
    assert look(floor, lead)["dealer_so_invoice_status"] == "invoiced"
    # This dealer has no Stock.
    assert not look(floor, lead)["dealer_so_delivery_status"]


def test_an_order_that_is_delivered(stack, floor):
    database = stack.clone("dealer")
    stack.run_odoo(database, "-i", "sale_stock", addons=[])
    dealer = DealerFloor(stack.server(database, "stock", addons=[]).start())
    dealership = floor.new_dealership(dealer.server.url, database)
    (lead,) = won(floor, dealership)
    order = order_of(floor, lead)
    dealer.admin.call("sale.order", "action_confirm", [order])
    read_back(floor, dealership)
    assert look(floor, lead)["dealer_so_delivery_status"] == "pending"
    deliver(dealer, order)
    read_back(floor, dealership)
    assert look(floor, lead)["dealer_so_delivery_status"] == "full"
    dealer.server.stop()


def deliver(dealer, order):
    """Hand over all that a dealer has sold, as its warehouse does."""
    (row,) = dealer.admin.call("sale.order", "read", [order], ["picking_ids"])
    moves = dealer.admin.call(
        "stock.move",
        "search_read",
        [("picking_id", "in", row["picking_ids"])],
        ["product_uom_qty"],
    )
    for move in moves:
        values = {"quantity": move["product_uom_qty"], "picked": True}
        dealer.admin.call("stock.move", "write", [move["id"]], values)
    dealer.admin.call(
        "stock.picking",
        "button_validate",
        row["picking_ids"],
        # Nobody is there to be asked whether the customer gets a text message.
        context={"skip_sms": True, "skip_backorder": True},
    )


def test_a_cancelled_order_is_told_once_until_it_stands_again(
    floor, dealer, dealership
):
    (lead,) = won(floor, dealership)
    order = order_of(floor, lead)
    dealer.admin.call(
        "sale.order", "action_cancel", [order], context={"disable_cancel_warning": True}
    )
    read_back(floor, dealership)
    read_back(floor, dealership)
    assert look(floor, lead)["dealer_so_state"] == "cancel"
    assert look(floor, lead)["dealer_so_trouble_at"]
    (activity,) = told(floor, lead)
    floor.supervisor.call("mail.activity", "action_feedback", [activity["id"]])
    read_back(floor, dealership)
    assert not told(floor, lead)
    assert floor.chatter(lead).count("was cancelled at") == 2
    dealer.admin.call("sale.order", "action_draft", [order])
    read_back(floor, dealership)
    assert not look(floor, lead)["dealer_so_trouble_at"]
    assert "stands again" in floor.chatter(lead)


def test_a_deleted_order_is_gone_after_two_answers(floor, dealer, dealership):
    lead, other = won(floor, dealership, 2)
    dealer.admin.call("sale.order", "unlink", [order_of(floor, lead)])
    read_back(floor, dealership)
    assert not look(floor, lead)["is_dealer_so_gone"]
    assert not told(floor, lead)
    read_back(floor, dealership)
    assert look(floor, lead)["is_dealer_so_gone"]
    assert len(told(floor, lead)) == 1
    assert "may not see it" in floor.chatter(lead)
    assert not look(floor, other)["is_dealer_so_gone"]
    assert floor.read(lead)["stage"] == floor.won


def test_an_order_that_the_account_may_not_see_counts_as_not_shown(
    floor, dealer, dealership
):
    (lead,) = won(floor, dealership)
    order = order_of(floor, lead)
    (row,) = dealer.admin.call("sale.order", "read", [order], ["user_id"])
    values = {"user_id": dealer.admin.uid}
    dealer.admin.call("sale.order", "write", [order], values)
    read_back(floor, dealership)
    read_back(floor, dealership)
    assert look(floor, lead)["is_dealer_so_gone"]
    dealer.admin.call("sale.order", "write", [order], {"user_id": row["user_id"][0]})
    read_back(floor, dealership)
    assert not look(floor, lead)["is_dealer_so_gone"]
    assert not told(floor, lead)


def test_a_dealer_that_is_down_waits_and_holds_nobody_up(floor, dealer, proxy):
    url, database = dealer.server.url, dealer.server.database
    down = floor.new_dealership(proxy.url, database)
    well = floor.new_dealership(url, database)
    (stuck,), (lead,) = won(floor, down), won(floor, well)
    floor.execute(
        "UPDATE crm_dealership SET odoo_url = 'http://127.0.0.1:1' WHERE id = %s",
        [down],
    )
    dealer.admin.call("sale.order", "action_confirm", [order_of(floor, lead)])
    read_back(floor, down, well)
    assert look(floor, lead)["dealer_so_state"] == "sale"
    row = look_at_dealership(floor, down)
    assert row["orders_failure_count"] == 1
    assert "cannot be reached" in row["orders_problem"]
    floor.run_job(JOB)
    assert look_at_dealership(floor, down)["orders_failure_count"] == 1
    read_back(floor, down)
    assert look_at_dealership(floor, down)["orders_failure_count"] == 2
    assert not look(floor, stuck)["is_dealer_so_gone"]
    assert not look(floor, stuck)["dealer_so_checked_at"]
    values = {"odoo_url": url}
    floor.manager.call("crm.dealership", "write", [down], values)
    floor.run_job(JOB)
    row = look_at_dealership(floor, down)
    assert (row["orders_failure_count"], row["orders_problem"]) == (0, False)
    assert look(floor, stuck)["dealer_so_checked_at"]


@pytest.mark.parametrize(
    "answer",
    [bad_server.silent, bad_server.dripping, bad_server.endless],
    ids=["silent", "dripping", "endless"],
)
def test_a_slow_dealer_is_given_up_in_time(impatient, dealer, answer):
    floor, server = impatient, dealer.server
    with BadServer(answer) as bad:
        slow = floor.new_dealership(server.url, server.database)
        well = floor.new_dealership(server.url, server.database)
        (stuck,), (lead,) = won(floor, slow), won(floor, well)
        floor.execute(
            "UPDATE crm_dealership SET odoo_url = %s WHERE id = %s", [bad.url, slow]
        )
        began = time.monotonic()
        read_back(floor, slow, well)
        assert time.monotonic() - began < 20
        assert bad.hits >= 1
    assert look(floor, lead)["dealer_so_checked_at"]
    assert look_at_dealership(floor, slow)["orders_failure_count"] == 1
    assert not look(floor, stuck)["dealer_so_checked_at"]
    assert not look(floor, stuck)["is_dealer_so_gone"]


@pytest.mark.parametrize("fault", ["cut", "swallow", "error"])
def test_an_answer_that_is_lost_makes_nothing_gone(
    floor, dealer, dealership, proxy, fault
):
    (lead,) = won(floor, dealership)
    for _time in range(3):
        proxy.plan(fault, is_about_order)
        read_back(floor, dealership)
    assert look_at_dealership(floor, dealership)["orders_failure_count"] == 3
    assert not look(floor, lead)["is_dealer_so_gone"]
    read_back(floor, dealership)
    assert look_at_dealership(floor, dealership)["orders_failure_count"] == 0


def test_a_win_during_the_call_is_not_held_up(floor, dealer, dealership, proxy):
    (lead,) = won(floor, dealership)

    def write():
        floor.agent.call("crm.lead", "write", [lead], {"description": "<p>Blue</p>"})

    proxy.plan(write, lambda body: b'"search_read"' in body)
    read_back(floor, dealership)
    assert look(floor, lead)["dealer_so_checked_at"]
    assert look_at_dealership(floor, dealership)["orders_failure_count"] == 0


def test_no_client_writes_what_a_dealer_told(floor, dealership):
    (lead,) = won(floor, dealership)
    values = {
        "dealer_so_invoice_status": "invoiced",
        "dealer_so_delivery_status": "full",
        "dealer_so_checked_at": "2026-01-01 00:00:00",
        "dealer_so_check_at": False,
        "dealer_so_unseen_at": "2026-01-01 00:00:00",
        "dealer_so_told_amount": "1.0 PHP",
        "dealer_so_trouble_at": False,
        "is_dealer_so_gone": True,
    }
    for session in (floor.agent, floor.supervisor, floor.manager):
        for name, value in values.items():
            with pytest.raises(RpcError) as caught:
                session.call("crm.lead", "write", [lead], {name: value})
            assert caught.value.name == "odoo.exceptions.AccessError", name
