"""Windows that are saved again: the reply was lost, or the button pressed twice."""

import copy
import http.client
import urllib.error
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest

from tests.proxy import FaultProxy

AT_ONCE = 6

LOST = (urllib.error.URLError, http.client.HTTPException, ConnectionError)


@pytest.fixture
def lead(floor, dealership):
    return floor.new_lead(dealership)


@pytest.fixture
def way(bpo):
    """A way to the call centre on which replies get lost."""
    with FaultProxy(bpo.port) as proxy:
        yield proxy


def call_window(floor, lead):
    """Return the id of a window on a call, with all that was typed into it."""
    values = {
        "lead_id": lead,
        "result": "busy",
        "next_activity_type_id": floor.admin.find("mail.mail_activity_data_call"),
        "next_date": str(date.today() + timedelta(days=3)),
    }
    return floor.agent.call("crm.lead.log.call", "create", values)


def visit_values(floor, lead):
    """Return what the form of a visit sends when it is saved."""
    events = floor.agent.call("calendar.event", "default_get", ["save_key"])
    day = date.today() + timedelta(days=3)
    return {
        "name": "Visit",
        "start": f"{day} 08:00:00",
        "stop": f"{day} 09:00:00",
        "opportunity_id": lead,
        "visit_state": "planned",
        **events,
    }


def at_once(work):
    """Return what several requests of the same moment bring, in their order."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return [
            future.result() for future in [pool.submit(work) for _n in range(AT_ONCE)]
        ]


def lose_reply(floor, way, *call):
    """Send a request of the agent whose reply gets lost, and the same one again.

    :return: what the agent sees at last.
    """
    session = copy.copy(floor.agent)
    session.url = way.url
    method = f'"{call[1]}"'.encode()
    way.plan("swallow", lambda body: method in body)
    with pytest.raises(LOST):
        session.call(*call)
    return session.call(*call)


@pytest.mark.parametrize("button", ["action_save", "action_save_and_next"])
def test_a_call_whose_reply_was_lost_is_logged_once(floor, way, lead, button):
    window = call_window(floor, lead)
    assert lose_reply(floor, way, "crm.lead.log.call", button, [window])
    assert len(floor.calls(lead)) == 1
    assert len(floor.activities(lead)) == 1


def test_a_call_that_is_saved_several_times_at_once_is_logged_once(floor, lead):
    window = call_window(floor, lead)
    save = ("crm.lead.log.call", "action_save", [window])
    answers = at_once(lambda: floor.agent.call(*save))
    assert all(answer == answers[0] for answer in answers)
    assert len(floor.calls(lead)) == 1
    assert len(floor.activities(lead)) == 1


def test_a_visit_whose_reply_was_lost_is_planned_once(floor, way, lead):
    values = visit_values(floor, lead)
    save = ("calendar.event", "web_save", [], values)
    (saved,) = lose_reply(floor, way, *save, {"name": {}})
    assert [visit["id"] for visit in floor.visits(lead)] == [saved["id"]]


def test_a_visit_that_is_saved_several_times_at_once_is_planned_once(floor, lead):
    values = visit_values(floor, lead)
    made = at_once(lambda: floor.agent.call("calendar.event", "create", values))
    assert len(set(made)) == 1
    assert len(floor.visits(lead)) == 1
    assert len(floor.activities(lead)) == 1


def test_the_next_lead_is_the_same_one_when_it_is_asked_for_again(
    floor, way, dealership
):
    for _number in range(3):
        floor.new_lead(dealership, user_id=False)
    claim = ("crm.lead", "action_claim_next", f"lost-{date.today()}")
    answer = lose_reply(floor, way, *claim)
    answers = at_once(lambda: floor.agent.call(*claim))
    assert all(other == answer for other in answers)
    other = floor.agent.call("crm.lead", "action_claim_next", "another")
    assert other["params"]["next"] != answer["params"]["next"]
