import random
from datetime import date, datetime, timedelta

from odoo.exceptions import AccessError
from odoo.tests import tagged

from ...models.report.crm_agent_report import KINDS, MEASURES
from .report_case import ReportCase, mean

NOW = datetime(2026, 11, 24, 20)

AGENTS = "crm.agent.report"

PLACES = {kind: place for place, (kind, _label) in enumerate(KINDS)}

COUNTS = [name for name, kind in MEASURES.items() if kind == "int4"]
SHARES = [name for name, kind in MEASURES.items() if kind == "float8"]


@tagged("post_install", "-at_install")
class TestAgentReport(ReportCase):
    """What agents did, counted again in plain Python from leads, calls and visits."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        dice = random.Random(7)
        cls.moments = cls._around_changes(dice)
        cls.gone = cls._new_user("gone", "bpo_crm.group_bpo_agent")
        cls.people = {
            "home": [cls.agent, cls.other_agent, cls.gone, cls.supervisor],
            "abroad": [cls.agent_abroad, cls.supervisor_abroad],
            "shared": [cls.agent, cls.agent_abroad],
        }
        for owner in ("home", "abroad", "shared"):
            for _n in range(14):
                cls._new_worked(dice, owner)
        cls.other = cls._new_lead(cls.agent)
        cls.env.flush_all()
        cls.cr.execute(
            "UPDATE crm_lead SET is_bpo = FALSE WHERE id = %s", [cls.other.id]
        )
        cls.gone.active = False
        cls.env.flush_all()
        cls.env.invalidate_all()

    @classmethod
    def _new_worked(cls, dice, owner):
        """Make a lead to which all sorts of things have happened."""
        people = cls.people[owner]
        team = {"abroad": cls.team_abroad}.get(owner, cls.team)
        lead = cls._new_lead(
            dice.choice([*people, cls.agent.browse()]),
            company_id=cls.companies[owner].id,
            team_id=team.id,
            dealership_id=cls.dealerships[owner].id,
        )
        for _n in range(dice.randint(0, 3)):
            cls._new_call(dice, lead, dice.choice(people))
        for _n in range(dice.randint(0, 3)):
            cls._new_visit(dice, lead, dice.choice(people))
        for stage in dice.choices(
            [cls.qualified, cls.won, cls.lost], k=dice.randint(0, 2)
        ):
            # Some are won, lost, and won once more.
            lead._write_by_core(
                {
                    "stage_id": stage.id,
                    "active": stage != cls.lost,
                    "lost_reason_id": cls.reason.id,
                }
            )
            lead._write_moves_down()
        cls._date(dice, lead)
        if dice.random() < 0.3:
            lead._write_by_core({"user_id": dice.choice(people).id})

    @classmethod
    def _new_call(cls, dice, lead, user):
        result = dice.choice(["answered", "busy", "no_answer"])
        call = (
            cls.env["crm.call.log"].create(
                {"lead_id": lead.id, "user_id": user.id, "result": result}
            )
            if lead.user_id
            else cls.env["crm.call.log"]
        )
        if call:
            call.call_date = dice.choice(cls.moments)

    @classmethod
    def _new_visit(cls, dice, lead, user):
        visit = cls.env["calendar.event"].create(
            {
                "name": "Visit",
                "start": NOW,
                "stop": NOW + timedelta(hours=1),
                "allday": dice.random() < 0.2,
            }
        )
        start = dice.choice(cls.moments)
        cls.env.flush_all()
        cls.cr.execute(
            """
            UPDATE calendar_event
               SET opportunity_id = %s, visit_state = %s, active = %s,
                   create_uid = %s, create_date = %s, lead_linked_at = %s, start = %s,
                   start_date = CASE WHEN allday THEN %s::date END
             WHERE id = %s
            """,
            [
                lead.id,
                dice.choice(["planned", "done", "done", "no_show", None]),
                dice.random() < 0.8,
                user.id,
                dice.choice(cls.moments),
                dice.choice([None, *cls.moments[:3]]),
                start,
                start,
                visit.id,
            ],
        )

    @classmethod
    def _date(cls, dice, lead):
        """Date a lead, and what it waits for."""
        cls.env.flush_all()
        attempt = dice.choice([None, *cls.moments])
        values = {
            "date_open": lead.user_id and dice.choice(cls.moments) or None,
            "first_attempt_date": attempt,
            "first_attempt_user_id": attempt and dice.choice((*cls.people["home"],)).id,
            "response_deadline": dice.choice([None, *cls.moments]),
            "next_step_date": dice.choice(
                [None, None, *(NOW.date() + timedelta(days=n) for n in range(-2, 3))]
            ),
            "next_step_zone": dice.choice(["Asia/Manila", "America/New_York", None]),
            "no_next_step_reason": dice.choice([None, None, "On holiday"]),
        }
        names = ", ".join(f"{name} = %s" for name in values)
        cls.cr.execute(
            f"UPDATE crm_lead SET {names} WHERE id = %s",  # noqa: S608
            [*values.values(), lead.id],
        )
        cls.cr.execute(
            "UPDATE crm_lead_stage_history SET local_day = %s WHERE lead_id = %s",
            [dice.choice(cls.moments).date(), lead.id],
        )
        cls.env.invalidate_all()

    def setUp(self):
        super().setUp()
        self._stay_at(NOW)

    # What is there, in plain Python

    def _read_events(self):
        leads = self.env["crm.lead"].with_context(active_test=False)
        rows = []
        for lead in leads.search([("is_bpo", "=", True)]):
            rows += self._read_of_lead(lead)
            rows += self._read_calls(lead)
            rows += self._read_visits(lead)
            rows += self._read_closed(lead)
        return rows

    def _event(self, kind, record, lead, agent, day, **figures):
        return {
            "id": record.id * len(KINDS) + PLACES[kind],
            "kind": kind,
            "lead": lead,
            "company": lead.company_id,
            "dealership_id": lead.dealership_id,
            "owner_id": agent,
            "day": day,
            **dict.fromkeys(MEASURES),
            **figures,
        }

    def _read_of_lead(self, lead):
        if lead.user_id and lead.date_open:
            day = self._to_day(lead, lead.date_open)
            yield self._event("claim", lead, lead, lead.user_id, day, claims=1)
        tried, due = lead.first_attempt_date, lead.response_deadline
        if lead.first_attempt_user_id:
            day = self._to_day(lead, tried)
            figures = {"attempts": 1, "in_time": int(tried <= due) if due else None}
            agent = lead.first_attempt_user_id
            yield self._event("attempt", lead, lead, agent, day, **figures)
        if lead.user_id and lead.active and not lead.stage_id._is_closed:
            day = self._to_day(lead, NOW)
            if lead.next_step_state == "overdue":
                yield self._event("overdue", lead, lead, lead.user_id, day, overdue=1)
            if not (lead.next_step_date or lead.no_next_step_reason):
                yield self._event("missing", lead, lead, lead.user_id, day, missing=1)

    def _read_calls(self, lead):
        for call in lead.call_log_ids.filtered(lambda call: call.result == "answered"):
            day = call.local_day
            yield self._event("contact", call, lead, call.user_id, day, contacts=1)

    def _read_visits(self, lead):
        visits = self.env["calendar.event"].search(
            [("opportunity_id", "=", lead.id), ("visit_state", "!=", False)]
        )
        for visit in visits:
            agent = visit.create_uid
            moment = max(visit.create_date, visit.lead_linked_at or datetime.min)
            day = self._to_day(lead, moment)
            yield self._event("set", visit, lead, agent, day, visits_set=1)
            if visit.visit_state != "planned":
                day = visit.start_date or self._to_day(lead, visit.start)
                is_done = visit.visit_state == "done"
                figures = {"visits_shown": 1 if is_done else None, "show": int(is_done)}
                yield self._event("visit", visit, lead, agent, day, **figures)

    def _read_closed(self, lead):
        stay = lead.sudo().stage_history_ids.filtered(lambda stay: not stay.left_at)
        if lead.stage_id._is_closed and stay.owner_id:
            is_won = lead.is_won
            figures = {"won": 1 if is_won else None, "conversion": int(is_won)}
            day = stay.local_day
            yield self._event("closed", stay, lead, stay.owner_id, day, **figures)

    # Figures

    def test_all_events_are_counted_right(self):
        rows = self._read_events()
        self.assertEqual({row["kind"] for row in rows}, {kind for kind, _l in KINDS})
        figures = {f"{name}:sum": _sum_of(name) for name in COUNTS}
        figures |= {f"{name}:avg": _mean_of(name) for name in SHARES}
        for name in ("owner_id", "kind", "dealership_id", "day"):
            with self.subTest(name):
                report = self._report(AGENTS)
                name_of_group = f"{name}:day" if name == "day" else name
                self._assert_figures(rows, report, name_of_group, name, figures)

    def _assert_figures(self, rows, report, spec, name, figures):
        groups = report._read_group([], [spec], ["__count", *figures])
        for group, count, *told in groups:
            own = [row for row in rows if row[name] == (group or row[name].browse())]
            self.assertEqual(count, len(own))
            for figure, value in zip(figures, told, strict=True):
                self._assert_close(value or None, figures[figure](own) or None)
        self.assertEqual(sum(group[1] for group in groups), len(rows))

    def test_a_wrong_number_reaches_nobody(self):
        # Whatever a manager says of it.
        self.env["crm.call.outcome"]._find("wrong_number").is_contact = True
        call = self.env["crm.call.log"].create(
            {"lead_id": self._new_lead(self.agent).id, "result": "wrong_number"}
        )
        self.env.flush_all()
        self.assertTrue(call.is_contact)
        domain = [("kind", "=", "contact"), ("lead_id", "=", call.lead_id.id)]
        self.assertFalse(self._report(AGENTS).search(domain))

    def test_no_two_events_have_one_number(self):
        rows = self._read_events()
        found = self._report(AGENTS).search([])
        self.assertEqual(len(set(found.ids)), len(rows))
        self.assertEqual(set(found.ids), {row["id"] for row in rows})

    def test_a_figure_opens_what_it_was_counted_from(self):
        rows, report = self._read_events(), self._report(AGENTS)
        for agent in (self.agent, self.gone):
            own = [row for row in rows if row["owner_id"] == agent]
            for name in COUNTS:
                # As the web client asks, see counted.js.
                listed = report.search([("owner_id", "=", agent.id), (name, ">", 0)])
                [[figure]] = report._read_group(
                    [("owner_id", "=", agent.id)], [], [f"{name}:sum"]
                )
                self.assertEqual(len(listed), figure or 0, name)
                self.assertEqual(
                    set(listed.ids), {row["id"] for row in own if row[name]}
                )
        for name in SHARES:
            having = [row["id"] for row in rows if row[name] is not None]
            self._assert_opens(report, name, having)

    def test_an_event_is_looked_up(self):
        self._assert_looks_rows_up(AGENTS)

    def test_an_event_is_of_the_day_of_its_floor(self):
        days = {row["id"]: row["day"] for row in self._read_events()}
        for zone in ("Pacific/Auckland", "America/Los_Angeles"):
            report = self._report(AGENTS).with_context(tz=zone)
            told = {row.id: row.day for row in report.search([])}
            self.assertEqual(set(told.items()) ^ set(days.items()), set())
        for day in (date(2026, 3, 8), date(2026, 6, 5), date(2026, 11, 1)):
            found = report.search([("day", ">=", day), ("day", "<=", day)])
            self.assertEqual(
                set(found.ids), {row for row, own in days.items() if own == day}
            )

    def test_leads_that_work_for_no_dealership_do_not_count(self):
        found = self._report(AGENTS).search([("lead_id", "=", self.other.id)])
        self.assertFalse(found)

    # Who sees what

    def test_an_agent_sees_own_work_only(self):
        for agent, company in (
            (self.agent, self.home),
            (self.other_agent, self.home),
            (self.agent_abroad, self.abroad),
        ):
            allowed = (company, company.browse())
            rows = [row for row in self._read_events() if row["company"] in allowed]
            own = {row["id"]: row for row in rows if row["owner_id"] == agent}
            others = [row["id"] for row in rows if row["id"] not in own]
            report = self._report(AGENTS, agent, company)
            self.assertEqual(set(report.search([]).ids), set(own))
            groups = report._read_group([], ["owner_id"], ["__count", "claims:sum"])
            self.assertEqual([group[0].id for group in groups], agent.ids)
            self.assertEqual(groups[0][1], len(own))
            exported = report.search([])._export_rows([[".id"], ["day"]])
            self.assertEqual({int(row[0]) for row in exported}, set(own))
            with self.assertRaises(AccessError):
                report.browse(others[0]).read(["day"])

    def test_an_agent_is_told_no_lead_of_others(self):
        self._assert_agent_is_told_no_lead_of_others(AGENTS, self._read_events())

    def test_a_manager_sees_the_companies_that_are_allowed(self):
        self._assert_companies_are_apart(AGENTS, self._read_events())

    def test_nobody_writes_it(self):
        self._assert_nobody_writes(AGENTS)


def _sum_of(name):
    return lambda rows: sum(row[name] or 0 for row in rows)


def _mean_of(name):
    return lambda rows: mean(row[name] for row in rows if row[name] is not None)
