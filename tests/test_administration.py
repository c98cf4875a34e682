"""An administrator backs up, restores, copies, upgrades, leaves and comes back.

With the commands of ``docs/administration.md``, on one database with leads of teams
that work for dealerships and of others. The tests follow each other, in the order of
this file.
"""

import re
import shutil
import textwrap
import zipfile

import pytest

from tests.catalogue import read_catalogue
from tests.database_in_use import FOLDED, READ_ALL, TEAM, USED, House
from tests.floor import SERVICE, change_module, refuse, run_job
from tests.sender import Sender
from tools import paths
from tools.jsonrpc import WebSession
from tools.mail_sink import MailSink
from tools.process import capture
from tools.servers import data_dir, odoo_command, odoo_environ, write_config

DOCUMENT = paths.REPOSITORY / "docs" / "administration.md"

VEHICLE = "TOY-VIOS-G"

#: Where leads are, for people.
READ_PLACES = """
    SELECT lead.name, lead.active, stage.name ->> 'en_US', reason.name ->> 'en_US'
      FROM crm_lead AS lead
      LEFT JOIN crm_stage AS stage ON stage.id = lead.stage_id
      LEFT JOIN crm_lost_reason AS reason ON reason.id = lead.lost_reason_id
     WHERE lead.active OR lead.probability = 0
"""

#: What the addon knows of them besides.
READ_OURS = """
    SELECT lead.id, lead.is_bpo, lead.reference, stage.is_lost, lost_stage_id
      FROM crm_lead AS lead JOIN crm_stage AS stage ON stage.id = stage_id
     ORDER BY lead.id
"""

READ_STAGES = "SELECT id, name ->> 'en_US', fold FROM crm_stage ORDER BY id"

READ_UUID = "SELECT value FROM ir_config_parameter WHERE key = 'database.uuid'"

READ_FILES = "SELECT DISTINCT store_fname FROM ir_attachment WHERE store_fname > ''"

CASTS = r"[()]|::(character varying|text)(\[\])?"

READ_ACTIVE_JOBS = "SELECT cron_name FROM ir_cron WHERE active"


class Office(House):
    """A database and its server, at which an administrator and a manager work."""

    def serve(self, name, **options):
        """Start a server.

        :param str name: of its log.
        """
        self.server = self.stack.bpo_server(self.database, name=name, **options).start()
        # Sources are asked for by either.
        self.admin = self.manager = WebSession.of(self.server, "admin")
        return self

    def read_state(self):
        return [self.read(statement) for statement in (READ_ALL, READ_OURS)]

    def read_places(self):
        return {name: place for name, *place in self.read(READ_PLACES)}

    def read_catalogue(self):
        with self.stack.postgres.connect(self.database) as cursor:
            # A condition that was restored says its types elsewhere.
            return {re.sub(CASTS, "", text) for text in read_catalogue(cursor)}

    def find_missing_files(self):
        """Return the files that attachments have, and are not there."""
        store = data_dir(self.stack.source, self.stack.postgres) / "filestore"
        names = [name for (name,) in self.read(READ_FILES)]
        assert names
        return [name for name in names if not (store / self.database / name).exists()]

    def find_errors(self):
        lines = self.server.read_log().splitlines()
        return [line for line in lines if " ERROR " in line or "Traceback" in line]

    def run_job(self, name):
        run_job(self.admin, name)

    def new_lead(self, name, **values):
        """Make a lead that can be won, of somebody who has no other one."""
        return self.admin.call(
            "crm.lead",
            "create",
            {
                "name": name,
                "type": "opportunity",
                "team_id": self.read(TEAM, "Cars")[0][0],
                "email_from": f"{name.replace(' ', '.').lower()}@customer.example",
                "user_id": self.admin.uid,
                **self.sold,
                **values,
            },
        )

    def prepare_win(self, name):
        """Let the administrator work a lead, and say what it is about; return it."""
        lead = [self.find(name)]
        values = {"user_id": self.admin.uid, **self.sold}
        self.admin.call("crm.lead", "write", lead, values)
        return lead

    def win(self, name):
        self.admin.call("crm.lead", "action_set_won", self.prepare_win(name))

    def count_orders(self, dealer, name):
        statement = "SELECT reference FROM crm_lead WHERE name = %s"
        ((reference,),) = self.read(statement, name)
        return len(dealer.orders(reference))


