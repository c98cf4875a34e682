from datetime import date, datetime

from odoo.tests import tagged

from .common import BpoCase

FRIDAY, SATURDAY, SUNDAY, MONDAY = (date(2026, 11, day) for day in (20, 21, 22, 23))


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
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Holiday",
                "calendar_id": self.calendar.id,
                "date_from": datetime(2026, 11, 22, 16),
                "date_to": datetime(2026, 11, 23, 16),
            }
        )
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
