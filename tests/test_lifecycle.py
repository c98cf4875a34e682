"""A call centre uses the addon, leaves it, and takes it up again.

The tests follow each other on one database, in the order of this file.
"""

import dataclasses
import re

import pytest

from tests.catalogue import read_catalogue
from tests.floor import Floor, change_module, refuse
from tools import paths
from tools.jsonrpc import WebSession

#: What an administrator reads about it.
DOCUMENT = paths.REPOSITORY / "docs" / "administration.md"

#: Where it says what stays, and how to remove it.
LEFT_BEHIND = "### What is left behind"

#: Of the demo data: what people would have entered themselves, and keep.
ENTERED = (
    "calendar.event",
    "crm.lead",
    "crm.tag",
    "mail.activity",
    "res.company",
    "res.partner",
    "res.users",
    "resource.calendar",
)

#: What is told of leads before and after.
READ_LEADS = """
    SELECT id, name, active, probability, user_id, lost_reason_id,
           (SELECT count(*) FROM mail_message
             WHERE model = 'crm.lead' AND res_id = crm_lead.id)
      FROM crm_lead ORDER BY id
"""

READ_LOST = """
    SELECT lead.id, lead.lost_stage_id, lead.lost_reason_id
      FROM crm_lead AS lead JOIN crm_stage AS stage ON stage.id = lead.stage_id
     WHERE stage.is_lost AND NOT lead.active ORDER BY lead.id
"""

READ_ORDERS = """
    SELECT id, dealer_so_name, dealer_so_url FROM crm_lead
     WHERE dealer_so_name IS NOT NULL ORDER BY id
"""

READ_REFERENCES = "SELECT id, reference FROM crm_lead WHERE id <= %s ORDER BY id"


#: Columns that stay after an uninstallation.
COLUMNS = (
    "crm_lead.bpo_crm_left_reference",
    "crm_lead.bpo_crm_left_dealer_so_name",
    "crm_lead.bpo_crm_left_dealer_so_url",
    "crm_stage.bpo_crm_left_is_lost",
    "crm_team.bpo_crm_left_is_bpo",
    "res_company.bpo_crm_left_is_bpo",
)

#: What stays, and by which words the document names it.
LEFT = {
    **{rf"column {re.escape(name)} ": name for name in COLUMNS},
    r"ir_model_data __bpo_crm_left__\.(lost_reason|sequence)_": "__bpo_crm_left__",
    r"(ir_sequence crm\.lead\.reference$|relation ir_sequence_)": "*Lead Reference*",
    r"crm_lost_reason (Price|Timing|Financing|Other|Compet|Model)": "*Price*, *Other*",
    r"crm_stage Negotiation$": "*Negotiation*",
    r"mail_alias portal \{\}$": "an alias for each",
    r"utm_source (Import|Mail|Portal|Website form)$": "*Website form*, *Mail*, *Imp",
}

#: What is not the same after an uninstallation and an installation: what people had
#: entered, and core's reasons, which a fresh database does not show.
ENTERED_BY_HAND = (
    "crm_lost_reason ",
    "ir_config_parameter ",
    "ir_model_data bpo_crm.",
    "mail_alias ",
    "utm_source ",
)

#: What Odoo itself changes whenever a module extends the groups.
OF_ODOO = "constraint rule_group_rel "


@dataclasses.dataclass
class House:
    """A database, its server, and what was done in it while the addon was there."""

    server: object
    postgres: object
    #: The field of ``res.groups`` with who was put in.
    members: str
    #: What the tests speak of, by name.
    ids: dict = dataclasses.field(default_factory=dict)
    #: What was read before the addon went.
    before: dict = dataclasses.field(default_factory=dict)

    def read(self, statement, *values):
        with self.postgres.connect(self.server.database) as cursor:
            cursor.execute(statement, values)
            return cursor.fetchall()

    def read_catalogue(self):
        with self.postgres.connect(self.server.database) as cursor:
            return read_catalogue(cursor)

    def login(self, login):
        return WebSession.of(self.server, login)

    def read_names(self, condition):
        """Return the names of the leads of which something is true."""
        rows = self.read(f"SELECT name FROM crm_lead WHERE {condition}")
        return {name for (name,) in rows}

    def find_errors(self):
        """Return what the server logged as errors."""
        lines = self.server.read_log().splitlines()
        return [line for line in lines if " ERROR " in line or "Traceback" in line]

    def give_roles(self):
        """Give people their roles again, as an administrator does by hand."""
        admin = self.login("admin")
        for login in ("agent", "supervisor", "manager"):
            (user,) = admin.call("res.users", "search", [("login", "=", login)])
            group = admin.find(f"bpo_crm.group_bpo_{login}")
            admin.call("res.groups", "write", [group], {self.members: [(4, user)]})

    def change_module(self, method):
        """Install or uninstall the addon, with a login of then."""
        change_module(self.login("admin"), method)


@pytest.fixture(scope="module")
def plain(stack):
    """What a database consists of in which the addon never was."""
    with stack.postgres.connect(stack.clone("plain")) as cursor:
        return read_catalogue(cursor)


