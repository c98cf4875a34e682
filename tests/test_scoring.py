"""Many leads are closed in the same moment, and nobody waits for anybody."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

CLOSERS = 6
EACH = 4  # leads of each

#: What core's scoring counts closed leads in.
TABLE = "crm_lead_scoring_frequency"


@pytest.fixture
def reason(floor):
    return floor.admin.call("crm.lost.reason", "search", [], limit=1)[0]


@pytest.fixture
def learned(floor, dealership, reason):
    """Let core's scoring have rows in which to count."""
    lead = floor.new_lead(dealership)
    floor.agent.call("crm.lead", "action_set_lost", [lead], lost_reason_id=reason)

    def learn():
        job = floor.admin.find("crm.website_crm_score_cron")
        floor.admin.call("ir.cron", "method_direct_trigger", [job])
        return floor.admin.call(
            "crm.lead.scoring.frequency", "search_count", [("lost_count", ">=", 1)]
        )

    assert learn()
    return learn


def test_closing_waits_for_nobody_who_counts(stack, floor, dealership, learned, reason):
    leads = [floor.new_lead(dealership) for _n in range(2)]
    with stack.postgres.connect(floor.server.database) as cursor:
        cursor.execute("BEGIN")
        # As somebody who has closed a lead, and is not done yet.
        cursor.execute(f"SELECT count(*) FROM (SELECT FROM {TABLE} FOR UPDATE) AS rows")
        assert cursor.fetchone()[0] > 3
        floor.agent.call("crm.lead", "action_set_lost", leads[0], lost_reason_id=reason)
        floor.win(leads[1])
        cursor.execute("ROLLBACK")
    assert [floor.read(lead)["stage"] for lead in leads] == [floor.lost, floor.won]


def test_closing_at_once_leaves_nothing_to_be_tried_again(
    floor, dealership, learned, reason
):
    since = len(floor.server.read_log())
    before = count_lost(floor)
    shares = [
        [floor.new_lead(dealership) for _n in range(EACH)] for _closer in range(CLOSERS)
    ]
    sessions = [floor.login("agent") for _share in shares]
    barrier = threading.Barrier(CLOSERS)

    def close(session, leads):
        barrier.wait()
        for lead in leads:
            session.call("crm.lead", "action_set_lost", [lead], lost_reason_id=reason)

    with ThreadPoolExecutor(CLOSERS) as pool:
        list(pool.map(close, sessions, shares))
    log = floor.server.read_log()[since:]
    assert f'UPDATE "{TABLE}"' not in log
    assert "could not serialize" not in log
    # Each of them is counted once, when core's job has its turn.
    assert count_lost(floor) == before
    learned()
    assert count_lost(floor) == before + CLOSERS * EACH


def test_the_job_and_who_reads_what_it_learned_do_not_wait_for_each_other(
    stack, floor, learned
):
    with stack.postgres.connect(floor.server.database) as cursor:
        cursor.execute("BEGIN ISOLATION LEVEL REPEATABLE READ")
        # As somebody who looks at a lead, and is not done yet.
        cursor.execute(f"SELECT count(*) FROM {TABLE}")
        before = cursor.fetchone()[0]
        assert before > 3
        assert learned()
        # What there was is there for whoever began before.
        cursor.execute(f"SELECT count(*) FROM {TABLE}")
        assert cursor.fetchone()[0] == before
        cursor.execute("ROLLBACK")


def count_lost(floor):
    """Return how many lost leads core's scoring has counted in the first stage."""
    rows = floor.admin.call(
        "crm.lead.scoring.frequency",
        "search_read",
        [("variable", "=", "stage_id"), ("value", "=", str(floor.open_stages[0]))],
        ["lost_count"],
    )
    return sum(round(row["lost_count"] - 0.1) for row in rows)