class Commands:
    """The commands of the document, run as an administrator does.

    :param Stack stack: of the tests.
    :param Path folder: for the backup.
    """

    def __init__(self, stack, folder):
        self.stack = stack
        self.folder = folder
        self.backup = folder / "bpo.zip"
        self._config = folder / "odoo.conf"
        options = {"addons": [paths.REPOSITORY]}
        write_config(self._config, stack.source, stack.postgres, options)
        self.environ = {**odoo_environ(stack.source), **stack.postgres.environ()}

    def run_odoo(self, *arguments):
        self._run(odoo_command(arguments[0], "-c", self._config, *arguments[1:]))

    def restore(self, database):
        """Put the backup in the place of the database that is lost."""
        unpacked = self.folder / "unpacked"
        with zipfile.ZipFile(self.backup) as archive:
            archive.extractall(unpacked)
        dump = str(unpacked / "dump.sql")
        self._run(["createdb", "--template=template0", database])
        self._run(["psql", "--quiet", "--dbname", database, "--file", dump])
        store = data_dir(self.stack.source, self.stack.postgres) / "filestore"
        shutil.move(unpacked / "filestore", store / database)
        self.stack.take_over(database)
        self.stack.run_script(database, self._write_script())

    def _write_script(self):
        """Write what the document says for Odoo's shell into a file."""
        _before, _heading, section = DOCUMENT.read_text().partition("\n## Restoring\n")
        section = section.partition("\n## ")[0]
        (lines,) = re.findall(r"```\n(.*?) *```", section, re.S)
        script = self.folder / "shell.py"
        script.write_text(textwrap.dedent(lines))
        return script

    def _run(self, command):
        result = capture(list(map(str, command)), env=self.environ)
        assert result.returncode == 0, result.stdout[-3000:]


@pytest.fixture(scope="module")
def office(stack, dealer):
    """A database in use whose people have worked with the addon for a while."""
    office = Office(stack, stack.clone("plain"))
    with stack.postgres.connect(office.database) as cursor:
        cursor.execute(USED)
    stack.run_odoo(office.database, "-i", "bpo_crm")
    office.serve("office")
    work(office, dealer)
    yield office
    office.server.stop()


@pytest.fixture(scope="module")
def commands(stack, tmp_path_factory):
    return Commands(stack, tmp_path_factory.mktemp("backup"))


@pytest.fixture(scope="module")
def backup(office, commands, dealer):
    """A backup, after which people went on."""
    office.before = {"state": office.read_state(), "catalogue": office.read_catalogue()}
    commands.run_odoo("db", "dump", office.database, commands.backup)
    office.win("Open too")
    office.new_lead("After the backup")
    office.win("After the backup")
    return commands.backup


@pytest.fixture(scope="module")
def restored(stack, office, backup, commands):
    """What was restored of the backup."""
    restored = Office(stack, f"{office.database}_restored")
    commands.restore(restored.database)
    restored.sold = office.sold
    return restored


@pytest.fixture(scope="module")
def mails(tmp_path_factory):
    with MailSink(tmp_path_factory.mktemp("mails")) as sink:
        yield sink


@pytest.fixture(scope="module")
def copied(stack, office, backup, commands, mails):
    """A copy of it for tests."""
    copied = Office(stack, f"{office.database}_test")
    commands.run_odoo("db", "load", "--neutralize", copied.database, backup)
    stack.take_over(copied.database)
    copied.sold = office.sold
    copied.serve("copy", **mails.get_options())
    yield copied
    copied.server.stop()


