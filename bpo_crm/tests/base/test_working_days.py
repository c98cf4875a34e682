from datetime import date, datetime, timedelta

from odoo.tests import tagged

from ..common import BpoCase

FRIDAY, SATURDAY, SUNDAY, MONDAY = (date(2026, 11, day) for day in (20, 21, 22, 23))

MONDAY_IN_MANILA = (datetime(2026, 11, 22, 16), datetime(2026, 11, 23, 16))


@tagged("post_install", "-at_install")
class TestWorkingDays(BpoCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.calendar = cls._new_calendar("Floor", range(5), 9, 18)
        cls.env.company.sales_calendar_id = cls.calendar

    def _assert_days(self, cases):
        for day, count, expected in cases:
            self.assertEqual(
                self.calendar._add_working_days(day, count), expected, (day, count)
            )

    def test_days_off_are_passed_over(self):
        self._assert_days(
            [
                (FRIDAY, 0, FRIDAY),
                (FRIDAY, 1, MONDAY),
                (SATURDAY, 0, MONDAY),
                (SATURDAY, 1, MONDAY),
                (MONDAY, 5, date(2026, 11, 30)),
                (MONDAY, -1, FRIDAY),
                (SUNDAY, -1, FRIDAY),
                (SUNDAY, -2, date(2026, 11, 19)),
                (MONDAY, 100, date(2027, 4, 12)),
                (date(2027, 4, 12), -100, MONDAY),
            ]
        )

    def test_a_public_holiday_is_a_day_off(self):
        self._new_holiday(self.env.company, *MONDAY_IN_MANILA, self.calendar)
        self._assert_days([(FRIDAY, 1, date(2026, 11, 24)), (MONDAY, -1, FRIDAY)])

    def test_the_clock_change_makes_no_difference(self):
        self.calendar.tz = "Europe/Berlin"
        self._assert_days(
            [
                (date(2026, 10, 23), 1, date(2026, 10, 26)),
                (date(2026, 10, 26), -1, date(2026, 10, 23)),
                (date(2027, 3, 26), 1, date(2027, 3, 29)),
            ]
        )

    def test_where_nobody_ever_works_all_days_count(self):
        self.calendar.attendance_ids.unlink()
        self._assert_days([(FRIDAY, 2, SUNDAY), (SUNDAY, -2, FRIDAY)])

    def test_flexible_hours_leave_no_day_out(self):
        self.calendar.flexible_hours = True
        self._assert_days([(FRIDAY, 2, SUNDAY), (SATURDAY, 0, SATURDAY)])

    def test_a_holiday_of_another_company_is_none(self):
        self._new_holiday(self._elsewhere(), *MONDAY_IN_MANILA)
        self._assert_days([(FRIDAY, 1, MONDAY)])
        self._new_holiday(self.env.company, *MONDAY_IN_MANILA)
        self._assert_days([(FRIDAY, 1, date(2026, 11, 24))])

    def test_shared_hours_have_the_holidays_of_whoever_counts(self):
        elsewhere = self._elsewhere()
        self.calendar.company_id = False
        elsewhere.sales_calendar_id = self.calendar
        self._new_holiday(elsewhere, *MONDAY_IN_MANILA)
        self.assertEqual(self.env.company._add_sales_days(FRIDAY, 1), MONDAY)
        self.assertEqual(elsewhere._add_sales_days(FRIDAY, 1), date(2026, 11, 24))

    def _elsewhere(self):
        return self.env["res.company"].create({"name": "Elsewhere"})

    def test_the_company_says_how_days_are_counted(self):
        company = self.env.company
        self.assertEqual(company._add_sales_days(FRIDAY, 1), MONDAY)
        company.count_working_days = False
        self.assertEqual(company._add_sales_days(FRIDAY, 1), SATURDAY)

    def test_the_companys_own_hours_stand_in(self):
        company = self.env.company
        company.sales_calendar_id = False
        self.assertEqual(company._get_sales_calendar(), company.resource_calendar_id)
        company.resource_calendar_id = False
        self.assertEqual(company._add_sales_days(FRIDAY, 1), SATURDAY)
        self.assertTrue(company._is_sales_day(SATURDAY))


@tagged("post_install", "-at_install")
class TestWorkingMinutes(BpoCase):
    """Counted, and found: both mean the same minutes."""

    def _assert_minutes(self, calendar, cases):
        for start, stop, minutes in cases:
            counted = calendar._count_working_minutes([(start, stop)])
            self.assertEqual(counted, [minutes], (start, stop))
            if minutes:
                found = calendar._add_working_minutes([(start, minutes)])
                self.assertEqual(found, [stop], (start, stop))

    def test_hours_are_as_long_as_they_are_when_the_clock_changes(self):
        always = self._new_calendar("Always", zone="Europe/Berlin")
        night = self._new_calendar("Night", start=0, stop=6, zone="Europe/Berlin")
        self._assert_minutes(
            always,
            [
                (datetime(2026, 10, 24, 22), datetime(2026, 10, 25, 23), 25 * 60),
                (datetime(2026, 3, 28, 23), datetime(2026, 3, 29, 22), 23 * 60),
            ],
        )
        self._assert_minutes(
            night,
            [
                (datetime(2026, 10, 24, 22), datetime(2026, 10, 25, 5), 7 * 60),
                (datetime(2026, 3, 28, 23), datetime(2026, 3, 29, 4), 5 * 60),
            ],
        )

    def test_every_other_week(self):
        calendar = self._new_calendar("Office", range(5), 9, 18, "UTC")
        calendar.switch_calendar_type()
        lines = calendar.attendance_ids.filtered(lambda line: not line.display_type)
        week_type = lines.get_week_type(MONDAY)
        lines.filtered(lambda line: line.week_type == str(week_type)).unlink()
        monday = datetime(2026, 11, 23)
        week = timedelta(days=7)
        hours = lines.exists().filtered(
            lambda line: line.dayofweek == "0" and line.day_period != "lunch"
        )
        minutes = 60 * sum(line.hour_to - line.hour_from for line in hours)
        self.assertTrue(minutes)
        counted = calendar._count_working_minutes(
            [
                (monday, monday + timedelta(days=1)),
                (monday + week, monday + week + timedelta(days=1)),
            ]
        )
        self.assertEqual(counted, [0, minutes])
        (found,) = calendar._add_working_minutes([(monday, 1)])
        self.assertEqual(found.date(), date(2026, 11, 30))

    def test_all_minutes_count_where_hours_are_flexible(self):
        calendar = self._new_calendar("Office", range(5), 9, 18, "UTC")
        calendar.flexible_hours = True
        night = datetime(2026, 11, 21, 23)
        self._assert_minutes(calendar, [(night, night + timedelta(minutes=20), 20)])

    def test_all_minutes_count_where_nothing_is_left_of_the_hours(self):
        over = self._new_calendar("Over", zone="UTC")
        self._close_for_good(over)
        headings = self._new_calendar("Headings", zone="UTC")
        headings.switch_calendar_type()
        headings.attendance_ids.filtered(lambda line: not line.display_type).unlink()
        self.assertTrue(headings.attendance_ids)
        night = datetime(2026, 11, 21, 23)
        for calendar in (over, headings):
            self._assert_minutes(calendar, [(night, night + timedelta(minutes=20), 20)])

    def _close_for_good(self, calendar):
        start, stop = datetime(2026, 11, 2), datetime(2036, 1, 1)
        self._new_holiday(self.env.company, start, stop, calendar)

    def test_what_was_counted_before_the_hours_were_over_stays(self):
        over = self._new_calendar("Over", start=9, stop=18, zone="UTC")
        self._close_for_good(over)
        start = datetime(2026, 11, 1, 17, 50)
        later = datetime(2026, 11, 21, 23)
        counted = over._count_working_minutes(
            [(start, later), (later, later + timedelta(minutes=20))]
        )
        self.assertEqual(counted, [10, 20])
