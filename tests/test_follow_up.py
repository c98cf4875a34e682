"""Follow-up on a real server: at once from two sessions, and by its crons."""

import functools
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timezone

import pytest

from tests.waiting import wait_until_locked
from tools.jsonrpc import RpcError

CALL = "mail.mail_activity_data_call"


@pytest.fixture
def lead(floor, dealership):
    return floor.new_lead(dealership)


def at_once(*works):
    """Run functions at the same time; return their refusals."""
    errors = []
    barrier = threading.Barrier(len(works))

    def run(work):
        barrier.wait()
        try:
            work()
        except RpcError as error:
            errors.append(error)

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return errors


def test_done_in_two_sessions_at_once_is_done_once(stage_activities, floor, dealership):
    for _attempt in range(5):
        lead = floor.new_lead(dealership)
        (activity,) = floor.activities(lead)
        sessions = [floor.login("agent") for _n in range(2)]
        errors = at_once(
            *(
                functools.partial(
                    session.call, "mail.activity", "action_feedback", [activity["id"]]
                )
                for session in sessions
            )
        )
        assert errors == []
        assert floor.read(lead)["stage"] == floor.open_stages[1]
        assert len(floor.activities(lead)) == 1
        assert floor.chatter(lead).count("</span> done") == 1


def test_done_and_moved_at_once_is_one_step(stage_activities, floor, dealership):
    for _attempt in range(5):
        lead = floor.new_lead(dealership)
        (activity,) = floor.activities(lead)
        done, moved = floor.login("agent"), floor.login("agent")
        forward = {"stage_id": floor.open_stages[1]}
        errors = at_once(
            functools.partial(
                done.call, "mail.activity", "action_feedback", [activity["id"]]
            ),
            functools.partial(moved.call, "crm.lead", "write", [lead], forward),
        )
        assert errors == []
        assert floor.read(lead)["stage"] == floor.open_stages[1]
        assert len(floor.activities(lead)) == 1
        assert floor.chatter(lead).count("</span> done") == 1


def test_a_promise_that_is_done_and_carried_over_at_once(
    stage_activities, floor, dealership
):
    forward = {"stage_id": floor.open_stages[1]}
    for _attempt in range(5):
        lead = floor.new_lead(dealership)
        (callback,) = floor.activities(lead)
        time = {"due_at": "2099-01-15 07:00:00"}
        floor.agent.call("mail.activity", "write", [callback["id"]], time)
        done, moved = floor.login("agent"), floor.login("agent")
        errors = at_once(
            functools.partial(
                done.call, "mail.activity", "action_feedback", [callback["id"]]
            ),
            functools.partial(moved.call, "crm.lead", "write", [lead], forward),
        )
        assert errors == []
        assert floor.read(lead)["stage"] == floor.open_stages[1]
        # Done before the move, the next stage plans; done after it, its agent is asked.
        steps = [step["id"] for step in floor.activities(lead)]
        assert callback["id"] not in steps
        assert len(steps) <= 1
        assert floor.chatter(lead).count("</span> done") == 1


def test_a_lead_without_an_activity_moved_twice_at_once(
    stage_activities, floor, dealership
):
    forward = {"stage_id": floor.open_stages[1]}
    for _attempt in range(5):
        lead = floor.new_lead(dealership)
        floor.cancel_activities(floor.agent)
        sessions = [floor.login("agent"), floor.login("supervisor")]
        errors = at_once(
            *(
                functools.partial(session.call, "crm.lead", "write", [lead], forward)
                for session in sessions
            )
        )
        assert errors == []
        assert floor.read(lead)["stage"] == floor.open_stages[1]
        assert len(floor.activities(lead)) == 1