@pytest.fixture(scope="module")
def left(office, backup):
    """The database after the addon was uninstalled."""
    office.before["left"] = office.read_state(), office.read(READ_STAGES)
    change_module(office.admin, "button_immediate_uninstall")
    return office


@pytest.fixture(scope="module")
def again(left):
    """The database after the addon was installed again."""
    change_module(left.admin, "button_immediate_install")
    return left


def work(office, dealer):
    """Answer what is asked, and sell something.

    A folded stage of one team is taken over, and another one's given back.
    """
    admin = office.admin
    # Another call centre works for the same dealer, with numbers of its own.
    numbers = admin.find("bpo_crm.sequence_lead_reference")
    admin.call("ir.sequence", "write", numbers, {"prefix": "OFFICE/%(range_year)s/"})
    vans = admin.call("crm.team", "create", {"name": "Vans", "is_bpo": False})
    is_18 = office.stack.source.is_18
    team = {"team_id": vans} if is_18 else {"team_ids": [(6, 0, [vans])]}
    stage = admin.call(
        "crm.stage", "create", {"name": "Lost", "fold": True, "sequence": 91, **team}
    )
    values = {"name": "Van", "team_id": vans, "stage_id": stage, "phone": "+6391755591"}
    office.van = admin.call("crm.lead", "create", {**values, "probability": 30})
    ((cars_lost,),) = office.read(f"{FOLDED} AND id != %s", stage)
    office.answer({"Cars": cars_lost, "Vans": stage})
    assert office.read_places()["Van"][0] is False
    admin.call("crm.stage", "action_undo_takeover", [stage])
    brand = {"name": "Toyota", "code": "TOY", "odoo_url": "http://127.0.0.1:1"}
    brand = admin.call("crm.brand", "create", brand)
    vehicle = {"name": "Vios", "brand_id": brand, "default_code": VEHICLE}
    server = dealer.server
    dealership = {
        "name": "Branch",
        "code": "B1",
        "manager_email": "manager@dealer.example",
        "odoo_url": server.url,
        "odoo_db": server.database,
        "odoo_login": SERVICE,
        "odoo_api_key": SERVICE,
        "has_weekly_report": True,
    }
    office.sold = {
        "dealership_id": admin.call("crm.dealership", "create", dealership),
        "vehicle_model_id": admin.call("crm.vehicle.model", "create", vehicle),
    }
    office.new_lead("Sold")
    office.win("Sold")
    attachment = {"name": "papers.txt", "raw": "papers", "res_model": "crm.lead"}
    admin.call("ir.attachment", "create", {**attachment, "res_id": office.van})
    office.sender = Sender(office)


def test_the_document_names_the_commands():
    text = DOCUMENT.read_text()
    for command in (
        "odoo db -c <config> dump <database> <backup>.zip",
        "odoo db -c <config> load --neutralize <database>_test <backup>.zip",
        "createdb --template=template0 <database>",
        "psql --quiet --dbname <database> --file dump.sql",
    ):
        assert command in text


# Restored


def test_a_restored_database_is_as_it_was(office, restored):
    assert restored.read_state() == office.before["state"]
    assert restored.read_catalogue() == office.before["catalogue"]
    assert restored.find_missing_files() == []
    # By it, dealers know which orders are whose.
    assert restored.read(READ_UUID) == office.read(READ_UUID)


def test_a_lead_that_was_won_after_the_backup_is_won_again_with_its_order(
    restored, dealer
):
    restored.serve("restored")
    assert restored.read_places()["Open too"][1] == "Qualified"
    restored.win("Open too")
    assert restored.read_places()["Open too"][1] == "Won"
    assert restored.count_orders(dealer, "Open too") == 1


def test_a_new_lead_gets_nobody_elses_number_nor_order(office, restored, dealer):
    restored.new_lead("After the restoring")
    restored.win("After the restoring")
    statement = "SELECT id, reference, dealer_so_id FROM crm_lead WHERE name = %s"
    (mine,) = restored.read(statement, "After the restoring")
    (theirs,) = office.read(statement, "After the backup")
    assert [one for one, other in zip(mine, theirs, strict=True) if one == other] == []
    assert restored.count_orders(dealer, "After the restoring") == 1
    assert restored.find_errors() == []