@pytest.fixture(scope="module")
def house(stack, dealer):
    """A house that has worked with the addon for a while."""
    server = stack.bpo_server(stack.clone("demo"), name="lifecycle").start()
    members = "users" if stack.source.is_18 else "user_ids"
    house = House(server, stack.postgres, members)
    house.read(
        "DELETE FROM ir_model_data WHERE module = 'bpo_crm' AND model = ANY(%s)"
        " RETURNING id",
        list(ENTERED),
    )
    work(house, Floor(server, stack.postgres), dealer)
    house.before = {
        "leads": house.read(READ_LEADS),
        "lost": house.read(READ_LOST),
        "references": house.read(READ_REFERENCES, house.ids["gone"]),
        "orders": house.read(READ_ORDERS),
        "catalogue": house.read_catalogue(),
    }
    yield house
    server.stop()


@pytest.fixture(scope="module")
def left(house):
    """The house after the addon was uninstalled."""
    house.change_module("button_immediate_uninstall")
    return house


@pytest.fixture(scope="module")
def again(left):
    """The house after the addon was installed again."""
    left.change_module("button_immediate_install")
    return left


def work(house, floor, dealer):
    """Do what is done in a call centre."""
    floor.set_timeouts()
    agent, admin = floor.agent, floor.admin
    dealership = floor.new_dealership(dealer.server.url, dealer.server.database)
    won, lost, open_lead = (floor.new_lead(dealership) for _unused in range(3))
    floor.win(won)
    (reason,) = admin.call("crm.lost.reason", "search", [("name", "=", "Price")])
    agent.call("crm.call.log", "create", {"lead_id": lost, "result": "answered"})
    agent.call("crm.lead", "write", [lost], {"stage_id": floor.open_stages[1]})
    agent.call("crm.lead", "action_set_lost", [lost], lost_reason_id=reason)
    pooled = floor.new_lead(dealership, user_id=False)
    agent.call("crm.lead", "action_claim", [pooled])
    (model,) = admin.call("ir.model", "search", [("model", "=", "crm.lead")])
    values = {"res_model_id": model, "res_id": open_lead, "user_id": agent.uid}
    for _unused in range(2):
        activity = agent.call("mail.activity", "create", values)
    agent.call("mail.activity", "action_feedback", [activity])
    team = admin.call("crm.team", "create", {"name": "Own Sales", "is_bpo": False})
    others = admin.call("crm.lead", "create", {"name": "Fleet", "team_id": team})
    last = floor.open_stages[-1]
    admin.call("crm.lead", "write", [others], {"stage_id": last})
    source = {"name": "Portal", "code": "portal", "alias_name": "portal"}
    floor.manager.call("crm.lead.source", "create", source)
    # A number that was drawn, and must not be drawn again.
    gone = floor.new_lead(dealership)
    gone_reference = floor.read(gone)["reference"]
    admin.call("crm.lead", "unlink", [gone])
    house.ids = {
        "won": won,
        "lost": lost,
        "open": open_lead,
        "claimed": pooled,
        "of others": others,
        "gone": gone,
        "gone reference": gone_reference,
        "last stage": last,
    }


def set_up_vehicle(manager):
    """Enter again what went with the addon."""
    brand = manager.call("crm.brand", "create", {"name": "Toyota", "code": "TOY"})
    vehicle = {"name": "Vios", "brand_id": brand, "default_code": "TOY-VIOS-G"}
    manager.call("crm.vehicle.model", "create", vehicle)


# Uninstalled


def test_leads_are_left_as_core_would_have_them(left):
    assert left.read(READ_LEADS) == left.before["leads"]
    stages = dict(left.read("SELECT id, stage_id FROM crm_lead"))
    lost = left.before["lost"]
    assert {lead: stages[lead] for lead, _stage, _reason in lost} == {
        lead: stage for lead, stage, _reason in lost
    }
    assert len(lost) > 3


def test_what_is_planned_and_was_said_stays(left):
    admin = left.login("admin")
    domain = [("res_model", "=", "crm.lead"), ("res_id", "=", left.ids["open"])]
    assert admin.call("mail.activity", "search_count", domain) == 1
    texts = admin.call(
        "mail.message",
        "search_read",
        [("model", "=", "crm.lead"), ("res_id", "=", left.ids["won"])],
        ["body"],
    )
    assert any("was made at" in text["body"] for text in texts)


def test_nothing_of_ours_stays_but_what_is_documented(left, plain):
    after = left.read_catalogue()
    traces = {name for name in after - plain if not name.startswith(OF_ODOO)}
    found = {name: {p for p in LEFT if re.match(p, name)} for name in traces}
    assert [name for name, patterns in found.items() if not patterns] == []
    assert set.union(*found.values()) == set(LEFT)
    document = DOCUMENT.read_text()
    assert [word for word in LEFT.values() if word not in document] == []


