"""A floor in two time zones, whose figures are counted again in plain Python."""

import collections
from datetime import date, datetime, timedelta

import pytz

from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from ..companies import CompaniesCase

#: Of the company at home, and of the one abroad.
ZONES = ("Asia/Manila", "America/New_York")

#: Days on which a clock is changed, and one like all others.
DAYS = (datetime(2026, 11, 1), datetime(2026, 3, 8), datetime(2026, 6, 5))


class ReportCase(CompaniesCase):
    """Two companies, each with its clock, and a manager who works for both."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._remove_all_leads()
        for company, zone in zip((cls.home, cls.abroad), ZONES, strict=True):
            calendar = cls._new_calendar(f"Hours {zone}", zone=zone)
            calendar.company_id = company
            company.sales_calendar_id = calendar
        cls.manager.company_ids = cls.home | cls.abroad

    # Moments and days

    @classmethod
    def _around_changes(cls, dice):
        """Return moments near midnight and near a change of the clocks.

        :param random.Random dice: draws them.
        :return: in UTC, naive.
        :rtype: list[datetime.datetime]
        """
        return [
            _to_utc(day, zone)
            + timedelta(minutes=dice.choice((-61, -1, 0, 1, 59, 121)))
            for zone in map(pytz.timezone, ZONES)
            for day in DAYS
            for _n in range(4)
        ]

    def _to_day(self, record, moment):
        """Return the day of the floor on which a moment is.

        :param record: whose company's floor it is, such as a lead's.
        :param datetime.datetime moment: in UTC, naive.
        :rtype: datetime.date
        """
        company = record.company_id or self.env.company
        zone = pytz.timezone(company._get_sales_calendar().tz)
        return pytz.utc.localize(moment).astimezone(zone).date()

    # Figures

    def _report(self, name, user=None, companies=None):
        """Return a report as somebody has it.

        :param str name: of the model.
        :param res.users user: the manager by default.
        :param res.company companies: that are active; both by default.
        """
        companies = companies or self.home | self.abroad
        context = {"allowed_company_ids": companies.ids}
        return self.env[name].with_context(**context).with_user(user or self.manager)

    def _assert_groups(self, rows, report, name, **figures):
        """Check each group of a report by rows, and the lists that its figures open.

        :param list rows: dicts that were made in plain Python, with ``id`` and the
            column that is grouped by.
        :param report: from :meth:`_report`.
        :param str name: of that column.
        :param figures: by the aggregate, such as ``amount:sum``, a function that counts
            it of the rows of a group.
        """
        expected = collections.defaultdict(list)
        for row in rows:
            expected[_get_id(row[name])].append(row)
        groups = report._read_group([], [name], ["__count", *figures])
        found = {_get_id(group): values for group, *values in groups}
        self.assertEqual(set(found), set(expected))
        for group, counted in expected.items():
            count, *told = found[group]
            listed = report.search([(name, "=", group)])
            self.assertEqual(set(listed.ids), {row["id"] for row in counted})
            self.assertEqual(count, len(counted))
            for (aggregate, figure), value in zip(figures.items(), told, strict=True):
                with self.subTest(aggregate, group=group):
                    self._assert_close(value, figure(counted))

    def _assert_opens(self, report, name, ids):
        """Check which rows an average opens: those that it was counted from.

        :param report: from :meth:`_report`.
        :param str name: of the figure.
        :param ids: of the rows that have it.
        """
        self.assertEqual(set(report.search([(name, "!=", False)]).ids), set(ids))

    # Who sees what

    def _assert_agent_sees_own(self, name, rows, agent=None, company=None):
        """Check that an agent finds the rows of own leads, whichever way.

        :param str name: of the report's model.
        :param list rows: all that there are, as of :meth:`_assert_groups`.
        :param res.users agent: the one at home by default.
        :param res.company company: where the agent works; at home by default.
        """
        agent, company = agent or self.agent, company or self.home
        allowed = (company, company.browse())
        expected = {
            row["id"]
            for row in rows
            if row["owner_id"] == agent and row["company"] in allowed
        }
        hidden = {row["id"] for row in rows} - expected
        self.assertTrue(expected and hidden)
        report = self._report(name, agent, company)
        found = report.search([])
        self.assertEqual(set(found.ids), expected)
        self.assertEqual(report.search_count([]), len(expected))
        groups = report._read_group([], ["owner_id"], ["__count"])
        self.assertEqual(groups, [(agent, len(expected))])
        totals = report._read_group([], [], ["__count"])
        self.assertEqual(totals, [(len(expected),)])
        self.assertEqual(len(found._export_rows([["day"]])), len(expected))
        for ask in (
            lambda rows: rows.read(["day"]),
            lambda rows: rows._export_rows([["day"]]),
            lambda rows: rows[:1].action_open_lead(),
        ):
            with self.assertRaises(AccessError):
                ask(report.browse(hidden))

    def _assert_agent_is_told_no_lead_of_others(self, name, rows):
        """Check that a row of an agent names its lead while that is the agent's own.

        :param str name: of the report's model.
        :param list rows: all that there are, each with its ``lead``.
        """
        report = self._report(name, self.agent, self.home)
        leads = {row["id"]: row["lead"] for row in rows}
        found = report.search([])
        mine = {row.id for row in found if leads[row.id].user_id == self.agent}
        self.assertTrue(mine and set(found.ids) - mine)
        # What a many2one is called is read with all rights.
        for all_rights in (False, True):
            self.env.invalidate_all()
            for row in found.sudo(all_rights):
                expected = leads[row.id] if row.id in mine else leads[row.id].browse()
                self.assertEqual(row.lead_id.sudo(), expected)
                self.assertEqual(bool(row.display_name), row.id in mine)
        self.env.invalidate_all()
        told = {row["id"]: row["lead_id"] for row in found.read()}
        self.assertEqual({number for number, lead in told.items() if lead}, mine)
        others = found.filtered(lambda row: row.id not in mine)
        with self.assertRaises(UserError):
            others[:1].action_open_lead()

    def _assert_companies_are_apart(self, name, rows):
        """Check that supervisors and managers see their companies, and no other."""
        for user, company, other in (
            (self.supervisor, self.home, self.abroad),
            (self.manager, self.home, self.abroad),
            (self.supervisor_abroad, self.abroad, self.home),
            (self.manager_abroad, self.abroad, self.home),
        ):
            expected = {row["id"] for row in rows if row["company"] != other}
            hidden = {row["id"] for row in rows if row["company"] == other}
            self.assertTrue(expected and hidden)
            report = self._report(name, user, company)
            found = report.search([])
            self.assertEqual(set(found.ids), expected)
            groups = report._read_group([], ["company_id"], ["__count"])
            self.assertEqual(sum(count for _group, count in groups), len(expected))
            self.assertEqual(len(found._export_rows([["day"]])), len(expected))
            with self.assertRaises(AccessError):
                report.browse(hidden).read(["day"])

    def _assert_nobody_writes(self, name):
        row = self._report(name).search([], limit=1)
        for user in (self.agent, self.supervisor, self.manager):
            for do in (
                lambda row: row.write({"day": date(2026, 11, 24)}),
                lambda row: row.unlink(),
                lambda row: row.create({"day": date(2026, 11, 24)}),
            ):
                with self.assertRaises(AccessError):
                    do(row.with_user(user))

    def _assert_opens_leads(self, name):
        for row in self._report(name).search([]):
            action = row.action_open_lead()
            self.assertEqual(action["res_model"], "crm.lead")
            self.assertEqual(action["res_id"], row.lead_id.id)

    def _assert_days(self, report, days, day):
        for operator, compare in (
            (">=", lambda own: own >= day),
            (">", lambda own: own > day),
            ("<", lambda own: own < day),
            ("<=", lambda own: own <= day),
            ("=", lambda own: own == day),
        ):
            found = report.search([("day", operator, day)])
            expected = {number for number, own in days.items() if compare(own)}
            self.assertEqual(set(found.ids), expected, operator)
            others = report.search(["!", ("day", operator, str(day))])
            self.assertEqual(set(others.ids), set(days) - expected, operator)

    def _assert_day_is_the_floors(self, name, rows):
        """Check the day of each row, whoever looks, from wherever."""
        days = {row["id"]: row["day"] for row in rows}
        for zone in ("Pacific/Auckland", "America/Los_Angeles"):
            self.manager.tz = zone
            report = self._report(name).with_context(tz=zone)
            self.assertEqual({row.id: row.day for row in report.search([])}, days)
            self._assert_finds_days(report, days)

    def _assert_finds_days(self, report, days):
        """Check which rows are found by their days.

        :param dict days: of all rows, by their ids.
        """
        around = {
            day + timedelta(days=step) for day in days.values() for step in (-1, 0, 1)
        }
        for day in around:
            self._assert_days(report, days, day)

    def _assert_looks_rows_up(self, name):
        """Check that no row is looked for among all of them."""
        report = self._report(name)
        query = report._search([("id", "in", report.search([], limit=1).ids)])
        self.env.flush_all()
        # However few rows there are.
        self.cr.execute("SET LOCAL enable_seqscan = off")
        self.cr.execute(SQL("EXPLAIN %s", query.select()))
        plan = "\n".join(line for (line,) in self.cr.fetchall())
        # Of so few rows, it may read another index for the key.
        self.assertRegex(plan, r"pkey|Index Cond: \((\w+\.)?id = ANY")
        self.assertNotRegex(plan, r"Seq Scan on (crm_(lead|call)|calendar)")
        self.assertGreaterEqual(plan.count("(id = ANY"), report._source_count)

    def _assert_close(self, told, expected):
        if expected is None:
            # Of nothing, the ORM of 18.0 says False.
            self.assertIn(told, (None, False))
        else:
            self.assertAlmostEqual(told, expected, 2)


def mean(values):
    """Return the average, or None of nothing."""
    values = [float(value) for value in values]
    return sum(values) / len(values) if values else None


def percentile(values, fraction):
    """Return what PostgreSQL calls a continuous percentile, or None of nothing."""
    values = sorted(values)
    if not values:
        return None
    place = fraction * (len(values) - 1)
    low = int(place)
    high = min(low + 1, len(values) - 1)
    return values[low] + (values[high] - values[low]) * (place - low)


def _to_utc(local, zone):
    return zone.localize(local).astimezone(pytz.utc).replace(tzinfo=None)


def _get_id(group):
    return getattr(group, "id", group)
