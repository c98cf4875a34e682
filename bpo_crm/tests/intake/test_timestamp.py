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
