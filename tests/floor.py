"""What the tests do at the call centre and at the dealer, through HTTP."""

import itertools

import pytest

from tests.waiting import comes_true
from tools.jsonrpc import RpcError, WebSession

_numbers = itertools.count(1)

SERVICE = "bpo_service"


def refuse(session, *args, **kwargs):
    """Call a method; return the message of the refusal, which is no crash."""
    with pytest.raises(RpcError) as caught:
        session.call(*args, **kwargs)
    assert caught.value.name.startswith("odoo.exceptions.")
    return caught.value.message


def run_job(admin, name):
    """Run a scheduled job of the addon as an administrator does by hand.

    :param WebSession admin: of an administrator.
    :param str name: the job's XML id, without the module.
    """
    job = admin.find(f"bpo_crm.{name}")
    admin.call("ir.cron", "method_direct_trigger", [job])


def change_module(admin, method):
    """Install or uninstall the addon as an administrator does.

    :param WebSession admin: of an administrator.
    :param str method: of the module, which does it.
    """
    module = admin.call("ir.module.module", "search", [("name", "=", "bpo_crm")])
    admin.call("ir.module.module", method, module)


def _has_text(cursor, table, text):
    """Tell whether a row of a table has a text in one of its columns."""
    cursor.execute(
        f'SELECT count(*) FROM "{table}" AS record WHERE strpos(record::text, %s) > 0',
        [text],
    )
    return cursor.fetchone() != (0,)


