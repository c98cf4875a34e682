from datetime import datetime, time, timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ...local_time import from_zone, to_zone
from ...roles import SUPERVISOR, check_role
from ...series import GROUP_MEMBERS, any_of

#: How a figure's records are told apart in each table of the page.
BY_FIELDS = {"agents": "user_id", "dealerships": "dealership_id"}


class Floor(models.AbstractModel):
    """The floor on one page: what happened today, what waits, and what has failed.

    Each figure is counted by a domain, with which its list is opened.
    """

    _name = "crm.floor"
    _description = "The Floor"

    @api.model
    def get_figures(self):
        """Return the page, of the companies that are active.

        :return: ``as_of``, in UTC; the ``day`` of the floor, and whether there are
            ``several_clocks``; all ``figures`` by their names, as of
            :meth:`_prepare_figure`; the names of the ``alerts``, of the ``pool`` and
            its bands, and of the ``columns``; how long the ``oldest`` lead of the pool
            has waited; and the rows of the ``agents`` and of the ``dealerships``, as of
            :meth:`_prepare_row`.
        :rtype: dict
        :raises AccessError: for anybody below a supervisor.
        """
        message = self.env._("Only supervisors and managers see the floor.")
        check_role(self.env, SUPERVISOR, message)
        # What a client says of archived records changes no figure.
        return self.with_context(active_test=False)._prepare_page()

    # ------------------------------------------------------------
    # BUSINESS
    # ------------------------------------------------------------

    @api.model
    def _prepare_page(self):
        now = fields.Datetime.now()
        days = self._list_days(now)
        columns = self._list_columns(days)
        alerts = self._list_alerts(now)
        bands = self._list_bands(now)
        groups = {name: self._group(column) for name, column in columns.items()}
        totals = {
            name: sum(count for *_group, count in rows) for name, rows in groups.items()
        }
        in_bands = self._count_bands(bands)
        counts = {
            **totals,
            **self._count_each(alerts, totals),
            **in_bands,
            "pool": sum(in_bands.values()),
        }
        figures = {"pool": self._new_pool(), **bands, **alerts, **columns}
        return {
            "as_of": fields.Datetime.to_string(now),
            "day": fields.Date.to_string(self._get_floor_day(now)),
            "several_clocks": len(days) > 1,
            "figures": {
                name: self._prepare_figure(figure, counts[name])
                for name, figure in figures.items()
            },
            "alerts": [*alerts],
            "pool": ["pool", *bands],
            "columns": [*columns],
            "oldest": self._get_oldest_waiting_time(),
            "agents": self._prepare_agents(groups),
            "dealerships": self._prepare_dealerships(groups),
        }

    @api.model
    def _prepare_figure(self, figure, count):
        """Return a figure as the page takes it.

        :param dict figure: as of :meth:`_new_figure`.
        :param int count: of its records.
        :return: the ``title``, the ``count``, the ``model`` and the ``domain`` of the
            records, the ``views`` in which they are shown, and the fields ``by`` which
            they are told apart in the tables.
        :rtype: dict
        """
        data = self.env["ir.model.data"]
        list_id = data._xmlid_to_res_id(f"bpo_crm.{figure['view']}")
        return {
            "title": figure["title"],
            "count": count,
            "model": figure["model"],
            "domain": figure["domain"],
            "views": [[list_id, "list"], [False, "form"]],
            "by": figure["by"],
        }

    # The floor's day

    @api.model
    def _list_days(self, now):
        """Return when it is today, by the clock of each sales team.

        :param datetime.datetime now: in UTC, naive.
        :return: ids of companies, and when their day begins and ends, in UTC. What has
            no company counts by the clock of the active one.
        :rtype: list[tuple[list, str, str]]
        """
        zones = {self.env.company._get_database_zone(): [False]}
        for company in self.env.companies:
            zones.setdefault(company._get_database_zone(), []).append(company.id)
        return [(ids, *_get_bounds(now, zone)) for zone, ids in zones.items()]

    @api.model
    def _get_floor_day(self, now):
        """Return which day it is on the floor of the active company.

        :param datetime.datetime now: in UTC, naive.
        :rtype: datetime.date
        """
        return to_zone(now, self.env.company._get_database_zone()).date()

    @api.model
    def _get_today_domain(self, days, moment, company="company_id"):
        """Return the domain of what happened today.

        :param list days: as of :meth:`_list_days`.
        :param str moment: the field that says when it happened.
        :param str company: the path to whose clock counts.
        :rtype: list
        """
        return any_of(
            [
                [(company, "in", ids), (moment, ">=", start), (moment, "<", stop)]
                for ids, start, stop in days
            ]
        )

    # Counting

    @api.model
    def _group(self, column):
        """Count the records of a column, for the rows of both tables at once.

        :param dict column: as of :meth:`_new_figure`.
        :return: agents and dealerships, with how many records there are of both.
        :rtype: list[tuple[res.users, crm.dealership, int]]
        """
        records = self.env[column["model"]]
        if column["model"] != "calendar.event":
            return records._read_group(
                column["domain"], [*BY_FIELDS.values()], ["__count"]
            )
        # Core groups no private visits by their leads: they are in the list, too.
        groups = records.sudo()._read_group(
            column["domain"], ["opportunity_id"], ["__count"]
        )
        return [(lead.user_id, lead.dealership_id, count) for lead, count in groups]

    @api.model
    def _count_each(self, figures, totals):
        """Count the records of figures, unless they are the total of a column.

        :param dict figures: by their names, as of :meth:`_new_figure`.
        :param dict totals: of the columns, by their names.
        :rtype: dict[str, int]
        """
        return {
            name: totals[name]
            if name in totals
            else self.env[figure["model"]].search_count(figure["domain"])
            for name, figure in figures.items()
        }

    @api.model
    def _count_bands(self, bands):
        """Count the leads of the pool by how long they have waited, in one query.

        :param dict bands: as of :meth:`_list_bands`.
        :rtype: dict[str, int]
        """
        leads = self.env["crm.lead"]
        query = leads._search(self._get_pool_domain())
        asked_at = leads._field_to_sql(leads._table, "enquiry_date", query)
        # What nobody has dated has waited longest.
        edges = [band["since"] for band in bands.values() if band["since"]]
        rows = self.env.execute_query(
            SQL(
                "SELECT width_bucket(COALESCE(asked_at, '-infinity'), %s::timestamp[])"
                ", COUNT(*) FROM (%s) AS pool (asked_at) GROUP BY 1",
                sorted(edges),
                query.select(asked_at),
            )
        )
        found = dict(rows)
        youngest_first = reversed(range(len(bands)))
        return {
            name: found.get(number, 0)
            for name, number in zip(bands, youngest_first, strict=True)
        }

    @api.model
    def _get_oldest_waiting_time(self):
        """Return how long the customer has waited who asked first; empty for nobody.

        :rtype: str
        """
        leads = self.env["crm.lead"]
        first = "enquiry_date NULLS FIRST, id"
        return leads.search(self._get_pool_domain(), order=first, limit=1).waiting_time

    # Rows

    @api.model
    def _prepare_agents(self, groups):
        """Return a row for each agent of the floor, and for others who have a figure.

        Supervisors are on it with figures of their own only.

        :param dict groups: of each column, as of :meth:`_group`.
        :return: as of :meth:`_prepare_row`.
        :rtype: list[dict]
        """
        counts = _count_rows(groups, lambda user, _dealership: user)
        leading = self.env.ref(SUPERVISOR).sudo()[GROUP_MEMBERS]
        for agent in self.env["crm.lead"]._find_agents() - leading:
            counts.setdefault(agent, {})
        return self._prepare_rows(counts, self.env._("Nobody"))

    @api.model
    def _prepare_dealerships(self, groups):
        """Return a row for each dealership that has a figure.

        :param dict groups: of each column, as of :meth:`_group`.
        :return: as of :meth:`_prepare_row`.
        :rtype: list[dict]
        """
        counts = _count_rows(groups, lambda _user, dealership: dealership)
        return self._prepare_rows(counts, self.env._("No Dealership"))

    @api.model
    def _prepare_rows(self, counts, nobody):
        """Return the rows of a table by their names, so that each stays where it is.

        :param dict counts: of each record, by the names of the columns.
        :param str nobody: the name of the row of what has no record, the last one.
        :rtype: list[dict]
        """
        rows = [
            self._prepare_row(record.sudo(), nobody, figures)
            for record, figures in counts.items()
        ]
        return sorted(rows, key=lambda row: (not row["id"], row["name"], row["id"]))

    @api.model
    def _prepare_row(self, record, nobody, counts):
        """Return a row of a table.

        :param record: an agent or a dealership; empty for nobody.
        :param str nobody: the name of the row without one.
        :param dict counts: by the names of the columns; what is 0 is left out.
        :return: ``id``, ``name`` and ``counts``.
        :rtype: dict
        """
        return {"id": record.id, "name": record.name or nobody, "counts": counts}


def _get_bounds(now, zone):
    """Return when the day of a zone begins and ends, in UTC.

    :param datetime.datetime now: in UTC, naive.
    :param str zone: a name of the IANA database.
    :rtype: tuple[str, str]
    """
    midnight = datetime.combine(to_zone(now, zone).date(), time())
    # Not always 24 hours: the clocks may be changed on that day.
    return tuple(
        fields.Datetime.to_string(from_zone(midnight + timedelta(days=days), zone))
        for days in (0, 1)
    )


def _count_rows(groups, get_record):
    """Add up the counts of each row of a table.

    :param dict groups: of each column, as of :meth:`Floor._group`.
    :param get_record: returns the record of a row by the agent and the dealership.
    :return: by the record, then by the name of the column.
    :rtype: dict
    """
    counts = {}
    for name, rows in groups.items():
        for user, dealership, count in rows:
            figures = counts.setdefault(get_record(user, dealership), {})
            figures[name] = figures.get(name, 0) + count
    return counts
