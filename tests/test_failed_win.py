"""What a failed win leaves behind, which its rollback does not take back."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from tools.jsonrpc import RpcError


@pytest.fixture
def dead(floor):
    """A dealership that cannot be reached, for which the supervisor is told."""
    responsible = floor.supervisor.uid
    return floor.new_dead_dealership(name="Dead End", user_id=responsible)


def told(floor, dealership):
    """Return the open activities on a dealership."""
    return floor.supervisor.call(
        "mail.activity",
        "search_read",
        [("res_model", "=", "crm.dealership"), ("res_id", "=", dealership)],
        ["user_id", "summary", "note"],
    )


def fail_to_win(floor, lead, session=None):
    with pytest.raises(RpcError) as caught:
        floor.win(lead, session)
    assert caught.value.name == "odoo.exceptions.UserError"
    return caught.value.message


def mend(floor, dealer, dealership):
    server = dealer.server
    values = {"odoo_url": server.url, "odoo_db": server.database}
    floor.manager.call("crm.dealership", "write", [dealership], values)


def failed_wins(floor, session):
    return session.call("crm.lead", "search", [("is_win_failed", "=", True)])


def test_wins_that_fail_at_the_same_moment_tell_it_once(floor, dead):
    leads = [floor.new_lead(dead) for _n in range(4)]
    sessions = [floor.login("agent") for _lead in leads]
    barrier = threading.Barrier(len(leads))

    def win(lead, session):
        barrier.wait()
        return fail_to_win(floor, lead, session)

    with ThreadPoolExecutor(len(leads)) as pool:
        messages = list(pool.map(win, leads, sessions))
    (activity,) = told(floor, dead)
    assert activity["user_id"][0] == floor.supervisor.uid
    assert "cannot be reached" in activity["note"]
    name = activity["user_id"][1]
    assert all(f"{name} has been told" in message for message in messages)


def test_an_order_that_arrives_ends_it(floor, dealer, dead):
    lead = floor.new_lead(dead)
    fail_to_win(floor, lead)
    assert told(floor, dead)
    mend(floor, dealer, dead)
    floor.win(lead)
    assert not told(floor, dead)
    assert len(dealer.orders(floor.read(lead)["reference"])) == 1


def test_a_supervisor_retries_all_failed_wins_at_once(floor, dealer, dead):
    leads = [floor.new_lead(dead) for _n in range(3)]
    for lead in leads:
        fail_to_win(floor, lead)
    assert set(leads) <= set(failed_wins(floor, floor.supervisor))
    assert not set(leads) & set(failed_wins(floor, floor.login("agent2")))
    mend(floor, dealer, dead)
    floor.supervisor.call("crm.lead", "action_win_each", leads)
    assert not set(leads) & set(failed_wins(floor, floor.supervisor))
    for lead in leads:
        assert len(dealer.orders(floor.read(lead)["reference"])) == 1
        assert floor.read(lead)["stage"] == floor.won
    assert not told(floor, dead)
