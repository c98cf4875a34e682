import collections
import random
import statistics
from datetime import datetime, timedelta

import pytz

from odoo.exceptions import AccessError
from odoo.tests import tagged

from ..companies import CompaniesCase

NOW = datetime(2026, 11, 24, 8)

ZONES = ("Asia/Manila", "America/New_York", "Europe/London", "Pacific/Auckland")

PUSHES = "crm.dealer.report"
ORDERS = "crm.dealer.order.report"


def percentile(values, fraction):
    """Return what PostgreSQL calls a continuous percentile, in plain Python."""
    values = sorted(values)
    place = fraction * (len(values) - 1)
    low = int(place)
    high = min(low + 1, len(values) - 1)
    return values[low] + (values[high] - values[low]) * (place - low)


@tagged("post_install", "-at_install")
class TestDealerReport(CompaniesCase):
    """Pushes and orders, each figure counted again in plain Python from raw rows."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._remove_all_leads()
        dice = random.Random(4)
        for company, zone in zip((cls.home, cls.abroad), ZONES, strict=False):
            calendar = cls._new_calendar(f"Hours {zone}", zone=zone)
            calendar.company_id = company
            company.sales_calendar_id = calendar
        cls.moments = cls._around_changes(dice)
        for owner in ("home", "abroad", "shared"):
            for _n in range(12):
                cls._new_ordered(dice, owner)
        cls.env.flush_all()

    @classmethod
    def _around_changes(cls, dice):
        """Return moments near midnight and near a change of the clocks."""
        moments = []
        for zone in map(pytz.timezone, ZONES[:2]):
            for day in (
                datetime(2026, 11, 1),
                datetime(2026, 3, 8),
                datetime(2026, 6, 5),
            ):
                midnight = zone.localize(day).astimezone(pytz.utc).replace(tzinfo=None)
                moments += [
                    midnight + timedelta(minutes=dice.choice((-61, -1, 0, 1, 59, 121)))
                    for _n in range(4)
                ]
        return moments

    @classmethod
    def _new_ordered(cls, dice, owner):
        """Make a lead with some attempts, and sometimes an order."""
        company = cls.companies[owner]
        team = {"home": cls.team, "abroad": cls.team_abroad}.get(owner, cls.team)
        lead = cls._new_lead(
            company_id=company.id,
            team_id=team.id,
            dealership_id=cls.dealerships[owner].id,
            vehicle_model_id=cls.vehicles[owner].id,
            expected_revenue=1,
        )
        for _n in range(dice.randint(0, 4)):
            cls._new_push(dice, lead, dice.choice(["failed", "interrupted", "running"]))
        if dice.random() < 0.8:
            cls._new_push(dice, lead, "done")
            cls._give_order(dice, lead)

    @classmethod
    def _new_push(cls, dice, lead, state):
        push = cls.env["crm.dealer.push"].create(
            {
                "lead_id": lead.id,
                "dealership_id": lead.dealership_id.id,
                "user_id": cls.agent.id,
                "state": state,
                "duration": round(dice.uniform(0.05, 20), 3),
                "error_kind": dice.choice(["timeout", "rejected", "unreachable"])
                if state == "failed"
                else False,
            }
        )
        moment = dice.choice(cls.moments)
        if state == "running":
            # One runs, and one has died with its server.
            moment = NOW - timedelta(minutes=dice.choice((1, 60)))
        cls.env.flush_all()
        cls.cr.execute(
            "UPDATE crm_dealer_push SET create_date = %s WHERE id = %s",
            [moment, push.id],
        )
        push.invalidate_recordset()

    @classmethod
    def _give_order(cls, dice, lead):
        stage = dice.choice([cls.won, cls.won, cls.won, cls.lost, cls.new])
        lead._write_by_core(
            {
                "stage_id": stage.id,
                "active": stage != cls.lost,
                "lost_reason_id": cls.reason.id,
                "dealer_so_id": lead.id,
                "dealer_so_name": f"S{lead.id}",
                "dealer_so_state": dice.choice(["draft", "sale", "cancel", False]),
                "dealer_so_amount": round(dice.uniform(1, 900_000), 2),
                "dealer_so_invoice_status": dice.choice([False, "no", "invoiced"]),
                "is_dealer_so_gone": dice.random() < 0.2,
                "date_closed": dice.choice(cls.moments),
            }
        )

    def setUp(self):
        super().setUp()
        self._stay_at(NOW)

    # What is there, in plain Python

    def _zone(self, lead):
        company = lead.company_id or self.env.company
        return pytz.timezone(company._get_sales_calendar().tz)

    def _day(self, lead, moment):
        return pytz.utc.localize(moment).astimezone(self._zone(lead)).date()

    def _read_pushes(self):
        rows = []
        for push in self.env["crm.dealer.push"].search([]):
            state = push.state
            if state == "running" and NOW - push.create_date >= timedelta(minutes=10):
                state = "interrupted"
            rows.append(
                {
                    "id": push.id,
                    "company": push.lead_id.company_id,
                    "dealership_id": push.dealership_id,
                    "state": state,
                    "error_kind": push.error_kind,
                    "day": self._day(push.lead_id, push.create_date),
                    "duration": push.duration,
                }
            )
        return rows

    def _read_orders(self):
        leads = self.env["crm.lead"].with_context(active_test=False).search([])
        rows = []
        for lead in leads.filtered("dealer_so_id"):
            done = lead.push_ids.filtered(lambda push: push.state == "done")
            state = "gone" if lead.is_dealer_so_gone else lead.dealer_so_state
            rows.append(
                {
                    "id": lead.id,
                    "company": lead.company_id,
                    "dealership_id": lead.dealership_id,
                    "state": state,
                    "is_won": lead.stage_id.is_won,
                    "amount": lead.dealer_so_amount,
                    "day": self._day(lead, done.create_date),
                }
            )
        return rows

    def _report(self, name, user=None, companies=None):
        companies = companies or self.home | self.abroad
        context = {"allowed_company_ids": companies.ids}
        return self.env[name].with_context(**context).with_user(user or self.manager)

    def _assert_groups(self, rows, report, name, **figures):
        """Check each group of a report by rows, and the list that it opens.

        :param figures: what is counted of the rows, by the aggregate.
        """
        found = report._read_group([], [name], ["__count", *figures])
        found = {group: values for group, *values in found}
        expected = collections.defaultdict(list)
        for row in rows:
            expected[row[name]].append(row)
        self.assertEqual(
            {getattr(group, "id", group) for group in found},
            {getattr(group, "id", group) for group in expected},
        )
        for group, counted in expected.items():
            group_id = getattr(group, "id", group)
            value = next(
                found[one] for one in found if getattr(one, "id", one) == group_id
            )
            listed = report.search([(name, "=", group_id)])
            self.assertEqual(set(listed.ids), {row["id"] for row in counted})
            self.assertEqual(value[0], len(counted))
            for figure, told in zip(figures.values(), value[1:], strict=True):
                self._assert_close(told, figure(counted))

    def _assert_close(self, told, expected):
        if expected is None:
            # Of nothing, the ORM of 18.0 says False.
            self.assertIn(told, (None, False))
        else:
            self.assertAlmostEqual(told, expected, 2)

    # Pushes

    FIGURES = {
        "failure_rate:avg": lambda rows: _mean(
            row["state"] != "done" for row in rows if row["state"] != "running"
        ),
        "latency:avg": lambda rows: _mean(_seconds(rows)),
        "latency_median:avg": lambda rows: (
            statistics.median(_seconds(rows)) if _seconds(rows) else None
        ),
        "latency_90:avg": lambda rows: (
            percentile(_seconds(rows), 0.9) if _seconds(rows) else None
        ),
    }

    def test_pushes_are_counted_right(self):
        rows = self._read_pushes()
        self.assertGreater(len({row["state"] for row in rows}), 3)
        self.manager.company_ids = self.home | self.abroad
        for name in ("dealership_id", "state", "error_kind"):
            with self.subTest(name):
                self._assert_groups(rows, self._report(PUSHES), name, **self.FIGURES)

    def test_a_push_is_of_the_day_of_its_floor(self):
        self.manager.company_ids = self.home | self.abroad
        days = {row["id"]: row["day"] for row in self._read_pushes()}
        in_utc = self.env["crm.dealer.push"].search([])
        self.assertTrue(any(days[p.id] != p.create_date.date() for p in in_utc))
        for zone in ("Pacific/Auckland", "America/Los_Angeles"):
            # Whoever looks, from wherever.
            self.manager.tz = zone
            report = self._report(PUSHES).with_context(tz=zone)
            self.assertEqual({row.id: row.day for row in report.search([])}, days)

    def test_the_days_of_a_month_are_a_month(self):
        self.manager.company_ids = self.home | self.abroad
        report = self._report(PUSHES)
        counted = collections.Counter(
            row["day"].replace(day=1) for row in self._read_pushes()
        )
        found = report._read_group([], ["day:month"], ["__count"])
        self.assertEqual(dict(found), dict(counted))

    # Orders

    def test_orders_are_counted_right(self):
        rows = self._read_orders()
        self.assertGreater(len({row["state"] for row in rows}), 3)
        self.manager.company_ids = self.home | self.abroad
        figures = {
            "amount:sum": lambda rows: sum(row["amount"] for row in rows),
            "trouble_rate:avg": lambda rows: _mean(
                row["state"] in ("cancel", "gone") for row in rows if row["is_won"]
            ),
        }
        for name in ("dealership_id", "state", "is_won"):
            with self.subTest(name):
                self._assert_groups(rows, self._report(ORDERS), name, **figures)

    def test_an_order_is_of_the_day_on_which_it_was_made(self):
        self.manager.company_ids = self.home | self.abroad
        days = {row["id"]: row["day"] for row in self._read_orders()}
        found = {row.id: row.day for row in self._report(ORDERS).search([])}
        self.assertEqual(found, days)

    def test_an_amount_has_the_currency_of_its_company(self):
        other = self.env["res.currency"].create(
            {"name": "XPX", "symbol": "X", "rounding": 0.01}
        )
        self.cr.execute(
            "UPDATE res_company SET currency_id = %s WHERE id = %s",
            [other.id, self.abroad.id],
        )
        self.env.invalidate_all()
        self.manager.company_ids = self.home | self.abroad
        for row in self._report(ORDERS).search([]):
            company = row.lead_id.company_id or self.home
            self.assertEqual(row.currency_id, company.currency_id)

    def test_won_leads_without_an_order_are_those_of_the_leads_filter(self):
        domain = [
            ("stage_id.is_won", "=", True),
            *["|", ("dealer_so_state", "=", "cancel")],
            ("is_dealer_so_gone", "=", True),
        ]
        leads = self.env["crm.lead"].with_context(active_test=False).search(domain)
        self.assertTrue(leads)
        self.manager.company_ids = self.home | self.abroad
        found = self._report(ORDERS).search([("is_troubled", "=", True)])
        self.assertEqual(found.lead_id, leads.browse(found.ids))
        self.assertEqual(set(found.ids), set(leads.ids))

    def test_a_row_opens_its_lead(self):
        for name in (PUSHES, ORDERS):
            row = self._report(name, companies=self.home).search([], limit=1)
            action = row.action_open_lead()
            self.assertEqual(action["res_model"], "crm.lead")
            self.assertEqual(action["res_id"], row.lead_id.id)

    # Who sees what

    def test_an_agent_has_no_access(self):
        for name in (PUSHES, ORDERS):
            report = self._report(name, self.agent, self.home)
            for ask in (
                lambda report: report.search([]),
                lambda report: report._read_group([], ["dealership_id"], ["__count"]),
                lambda report: report.browse([1]).read(["day"]),
                lambda report: report.browse([1])._export_rows([["day"]]),
                lambda report: report.browse([1]).action_open_lead(),
            ):
                with self.assertRaises(AccessError):
                    ask(report)

    def test_a_supervisor_and_a_manager_see_their_companies(self):
        for name, rows in (
            (PUSHES, self._read_pushes()),
            (ORDERS, self._read_orders()),
        ):
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
                exported = found._export_rows([["day"], ["state"]])
                self.assertEqual(len(exported), len(expected))
                with self.assertRaises(AccessError):
                    report.browse(hidden).read(["day"])

    def test_nobody_writes_a_report(self):
        for name in (PUSHES, ORDERS):
            row = self._report(name, companies=self.home).search([], limit=1)
            for do in (
                lambda row: row.write({"day": NOW.date()}),
                lambda row: row.unlink(),
                lambda row: row.create({"day": NOW.date()}),
            ):
                with self.assertRaises(AccessError):
                    do(row)


def _mean(values):
    values = [float(value) for value in values]
    return sum(values) / len(values) if values else None


def _seconds(rows):
    return [row["duration"] for row in rows if row["state"] == "done"]
