import contextlib
import csv
import io
import itertools
import json
from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo import SUPERUSER_ID, Command, api, fields
from odoo.exceptions import UserError
from odoo.tests import BaseCase, TransactionCase, new_test_user

from odoo.addons.bpo_crm import own_transaction
from odoo.addons.bpo_crm.remote_odoo import PlacedOrder
from odoo.addons.bpo_crm.roles import AGENT, MANAGER, SUPERVISOR
from odoo.addons.bpo_crm.series import IS_19, USER_GROUPS

#: For customers who have no other lead.
_numbers = itertools.count(7_000_001)

PRESENCE = "mail.presence" if IS_19 else "bus.presence"

CALL = "mail.mail_activity_data_call"

#: How many more queries a hundred more leads may take.
GROWTH = 10

CONNECTION = {
    "odoo_url": "https://odoo.dealer.example",
    "odoo_db": "dealer",
    "odoo_login": "bpo",
    "odoo_api_key": "a-secret-key",
}


#: As the client sends them with a file.
IMPORT_OPTIONS = {
    "quoting": '"',
    "separator": ",",
    "has_headers": True,
    "encoding": "utf-8",
    "date_format": "",
    "datetime_format": "",
    "float_thousand_separator": ",",
    "float_decimal_separator": ".",
    "advanced": False,
}

#: Of a file that is imported.
IMPORT_COLUMNS = ("id", "name", "contact_name", "phone", "email_from")


class ReadingCase(BaseCase):
    """What reads enquiries believes only a moment that was not long ago."""

    def setUp(self):
        super().setUp()
        # As a decorator of the class, it would do nothing on 19.0: Odoo takes
        # freezegun's place there, and freezes for TransactionCase alone.
        self.startPatcher(freeze_time("2026-11-24 08:00:00"))


