from datetime import datetime

from odoo.tests import tagged

from ...intake.timestamp import read_asked_on
from ..common import ReadingCase


@tagged("post_install", "-at_install")
class TestMoment(ReadingCase):
    """When a customer asked, as senders write it."""

    def test_a_moment_with_a_zone(self):
        for text in (
            "2026-11-20T09:30:00+08:00",
            "2026-11-20 09:30:00 +0800",
            "2026-11-20T09:30:00.0000000+08:00",
            "2026-11-20T09:30:00+8:00",
            "2026-11-20T9:30:00+08:0",
            "2026-11-20T09:30:00 GMT+8",
            "2026-11-20T01:30:00Z",
            "20261120T013000Z",
            "2026-11-20 01:30 GMT",
            "Fri, 20 Nov 2026 09:30:00 +0800",
            "11/19/2026 8:30 PM EST",
            "2026-11-19T20:30:00−05:00",
            "1795138200",
            "1795138200000",
        ):
            with self.subTest(text):
                self.assertEqual(
                    read_asked_on(text), {"enquired_at": datetime(2026, 11, 20, 1, 30)}
                )

    def test_a_moment_by_a_clock_that_is_not_told(self):
        for text in (
            "2026-11-20T09:30:00",
            "2026-11-20T9:30:00",
            "2026-11-20 09:30",
            "11/20/2026 9:30 AM",
            "20/11/2026 09:30",
            "Nov 20, 2026 9:30",
            "2026-11-20 09:30 PHT",
        ):
            with self.subTest(text):
                self.assertEqual(
                    read_asked_on(text), {"local_time": "2026-11-20T09:30:00"}
                )

    def test_a_moment_as_programs_write_it(self):
        for text in (
            "Fri Nov 20 2026 09:30:00 GMT+0800 (Philippine Standard Time)",
            "Fri Nov 20 2026 09:30:00 GMT+0800 (Singapore Standard Time)",
            "Fri Nov 20 2026 01:30:00 GMT+0000 (Coordinated Universal Time)",
            "Thu Nov 19 2026 20:30:00 GMT-0500 (hora estándar oriental)",
            "2026-11-20T09:30:00+08:00[Asia/Manila]",
            "2026-11-20T09:30+08:00[Asia/Manila]",
            "2026-11-20T09:30:00[Asia/Manila]",
            "2026-11-20 09:30:00 Asia/Seoul".replace("09", "10"),
            "2026-11-20T01:30:00Z[UTC]",
            "/Date(1795138200000+0800)/",
            "/Date(1795138200000)/",
            "\\/Date(1795138200000-0500)\\/",
            "1795138200000000",
            "1795138200000000000",
            "1795138200.25",
            "1795138200,25",
            "2026-11-20T01:30:00.1Z",
            "2026-11-20T01:30:00.123456789Z",
            "2026-11-20T01:30:00.12345678901234567890Z",
            "2026-11-20T09:30:00,123+08:00",
            "2026-11-20T01:30:00+0000",
            "2026-11-20 09:30:00 +0800 PHT",
            "2026-11-20 09:30:00.123456789 +0800 +08 m=+0.000012",
            "Friday, November 20, 2026 at 9:30:00 AM Philippine Standard Time",
            "Thursday, November 19, 2026 at 8:30:00 PM Eastern Standard Time",
            "Nov 20, 2026, 9:30:00 AM GMT+8",
        ):
            with self.subTest(text):
                self.assertEqual(
                    read_asked_on(text), {"enquired_at": datetime(2026, 11, 20, 1, 30)}
                )

    def test_a_moment_as_people_write_it_in_other_places(self):
        for text in (
            "20.11.2026 09:30 Uhr",
            "20.11.2026 um 9:30 Uhr",
            "20.11.2026, 09:30:00",
            "20/11/2026 09h30",
            "20/11/2026 à 09:30",
            "20/11/2026 09:30 hrs",
            "11/20/2026 9:30 a.m.",
            "11/20/2026 9:30 a. m.",
            "2026. 11. 20. 오전 9:30:00",
            "2026년 11월 20일 09시 30분",
            "2026년 11월 20일 오전 9:30",
            "Fri Nov 20 09:30:00 2026",
            "46346.3958333333",
            "46346,3958333333",
        ):
            with self.subTest(text):
                self.assertEqual(
                    read_asked_on(text), {"local_time": "2026-11-20T09:30:00"}
                )

    def test_the_day_is_first_where_there_are_dots(self):
        self.assertEqual(
            read_asked_on("10.11.2026 09:30"), {"local_time": "2026-11-10T09:30:00"}
        )

    def test_the_month_is_first_where_it_may_be_either(self):
        self.assertEqual(
            read_asked_on("11/10/2026 09:30"), {"local_time": "2026-11-10T09:30:00"}
        )

    def test_what_is_no_moment(self):
        for text in (
            *("", "soon", "today", "10", "10:30", "Nov 20", "2026", "5" * 5000),
            "2026-11-20T09:30:00+99:00",
        ):
            self.assertEqual(read_asked_on(text), {}, text)

    def test_nobody_asked_then(self):
        for text in (
            "0001-01-01T00:00:00",
            "0001-01-01T00:00:00+14:00",
            "9999-12-31T23:00:00-12:00",
            "1900-01-01",
            "1970-01-01T00:00:00Z",
            "2025-11-01",
            "2026-11-26T09:30:00",
        ):
            self.assertEqual(read_asked_on(text), {}, text)
