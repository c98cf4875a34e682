import collections

import pytz

from odoo.tests import tagged

from .report_case import mean
from .work_case import WorkCase, to_clock

CALLS = "crm.call.report"


@tagged("post_install", "-at_install")
class TestCallReport(WorkCase):
    """Calls, each figure counted again in plain Python from raw calls."""

    FIGURES = {
        "contact:avg": lambda rows: mean(row["contact"] for row in rows),
        "minutes:avg": lambda rows: mean(row["minutes"] for row in rows),
    }

    def _read_rows(self):
        rows = []
        for call in self._find_leads().call_log_ids:
            lead = call.lead_id
            company = lead.company_id or self.env.company
            here = to_clock(call.call_date, company._get_sales_zone())
            there = self._get_customer_clock(lead, call.call_date)
            rows.append(
                {
                    **self._describe(lead),
                    "id": call.id,
                    "user_id": call.user_id,
                    "result": call.result,
                    "contact": call.result == "answered",
                    "minutes": call.duration,
                    "day": here.date(),
                    "weekday": str(here.isoweekday()),
                    "hour": f"{here.hour:02}",
                    "customer_weekday": there and str(there.isoweekday()),
                    "customer_hour": there and f"{there.hour:02}",
                }
            )
        return rows

    def _get_customer_clock(self, lead, moment):
        """Return a moment where a customer is; False where nobody knows."""
        country, dealership = lead.country_id, lead.dealership_id
        zones = pytz.country_timezones.get(country.code or "", ())
        if len(zones) == 1:
            return to_clock(moment, zones[0])
        elsewhere = country and dealership.country_id - country
        if elsewhere or not dealership.tz:
            return False
        return to_clock(moment, dealership.tz)

    def test_calls_are_counted_right(self):
        rows = self._read_rows()
        for name in (
            *("user_id", "owner_id", "result", "source_id", "dealership_id"),
            *("weekday", "hour", "customer_weekday", "customer_hour"),
        ):
            self.assertGreater(len({row[name] for row in rows}), 1)
            with self.subTest(name):
                self._assert_groups(rows, self._report(CALLS), name, **self.FIGURES)

    def test_the_customers_day_is_another_one(self):
        rows = self._read_rows()
        known = [row for row in rows if row["customer_hour"]]
        self.assertLess(len(known), len(rows))
        self.assertTrue(any(r["hour"] != r["customer_hour"] for r in known))
        self.assertTrue(any(r["weekday"] != r["customer_weekday"] for r in known))

    def test_the_best_time_is_told_of_each_source(self):
        expected = collections.defaultdict(list)
        for row in self._read_rows():
            expected[row["source_id"].id, row["customer_hour"]].append(row["contact"])
        groups = self._report(CALLS)._read_group(
            [], ["source_id", "customer_hour"], ["contact:avg", "__count"]
        )
        self.assertEqual(len(groups), len(expected))
        for source, hour, rate, count in groups:
            reached = expected[source.id, hour]
            self.assertAlmostEqual(rate, mean(reached))
            self.assertEqual(count, len(reached))

    def test_hours_and_weekdays_come_in_their_order(self):
        report = self._report(CALLS)
        for name in ("hour", "customer_hour", "weekday", "customer_weekday"):
            order = [
                value
                for value, _label in report._fields[name]._description_selection(
                    self.env
                )
            ]
            groups = report._read_group([(name, "!=", False)], [name], ["__count"])
            found = [value for value, _count in groups]
            self.assertEqual(found, [value for value in order if value in found])

    def test_a_wrong_number_is_no_right_party(self):
        # Whatever a manager says of it.
        outcome = self.env["crm.call.outcome"]._find("wrong_number")
        outcome.is_contact = True
        lead = self._new_lead(self.agent)
        call = self.env["crm.call.log"].create(
            {"lead_id": lead.id, "result": "wrong_number"}
        )
        self.env.flush_all()
        self.assertTrue(call.is_contact)
        self.assertEqual(self._report(CALLS).browse(call.id).contact, 0)

    def test_a_clock_that_the_database_does_not_know_is_none(self):
        dealership = self.dealerships["abroad"]
        self.env.flush_all()
        self.cr.execute(
            "UPDATE crm_dealership SET tz = 'Mars/Olympus' WHERE id = %s",
            [dealership.id],
        )
        self.env.invalidate_all()
        domain = [("dealership_id", "=", dealership.id), ("customer_hour", "=", False)]
        found = self._report(CALLS).search(domain)
        self.assertTrue(found)
        alone = {self.env.ref("base.ph"), self.env.ref("base.kr")}
        self.assertFalse(alone & set(found.lead_id.country_id))

    def test_a_figure_opens_what_it_was_counted_from(self):
        ids = [row["id"] for row in self._read_rows()]
        for name in ("contact", "minutes"):
            self._assert_opens(self._report(CALLS), name, ids)

    def test_a_call_is_of_the_day_of_its_floor(self):
        self._assert_day_is_the_floors(CALLS, self._read_rows())

    def test_a_row_opens_its_lead(self):
        self._assert_opens_leads(CALLS)

    def test_everybody_sees_what_is_theirs(self):
        rows = self._read_rows()
        self._assert_agent_sees_own(CALLS, rows)
        self._assert_companies_are_apart(CALLS, rows)
        self._assert_nobody_writes(CALLS)