def test_who_does_not_come_back_removes_the_columns(left):
    _before, _heading, section = DOCUMENT.read_text().partition(LEFT_BEHIND)
    section = section.partition("\n## ")[0]
    statements = "".join(re.findall(r"^    (.*\n)", section, re.M))
    assert "DROP COLUMN" in statements
    with left.postgres.connect(left.server.database) as cursor:
        cursor.execute(f"BEGIN; {statements}")
        kept = read_catalogue(cursor)
        cursor.execute("ROLLBACK")
    assert [name for name in kept if "bpo_crm_left" in name] == []


def test_nothing_of_cores_is_gone(left, plain):
    gone = plain - left.read_catalogue()
    # The third one of core's stages is called Negotiation.
    assert {name for name in gone if not name.startswith(OF_ODOO)} == {
        "crm_stage Proposition"
    }


def test_people_go_on_with_cores_own_crm(left):
    agent = left.login("agent")
    views = [[False, name] for name in ("kanban", "list", "form", "search")]
    assert agent.call("crm.lead", "get_views", views)["views"].keys() == {
        "kanban",
        "list",
        "form",
        "search",
    }
    mine = [("user_id", "=", agent.uid)]
    (column, *_others) = agent.call(
        "crm.lead", "read_group", mine, ["stage_id"], ["stage_id"]
    )
    assert column["stage_id_count"]
    won, lead = (
        agent.call("crm.lead", "create", {"name": name}) for name in ("Won", "Open")
    )
    stages = agent.call("crm.stage", "search", [("is_won", "=", False)])
    for stage in (stages[-1], stages[0]):
        agent.call("crm.lead", "write", [lead], {"stage_id": stage})
    agent.call("crm.lead", "action_set_won_rainbowman", [won])
    for name in ("Lost", "Restored"):
        lost = agent.call("crm.lead", "create", {"name": name})
        wizard = agent.call("crm.lead.lost", "create", {"lead_ids": [(6, 0, [lost])]})
        agent.call("crm.lead.lost", "action_lost_reason_apply", [wizard])
    agent.call("crm.lead", "toggle_active", [lost])
    assert left.read_names("active") >= {"Won", "Open", "Restored"}
    assert "Lost" in left.read_names("NOT active AND probability = 0")


def test_leaving_logged_no_error(left):
    assert left.find_errors() == []


# Installed again


def test_leads_are_lost_again_where_they_were(again):
    assert set(again.before["lost"]) < set(again.read(READ_LOST))
    assert "Lost" in again.read_names("lost_reason_id IS NOT NULL AND NOT active")


def test_leads_keep_their_references_and_no_number_is_drawn_twice(again):
    known = again.read(READ_REFERENCES, again.ids["gone"])
    assert known == again.before["references"]
    new = again.read("SELECT reference FROM crm_lead WHERE id > %s", again.ids["gone"])
    assert len(new) == 4
    assert min(new) > (again.ids["gone reference"],)


def test_an_order_at_a_dealer_is_still_named(again):
    assert again.read(READ_ORDERS) == again.before["orders"] != []


def test_teams_that_did_not_work_for_dealerships_do_not_do_so_now(again):
    (row,) = again.read(
        "SELECT lead.is_bpo, team.is_bpo, stage_id FROM crm_lead AS lead"
        " JOIN crm_team AS team ON team.id = team_id WHERE lead.id = %s",
        again.ids["of others"],
    )
    assert row == (False, False, again.ids["last stage"])
    assert again.read("SELECT is_bpo FROM crm_team WHERE is_bpo IS NULL") == []


def test_the_database_is_built_as_it_was(again):
    before, now = (
        {name for name in names if not name.startswith(ENTERED_BY_HAND)}
        for names in (again.before["catalogue"], again.read_catalogue())
    )
    assert before ^ now == set()


def test_work_goes_on(again, dealer):
    again.give_roles()
    floor = Floor(again.server, again.postgres)
    set_up_vehicle(floor.manager)
    dealership = floor.new_dealership(dealer.server.url, dealer.server.database)
    lead = floor.new_lead(dealership, user_id=False)
    floor.agent.call("crm.lead", "action_claim", [lead])
    for values, refusal in (
        ({"stage_id": floor.open_stages[2]}, "one stage at a time"),
        ({"stage_id": floor.lost}, "needs a lost reason"),
    ):
        assert refusal in refuse(floor.agent, "crm.lead", "write", [lead], values)
    floor.agent.call("crm.lead", "write", [lead], {"stage_id": floor.open_stages[1]})
    floor.win(lead)
    assert len(dealer.orders(floor.read(lead)["reference"])) == 1


def test_a_customer_has_one_lead_again(again):
    agent = again.login("agent")
    (held,) = again.read("SELECT phone FROM crm_lead WHERE id = %s", again.ids["open"])
    values = {"name": "Twice", "phone": held[0], "type": "opportunity"}
    assert "has an open lead already" in refuse(agent, "crm.lead", "create", values)


def test_installing_again_logged_no_error(again):
    assert again.find_errors() == []
