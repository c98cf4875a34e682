"""A floor in two time zones, whose figures are counted again in plain Python."""

import collections
from datetime import datetime, timedelta

import pytz

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