class BpoCase(TransactionCase):
    """A floor with two agents, a supervisor and a manager, and one dealership."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context={**cls.env.context, "tracking_disable": False})
        cls.agent, cls.other_agent, cls.supervisor, cls.manager = cls._new_floor(
            ana=AGENT, ben=AGENT, sol=SUPERVISOR, max=MANAGER
        )
        cls.team = cls.env["crm.team"].create(
            {"name": "Floor", "member_ids": (cls.agent | cls.other_agent).ids}
        )
        stages = cls.env["crm.stage"]
        cls.new, cls.qualified, cls.negotiation = stages._find_open(cls.team)[:3]
        # What stages plan has tests of its own.
        stages.search([]).write({"activity_type_id": False})
        cls.won = stages._find_for_team(cls.team, [("is_won", "=", True)])[0]
        cls.lost = stages._find_for_team(cls.team, [("is_lost", "=", True)])[0]
        cls.reason = cls.env["crm.lost.reason"].create({"name": "Too far away"})
        cls.brand = cls.env["crm.brand"].create({"name": "Kia", "code": "KIA-T"})
        cls.vehicle = cls.env["crm.vehicle.model"].create(
            {"name": "Picanto", "brand_id": cls.brand.id, "default_code": "KIA-P"}
        )
        cls.dealership = cls.env["crm.dealership"].create(
            {
                "name": "Pasig",
                "code": "PSG-T",
                "manager_email": "manager@dealer.example",
                "brand_ids": cls.brand.ids,
                **CONNECTION,
            }
        )

    @classmethod
    def _new_floor(cls, **roles):
        """Make people at once, without a mail to each: it takes a third of the time.

        :param roles: XML id of a group by the name of each.
        :rtype: res.users
        """
        return (
            cls.env["res.users"]
            .with_context(no_reset_password=True)
            .create(
                [
                    {
                        "name": name.title(),
                        "login": f"{name}@bpo.test",
                        "email": f"{name}@bpo.test",
                        "password": f"{name}@bpo.test",
                        "tz": "Asia/Manila",
                        USER_GROUPS: cls.env.ref(role).ids,
                    }
                    for name, role in roles.items()
                ]
            )
            .with_env(cls.env)
        )

    @classmethod
    def _new_user(cls, login, group):
        return new_test_user(
            cls.env, f"{login}@bpo.test", group, name=login.title(), tz="Asia/Manila"
        )

    @classmethod
    def _new_lead(cls, owner=None, **values):
        """Make a lead of the dealership, in the first stage.

        :param res.users owner: who works it; nobody by default.
        :param values: further values of ``crm.lead``. By default, the customer has
            no other lead.
        """
        return cls.env["crm.lead"].create(
            {
                "name": "Picanto",
                "type": "opportunity",
                "contact_name": "Juan dela Cruz",
                "phone": f"+63 917 {next(_numbers)}",
                "user_id": owner.id if owner else False,
                "team_id": cls.team.id,
                "vehicle_model_id": cls.vehicle.id,
                "dealership_id": cls.dealership.id,
                **values,
            }
        )

    @classmethod
    def _new_unqualified(cls, owner=None, **values):
        """Make a lead as core did before its team worked for dealerships.

        :param res.users owner: who works it; nobody by default.
        :param values: further values of ``crm.lead``.
        """
        lead = cls._new_lead(owner)
        lead._release_customers()
        lead.activity_ids.unlink()
        # Its customer may have another one.
        lead._write_by_core({**values, "type": "lead"})
        return lead

    @classmethod
    def _new_calendar(cls, name, days=range(7), start=0, stop=24, zone="Asia/Manila"):
        """Make working hours.

        :param days: of the week, from 0 for Monday; every day by default.
        :param float start: in hours.
        :param float stop: in hours.
        :param str zone: where these are the hours.
        """
        hours = [
            Command.create(
                {
                    "name": f"Day {day}",
                    "dayofweek": str(day),
                    "hour_from": start,
                    "hour_to": stop,
                    "day_period": "morning",
                }
            )
            for day in days
        ]
        return cls.env["resource.calendar"].create(
            {"name": name, "tz": zone, "attendance_ids": [Command.clear(), *hours]}
        )

    @classmethod
    def _new_holiday(cls, company, start, stop, calendar=None):
        """Let everybody of a company have a holiday.

        :param res.company company: whose holiday it is.
        :param datetime start: in UTC, naive.
        :param datetime stop: in UTC, naive.
        :param resource.calendar calendar: for these hours only; by default for all
            that the company has.
        """
        leaves = cls.env["resource.calendar.leaves"].with_company(company)
        leave = leaves.create({"name": "Holiday", "date_from": start, "date_to": stop})
        leave.calendar_id = calendar
        leave.flush_recordset()
        return leave

    @classmethod
    def _set_presence(cls, users, status="online"):
        """Let the clients of users say whether they are there."""
        presences = cls.env[PRESENCE].sudo()
        presences.search([("user_id", "in", users.ids)]).unlink()
        for user in users:
            presences.create({"user_id": user.id, "status": status})

    @contextlib.contextmanager
    def _at(self, moment):
        """Let it be a moment for the server, and for the database.

        :param datetime moment: in UTC, naive.
        """
        with freeze_time(moment), patch.object(self.env.cr, "now", lambda: moment):
            yield

    def _stay_at(self, moment):
        """Let it be a moment until the test ends, as :meth:`_at` does.

        Python 3.10 has no ``enterContext``.

        :param datetime moment: in UTC, naive.
        """
        stack = contextlib.ExitStack()
        stack.enter_context(self._at(moment))
        self.addCleanup(stack.close)

    @contextlib.contextmanager
    def _refused(self, words=".", error=UserError):
        """Check that something is refused, and undo what it did until then.

        :param str words: a regular expression, to be found in the message.
        :param error: the kind of exception.
        """
        with self.assertRaises(error) as caught:
            yield
        self.assertRegex(str(caught.exception), words)

    def _toasts(self, user):
        """Return the notifications that the client of a user got."""
        self.env.cr.precommit.run()
        channel = json.dumps(
            [self.cr.dbname, "res.partner", user.partner_id.id], separators=(",", ":")
        )
        sent = (
            self.env["bus.bus"].sudo().search([("channel", "=", channel)], order="id")
        )
        messages = [json.loads(row.message) for row in sent]
        return [
            message["payload"]
            for message in messages
            if message["type"] == "simple_notification"
        ]

    @classmethod
    def _remove_all_leads(cls):
        cls.env["crm.dealer.push"].search([]).unlink()
        cls.env["crm.lead"].with_context(active_test=False).search([]).unlink()

    @classmethod
    def _lose(cls, lead):
        lead.action_set_lost(lost_reason_id=cls.reason.id)
        return lead

    @contextlib.contextmanager
    def _undone(self):
        """Undo whatever is done in the context."""
        self.env.flush_all()
        savepoint = self.env.cr.savepoint(flush=False)
        try:
            yield
            self.env.flush_all()
        finally:
            savepoint.close(rollback=True)
            self.env.transaction.clear()

    def _count_queries(self, work):
        """Return how many queries something takes, from a cold cache.

        :param work: what is done, without arguments.
        :rtype: int
        """
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        work()
        self.env.flush_all()
        return self.env.cr.sql_log_count - before

    def _flush_tracking(self):
        """Write the tracked changes to the chatter, as a commit does."""
        self.env.flush_all()
        self.cr.precommit.run()

    def _chatter(self, lead):
        """Return the texts in the chatter of a lead, the newest first."""
        return [str(message.body) for message in lead.sudo().message_ids]

    def _assert_in_chatter(self, text, lead):
        self.assertTrue(
            any(text in body for body in self._chatter(lead)),
            f"{text!r} is not in {self._chatter(lead)}",
        )

    def _count_written_files(self):
        """Return a patch that counts how often the content of a file is read."""
        files = type(self.env["ir.attachment"])
        return patch.object(
            files,
            "_get_datas_related_values",
            autospec=True,
            side_effect=files._get_datas_related_values,
        )

    def _files_of(self, rows, name):
        """Return the files of a field."""
        return self.env["ir.attachment"].search(
            [
                ("res_model", "=", rows._name),
                ("res_field", "=", name),
                ("res_id", "in", rows.ids),
            ]
        )

    def _assert_kept_once(self, files):
        """Check that files have one content, with no words of it in the database."""
        self.assertEqual(len(set(files.mapped("store_fname"))), 1)
        self.assertTrue(files[0].store_fname)
        for file in files:
            self.assertLess(len(file.index_content or ""), 20)

    @contextlib.contextmanager
    def _deliveries_shared(self):
        """Let what is delivered inside come in within the transaction of the test."""

        # The transaction of its own is a part of the test's; /tests has a real one.
        def run_alone(source, work):
            source = source.with_env(api.Environment(self.cr, SUPERUSER_ID, {}))
            with source.env.cr.savepoint():
                return work(source)

        with patch.object(self.registry["crm.lead.source"], "_run_alone", run_alone):
            yield

    @contextlib.contextmanager
    def _kept_mails_read(self):
        """Let the mails that are kept inside be read at its end, as after a commit."""
        with self._deliveries_shared():
            yield
            self.env.cr.postcommit.run()

    @contextlib.contextmanager
    def _own_transactions_shared(self):
        """Let cursors opened by the code see what the test has not committed."""
        with contextlib.ExitStack() as shared:
            # The transaction that they share has begun.
            shared.enter_context(patch.object(own_transaction, "read_committed"))
            if IS_19:
                shared.enter_context(self.enter_registry_test_mode())
            else:
                self.registry.enter_test_mode(self.cr)
                shared.callback(self.registry.leave_test_mode)
            yield

    def _run_job(self, model, name):
        """Run a scheduled job, which commits.

        :param str model: whose job it is.
        :param str name: of its method.
        """
        self.env.flush_all()
        with self._own_transactions_shared(), self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            getattr(env[model], name)()
        self.env.invalidate_all()

    @contextlib.contextmanager
    def _dealer(self, error=None, **priced):
        """Stand in for the dealers' servers, whose real ones are in ``/tests``.

        :param RemoteError error: what the dealer answers with; the next order
            number by default.
        :param priced: ``amount`` and ``currency`` of the orders; none by default.
        :return: the list of the orders that were sent.
        """
        numbers = itertools.count(1)
        sent = []

        def place_order(dealership, order, look_first):
            if error:
                raise error
            sent.append(order)
            number = next(numbers)
            return PlacedOrder(id=number, name=f"S{number:05}", state="draft", **priced)

        dealerships = self.registry["crm.dealership"]
        with (
            self._own_transactions_shared(),
            patch.object(dealerships, "_place_order", place_order),
        ):
            yield sent


class BatchCase(BpoCase):
    """Many leads at once cost a number of queries that hardly grows."""

    def _new_leads(self, count):
        """Make leads of nobody, seen by the agent."""
        values = {"name": "Many", "type": "opportunity", "user_id": False}
        quick = self.env["crm.lead"].with_context(tracking_disable=True)
        leads = quick.create([values] * count).with_env(self.env)
        self.env.flush_all()
        return leads.with_user(self.agent)

    def _count(self, work):
        """Return how many queries something takes, from a cold cache."""
        self._flush_tracking()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        work()
        self._flush_tracking()
        return self.env.cr.sql_log_count - before

    def _growth(self, work, prepare=None, make=None):
        """Return how many queries another hundred leads cost.

        :param work: what is done with leads.
        :param prepare: what is done with them before, for free.
        :param make: returns a number of leads; new ones of nobody by default.
        """
        make = make or self._new_leads

        def cost(count):
            now = fields.Datetime.now()
            with self._at(now):
                leads = make(count)
                if prepare:
                    prepare(leads)
            # Always later, and not only where a second has passed.
            with self._at(now + timedelta(minutes=1)):
                return self._count(lambda: work(leads))

        cost(2)  # what is read once
        return cost(130) - cost(30)


class SourceCase(BpoCase):
    """A floor in the Philippines, and a source that delivers."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.company.country_id = cls.env.ref("base.ph")
        cls.source = cls.env["crm.lead.source"].create({"name": "Web", "code": "web-t"})