# Copied for tests


def test_a_copy_has_the_leads_and_the_files(office, copied):
    assert copied.read_state() == office.before["state"]
    assert copied.find_missing_files() == []


def test_a_copy_runs_no_job(copied):
    (job,) = copied.read(READ_ACTIVE_JOBS)
    assert "vacuum" in job[0]


def test_a_copy_calls_no_dealer_nor_distributor(office, copied, dealer):
    lead = copied.prepare_win("Open too")
    said = refuse(copied.admin, "crm.lead", "action_set_won", lead)
    assert "Odoo Connection" in said
    for table in ("crm_dealership", "crm_brand"):
        assert copied.read(f"SELECT odoo_url, odoo_api_key FROM {table}") == [
            (None, None)
        ]
    assert copied.read("SELECT count(*) FROM crm_lead_feed WHERE active") == [(0,)]
    for job in ("cron_read_back_orders", "cron_pull_feeds"):
        copied.run_job(job)
    assert office.count_orders(dealer, "Open too") == 1


def test_an_order_of_a_copy_is_none_of_the_originals(office, copied):
    assert copied.read(READ_UUID) != office.read(READ_UUID)


def test_nobody_delivers_to_a_copy(copied, office):
    sender = office.sender
    assert sender.post({"phone": "+639175559777"})[0] < 300
    status, _answer = sender.post({"phone": "+639175559888"}, server=copied.server)
    assert status == 401
    assert copied.read("SELECT count(*) FROM crm_lead_enquiry") == [(0,)]


def test_a_copy_sends_no_mail(copied, mails):
    copied.run_job("cron_mail_weekly_reports")
    values = {"subject": "Your car", "body_html": "Ready", "email_to": "c@c.example"}
    mail = copied.admin.call("mail.mail", "create", values)
    copied.admin.call("mail.mail", "send", [mail])
    assert copied.read("SELECT state FROM mail_mail WHERE id = %s", mail) == [
        ("exception",)
    ]
    assert list(mails.folder.iterdir()) == []


# Upgraded


def test_an_upgrade_changes_no_lead(stack, restored):
    restored.server.stop()
    before = restored.read_state(), restored.read_catalogue()
    stack.run_odoo(restored.database, "-u", "bpo_crm")
    assert (restored.read_state(), restored.read_catalogue()) == before


# Left


def test_leads_are_in_the_stages_in_which_they_were(left):
    places = left.read_places()
    assert {
        name: places[name]
        for name in ("Open", "Archived", "Dragged", "Won", "Of Fleet", "Lost in Fleet")
    } == {
        "Open": [True, "New", None],
        # It was lost in that stage; the others in the one that was taken over.
        "Archived": [False, "Qualified", "Other"],
        "Dragged": [False, "Lost", "Other"],
        "Won": [True, "Won", None],
        "Of Fleet": [True, "Lost", None],
        "Lost in Fleet": [False, "New", None],
    }
    active, stage, reason = places["With a reason"]
    assert (active, stage) == (False, "Lost")
    assert reason not in (None, "Other")


def test_what_was_given_back_before_is_open(left):
    assert left.read_places()["Van"] == [True, "Lost", None]
    statement = "SELECT probability FROM crm_lead WHERE id = %s"
    ((probability,),) = left.read(statement, left.van)
    assert probability > 0


def test_the_stages_that_were_there_are_left_and_no_others(left):
    _state, stages = left.before["left"]
    names = sorted(name for _id, name, _fold in left.read(READ_STAGES))
    assert names == ["Lost", "Lost", "New", "Proposition", "Qualified", "Won"]
    assert set(left.read(READ_STAGES)) <= set(stages)


# Back again


def test_what_was_taken_over_is_found_again(again):
    assert again.read_state() == again.before["left"][0]


def test_nothing_of_it_logged_an_error(again):
    assert again.find_errors() == []
