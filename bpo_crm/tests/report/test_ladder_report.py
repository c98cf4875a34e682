from odoo.tests import tagged

from .report_case import mean
from .work_case import MINUTE, WorkCase

LADDER = "crm.ladder.report"

RUNGS = ("attempted", "contact", "visit_set", "show", "sold")


@tagged("post_install", "-at_install")
class TestLadderReport(WorkCase):
    """Each rung, counted again in plain Python from raw calls and visits."""

    FIGURES = {
        f"{rung}:avg": lambda rows, rung=rung: mean(
            row[rung] for row in rows if row[rung] is not None
        )
        for rung in RUNGS
    } | {
        "enquiries:sum": lambda rows: sum(row["kind"] == "enquiry" for row in rows),
        "visits:sum": lambda rows: sum(row["kind"] == "visit" for row in rows),
    }

    def _read_enquiries(self):
        rows = []
        for lead in self._find_leads():
            if lead.is_response_unmeasured:
                continue
            spoken = self._is_spoken(lead)
            tried = spoken or bool(lead.call_log_ids)
            visits = self._find_visits(lead)
            rows.append(
                {
                    **self._describe(lead),
                    **dict.fromkeys(RUNGS),
                    "id": lead.id * 2,
                    "kind": "enquiry",
                    "visit_state": False,
                    "day": self._to_day(lead, lead.enquiry_date),
                    "attempted": tried,
                    "contact": spoken if tried else None,
                    "visit_set": bool(visits) if spoken else None,
                }
            )
        return rows

    def _read_visits(self):
        rows = []
        for lead in self._find_leads():
            shown = self._find_visits(lead, "done")
            for visit in self._find_visits(lead):
                state = visit.visit_state
                day = visit.start_date or self._to_day(lead, visit.start)
                rows.append(
                    {
                        **self._describe(lead),
                        **dict.fromkeys(RUNGS),
                        "id": visit.id * 2 + 1,
                        "kind": "visit",
                        "visit_state": state,
                        "day": day if visit.allday else self._to_day(lead, visit.start),
                        "show": None if state == "planned" else state == "done",
                        "sold": lead.stage_id.is_won if visit == shown[:1] else None,
                    }
                )
        return rows

    def _read_rows(self):
        return self._read_enquiries() + self._read_visits()

    def test_each_rung_is_counted_right(self):
        rows = self._read_rows()
        for rung in RUNGS:
            self.assertEqual({row[rung] for row in rows}, {True, False, None})
        for name in (
            *("kind", "owner_id", "source_id", "dealership_id", "team_id"),
            *("vehicle_model_id", "visit_state"),
        ):
            with self.subTest(name):
                self._assert_groups(rows, self._report(LADDER), name, **self.FIGURES)

    def test_a_figure_opens_what_it_was_counted_from(self):
        rows = self._read_rows()
        for rung in RUNGS:
            ids = [row["id"] for row in rows if row[rung] is not None]
            self._assert_opens(self._report(LADDER), rung, ids)

    def test_days_are_the_floors(self):
        self._assert_day_is_the_floors(LADDER, self._read_rows())

    def test_a_moved_visit_counts_once_on_its_new_day(self):
        lead = self._find_leads().filtered(lambda lead: lead.stage_id == self.new)[0]
        visits = self.env["calendar.event"].create(
            {
                "name": "Visit",
                "opportunity_id": lead.id,
                "visit_state": "planned",
                "start": self.moments[0],
                "stop": self.moments[0] + MINUTE,
            }
        )
        moved = self.moments[0] - 3000 * MINUTE
        visits.write({"start": moved, "stop": moved + MINUTE})
        self.env.flush_all()
        [row] = self._report(LADDER).search([("id", "=", visits.id * 2 + 1)])
        self.assertEqual(row.day, self._to_day(lead, moved))
        self.assertEqual(row.lead_id, lead)

    def test_who_came_twice_bought_once(self):
        for lead in self._find_leads():
            shown = self._find_visits(lead, "done")
            domain = [("lead_id", "=", lead.id), ("sold", "!=", False)]
            found = self._report(LADDER).search(domain)
            self.assertEqual(found.ids, [visit.id * 2 + 1 for visit in shown[:1]])
            self.assertEqual(
                sum(found.mapped("sold")), lead.stage_id.is_won * len(found)
            )

    def test_a_private_visit_is_counted_and_its_text_told_to_nobody(self):
        private = self.env["calendar.event"].search([("privacy", "=", "private")])
        private = private.filtered("visit_state")
        private.name = "Confidential"
        rows = self._report(LADDER).browse([visit.id * 2 + 1 for visit in private])
        ours = rows.exists()
        self.assertTrue(ours)
        self.assertNotIn("Confidential", str(ours.read()))

    def test_a_row_opens_its_lead(self):
        self._assert_opens_leads(LADDER)

    def test_a_row_is_looked_up(self):
        self._assert_looks_rows_up(LADDER)

    def test_everybody_sees_what_is_theirs(self):
        rows = self._read_rows()
        self._assert_agent_sees_own(LADDER, rows)
        self._assert_companies_are_apart(LADDER, rows)
        self._assert_nobody_writes(LADDER)