class StageActivityCase(BpoCase):
    """A floor whose first stage plans a call, and whose second one a meeting."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.call_type = cls.env.ref(CALL)
        cls.meeting_type = cls.env.ref("mail.mail_activity_data_meeting")
        cls.new.write(
            {
                "activity_type_id": cls.call_type.id,
                "activity_due_days": 1,
                "advance_when_done": True,
            }
        )
        cls.qualified.write(
            {"activity_type_id": cls.meeting_type.id, "advance_when_done": False}
        )

    def _pending(self, lead):
        return lead._find_pending_activities()

    def _done(self, lead):
        everything = self.env["mail.activity"].with_context(active_test=False)
        return everything.search(
            [
                ("res_model", "=", "crm.lead"),
                ("res_id", "=", lead.id),
                ("active", "=", False),
            ]
        )

    def _log_call(self, lead, result, **values):
        """Log a call as the agent, with the window's proposals for what is not said."""
        wizards = self.env["crm.lead.log.call"].with_user(self.agent)
        wizard = wizards.create({"lead_id": lead.id, "result": result, **values})
        wizard.action_save()
        return wizard


class ImportCase(BpoCase):
    """Files are imported by Odoo's own screen."""

    def _import(self, *rows, user=None, columns=IMPORT_COLUMNS, dryrun=False):
        """Import a CSV file as the client does."""
        file = io.StringIO()
        csv.writer(file).writerows([columns, *rows])
        wizard = (
            self.env["base_import.import"]
            .with_user(user or self.agent)
            .create(
                {
                    "res_model": "crm.lead",
                    "file": file.getvalue().encode(),
                    "file_type": "text/csv",
                    "file_name": "leads.csv",
                }
            )
        )
        names = list(columns)
        return wizard.execute_import(names, names, dict(IMPORT_OPTIONS), dryrun=dryrun)

    def _imported(self, *rows, **options):
        """Import a CSV file; return the leads that its rows ended in."""
        result = self._import(*rows, **options)
        self.assertFalse(result["messages"])
        return [self.env["crm.lead"].browse(lead_id) for lead_id in result["ids"]]
