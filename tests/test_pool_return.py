"""Jobs that take leads in hand while somebody else does."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

JOBS = ("cron_return_to_pool", "cron_plan_missing_steps")

FORGET = """
    UPDATE crm_lead SET date_open = now() - interval '90 days',
                        date_last_stage_update = now() - interval '90 days'
     WHERE id = ANY(%s)
"""

#: As a form that somebody is saving in this moment.
SAVE = "UPDATE crm_lead SET referred = 'Maria' WHERE id = %s"


@pytest.fixture
def returning(floor):
    """Let leads go back to the pool that nobody touched for ten days."""
    (company,) = floor.admin.call("res.company", "search", [], limit=1)
    names = ["count_working_days", "pool_return_days"]
    (before,) = floor.admin.call("res.company", "read", [company], names)
    values = {"count_working_days": False, "pool_return_days": 10}
    floor.admin.call("res.company", "write", [company], values)
    stages = floor.admin.call(
        "crm.stage", "read", floor.open_stages, ["stale_after_days"]
    )
    floor.admin.call("crm.stage", "write", floor.open_stages, {"stale_after_days": 2})
    yield
    floor.admin.call(
        "res.company", "write", [company], {name: before[name] for name in names}
    )
    for stage in stages:
        days = {"stale_after_days": stage["stale_after_days"]}
        floor.admin.call("crm.stage", "write", [stage["id"]], days)


@pytest.fixture
def forgotten(returning, floor, dealership):
    """Leads of the agent that nobody touched for long."""
    leads = [floor.new_lead(dealership) for _n in range(12)]
    floor.execute(FORGET, [leads])
    return leads


def read_owners(floor, leads):
    rows = floor.admin.call("crm.lead", "read", leads, ["user_id"])
    return {row["id"]: row["user_id"] and row["user_id"][0] for row in rows}


def read_trouble(floor, since):
    """Return what the servers logged as wrong.

    :param Floor floor: the call centre.
    :param int since: how long their log was before.
    """
    lines = floor.server.read_log()[since:].splitlines()
    return [
        line
        for line in lines
        if " ERROR " in line or "Traceback" in line or "could not serialize" in line
    ]


def test_a_lead_that_somebody_saves_waits_for_the_next_run(floor, stack, forgotten):
    since = len(floor.server.read_log())
    saved, *others = forgotten
    with stack.postgres.connect(floor.server.database) as cursor:
        cursor.execute("BEGIN")
        cursor.execute(SAVE, [saved])
        floor.run_job("cron_return_to_pool")
        owners = read_owners(floor, forgotten)
        assert owners.pop(saved) == floor.agent.uid
        assert owners == dict.fromkeys(others, False)
        cursor.execute("COMMIT")
    floor.run_job("cron_return_to_pool")
    assert read_owners(floor, [saved]) == {saved: False}
    assert read_trouble(floor, since) == []


def test_two_jobs_at_once_take_different_leads(floor, dealership, returning):
    since = len(floor.server.read_log())
    for _attempt in range(4):
        # They are both: forgotten, and without a next step.
        leads = [floor.new_lead(dealership) for _n in range(12)]
        floor.execute(FORGET, [leads])
        barrier = threading.Barrier(len(JOBS))
        sessions = [floor.login("admin") for _job in JOBS]

        def run(session, name, barrier=barrier):
            job = session.find(f"bpo_crm.{name}")
            barrier.wait()
            session.call("ir.cron", "method_direct_trigger", [job])

        with ThreadPoolExecutor(len(JOBS)) as pool:
            list(pool.map(run, sessions, JOBS))
        owners = read_owners(floor, leads)
        for lead in leads:
            assert bool(owners[lead]) == bool(floor.activities(lead))
    assert read_trouble(floor, since) == []
