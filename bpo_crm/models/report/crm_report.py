from collections.abc import Collection

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ...ids import is_id
from ...measure import FloorDay, Measure, Percentile

#: Of the lead that a row is about, in the columns of its table.
OF_LEAD = ("team_id", "dealership_id", "brand_id", "source_id", "company_id")


class Report(models.AbstractModel):
    """What reports have in common: whose row it is, the floor's day, the percentiles.

    A report is a query, so that it shows what is there now. It has record rules of its
    own: those of the leads do not apply to it.
    """

    _name = "crm.report"
    _description = "Report on Leads"
    _order = "day desc, id desc"
    _rec_name = "lead_id"

    #: Of how many kinds a row can be, where the ids of their sources would clash: see
    #: :meth:`_select_ids`.
    _source_count = 1

    lead_id = fields.Many2one("crm.lead", readonly=True)
    owner_id = fields.Many2one("res.users", "Agent", readonly=True)
    team_id = fields.Many2one("crm.team", "Sales Team", readonly=True)
    dealership_id = fields.Many2one("crm.dealership", readonly=True)
    brand_id = fields.Many2one("crm.brand", readonly=True)
    source_id = fields.Many2one("utm.source", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    day = fields.Date(readonly=True, help="By the clock of the sales team.")

    @api.model
    def _search(self, domain, *args, **options):
        query = super()._search(domain, *args, **options)
        if self._source_count > 1:
            self._narrow_to_sources(query, list(domain))
        return query

    def _narrow_to_sources(self, query, domain):
        """Let records be fetched by the ids of their sources.

        PostgreSQL cannot look rows up by an id that it works out of each: it would read
        all.

        :param Query query: for the domain; it gets a condition more.
        :param list domain: of ids alone, or another one, as a client sent it.
        """
        match domain:
            case [("id", "in", Collection() as ids)] if all(map(is_id, ids)):
                rows = [row_id // self._source_count for row_id in ids]
                column = SQL.identifier(self._table, "source_row")
                query.add_where(SQL("%s = ANY(%s)", column, rows))

    def _condition_to_sql(self, alias, fname, operator, value, query):
        # Odoo 18.0 asks the model, and takes 0 for nothing in every number. 19.0 asks
        # the field, which knows better.
        field = self._fields[fname]
        if isinstance(field, Measure) and value is False and operator in ("=", "!="):
            column = self._field_to_sql(alias, fname, query)
            return SQL("(%s IS NULL) = %s", column, operator == "=")
        condition = super()._condition_to_sql(alias, fname, operator, value, query)
        if isinstance(field, FloorDay):
            return field.narrow(condition, alias, operator, value)
        return condition

    def _read_group_select(self, aggregate_spec, query):
        name, _colon, function = aggregate_spec.partition(":")
        field = self._fields.get(name)
        if function != "avg" or not isinstance(field, Percentile):
            return super()._read_group_select(aggregate_spec, query)
        # No aggregate of the ORM does it.
        return SQL(
            "percentile_cont(%s) WITHIN GROUP (ORDER BY %s)",
            field.fraction,
            self._field_to_sql(self._table, name, query),
        )

    # ------------------------------------------------------------
    # ACTIONS
    # ------------------------------------------------------------

    def action_open_lead(self):
        """Return the action that shows the lead of this row.

        :rtype: dict
        :raises UserError: for an agent whose lead is somebody else's by now.
        """
        self.ensure_one()
        if not self.lead_id:
            raise UserError(
                self.env._(
                    "This lead is not yours any more. What you did with it counts all "
                    "the same; a supervisor can look it up."
                )
            )
        return self.lead_id.get_formview_action()

    # ------------------------------------------------------------
    # BUSINESS
    # ------------------------------------------------------------

    def _select_ids(self, source, place):
        """Return the columns by which a row of several kinds is found, for a query.

        :param str source: alias of the table of which it is a row.
        :param int place: of its kind, among all.
        :return: the row's id, and that of its source.
        :rtype: SQL
        """
        return SQL(
            "%(id)s::int8 * %(count)s + %(place)s AS id, %(id)s AS source_row",
            id=SQL.identifier(source, "id"),
            count=self._source_count,
            place=place,
        )

    def _join_birth(self, lead):
        """Return the join of the stay that a lead began with, as ``born``, for a query.

        :param str lead: alias of the lead's table.
        :rtype: SQL
        """
        return SQL(
            "JOIN crm_lead_stage_history AS born"
            " ON born.lead_id = %s AND born.kind = 'born'"
            " AND born.is_first AND born.is_bpo",
            SQL.identifier(lead, "id"),
        )

    def _select_of_lead(self, lead):
        """Return the columns that a row has of its lead, for a query.

        :param str lead: alias of the lead's table.
        :rtype: SQL
        """
        return self._select_of(
            lead, lead_id=SQL.identifier(lead, "id"), owner_id="user_id"
        )

    def _select_of_stay(self, stay):
        """Return the columns that a row has of a stay in a stage, for a query.

        :param str stay: alias of the table of stays.
        :rtype: SQL
        """
        lead_id = self._get_shown_lead(SQL.identifier(stay, "lead_id"))
        return self._select_of(stay, lead_id=lead_id, owner_id="owner_id")

    def _select_of(self, table, lead_id, owner_id):
        """Return columns for a query.

        :param str table: alias of a table that has all of :data:`OF_LEAD`.
        :param SQL lead_id: the id of the lead.
        :param str owner_id: the column of the table with whose row it is.
        :rtype: SQL
        """
        columns = {"owner_id": owner_id, **dict(zip(OF_LEAD, OF_LEAD, strict=True))}
        return SQL(", ").join(
            [
                SQL("%s AS lead_id", lead_id),
                *(
                    SQL("%s AS %s", SQL.identifier(table, column), SQL.identifier(name))
                    for name, column in columns.items()
                ),
            ]
        )

    def _get_shown_lead(self, lead_id):
        """Return the lead of a row, for a query; an agent is shown none of others.

        Also with all rights, with which the ORM reads what a lead is called.

        :param SQL lead_id: its id.
        :rtype: SQL
        """
        if not self.env["crm.lead"].sudo(False)._is_agent_only():
            return lead_id
        return SQL(
            "(SELECT own.id FROM crm_lead AS own"
            " WHERE own.id = %s AND own.user_id = %s)",
            lead_id,
            self.env.uid,
        )

    def _get_currency(self, table):
        """Return in which currency something is counted, for a query.

        :param str table: as of :meth:`_get_by_company`.
        :return: the id of a currency.
        :rtype: SQL
        """
        return self._get_by_company(table, lambda company: company.currency_id.id)

    def _get_floor_zone(self, table):
        """Return by whose clock something is worked, for a query.

        :param str table: as of :meth:`_get_by_company`.
        :return: the name of a zone.
        :rtype: SQL
        """
        return self._get_by_company(table, lambda each: each._get_database_zone())

    def _get_by_company(self, table, get_value):
        """Return what depends on the company, for a query.

        What has no company is the user's.

        :param str table: alias of a table with a ``company_id``, such as the lead's.
        :param get_value: returns the value of a company.
        :rtype: SQL
        """
        companies = self.env["res.company"].sudo().with_context(active_test=False)
        values = {each.id: get_value(each) for each in companies.search([])}
        own = values[self.env.company.id]
        cases = [
            SQL("WHEN %s THEN %s", company_id, value)
            for company_id, value in values.items()
            if value != own
        ]
        if not cases:
            return SQL("%s", own)
        return SQL(
            "CASE COALESCE(%s, %s) %s ELSE %s END",
            SQL.identifier(table, "company_id"),
            self.env.company.id,
            SQL(" ").join(cases),
            own,
        )

    def _get_visit_day(self, visit, lead):
        """Return the day on which a visit begins, for a query.

        :param str visit: alias of the table of meetings.
        :param str lead: alias of that of its lead, by whose floor's clock it is.
        :rtype: SQL
        """
        return SQL(
            "CASE WHEN %s THEN %s ELSE %s END",
            SQL.identifier(visit, "allday"),
            SQL.identifier(visit, "start_date"),
            self._to_floor_day(SQL.identifier(visit, "start"), lead),
        )

    def _to_floor_time(self, moment, table):
        """Return a moment as the floor's clock shows it, for a query.

        :param SQL moment: a column with a time in UTC.
        :param str table: as of :meth:`_get_by_company`.
        :return: a time without a zone.
        :rtype: SQL
        """
        zone = self._get_floor_zone(table)
        return SQL("(%s AT TIME ZONE 'UTC' AT TIME ZONE %s)", moment, zone)

    def _to_floor_day(self, moment, table):
        """Return the day of the floor on which a moment is, for a query.

        :param SQL moment: a column with a time in UTC.
        :param str table: as of :meth:`_get_by_company`.
        :rtype: SQL
        """
        return SQL("%s::date", self._to_floor_time(moment, table))

    def _get_selection(self, model, name):
        """Return the choices of a field that a report shows.

        :param str model: that has the field.
        :param str name: of the field.
        :rtype: list
        """
        return self.env[model]._fields[name]._description_selection(self.env)
