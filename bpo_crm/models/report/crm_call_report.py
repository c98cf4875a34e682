import json

from odoo import api, fields, models
from odoo.tools import SQL

from ...call_results import RIGHT_PARTY
from ...local_time import find_only_zone
from ...measure import Measure, Share

WEEKDAYS = [
    ("1", "Monday"),
    ("2", "Tuesday"),
    ("3", "Wednesday"),
    ("4", "Thursday"),
    ("5", "Friday"),
    ("6", "Saturday"),
    ("7", "Sunday"),
]


class CallReport(models.Model):
    """Calls, a row for each: whom they reached, and when it was there and here."""

    _name = "crm.call.report"
    _description = "Calls"
    _inherit = "crm.report"
    _auto = False
    _depends = {
        "crm.call.log": [
            "call_date",
            "duration",
            "is_contact",
            "lead_id",
            "local_day",
            "result",
            "user_id",
        ],
        "crm.dealership": ["country_id", "tz"],
        "crm.lead": [
            "brand_id",
            "company_id",
            "country_id",
            "dealership_id",
            "is_bpo",
            "source_id",
            "team_id",
            "type",
            "user_id",
        ],
    }

    owner_id = fields.Many2one(string="Agent of the Lead")
    user_id = fields.Many2one("res.users", "Called By", readonly=True)
    result = fields.Selection(
        selection=lambda self: self._get_selection("crm.call.log", "result"),
        readonly=True,
    )
    weekday = fields.Selection(WEEKDAYS, readonly=True)
    hour = fields.Selection(
        selection=lambda self: self._get_hours(),
        readonly=True,
        help="In which the call began, by the clock of the sales team.",
    )
    customer_weekday = fields.Selection(
        WEEKDAYS, "Weekday of the Customer", readonly=True
    )
    customer_hour = fields.Selection(
        selection=lambda self: self._get_hours(),
        string="Hour of the Customer",
        readonly=True,
        help="In which the call began, by the clock where the customer is. Empty where "
        "nobody knows.",
    )
    contact = Share(
        "Right-Party Contacts",
        help="The share of the calls that reached the customer. Whoever answers at a "
        "wrong number is somebody else.",
    )
    minutes = Measure("Minutes a Call", help="How long a call took, in minutes.")

    @property
    def _table_query(self):
        here = self._to_floor_time(SQL("call.call_date"), "lead")
        there = SQL(
            "(call.call_date AT TIME ZONE 'UTC' AT TIME ZONE %s)",
            self._get_customer_zone("lead", "dealership"),
        )
        return SQL(
            """
            SELECT call.id,
                   %(of_lead)s,
                   call.user_id,
                   call.result,
                   call.local_day AS day,
                   to_char(call.local_day, 'ID') AS weekday,
                   to_char(%(here)s, 'HH24') AS hour,
                   to_char(%(there)s, 'ID') AS customer_weekday,
                   to_char(%(there)s, 'HH24') AS customer_hour,
                   (%(right_party)s)::integer::float AS contact,
                   call.duration AS minutes
              FROM crm_call_log AS call
              JOIN crm_lead AS lead ON lead.id = call.lead_id
              LEFT JOIN crm_dealership AS dealership
                   ON dealership.id = lead.dealership_id
             WHERE lead.is_bpo AND lead.type = 'opportunity'
            """,
            of_lead=self._select_of_lead("lead"),
            right_party=RIGHT_PARTY,
            here=here,
            there=there,
        )

    # ------------------------------------------------------------
    # HOOKS
    # ------------------------------------------------------------

    @api.model
    def _read_group(self, *args, **options):
        # Two processes would share in reading what is known of all leads, where one
        # looks up those of a month: in less than half of the time.
        parallel = SQL("max_parallel_workers_per_gather")
        self.env.cr.execute(SQL("SET LOCAL %s = 0", parallel))
        groups = super()._read_group(*args, **options)
        self.env.cr.execute(SQL("SET LOCAL %s TO DEFAULT", parallel))
        return groups

    # ------------------------------------------------------------
    # BUSINESS
    # ------------------------------------------------------------

    def _get_customer_zone(self, lead, dealership):
        """Return by whose clock a customer lives, for a query.

        That of the lead's country, where it has one; otherwise that of the dealership,
        unless it is in another country.

        :param str lead: alias of the lead's table.
        :param str dealership: alias of that of its dealership.
        :return: the name of a zone, or NULL.
        :rtype: SQL
        """
        return SQL(
            """
            COALESCE(
                %(alone)s::jsonb ->> %(country)s::text,
                CASE WHEN %(zone)s = ANY(%(known)s)
                     AND COALESCE(%(country)s = %(near)s, TRUE)
                     THEN %(zone)s END
            )
            """,
            alone=json.dumps(self._get_country_zones()),
            country=SQL.identifier(lead, "country_id"),
            near=SQL.identifier(dealership, "country_id"),
            zone=SQL.identifier(dealership, "tz"),
            known=self._get_dealership_zones(),
        )

    def _get_country_zones(self):
        """Return the zones of the countries that have one.

        :return: names of the IANA database, by the ids of the countries.
        :rtype: dict[int, str]
        """
        known = self.env["res.company"]._get_known_zones()
        countries = self.env["res.country"].sudo().search([])
        zones = {country.id: find_only_zone(country.code) for country in countries}
        return {country: zone for country, zone in zones.items() if zone in known}

    def _get_dealership_zones(self):
        """Return the zones of all dealerships, as far as PostgreSQL knows them.

        :return: names of the IANA database.
        :rtype: list[str]
        """
        dealerships = self.env["crm.dealership"].sudo().with_context(active_test=False)
        groups = dealerships._read_group([("tz", "!=", False)], ["tz"])
        known = self.env["res.company"]._get_known_zones()
        return [zone for (zone,) in groups if zone in known]

    def _get_hours(self):
        """Return the hours of a day, for people the same as for the database.

        :rtype: list
        """
        return [(f"{hour:02}", f"{hour:02}") for hour in range(24)]
