"""Leads given to agents while several sources deliver at the same time."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.sender import Sender, new_phone

AGENTS = ("agent", "agent2", "supervisor", "manager")
DELIVERERS = 8
EACH = 6  # enquiries of each deliverer


@pytest.fixture
def members(floor, around_the_clock):
    """A team that gives out its leads; the membership of each user in it."""
    multiple = "sales_team.membership_multi"
    floor.admin.call("ir.config_parameter", "set_param", multiple, "True")
    users = [floor.sign_in(login).uid for login in AGENTS]
    team = floor.manager.call(
        "crm.team",
        "create",
        {
            "name": "Around the Clock",
            "lead_distribution": "round_robin",
            "member_ids": [(6, 0, users)],
        },
    )
    rows = floor.manager.call(
        "crm.team.member", "search_read", [("crm_team_id", "=", team)], ["user_id"]
    )
    yield Members(floor, team, {row["user_id"][0]: row["id"] for row in rows})
    floor.manager.call("crm.team", "write", team, {"active": False})
    floor.admin.call("ir.config_parameter", "set_param", multiple, False)


class Members:
    """The members of a team.

    :param Floor floor: the call centre.
    :param int team: its id.
    :param dict rows: the id of the membership of each user.
    """

    def __init__(self, floor, team, rows):
        self._floor = floor
        self._rows = rows
        self.team = team

    def allow(self, more):
        """Let everybody have this many open leads more than now."""
        for row in self._rows.values():
            (member,) = self._floor.manager.call(
                "crm.team.member", "read", row, ["open_lead_count"]
            )
            values = {"open_leads_max": member["open_lead_count"] + more}
            self._floor.manager.call("crm.team.member", "write", row, values)

    def count_given(self):
        """Return how many leads of the team each user has, and the pool."""
        leads = self._floor.admin.call(
            "crm.lead", "search_read", [("team_id", "=", self.team)], ["user_id"]
        )
        owners = [lead["user_id"] and lead["user_id"][0] for lead in leads]
        return {owner: owners.count(owner) for owner in [*self._rows, False]}


def deliver(floor, members):
    """Let all deliverers deliver at the same time; return the states."""
    senders = [Sender(floor, team_id=members.team) for _n in range(DELIVERERS)]

    def send(sender):
        return [sender.post({"phone": new_phone()})[0] for _n in range(EACH)]

    with ThreadPoolExecutor(DELIVERERS) as pool:
        return [state for states in pool.map(send, senders) for state in states]


def test_no_place_in_the_round_is_given_twice(floor, members):
    assert set(deliver(floor, members)) == {201}
    share = DELIVERERS * EACH // len(AGENTS)
    given = members.count_given()
    assert given.pop(False) == 0
    assert set(given.values()) == {share}


@pytest.mark.parametrize("distribution", ["round_robin", "least_loaded"])
def test_caps_hold_while_many_deliver(floor, members, distribution):
    values = {"lead_distribution": distribution}
    floor.manager.call("crm.team", "write", members.team, values)
    members.allow(more=5)
    with ThreadPoolExecutor(1) as pool:
        # What waits is looked at by the scheduled job in the same moment.
        crons = pool.submit(
            lambda: [floor.run_job("cron_distribute_leads") for _n in range(5)]
        )
        assert set(deliver(floor, members)) == {201}
        crons.result()
    given = members.count_given()
    waiting = given.pop(False)
    assert set(given.values()) == {5}
    assert waiting == DELIVERERS * EACH - 5 * len(AGENTS)
    members.allow(more=2)
    floor.run_job("cron_distribute_leads")
    given = members.count_given()
    assert given.pop(False) == waiting - 2 * len(AGENTS)
    assert set(given.values()) == {7}


def test_an_agent_in_two_teams_gets_no_more_than_the_cap(floor, members):
    users = [floor.sign_in(login).uid for login in AGENTS]
    other = floor.manager.call(
        "crm.team",
        "create",
        {
            "name": "Second",
            "lead_distribution": "round_robin",
            "member_ids": [(6, 0, users)],
        },
    )
    rows = floor.manager.call(
        "crm.team.member", "search_read", [("crm_team_id", "=", other)], ["user_id"]
    )
    second = Members(floor, other, {row["user_id"][0]: row["id"] for row in rows})
    members.allow(more=4)
    second.allow(more=4)
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda team: deliver(floor, team), (members, second)))
    given = [team.count_given() for team in (members, second)]
    for user in users:
        assert sum(counts[user] for counts in given) == 4
    floor.manager.call("crm.team", "write", other, {"active": False})


def test_a_member_whose_choice_fails_costs_no_enquiry(floor, members):
    (model,) = floor.admin.call("ir.model", "search", [("model", "=", "crm.lead")])
    values = {"model_id": model, "name": "x_wish", "ttype": "boolean"}
    field = floor.admin.call("ir.model.fields", "create", values)
    (row,) = floor.manager.call(
        "crm.team.member", "search", [("crm_team_id", "=", members.team)], limit=1
    )
    domain = {"assignment_domain": "[('x_wish', '=', False)]"}
    floor.manager.call("crm.team.member", "write", row, domain)
    floor.admin.call("ir.model.fields", "unlink", field)
    status, answer = Sender(floor, team_id=members.team).post({"phone": new_phone()})
    assert (status, answer["state"]) == (201, "created")
    assert members.count_given()[False] == 1
    domain = {"assignment_domain": "[]"}
    floor.manager.call("crm.team.member", "write", row, domain)
    floor.run_job("cron_distribute_leads")
    assert members.count_given()[False] == 0
