"""A distributor, seen by its own people, and the call centre's feeds of it."""

import itertools

from tests.floor import SERVICE
from tools.jsonrpc import WebSession

_numbers = itertools.count(1)

#: What tests map: remote field by field of ours.
LEAD_FIELDS = {
    "contact_name": "contact_name",
    "phone": "phone",
    "email_from": "email_from",
    "country_id": "country_id.code",
    "vehicle_model_id": "x_wanted_id.default_code",
    "description": "description",
}


class Distributor:
    """A plain Odoo with leads, dealers and products.

    :param OdooServer server: the distributor's server.
    :param Postgres postgres: where its database is.
    """

    def __init__(self, server, postgres):
        self.server = server
        self.postgres = postgres
        self._filled = 0
        self.admin = WebSession.of(server, "admin")

    def new_enquiry(self, batch, **values):
        """Let somebody fill in the form of the web site; return the lead's id.

        :param str batch: tells the leads of a test from those of the others.
        """
        number = next(_numbers)
        return self.admin.call(
            "crm.lead",
            "create",
            {
                "name": f"Form {number}",
                "type": "lead",
                "contact_name": f"Visitor {number}",
                "phone": f"+63 920 {7_000_000 + number}",
                "referred": batch,
                **values,
            },
        )

    def read(self, lead):
        """Return what was written back to a lead."""
        fields = ["x_taken", "x_reference"]
        return self.admin.call("crm.lead", "read", [lead], fields)[0]

    def count_taken(self, batch):
        """Return how many leads of a test were marked as taken."""
        domain = [("referred", "=", batch), ("x_taken", "=", True)]
        return self.admin.call("crm.lead", "search_count", domain)

    def fill(self, batch, count):
        """Make many leads at once, without the ORM.

        :param str batch: tells them from the others.
        :param int count: how many.
        """
        first = 1_000_000 + self._filled
        self._filled += count
        with self.postgres.connect(self.server.database) as cursor:
            cursor.execute(
                """
                INSERT INTO crm_lead (
                    name, type, active, contact_name, phone, referred, team_id,
                    stage_id, create_date, write_date, create_uid, write_uid
                )
                SELECT 'Form ' || n, 'lead', TRUE, 'Visitor ' || n,
                       '+63 921 ' || n, %s, NULL,
                       (SELECT min(id) FROM crm_stage), moment, moment, 1, 1
                  FROM generate_series(%s::integer, %s) AS n,
                       timezone('UTC', now()) AS moment
                """,
                [batch, first, first + count - 1],
            )


class Feeds:
    """A brand of the call centre with its distributor's feeds.

    :param Floor floor: the call centre.
    :param Distributor distributor: whom it reads.
    :param str url: by which way.
    """

    def __init__(self, floor, distributor, url):
        self.floor = floor
        self.distributor = distributor
        self.manager = floor.manager
        self.batch = f"batch{next(_numbers)}"
        self.brand = self.manager.call(
            "crm.brand",
            "create",
            {
                "name": f"Brand {self.batch}",
                "code": self.batch,
                "odoo_url": url,
                "odoo_db": distributor.server.database,
                "odoo_login": SERVICE,
                "odoo_api_key": SERVICE,
            },
        )
        self.source = self.manager.call(
            "crm.lead.source", "create", {"name": self.batch, "code": self.batch}
        )

    def new_feed(self, kind="lead", mapping=None, write_back=None, **values):
        """Make a feed; return its id.

        :param str kind: what it fills.
        :param dict mapping: remote field by field of ours.
        :param dict write_back: values by remote field.
        """
        mapping = LEAD_FIELDS if mapping is None else mapping
        return self.manager.call(
            "crm.lead.feed",
            "create",
            {
                "name": f"{kind} {self.batch}",
                "brand_id": self.brand,
                "kind": kind,
                "source_id": self.source if kind == "lead" else False,
                "remote_model": "crm.lead",
                "domain": f"[('referred', '=', '{self.batch}')]",
                "field_ids": [
                    (0, 0, {"target_field": target, "remote_field": remote})
                    for target, remote in mapping.items()
                ],
                "write_back_ids": [
                    (0, 0, {"remote_field": name, **line})
                    for name, line in (write_back or {}).items()
                ],
                **values,
            },
        )

    def new_marking_feed(self, **values):
        """Make a feed of leads that marks what it took, and asks for the others."""
        return self.new_feed(
            domain=f"[('referred', '=', '{self.batch}'), ('x_taken', '=', False)]",
            write_back={
                "x_taken": {"value": "True"},
                "x_reference": {"kind": "reference"},
            },
            **values,
        )

    def sync(self, method="action_sync_now"):
        """Press a button of the brand; return its message."""
        result = self.manager.call("crm.brand", method, [self.brand])
        return result["params"]["message"]

    def ask(self, feed):
        """Press the button, as somebody who is told how many match; return how many."""
        action = self.manager.call("crm.brand", "action_sync_now", [self.brand])
        assert (action["res_model"], action["res_id"]) == ("crm.lead.feed", feed)
        (row,) = self.manager.call("crm.lead.feed", "read", [feed], ["unagreed_count"])
        return row["unagreed_count"]

    def agree(self, feed):
        """Press the button that takes them in; return its action."""
        return self.manager.call("crm.lead.feed", "action_take_all", [feed])

    def run_job(self):
        """Run the job that reads all feeds."""
        self.floor.run_job("cron_pull_feeds")

    def wait_for_retry(self):
        """Let the time pass that a feed waits after a failure."""
        self.floor.execute(
            "UPDATE crm_lead_feed SET retry_at = last_run "
            "WHERE brand_id = %s AND retry_at IS NOT NULL",
            [self.brand],
        )

    def state(self, feed):
        """Return how a feed goes."""
        fields = [
            "cursor",
            "backlog",
            "failure_count",
            "last_error",
            "last_run",
            "last_success",
            "quarantine_count",
            "retry_at",
        ]
        return self.manager.call("crm.lead.feed", "read", [feed], fields)[0]

    def enquiries(self):
        """Return what came in."""
        return self.manager.call(
            "crm.lead.enquiry",
            "search_read",
            [("source_id", "=", self.source)],
            ["remote_id", "state", "error", "lead_id", "write_back_state"],
            order="id",
        )

    def written_back(self):
        """Return for each record there whether it was written back."""
        return {row["remote_id"]: row["write_back_state"] for row in self.enquiries()}

    def leads(self):
        """Return the leads that were made."""
        fields = ["contact_name", "phone", "reference", "vehicle_model_id", "brand_id"]
        return self.floor.admin.call(
            "crm.lead",
            "search_read",
            [("intake_source_id", "=", self.source)],
            [*fields, "description"],
            order="id",
        )
