"""At most one order for a lead, exactly one for a won one, whatever fails."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.proxy import is_about_order
from tools.jsonrpc import RpcError


def assert_won_with_one_order(floor, dealer, lead):
    row = floor.read(lead)
    orders = dealer.orders(row["reference"])
    assert len(orders) == 1
    assert len(orders[0]["order_line"]) == 1
    assert row["stage"] == floor.won
    assert row["dealer_so_name"] == orders[0]["name"]


def assert_not_moved(floor, lead):
    row = floor.read(lead)
    assert row["stage"] == floor.open_stages[0]
    assert not row["dealer_so_name"]


def fail_to_win(floor, lead):
    """Try to win a lead; return the message of the error."""
    with pytest.raises(RpcError) as caught:
        floor.win(lead)
    assert caught.value.name == "odoo.exceptions.UserError"
    return caught.value.message


def test_six_simultaneous_wins_make_one_order(floor, dealer, dealership):
    lead = floor.new_lead(dealership)
    sessions = [floor.login("agent") for _n in range(6)]
    barrier = threading.Barrier(6)

    def win(session):
        barrier.wait()
        return floor.win(lead, session)

    with ThreadPoolExecutor(6) as pool:
        results = list(pool.map(win, sessions))
    assert results == [True] * 6
    assert_won_with_one_order(floor, dealer, lead)
    assert [push["state"] for push in floor.pushes(lead)] == ["done"]


@pytest.mark.parametrize("times", [1, 3])
@pytest.mark.parametrize("fault", ["cut", "swallow", "error"])
def test_a_lost_request_or_reply_makes_no_second_order(
    floor, dealer, dealership, proxy, fault, times
):
    lead = floor.new_lead(dealership)
    # The first attempt loses its load, further ones the look before it.
    proxy.plan(fault, is_about_order, times)
    for _attempt in range(times):
        message = fail_to_win(floor, lead)
        assert "cannot be reached" in message
        assert_not_moved(floor, lead)
        assert "cannot be reached" in floor.chatter(lead)
    floor.win(lead)
    assert_won_with_one_order(floor, dealer, lead)
    states = [push["state"] for push in floor.pushes(lead)]
    assert states[-1] == "done"
    assert set(states[:-1]) == {"failed"}


def test_a_reply_that_comes_too_late_makes_no_second_order(
    floor, impatient, dealer, dealership, proxy
):
    lead = floor.new_lead(dealership)
    proxy.plan("hold")
    assert "did not answer in time" in fail_to_win(floor, lead)
    assert_not_moved(floor, lead)
    (push,) = floor.pushes(lead)
    assert (push["error_kind"], push["order_may_exist"]) == ("timeout", True)
    floor.win(lead)
    assert_won_with_one_order(floor, dealer, lead)


def test_a_customer_whose_reply_was_lost_is_not_made_twice(
    floor, dealer, dealership, proxy
):
    lead = floor.new_lead(
        dealership, contact_name="Lost Reply", phone="", email_from=""
    )
    proxy.plan(
        "swallow", lambda body: b'"res.partner"' in body and b'"load"' in body, times=2
    )
    fail_to_win(floor, lead)
    fail_to_win(floor, lead)
    floor.win(lead)
    assert_won_with_one_order(floor, dealer, lead)
    assert len(dealer.partners(name="Lost Reply")) == 1


def test_a_server_killed_in_the_middle_makes_no_second_order(
    floor, bpo, dealer, dealership, proxy
):
    lead = floor.new_lead(dealership)
    proxy.plan("hold")
    session = floor.login("agent")
    with ThreadPoolExecutor(1) as pool:
        pushing = pool.submit(floor.win, lead, session)
        while not dealer.orders(floor.read(lead)["reference"]):
            assert not pushing.done()
        bpo.kill()
        with pytest.raises(ConnectionError):
            pushing.result()
    bpo.start()
    assert_not_moved(floor, lead)
    assert [push["state"] for push in floor.pushes(lead)] == ["running"]
    floor.win(lead)
    assert_won_with_one_order(floor, dealer, lead)
    states = [push["state"] for push in floor.pushes(lead)]
    assert states == ["interrupted", "done"]


def test_a_request_that_odoo_runs_again_makes_no_second_order(
    floor, stack, bpo, dealer, dealership, proxy
):
    lead = floor.new_lead(dealership)
    with serialization_failure(stack, bpo.database):
        floor.win(lead)
    assert_won_with_one_order(floor, dealer, lead)
    assert [push["state"] for push in floor.pushes(lead)] == ["done", "done"]


class serialization_failure:
    """Let PostgreSQL refuse the first write of an order's number.

    By then the dealer has the order, and Odoo runs the whole request again.
    """

    def __init__(self, stack, database):
        self._stack = stack
        self._database = database

    def __enter__(self):
        self._execute(
            """
            CREATE SEQUENCE test_writes;
            CREATE FUNCTION test_refuse_first() RETURNS trigger AS $$
            BEGIN
                IF nextval('test_writes') = 1 THEN
                    RAISE EXCEPTION 'could not serialize access'
                        USING ERRCODE = 'serialization_failure';
                END IF;
                RETURN NEW;
            END $$ LANGUAGE plpgsql;
            CREATE TRIGGER test_refuse_first BEFORE UPDATE OF dealer_so_name
                ON crm_lead FOR EACH ROW EXECUTE FUNCTION test_refuse_first();
            """
        )

    def __exit__(self, *exc_info):
        self._execute(
            """
            DROP TRIGGER test_refuse_first ON crm_lead;
            DROP FUNCTION test_refuse_first;
            DROP SEQUENCE test_writes;
            """
        )

    def _execute(self, statements):
        with self._stack.postgres.connect(self._database) as cursor:
            cursor.execute(statements)


def order_without_reply(floor, dealer, dealership, proxy):
    """Let an order arrive whose reply is lost.

    :return: the lead, its reference, and the order as the dealer has it.
    """
    lead = floor.new_lead(dealership)
    proxy.plan("swallow")
    fail_to_win(floor, lead)
    reference = floor.read(lead)["reference"]
    (order,) = dealer.orders(reference)
    return lead, reference, order


def lead_whose_order_did_not_arrive(floor, dealership, proxy):
    """Return a lead with an attempt that never reached the dealer."""
    lead = floor.new_lead(dealership)
    proxy.plan("cut")
    fail_to_win(floor, lead)
    return lead, floor.read(lead)["reference"]


def make_by_hand(dealer, **values):
    """Make an order as somebody at the dealer does; return its id."""
    partner = dealer.admin.call("res.partner", "create", {"name": "By Hand"})
    values = {"partner_id": partner, "user_id": False, **values}
    return dealer.admin.call("sale.order", "create", values)


def change(dealer, order, **values):
    dealer.admin.call("sale.order", "write", [order["id"]], values)


def test_an_order_that_the_dealer_confirmed_or_changed_is_left_alone(
    floor, dealer, dealership, proxy
):
    lead, reference, order = order_without_reply(floor, dealer, dealership, proxy)
    dealer.admin.call(
        "sale.order.line", "write", order["order_line"], {"product_uom_qty": 3}
    )
    change(dealer, order, note="Call me first")
    dealer.admin.call("sale.order", "action_confirm", [order["id"]])
    floor.win(lead)
    (after,) = dealer.orders(reference)
    assert after["state"] == "sale"
    assert "Call me first" in after["note"]
    assert [line["product_uom_qty"] for line in dealer.lines(after)] == [3]
    assert floor.read(lead)["dealer_so_state"] == "sale"


def test_an_order_whose_reference_the_dealer_changed_is_found_and_left_alone(
    floor, dealer, dealership, proxy
):
    lead, _reference, order = order_without_reply(floor, dealer, dealership, proxy)
    change(dealer, order, client_order_ref="Dealer's own number", origin="Phone")
    floor.win(lead)
    row = floor.read(lead)
    assert (row["stage"], row["dealer_so_id"]) == (floor.won, order["id"])
    assert not dealer.orders(row["reference"])
    (after,) = dealer.orders("Dealer's own number")
    assert after["order_line"] == order["order_line"]


def test_an_order_that_the_dealer_hid_from_us_is_not_made_again(
    floor, dealer, dealership, proxy
):
    lead, reference, order = order_without_reply(floor, dealer, dealership, proxy)
    change(dealer, order, user_id=dealer.admin.uid)
    assert "is not allowed to do this" in fail_to_win(floor, lead)
    assert_not_moved(floor, lead)
    change(dealer, order, user_id=False)
    floor.win(lead)
    assert_won_with_one_order(floor, dealer, lead)


def test_an_order_that_the_dealer_deleted_is_made_again(
    floor, dealer, dealership, proxy
):
    lead, _reference, order = order_without_reply(floor, dealer, dealership, proxy)
    dealer.admin.call("sale.order", "unlink", [order["id"]])
    floor.win(lead)
    assert_won_with_one_order(floor, dealer, lead)


def test_an_order_made_by_hand_with_our_reference_is_taken(
    floor, dealer, dealership, proxy
):
    lead, reference = lead_whose_order_did_not_arrive(floor, dealership, proxy)
    make_by_hand(dealer, client_order_ref=reference)
    floor.win(lead)
    (order,) = dealer.orders(reference)
    assert floor.read(lead)["dealer_so_name"] == order["name"]


def test_another_call_centre_with_the_same_numbers_is_no_obstacle(
    floor, dealer, dealership, proxy
):
    lead, reference = lead_whose_order_did_not_arrive(floor, dealership, proxy)
    theirs = make_by_hand(
        dealer,
        client_order_ref=reference,
        origin="__bpo_crm__.another-database_lead_1",
    )
    floor.win(lead)
    ours = [order for order in dealer.orders(reference) if order["id"] != theirs]
    assert [order["name"] for order in ours] == [floor.read(lead)["dealer_so_name"]]


def test_a_lead_moved_to_another_dealership_is_not_ordered_at_both(
    floor, dealer, dealership, proxy
):
    lead, reference, order = order_without_reply(floor, dealer, dealership, proxy)
    other = floor.new_dealership(proxy.url, dealer.server.database)
    floor.agent.call("crm.lead", "write", [lead], {"dealership_id": other})
    assert f"has order {order['name']} for this lead already" in fail_to_win(
        floor, lead
    )
    assert_not_moved(floor, lead)
    floor.agent.call("crm.lead", "write", [lead], {"dealership_id": dealership})
    floor.win(lead)
    assert_won_with_one_order(floor, dealer, lead)