class Floor:
    """The call centre, seen by its people.

    :param OdooServer server: the call centre's server, with its people.
    :param Postgres postgres: where its database is.
    """

    def __init__(self, server, postgres):
        self.server = server
        self._postgres = postgres
        self.admin = self.login("admin")
        self.manager = self.login("manager")
        self.supervisor = self.login("supervisor")
        self.agent = self.login("agent")
        stages = self.admin.call("crm.stage", "search_read", [], ["is_won", "is_lost"])
        self.open_stages = [
            row["id"] for row in stages if not (row["is_won"] or row["is_lost"])
        ]
        self.won = next(row["id"] for row in stages if row["is_won"])
        self.lost = next(row["id"] for row in stages if row["is_lost"])
        # What stages plan, and the questionnaire on it, have tests of their own.
        self.set_stage_activity(False)
        self.manager.call("onboarding.onboarding", "take_bpo_offer")

    def login(self, login):
        """Return a session of a user whose password is the login."""
        return WebSession.of(self.server, login)

    def set_stage_activity(self, activity_type):
        """Let every open stage plan an activity of a type; False for none."""
        values = {"activity_type_id": activity_type}
        self.admin.call("crm.stage", "write", self.open_stages, values)

    def sign_in(self, login):
        """Let the web client of a user say that somebody is there."""
        session = self.login(login)
        first = {"channels": [], "last": 0, "is_first_poll": True}
        session.post("/websocket/peek_notifications", first)
        presence = {"inactivity_period": 0, "im_status_ids_by_model": {}}
        session.post("/websocket/update_bus_presence", presence)
        return session

    def set_timeouts(self, connect=5, read=20):
        """Set the seconds that a dealer's server gets."""
        for name, value in (("connect_timeout", connect), ("read_timeout", read)):
            self.admin.call(
                "ir.config_parameter", "set_param", f"bpo_crm.{name}", str(value)
            )

    def run_job(self, name):
        """Run a scheduled job of the addon as an administrator does by hand."""
        run_job(self.admin, name)

    def connect(self):
        """Return a cursor on the database, for use in a ``with`` statement."""
        return self._postgres.connect(self.server.database)

    def execute(self, statement, parameters=()):
        """Change what no client can, and let the servers' caches forget."""
        with self.connect() as cursor:
            cursor.execute(statement, parameters)

    def find_tables_with(self, text):
        """Return the names of the tables that have a text somewhere."""
        with self.connect() as cursor:
            cursor.execute(
                """
                SELECT table_name FROM information_schema.tables
                 WHERE table_schema = 'public' AND table_type = 'BASE TABLE'
                """
            )
            tables = [table for (table,) in cursor.fetchall()]
            assert tables
            return [table for table in tables if _has_text(cursor, table, text)]

    def new_dealership(self, url, database, **values):
        """Make a dealership with a connection; return its id."""
        number = next(_numbers)
        return self.manager.call(
            "crm.dealership",
            "create",
            {
                "name": f"Dealership {number}",
                "code": f"T{number}",
                "manager_email": f"manager{number}@dealer.example",
                "odoo_url": url,
                "odoo_db": database,
                "odoo_login": SERVICE,
                "odoo_api_key": SERVICE,
                **values,
            },
        )

    def new_dead_dealership(self, **values):
        """Make a dealership at whose address nothing answers; return its id."""
        return self.new_dealership("http://127.0.0.1:1", "dead", **values)

    def test_connection(self, dealership):
        """Press Test Connection; return its message."""
        result = self.manager.call(
            "crm.dealership", "action_test_connection", [dealership]
        )
        return result["params"]["message"]

    def new_lead(self, dealership, **values):
        """Make a lead of the agent with a customer of its own; return its id."""
        number = next(_numbers)
        (vehicle,) = self.admin.call(
            "crm.vehicle.model", "search", [("default_code", "=", "TOY-VIOS-G")]
        )
        return self.agent.call(
            "crm.lead",
            "create",
            {
                "name": f"Lead {number}",
                "type": "opportunity",
                "contact_name": f"Customer {number}",
                "phone": f"+63 917 {1000000 + number}",
                "email_from": f"customer{number}@customer.example",
                "country_id": self._country("PH"),
                "dealership_id": dealership,
                "vehicle_model_id": vehicle,
                **values,
            },
        )

    def _country(self, code):
        return self.admin.call("res.country", "search", [("code", "=", code)])[0]

    def win(self, lead, session=None):
        """Mark a lead as won, as its agent."""
        session = session or self.login("agent")
        return session.call("crm.lead", "action_set_won", [lead])

    def read(self, lead):
        """Return what matters of a lead."""
        fields = [
            "reference",
            "stage_id",
            "user_id",
            "dealer_so_name",
            "dealer_so_id",
            "dealer_so_url",
            "dealer_so_state",
        ]
        (row,) = self.admin.call("crm.lead", "read", [lead], fields)
        return {**row, "stage": row["stage_id"][0]}

    def wait_for_stage(self, lead, stage, seconds=10):
        """Wait until a lead is in a stage; tell whether it came there."""
        return comes_true(lambda: self.read(lead)["stage"] == stage, seconds)

    def calls(self, lead):
        """Return the logged calls of a lead, the last one first."""
        return self.admin.call(
            "crm.call.log",
            "search_read",
            [("lead_id", "=", lead)],
            ["result", "duration", "summary", "user_id", "is_contact"],
        )

    def activities(self, lead):
        """Return the planned activities of a lead."""
        return self.admin.call(
            "mail.activity",
            "search_read",
            [("res_model", "=", "crm.lead"), ("res_id", "=", lead)],
            ["activity_type_id", "summary", "date_deadline", "due_at", "user_id"],
        )

    def cancel_activities(self, session):
        """Take away what a user has planned."""
        planned = session.call(
            "mail.activity", "search", [("user_id", "=", session.uid)]
        )
        if planned:
            session.call("mail.activity", "unlink", planned)

    def visits(self, lead):
        """Return the visits that the customer of a lead was invited to."""
        return self.admin.call(
            "calendar.event",
            "search_read",
            [("opportunity_id", "=", lead), ("visit_state", "!=", False)],
            ["name", "location", "visit_state", "partner_ids", "start"],
        )

    def pushes(self, lead):
        """Return the push attempts of a lead, the first one first."""
        return self.admin.call(
            "crm.dealer.push",
            "search_read",
            [("lead_id", "=", lead)],
            ["state", "error_kind", "message", "order_name", "order_may_exist"],
            order="id",
        )

    def chatter(self, lead):
        """Return all texts in the chatter of a lead."""
        rows = self.admin.call(
            "mail.message",
            "search_read",
            [("model", "=", "crm.lead"), ("res_id", "=", lead)],
            ["body"],
        )
        return "\n".join(row["body"] for row in rows)

    def partner(self, session):
        """Return the id of the partner of a user."""
        (row,) = self.admin.call("res.users", "read", [session.uid], ["partner_id"])
        return row["partner_id"][0]

    def notified(self, message):
        """Return the ids of the partners who were told of a message."""
        rows = self.admin.call(
            "mail.notification",
            "search_read",
            [("mail_message_id", "=", message)],
            ["res_partner_id"],
        )
        return [row["res_partner_id"][0] for row in rows]

    def last_message(self, lead):
        """Return the id of what somebody wrote last in the chatter."""
        domain = [("model", "=", "crm.lead"), ("res_id", "=", lead)]
        written = [*domain, ("message_type", "=", "comment")]
        return self.admin.call("mail.message", "search", written, limit=1)[0]

    def followers(self, lead):
        """Return the names of what each follower of a lead is told of."""
        rows = self.admin.call(
            "mail.followers",
            "search_read",
            [("res_model", "=", "crm.lead"), ("res_id", "=", lead)],
            ["name", "subtype_ids"],
        )
        subtypes = self.admin.call("mail.message.subtype", "search_read", [], ["name"])
        names = {subtype["id"]: subtype["name"] for subtype in subtypes}
        return {row["name"]: [names[id_] for id_ in row["subtype_ids"]] for row in rows}

    def mailed_to(self, message):
        """Return the addresses that a message was mailed to, or is to be."""
        mails = self.admin.call(
            "mail.mail",
            "search_read",
            [("mail_message_id", "=", message)],
            ["recipient_ids"],
        )
        partners = [partner for mail in mails for partner in mail["recipient_ids"]]
        rows = self.admin.call("res.partner", "read", partners, ["email"])
        return [row["email"] for row in rows]


class DealerFloor:
    """The dealer, seen by its own administrator.

    :param OdooServer server: the dealer's server.
    """

    def __init__(self, server):
        self.server = server
        self.admin = WebSession.of(server, "admin")

    def orders(self, reference):
        """Return the orders for a lead.

        :param str reference: the lead's.
        """
        fields = ["name", "state", "partner_id", "order_line", "user_id", "note"]
        return self.admin.call(
            "sale.order",
            "search_read",
            [("client_order_ref", "=", reference)],
            fields,
            order="id",
        )

    def lines(self, order):
        """Return the lines of an order that was read."""
        fields = ["name", "product_id", "product_uom_qty", "display_type"]
        return self.admin.call("sale.order.line", "read", order["order_line"], fields)

    def partners(self, **values):
        """Return the ids of the partners with certain values."""
        domain = [(name, "=", value) for name, value in values.items()]
        return self.admin.call("res.partner", "search", domain)
