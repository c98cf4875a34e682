import collections
import random
from datetime import datetime, timedelta

from odoo.exceptions import AccessError
from odoo.tests import tagged

from .report_case import ReportCase, mean, percentile

NOW = datetime(2026, 11, 24, 8)

PUSHES = "crm.dealer.report"
ORDERS = "crm.dealer.order.report"


@tagged("post_install", "-at_install")
class TestDealerReport(ReportCase):
    """Pushes and orders, each figure counted again in plain Python from raw rows."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        dice = random.Random(4)
        cls.moments = cls._around_changes(dice)
        for owner in ("home", "abroad", "shared"):
            for _n in range(12):
                cls._new_ordered(dice, owner)
        cls.env.flush_all()

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
                    "day": self._to_day(push.lead_id, push.create_date),
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
                    "day": self._to_day(lead, done.create_date),
                }
            )
        return rows

    # Pushes

    FIGURES = {
        "failure_rate:avg": lambda rows: mean(
            row["state"] != "done" for row in rows if row["state"] != "running"
        ),
        "latency:avg": lambda rows: mean(_seconds(rows)),
        "latency_median:avg": lambda rows: percentile(_seconds(rows), 0.5),
        "latency_90:avg": lambda rows: percentile(_seconds(rows), 0.9),
    }

    def test_pushes_are_counted_right(self):
        rows = self._read_pushes()
        self.assertGreater(len({row["state"] for row in rows}), 3)
        for name in ("dealership_id", "state", "error_kind"):
            with self.subTest(name):
                self._assert_groups(rows, self._report(PUSHES), name, **self.FIGURES)

    def test_a_figure_opens_what_it_was_counted_from(self):
        pushes, orders = self._read_pushes(), self._read_orders()
        ended = [row["id"] for row in pushes if row["state"] != "running"]
        self.assertLess(len(ended), len(pushes))
        self._assert_opens(self._report(PUSHES), "failure_rate", ended)
        done = [row["id"] for row in pushes if row["state"] == "done"]
        self._assert_opens(self._report(PUSHES), "latency_90", done)
        won = [row["id"] for row in orders if row["is_won"]]
        self._assert_opens(self._report(ORDERS), "trouble_rate", won)

    def test_a_push_is_of_the_day_of_its_floor(self):
        days = {row["id"]: row["day"] for row in self._read_pushes()}
        in_utc = self.env["crm.dealer.push"].search([])
        self.assertTrue(any(days[p.id] != p.create_date.date() for p in in_utc))
        self._assert_day_is_the_floors(PUSHES, self._read_pushes())

    def test_the_days_of_a_month_are_a_month(self):
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
        figures = {
            "amount:sum": lambda rows: sum(row["amount"] for row in rows),
            "trouble_rate:avg": lambda rows: mean(
                row["state"] in ("cancel", "gone") for row in rows if row["is_won"]
            ),
        }
        for name in ("dealership_id", "state", "is_won"):
            with self.subTest(name):
                self._assert_groups(rows, self._report(ORDERS), name, **figures)

    def test_an_order_is_of_the_day_on_which_it_was_made(self):
        days = {row["id"]: row["day"] for row in self._read_orders()}
        report = self._report(ORDERS)
        self.assertEqual({row.id: row.day for row in report.search([])}, days)
        self._assert_finds_days(report, days)

    def test_an_amount_has_the_currency_of_its_company(self):
        other = self.env["res.currency"].create(
            {"name": "XPX", "symbol": "X", "rounding": 0.01}
        )
        self.cr.execute(
            "UPDATE res_company SET currency_id = %s WHERE id = %s",
            [other.id, self.abroad.id],
        )
        self.env.invalidate_all()
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
        found = self._report(ORDERS).search([("is_troubled", "=", True)])
        self.assertEqual(found.lead_id, leads.browse(found.ids))
        self.assertEqual(set(found.ids), set(leads.ids))

    def test_a_row_opens_its_lead(self):
        for name in (PUSHES, ORDERS):
            self._assert_opens_leads(name)

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
        self._assert_companies_are_apart(PUSHES, self._read_pushes())
        self._assert_companies_are_apart(ORDERS, self._read_orders())

    def test_nobody_writes_a_report(self):
        for name in (PUSHES, ORDERS):
            self._assert_nobody_writes(name)


def _seconds(rows):
    return [row["duration"] for row in rows if row["state"] == "done"]
