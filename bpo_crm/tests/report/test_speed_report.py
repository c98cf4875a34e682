from odoo.tests import tagged

from .report_case import mean, percentile
from .work_case import MINUTE, TARGET, WorkCase

SPEED = "crm.speed.report"


@tagged("post_install", "-at_install")
class TestSpeedReport(WorkCase):
    """First attempts, each figure counted again in plain Python from raw calls."""

    FIGURES = {
        "minutes:avg": lambda rows: mean(_minutes(rows)),
        "minutes_median:avg": lambda rows: percentile(_minutes(rows), 0.5),
        "minutes_90:avg": lambda rows: percentile(_minutes(rows), 0.9),
        "within_five:avg": lambda rows: mean(count <= 5 for count in _minutes(rows)),
        "in_time:avg": lambda rows: mean(
            row["minutes"] <= TARGET for row in rows if row["has_target"]
        ),
    }

    def _read_rows(self):
        rows = []
        for lead in self._find_leads():
            first = lead.call_log_ids.sorted(lambda call: (call.call_date, call.id))[:1]
            if not first or lead.is_response_unmeasured:
                continue
            waited = max(first.call_date, lead.enquiry_date) - lead.enquiry_date
            rows.append(
                {
                    **self._describe(lead),
                    "id": lead.id,
                    "user_id": first.user_id,
                    "day": self._to_day(lead, lead.enquiry_date),
                    "minutes": waited / MINUTE,
                    "has_target": lead.source_id
                    != self.sources["shared"].utm_source_id,
                }
            )
        return rows

    def test_first_attempts_are_counted_right(self):
        rows = self._read_rows()
        self.assertLess(len(rows), len(self._find_leads()))
        for name in (
            *("source_id", "dealership_id", "user_id", "owner_id", "team_id"),
            *("vehicle_model_id", "company_id"),
        ):
            named = [{**row, "company_id": row["company"]} for row in rows]
            with self.subTest(name):
                self._assert_groups(named, self._report(SPEED), name, **self.FIGURES)

    def test_a_figure_opens_what_it_was_counted_from(self):
        rows = self._read_rows()
        aimed = [row["id"] for row in rows if row["has_target"]]
        self.assertLess(len(aimed), len(rows))
        self._assert_opens(self._report(SPEED), "in_time", aimed)
        for name in ("minutes", "minutes_median", "minutes_90", "within_five"):
            ids = [row["id"] for row in rows]
            self._assert_opens(self._report(SPEED), name, ids)

    def test_filters_find_who_was_called_in_time(self):
        report = self._report(SPEED)
        aimed = [row for row in self._read_rows() if row["has_target"]]
        in_time = {row["id"] for row in aimed if row["minutes"] <= TARGET}
        late = {row["id"] for row in aimed} - in_time
        self.assertTrue(in_time and late)
        self.assertEqual(set(report.search([("in_time", "=", 1)]).ids), in_time)
        domain = [("in_time", "!=", False), ("in_time", "<", 1)]
        self.assertEqual(set(report.search(domain).ids), late)

    def test_who_still_waits_is_not_in_it(self):
        waiting = self._new_lead(self.agent, intake_source_id=self.sources["home"].id)
        self.env.flush_all()
        report = self._report(SPEED)
        self.assertFalse(report.search([("lead_id", "=", waiting.id)]))
        # But in the pipeline's report.
        view = self.env.ref("bpo_crm.crm_opportunity_report_view_search")
        self.assertIn("response_waiting", view.arch)
        domain = [("response_state", "in", ("waiting", "due_soon"))]
        self.assertIn(waiting, self.env["crm.lead"].search(domain))

    def test_an_enquiry_is_of_the_day_of_its_floor(self):
        rows = self._read_rows()
        self.assertTrue(any(r["day"] != r["lead"].enquiry_date.date() for r in rows))
        self._assert_day_is_the_floors(SPEED, rows)

    def test_a_corrected_enquiry_is_of_another_day(self):
        row = self._read_rows()[0]
        lead = row["lead"]
        lead.enquiry_date -= 3000 * MINUTE
        self.env.flush_all()
        found = self._report(SPEED).browse(lead.id)
        self.assertEqual(found.day, self._to_day(lead, lead.enquiry_date))
        self.assertNotEqual(found.day, row["day"])

    def test_a_row_opens_its_lead(self):
        self._assert_opens_leads(SPEED)

    def test_everybody_sees_what_is_theirs(self):
        rows = self._read_rows()
        self._assert_agent_sees_own(SPEED, rows)
        self._assert_companies_are_apart(SPEED, rows)
        self._assert_nobody_writes(SPEED)


def _minutes(rows):
    return [row["minutes"] for row in rows]
