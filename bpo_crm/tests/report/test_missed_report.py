import random
from datetime import datetime

from odoo.exceptions import AccessError
from odoo.tests import tagged

from ...models.report.crm_missed_report import BAND_FLOORS
from .report_case import ReportCase

NOW = datetime(2026, 11, 24, 8)

MISSED = "crm.missed.report"

AMOUNTS = (0, 0.5, 1, 1.99, 2, 499_999.99, 500_000, 999_999, 1_000_000, 7e11)


@tagged("post_install", "-at_install")
class TestMissedReport(ReportCase):
    """Lost leads, each figure counted again in plain Python from the leads."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        dice = random.Random(9)
        cls.moments = cls._around_changes(dice)
        cls.other_reason = cls.env.ref("bpo_crm.lost_reason_price")
        gone = cls._new_user("gone", "bpo_crm.group_bpo_agent")
        cls.owners = {
            "home": [cls.agent, cls.other_agent, gone],
            "abroad": [cls.agent_abroad],
            "shared": [cls.agent, cls.agent.browse()],
        }
        for owner in ("home", "abroad", "shared"):
            for _n in range(14):
                cls._new_closed(dice, owner)
        gone.active = False
        cls.env.flush_all()

    @classmethod
    def _new_closed(cls, dice, owner):
        """Make a lead, and close it, mostly as lost."""
        company = cls.companies[owner]
        team = {"abroad": cls.team_abroad}.get(owner, cls.team)
        lead = cls._new_lead(
            dice.choice(cls.owners[owner]),
            company_id=company.id,
            team_id=team.id,
            dealership_id=cls.dealerships[owner].id,
        )
        stage = dice.choice([cls.lost, cls.lost, cls.lost, cls.won, cls.new])
        lead._write_by_core(
            {
                "stage_id": stage.id,
                "active": stage != cls.lost,
                "lost_reason_id": dice.choice([cls.reason, cls.other_reason]).id,
                "lost_stage_id": stage == cls.lost and cls.new.id,
                "lost_note": dice.choice([False, "Too dear"]),
                "vehicle_model_id": dice.choice([False, cls.vehicles[owner].id]),
            }
        )
        lead._write_by_core(
            {
                "date_closed": dice.choice(cls.moments),
                "expected_revenue": dice.choice(AMOUNTS),
            }
        )

    def setUp(self):
        super().setUp()
        self._stay_at(NOW)

    def _read_missed(self):
        leads = self.env["crm.lead"].with_context(active_test=False).search([])
        rows = []
        for lead in leads.filtered("is_lost"):
            floors = [f for f in BAND_FLOORS if f <= lead.expected_revenue]
            rows.append(
                {
                    "id": lead.id,
                    "company": lead.company_id,
                    "owner_id": lead.user_id,
                    "lost_reason_id": lead.lost_reason_id,
                    "vehicle_model_id": lead.vehicle_model_id,
                    "dealership_id": lead.dealership_id,
                    "price_band": f"{len(floors):02}" if floors else False,
                    "amount": lead.expected_revenue,
                    "day": self._to_day(lead, lead.date_closed),
                }
            )
        return rows

    # Figures

    def test_lost_leads_are_counted_right(self):
        rows = self._read_missed()
        self.assertGreater(len({row["price_band"] for row in rows}), 4)
        for name in (
            "lost_reason_id",
            "vehicle_model_id",
            "dealership_id",
            "price_band",
            "owner_id",
        ):
            with self.subTest(name):
                self._assert_groups(
                    rows,
                    self._report(MISSED),
                    name,
                    **{"amount:sum": lambda group: sum(r["amount"] for r in group)},
                )

    def test_a_lead_is_lost_on_the_day_of_its_floor(self):
        self._assert_day_is_the_floors(MISSED, self._read_missed())

    def test_the_days_of_a_month_are_a_month(self):
        groups = self._report(MISSED).read_group(
            [], ["__count"], ["day:month"], lazy=False
        )
        for group in groups:
            listed = self._report(MISSED).search(group["__domain"])
            self.assertEqual(len(listed), group["__count"])
        self.assertEqual(
            sum(group["__count"] for group in groups), len(self._read_missed())
        )

    def test_price_bands_stand_in_the_order_of_their_prices(self):
        report = self._report(MISSED)
        groups = report._read_group([("amount", ">", 0.9)], ["price_band"])
        bands = [band for (band,) in groups]
        labels = dict(report.fields_get(["price_band"])["price_band"]["selection"])
        self.assertEqual(labels[bands[0]], "1 – 2")
        self.assertIn("500,000 – 1,000,000", [labels[band] for band in bands])
        self.assertEqual(labels[bands[-1]], "500,000,000,000 and more")
        self.assertEqual(bands, sorted(bands))

    # Notes

    def _lose_by_window(self, lead, note):
        window = self.env["crm.lead.lost"].with_user(self.agent)
        values = {"lead_ids": lead.ids, "lost_reason_id": self.reason.id}
        window.create({**values, "lost_feedback": note}).action_lost_reason_apply()

    def test_the_note_of_the_window_stands_in_the_report(self):
        lead = self._new_lead(self.agent)
        self._lose_by_window(lead, "<p>Bought a <b>bicycle</b></p>")
        self.assertEqual(lead.lost_note, "Bought a *bicycle*")
        row = self._report(MISSED).browse(lead.id)
        self.assertEqual(row.note, "Bought a *bicycle*")
        found = self._report(MISSED).search([("note", "ilike", "bicycle")])
        self.assertEqual(found, row)

    def test_an_empty_note_takes_no_other_away(self):
        lead = self._new_lead(self.agent)
        self._lose_by_window(lead, "<p>Moves away</p>")
        self._lose_by_window(lead, "<p><br></p>")
        self.assertEqual(lead.lost_note, "Moves away")

    def test_a_lead_that_is_won_after_all_has_no_note(self):
        lead = self._new_lead(self.agent)
        self._lose_by_window(lead, "<p>Moves away</p>")
        with self._dealer():
            lead.with_user(self.supervisor).action_set_won()
        self.assertTrue(lead.is_won)
        self.assertFalse(lead.lost_note)
        self.assertNotIn(lead.id, self._report(MISSED).search([]).ids)

    def test_nobody_writes_a_note_past_the_window(self):
        lead = self._new_lead(self.agent)
        for user in (self.agent, self.supervisor, self.manager):
            with self.assertRaises(AccessError):
                lead.with_user(user).lost_note = "Mine"

    # Who sees what

    def test_an_agent_sees_own_ones_only(self):
        for agent, company in (
            (self.agent, self.home),
            (self.other_agent, self.home),
            (self.agent_abroad, self.abroad),
        ):
            own = [row for row in self._read_missed() if row["owner_id"] == agent]
            own = [row for row in own if row["company"] in (company, company.browse())]
            others = [row["id"] for row in self._read_missed() if row not in own]
            self.assertTrue(own and others)
            report = self._report(MISSED, agent, company)
            ids = {row["id"] for row in own}
            self.assertEqual(set(report.search([]).ids), ids)
            groups = report._read_group([], ["lost_reason_id"], ["__count"])
            self.assertEqual(sum(count for _reason, count in groups), len(ids))
            [[count, amount]] = report._read_group([], [], ["__count", "amount:sum"])
            self.assertEqual(count, len(ids))
            self.assertAlmostEqual(amount, sum(row["amount"] for row in own), 2)
            exported = report.search([])._export_rows([[".id"], ["note"]])
            self.assertEqual({int(row[0]) for row in exported}, ids)
            with self.assertRaises(AccessError):
                report.browse(others[0]).read(["note"])

    def test_a_manager_sees_the_companies_that_are_allowed(self):
        self._assert_companies_are_apart(MISSED, self._read_missed())

    def test_nobody_writes_it(self):
        self._assert_nobody_writes(MISSED)