def test_a_claim_and_an_assignment_at_once_plan_one_activity(
    stage_activities, floor, dealership
):
    for _attempt in range(5):
        lead = floor.new_lead(dealership, user_id=False)
        claim, assign = floor.login("agent"), floor.login("supervisor")
        other = floor.login("agent2").uid
        errors = at_once(
            functools.partial(claim.call, "crm.lead", "action_claim", [lead]),
            functools.partial(
                assign.call, "crm.lead", "write", [lead], {"user_id": other}
            ),
        )
        assert all("already claimed" in error.message for error in errors)
        (activity,) = floor.activities(lead)
        assert activity["user_id"] == floor.read(lead)["user_id"]


def test_the_nightly_job_plans_what_is_missing(floor, lead):
    assert floor.activities(lead) == []
    floor.run_job("cron_plan_missing_steps")
    (activity,) = floor.activities(lead)
    assert activity["user_id"][0] == floor.agent.uid


def test_the_other_jobs_run(floor, lead):
    floor.run_job("cron_return_to_pool")
    floor.run_job("cron_follow_up_digest")
    assert floor.read(lead)["user_id"][0] == floor.agent.uid


def test_what_an_agent_may_not_write(floor, lead):
    floor.agent.call(
        "crm.lead", "activity_schedule", [lead], CALL, user_id=floor.agent.uid
    )
    (activity,) = floor.activities(lead)
    for values in ({"done_at": "2026-01-01 00:00:00"}, {"crm_stage_id": floor.won}):
        with pytest.raises(RpcError, match="filled in by the system"):
            floor.agent.call("mail.activity", "write", [activity["id"]], values)
    for values in ({"next_step_date": "2099-01-01"}, {"no_next_step_reason": "No"}):
        with pytest.raises(RpcError, match="filled in by the system"):
            floor.agent.call("crm.lead", "write", [lead], values)
    with pytest.raises(RpcError, match="cannot be changed or deleted"):
        floor.agent.call("mail.activity", "write", [activity["id"]], {"active": False})
    with pytest.raises(RpcError):
        floor.supervisor.call("crm.pipeline.settings", "create", {})


@pytest.fixture
def at_noon(floor):
    """Let it be around noon where three people are, wherever the sun is now."""
    users = [floor.login(login).uid for login in ("agent", "agent2", "supervisor")]
    hours = datetime.now(timezone.utc).hour - 12
    before = floor.admin.call("res.users", "read", users, ["tz"])
    floor.admin.call("res.users", "write", users, {"tz": f"Etc/GMT{hours:+d}"})
    yield users
    for user in before:
        floor.admin.call("res.users", "write", [user["id"]], {"tz": user["tz"]})


def test_a_user_who_is_changed_meanwhile_costs_nobody_the_digest(
    stack, floor, dealership, around_the_clock, at_noon
):
    users = at_noon
    floor.execute(
        "UPDATE res_users SET follow_up_digest_date = NULL WHERE id = ANY(%s)", [users]
    )
    for user in users[:2]:
        lead = floor.new_lead(dealership, user_id=False)
        floor.admin.call("crm.lead", "write", lead, {"user_id": user})
    before = count_digests(floor, users)
    since = len(floor.server.read_log())
    with stack.postgres.connect(floor.server.database) as cursor:
        cursor.execute("BEGIN")
        cursor.execute(
            "UPDATE res_users SET share = share WHERE id = %s", [min(users[:2])]
        )
        with ThreadPoolExecutor(1) as pool:
            job = pool.submit(floor.run_job, "cron_follow_up_digest")
            # The job waits for whoever changes the user, who is done now.
            wait_until_locked(cursor)
            cursor.execute("COMMIT")
            job.result()
    assert count_digests(floor, users) == before + len(users)
    log = floor.server.read_log()[since:]
    assert "could not serialize" in log
    assert "Traceback" not in log


def count_digests(floor, users):
    """Return how many digests were written to users."""
    people = floor.admin.call("res.users", "read", users, ["email_formatted"])
    digests = [
        ("subject", "=", "Leads that need attention"),
        ("email_to", "in", [user["email_formatted"] for user in people]),
    ]
    return floor.admin.call("mail.mail", "search_count", digests)
