"""A second lead that is refused leaves a note, which no rollback takes back."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.floor import refuse
from tests.sender import new_phone

NOTE = "was about to make a second lead"


@pytest.fixture
def taken(floor, dealership):
    """A lead that the other agent works, and the phone number of its customer."""
    phone = new_phone()
    lead = floor.new_lead(dealership, phone=phone, user_id=False)
    floor.login("agent2").call("crm.lead", "action_claim", [lead])
    return lead, phone


def test_whoever_asks_a_thousand_times_is_noted_once(floor, taken):
    lead, phone = taken
    sessions = [floor.login("agent") for _n in range(4)]
    barrier = threading.Barrier(len(sessions))
    values = {"name": "Again", "type": "opportunity", "phone": phone}

    def ask(session):
        barrier.wait()
        return [refuse(session, "crm.lead", "create", values) for _n in range(3)]

    with ThreadPoolExecutor(len(sessions)) as pool:
        refusals = [text for texts in pool.map(ask, sessions) for text in texts]
    assert len(refusals) == 12
    assert all("has an open lead already" in text for text in refusals)
    assert floor.chatter(lead).count(NOTE) == 1


def test_the_owner_is_notified_and_nobody_else(floor, taken):
    lead, phone = taken
    refuse(floor.agent, "crm.lead", "create", {"name": "Again", "phone": phone})
    (message,) = floor.admin.call(
        "mail.message",
        "search",
        [("model", "=", "crm.lead"), ("res_id", "=", lead), ("body", "ilike", NOTE)],
    )
    assert floor.notified(message) == [floor.partner(floor.login("agent2"))]
    refuse(floor.agent, "crm.lead", "read", [lead], ["name"])
