"""Guests who decline in the same moment."""

import threading
from concurrent.futures import ThreadPoolExecutor

GUESTS = 4


def test_the_owner_calls_once_who_declined_in_the_same_moment(floor, dealership):
    lead = floor.new_lead(dealership)
    # With a step of today, another one changes nothing of the lead itself.
    (model,) = floor.admin.call("ir.model", "search", [("model", "=", "crm.lead")])
    step = {"res_model_id": model, "res_id": lead, "summary": "Call"}
    floor.agent.call("mail.activity", "create", step)
    guests = [
        floor.admin.call(
            "res.partner",
            "create",
            {"name": f"Guest {n}", "email": f"guest{n}@customer.example"},
        )
        for n in range(GUESTS)
    ]
    visit = floor.agent.call(
        "calendar.event",
        "create",
        {
            "name": "Visit",
            "start": "2099-01-01 08:00:00",
            "stop": "2099-01-01 09:00:00",
            "opportunity_id": lead,
            "visit_state": "planned",
            "partner_ids": [[6, 0, guests]],
        },
    )
    invited = floor.admin.call(
        "calendar.attendee",
        "search",
        [("event_id", "=", visit), ("partner_id", "in", guests)],
    )
    sessions = [floor.login("admin") for _guest in guests]
    barrier = threading.Barrier(GUESTS)

    def decline(session, attendee):
        barrier.wait()
        return session.call("calendar.attendee", "do_decline", [attendee])

    with ThreadPoolExecutor(GUESTS) as pool:
        assert all(pool.map(decline, sessions, invited))
    calls = floor.admin.call(
        "mail.activity",
        "search_count",
        [
            ("res_model", "=", "crm.lead"),
            ("res_id", "=", lead),
            ("declined_event_id", "!=", False),
        ],
    )
    assert calls == 1
    assert all(f"Guest {n} declined" in floor.chatter(lead) for n in range(GUESTS))
