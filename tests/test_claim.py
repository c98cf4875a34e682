"""A floor of agents who reach for the same leads in the same moment."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from tools.jsonrpc import RpcError, WebSession

AGENTS = 50

MAX_WAIT = 1.0  # seconds for any lock


@pytest.fixture(scope="module")
def threads(stack, bpo):
    """A server that works on all requests at the same time."""
    server = stack.bpo_server(
        bpo.database,
        name="threads",
        db_maxconn=2 * AGENTS + 20,
        environ={"ODOO_MAX_HTTP_THREADS": str(AGENTS + 10)},
    )
    yield server.start()
    server.stop()


@pytest.fixture(scope="module")
def agents(session_floor, threads):
    """Sessions of fifty agents."""
    admin = session_floor.admin
    group = admin.find("bpo_crm.group_bpo_agent")
    (field,) = admin.call("res.users", "fields_get", ["group_ids", "groups_id"])
    logins = [f"floor{number}" for number in range(AGENTS)]
    admin.call(
        "res.users",
        "create",
        [
            {
                "name": login.title(),
                "login": login,
                field: [(4, group)],
            }
            for login in logins
        ],
    )
    # To hash fifty passwords takes longer than all that is done with them.
    session_floor.execute(
        "UPDATE res_users SET password = agent.password FROM res_users AS agent"
        " WHERE agent.login = 'agent' AND res_users.login = ANY(%s)",
        [logins],
    )

    def log_in(login):
        return WebSession(threads.url).login(threads.database, login, "agent")

    with ThreadPoolExecutor(8) as pool:
        return list(pool.map(log_in, logins))


def at_once(sessions, job):
    """Do a job in all sessions at the same time; return results and errors."""
    barrier = threading.Barrier(len(sessions))

    def run(session):
        barrier.wait()
        try:
            return job(session)
        except RpcError as error:
            return error

    with ThreadPoolExecutor(len(sessions)) as pool:
        return list(pool.map(run, sessions))


class LockWatch:
    """Watches how long anybody waits for a lock in a database."""

    def __init__(self, stack, database):
        self._stack = stack
        self._database = database
        self._done = threading.Event()
        self._looks = 0
        self.longest = 0.0

    def __enter__(self):
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()
        return self

    def __exit__(self, *exc_info):
        self._done.set()
        self._thread.join()
        # A watch that looked away proves nothing.
        assert self._looks > 3

    def _watch(self):
        waits = """
            SELECT extract(epoch FROM max(clock_timestamp() - waitstart))
              FROM pg_locks JOIN pg_stat_activity USING (pid)
             WHERE datname = %s
        """
        with self._stack.postgres.connect() as cursor:
            while not self._done.wait(0.02):
                cursor.execute(waits, [self._database])
                self._looks += 1
                (longest,) = cursor.fetchone()
                self.longest = max(self.longest, longest or 0)


def test_fifty_agents_reach_for_one_lead_and_one_gets_it(floor, agents, dealership):
    lead = floor.new_lead(dealership, user_id=False)
    results = at_once(
        agents, lambda agent: agent.call("crm.lead", "action_claim", [lead])
    )
    errors = [result for result in results if isinstance(result, RpcError)]
    assert len(errors) == AGENTS - 1
    owner = floor.read(lead)["user_id"][1]
    for error in errors:
        assert error.name == "odoo.exceptions.UserError"
        assert f"already claimed by {owner}" in error.message
    winner = agents[next(n for n, r in enumerate(results) if isinstance(r, dict))]
    assert floor.read(lead)["user_id"][0] == winner.uid


def test_fifty_agents_ask_for_the_next_lead_and_get_fifty(
    stack, floor, agents, dealership
):
    leads = floor.admin.call(
        "crm.lead",
        "create",
        [
            {
                "name": f"Pool {number}",
                "type": "opportunity",
                "user_id": False,
                "priority": "3",
                "dealership_id": dealership,
            }
            for number in range(AGENTS)
        ],
    )
    with LockWatch(stack, floor.server.database) as watch:
        results = at_once(
            agents, lambda agent: agent.call("crm.lead", "action_claim_next")
        )
    assert not [result for result in results if isinstance(result, RpcError)]
    handed_out = [result["params"]["next"]["res_id"] for result in results]
    assert len(set(handed_out)) == AGENTS
    rows = floor.admin.call("crm.lead", "read", handed_out, ["user_id", "priority"])
    owners = {row["id"]: row["user_id"][0] for row in rows}
    assert [owners[lead] for lead in handed_out] == [agent.uid for agent in agents]
    # The most urgent first: nobody got another lead while these were there.
    assert len(set(handed_out) & set(leads)) >= AGENTS - 10
    assert watch.longest < MAX_WAIT
