import collections
import random
from datetime import date, datetime, timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo.tests import tagged

from ...models.report import crm_forecast_report
from .report_case import ReportCase, mean, percentile

NOW = datetime(2026, 11, 24, 8)

FUNNEL = "crm.funnel.report"
PERIOD = "crm.funnel.period.report"
STAYS = "crm.stay.report"
FORECAST = "crm.forecast.report"
ALL = (FUNNEL, PERIOD, STAYS, FORECAST)


class FunnelCase(ReportCase):
    """Leads that go random ways, of which a diary in plain Python is kept."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.dice = random.Random(15)
        cls.moments = cls._around_changes(cls.dice)
        cls.diary = {}
        for owner in ("home", "abroad", "shared"):
            for _n in range(16):
                cls._go_a_way(owner)
        cls.env.flush_all()
        # Gone, as somebody who left years ago.
        cls.cr.execute(
            "UPDATE res_users SET active = FALSE WHERE id = %s", [cls.other_agent.id]
        )
        cls.env.invalidate_all()

    @classmethod
    def _go_a_way(cls, owner):
        moment = cls.dice.choice(cls.moments)
        agents = [cls.agent_abroad] if owner == "abroad" else [cls.agent]
        agents += [] if owner == "abroad" else [cls.other_agent]
        with freeze_time(moment):
            lead = cls._new_lead(
                owner=cls.dice.choice(agents),
                company_id=cls.companies[owner].id,
                team_id=(cls.team_abroad if owner == "abroad" else cls.team).id,
                dealership_id=cls.dealerships[owner].id,
                vehicle_model_id=cls.vehicles[owner].id,
                expected_revenue=cls.dice.randrange(1_000, 900_000),
                enquiry_date=moment,
            )
        stays = [{"stage": cls.new, "moment": moment, "owner": lead.user_id}]
        cls.diary[lead] = stays
        for _step in range(cls.dice.randrange(6)):
            moment += timedelta(minutes=cls.dice.randrange(1, 4_000))
            with freeze_time(moment):
                cls._step(lead, stays, moment, agents)

    @classmethod
    def _step(cls, lead, stays, moment, agents):
        """Give a lead to somebody, and move it anywhere, as a manager can."""
        here = stays[-1]
        stages = cls.new | cls.qualified | cls.negotiation | cls.won | cls.lost
        # Mostly forward.
        likely = [cls.qualified, cls.negotiation, cls.won, cls.lost]
        stage = cls.dice.choice([*(stages - here["stage"]), *likely])
        lead._write_by_core({"user_id": cls.dice.choice(agents).id})
        lead._keep_stays_up()
        if here["stage"] not in cls.won | cls.lost:
            here["owner"] = lead.user_id
        if stage == here["stage"]:
            return
        is_lost = stage == cls.lost
        reason = {"lost_reason_id": cls.reason.id} if is_lost else {}
        lead._write_by_core({"stage_id": stage.id, "active": not is_lost, **reason})
        lead._write_moves_down()
        here["left"] = moment
        stays.append({"stage": stage, "moment": moment, "owner": lead.user_id})

    def setUp(self):
        super().setUp()
        self._stay_at(NOW)

    # What the diary says, in plain Python

    def _is_open(self, stage):
        return stage not in self.won | self.lost

    def _get_outcome(self, stage, following):
        """Return how a stage was left for another one."""
        if not following:
            return "there"
        if not self._is_open(following):
            return "won" if following == self.won else "lost"
        is_on = self._is_open(stage) and following.sequence > stage.sequence
        return "on" if is_on else "back"

    def _read_stays(self):
        """Return all stays, a dict for each."""
        rows = []
        for lead, stays in self.diary.items():
            records = lead.stage_history_ids.sorted("id")
            self.assertEqual(len(records), len(stays))
            stages = [stay["stage"] for stay in stays]
            following = [*stages[1:], None]
            for number, (record, stay) in enumerate(zip(records, stays, strict=True)):
                rows.append(
                    {
                        "id": record.id,
                        "lead": lead,
                        "company": lead.company_id,
                        "dealership_id": lead.dealership_id,
                        "owner_id": stay["owner"],
                        "stage_id": stay["stage"],
                        "origin": stages[number - 1] if number else None,
                        "way": stages,
                        "enquired": self._to_day(lead, stays[0]["moment"]),
                        "day": self._to_day(lead, stay["moment"]),
                        "moment": stay["moment"],
                        "left": stay.get("left"),
                        "is_first": stay["stage"] not in stages[:number],
                        "outcome": self._get_outcome(stay["stage"], following[number]),
                    }
                )
        return rows

    def _read_funnel(self):
        rows = []
        for stay in self._read_stays():
            now = stay["way"][-1]
            is_step = self._is_open(stay["stage_id"]) or (
                stay["stage_id"] == now == self.won
            )
            if not (stay["is_first"] and is_step):
                continue
            is_open = self._is_open(stay["stage_id"])
            furthest = max(
                stage.sequence for stage in stay["way"] if self._is_open(stage)
            )
            went_on = now == self.won or furthest > stay["stage_id"].sequence
            rows.append(
                {
                    **stay,
                    "day": stay["enquired"],
                    "state": "open"
                    if self._is_open(now)
                    else "won"
                    if now == self.won
                    else "lost",
                    "went_on": went_on if is_open else None,
                    "still_open": self._is_open(now) if is_open else None,
                    "win_rate": now == self.won
                    if is_open and not self._is_open(now)
                    else None,
                }
            )
        return rows

    def _read_forecast(self):
        """Return the open leads, with the win rate of closed ones of the window."""
        closed = collections.defaultdict(list)
        for row in self._read_funnel():
            if row["day"] >= date(2026, 5, 29) and row["win_rate"] is not None:
                closed[row["company"], row["stage_id"]].append(row["win_rate"])
        rows = []
        for lead, stays in self.diary.items():
            last = stays[-1]
            if not self._is_open(last["stage"]):
                continue
            shares = closed[lead.company_id, last["stage"]]
            rows.append(
                {
                    "id": lead.id,
                    "company": lead.company_id,
                    "owner_id": last["owner"],
                    "dealership_id": lead.dealership_id,
                    "stage_id": last["stage"],
                    "day": self._to_day(lead, stays[0]["moment"]),
                    "revenue": lead.expected_revenue,
                    "rate": mean(shares) if len(shares) >= 3 else None,
                }
            )
        return rows

    def _read(self, name):
        stays = self._read_stays
        return {
            FUNNEL: self._read_funnel,
            PERIOD: stays,
            STAYS: lambda: [row for row in stays() if self._is_open(row["stage_id"])],
            FORECAST: self._read_forecast,
        }[name]()


@tagged("post_install", "-at_install")
class TestFunnel(FunnelCase):
    def _assert_all(self, name, groups, **figures):
        rows = self._read(name)
        for group in groups:
            with self.subTest(group):
                self._assert_groups(rows, self._report(name), group, **figures)

    def test_the_diary_has_ways_of_all_kinds(self):
        rows = self._read_stays()
        outcomes = {row["outcome"] for row in rows}
        self.assertEqual(outcomes, {"on", "back", "won", "lost", "there"})
        ends = {
            (row["stage_id"], row["outcome"])
            for row in rows
            if not self._is_open(row["stage_id"])
        }
        self.assertLessEqual(
            {
                (self.won, "lost"),
                (self.won, "back"),
                (self.lost, "won"),
                (self.lost, "back"),
            },
            ends,
        )
        self.assertTrue(any(not row["is_first"] for row in rows))
        in_utc = [row for row in rows if row["day"] != row["moment"].date()]
        self.assertTrue(in_utc)
        self.assertIn(self.other_agent, {row["owner_id"] for row in rows})

    # By enquiry

    def test_enquiries_are_counted_once_in_each_stage_that_they_reached(self):
        self._assert_all(
            FUNNEL,
            ("stage_id", "owner_id", "dealership_id", "state"),
            **{
                f"{name}:avg": lambda rows, name=name: mean(
                    row[name] for row in rows if row[name] is not None
                )
                for name in ("went_on", "still_open", "win_rate")
            },
        )
        rows = self._read_funnel()
        once = {(row["lead"], row["stage_id"]) for row in rows}
        self.assertEqual(len(once), len(rows))

    def test_a_share_of_the_funnel_opens_what_it_was_counted_from(self):
        rows = self._read_funnel()
        for name in ("went_on", "still_open", "win_rate"):
            counted = [row["id"] for row in rows if row[name] is not None]
            self.assertLess(len(counted), len(rows))
            self._assert_opens(self._report(FUNNEL), name, counted)

    def test_a_lead_that_was_won_and_is_lost_went_as_far_as_it_came(self):
        with freeze_time(NOW):
            lead = self._new_lead(owner=self.agent)
        stays = [{"stage": self.new, "moment": NOW, "owner": self.agent}]
        for stage in (self.qualified, self.won, self.lost):
            is_lost = stage == self.lost
            lead._write_by_core(
                {
                    "stage_id": stage.id,
                    "active": not is_lost,
                    "lost_reason_id": self.reason.id if is_lost else False,
                }
            )
            lead._write_moves_down()
            stays.append({"stage": stage})
        rows = self._report(FUNNEL).search([("lead_id", "=", lead.id)], order="id")
        self.assertEqual(rows.stage_id, self.new | self.qualified)
        self.assertEqual(rows.mapped("went_on"), [1, 0])
        self.assertEqual(rows.mapped("win_rate"), [0, 0])

    def test_what_left_the_dealerships_is_in_no_report(self):
        lead = next(iter(self.diary))
        other = self.env["crm.team"].create({"name": "Other", "is_bpo": False})
        lead.with_user(self.manager).team_id = other
        self.env.flush_all()
        for name in ALL:
            self.assertFalse(self._report(name).search([("lead_id", "=", lead.id)]))

    # By period

    def test_all_that_came_to_a_stage_went_on_or_back_was_closed_or_is_there(self):
        outcomes = {
            "moved_on": {"on"},
            "moved_back": {"back"},
            "closed": {"won", "lost"},
            "still_there": {"there"},
        }
        self._assert_all(
            PERIOD,
            ("stage_id", "owner_id", "outcome", "is_first"),
            **{
                f"{name}:avg": lambda rows, those=those: mean(
                    row["outcome"] in those for row in rows
                )
                for name, those in outcomes.items()
            },
        )
        shares = [f"{name}:avg" for name in outcomes]
        for _stage, *told in self._report(PERIOD)._read_group([], ["stage_id"], shares):
            self.assertAlmostEqual(sum(told), 1)

    def test_what_came_back_is_shown_as_such(self):
        expected = {
            row["id"]
            for row in self._read_stays()
            if row["origin"]
            and (
                not self._is_open(row["origin"])
                or (
                    self._is_open(row["stage_id"])
                    and row["origin"].sequence > row["stage_id"].sequence
                )
            )
        }
        self.assertTrue(expected)
        found = self._report(PERIOD).search([("is_reversal", "=", True)])
        self.assertEqual(set(found.ids), expected)

    # Time in stage

    def test_time_in_stage_is_of_stays_that_are_over_and_age_of_the_others(self):
        self._assert_all(
            STAYS,
            ("stage_id", "owner_id", "outcome"),
            **{
                "minutes:avg": lambda rows: mean(_minutes(rows)),
                "minutes_median:avg": lambda rows: percentile(_minutes(rows), 0.5),
                "minutes_90:avg": lambda rows: percentile(_minutes(rows), 0.9),
                "finished:avg": lambda rows: mean(bool(row["left"]) for row in rows),
                "age:avg": lambda rows: mean(
                    (NOW - row["moment"]) / timedelta(days=1)
                    for row in rows
                    if not row["left"]
                ),
            },
        )
        rows = self._read(STAYS)
        report = self._report(STAYS)
        over = [row["id"] for row in rows if row["left"]]
        self._assert_opens(report, "minutes_90", over)
        there = [row["id"] for row in rows if not row["left"]]
        self._assert_opens(report, "age", there)

    def test_a_row_without_a_figure_has_none_and_no_zero(self):
        rows = {row["id"]: bool(row["left"]) for row in self._read(STAYS)}
        names = ["minutes", "age", "finished"]
        found = self._report(STAYS).search([])
        for told in found.read(names):
            is_over = rows[told["id"]]
            self.assertEqual(told["minutes"] is not False, is_over)
            self.assertEqual(told["age"] is False, is_over)
            self.assertIs(told["finished"] is False, False)
        exported = found.export_data([".id", "minutes", "finished"])["datas"]
        for number, minutes, finished in exported:
            is_over = rows[int(number)]
            self.assertEqual(minutes != "", is_over)
            self.assertEqual(float(finished), is_over)

    # Forecast

    def test_open_leads_are_worth_their_revenue_at_the_win_rate_of_their_stage(self):
        with patch.object(crm_forecast_report, "CLOSED_MIN", 3):
            rows = self._read_forecast()
            rated = [row for row in rows if row["rate"] is not None]
            self.assertTrue(0 < len(rated) < len(rows))
            self._assert_all(
                FORECAST,
                ("stage_id", "owner_id", "dealership_id"),
                **{
                    "expected_revenue:sum": lambda rows: sum(
                        row["revenue"] for row in rows
                    ),
                    "win_rate:avg": lambda rows: mean(
                        row["rate"] for row in rows if row["rate"] is not None
                    ),
                    "expected_wins:sum": lambda rows: _sum(
                        row["rate"] for row in rows if row["rate"] is not None
                    ),
                    "forecast:sum": lambda rows: _sum(
                        row["revenue"] * row["rate"]
                        for row in rows
                        if row["rate"] is not None
                    ),
                },
            )
            opened = [row["id"] for row in rated]
            self._assert_opens(self._report(FORECAST), "win_rate", opened)

    def test_an_agent_sees_own_leads_by_the_rate_of_the_floor(self):
        with patch.object(crm_forecast_report, "CLOSED_MIN", 3):
            rates = {row["id"]: row["rate"] for row in self._read_forecast()}
            own = self._report(FORECAST, self.agent, self.home)
            found = own.search([("win_rate", "!=", False)])
            self.assertTrue(found)
            for row in found:
                self.assertAlmostEqual(row.win_rate, rates[row.id])

    # Days

    def test_a_row_is_of_the_day_of_its_floor_whoever_looks(self):
        for name in ALL:
            days = {row["id"]: row["day"] for row in self._read(name)}
            for zone in ("Pacific/Auckland", "America/Los_Angeles"):
                self.manager.tz = zone
                report = self._report(name).with_context(tz=zone)
                found = {row.id: row.day for row in report.search([])}
                self.assertEqual(found, days)

    def test_the_days_of_a_month_are_a_month(self):
        for name in ALL:
            counted = collections.Counter(
                row["day"].replace(day=1) for row in self._read(name)
            )
            found = self._report(name)._read_group([], ["day:month"], ["__count"])
            self.assertEqual(dict(found), dict(counted))

    # Who sees what

    def test_agents_see_their_own_only_in_lists_groups_totals_and_exports(self):
        for name in ALL:
            rows = self._read(name)
            self._assert_agent_sees_own(name, rows)
            self._assert_agent_sees_own(name, rows, self.agent_abroad, self.abroad)

    def test_an_agent_is_told_no_lead_of_others(self):
        for name in (FUNNEL, PERIOD, STAYS):
            self._assert_agent_is_told_no_lead_of_others(name, self._read(name))

    def test_supervisors_and_managers_see_their_companies(self):
        for name in ALL:
            self._assert_companies_are_apart(name, self._read(name))

    def test_nobody_writes_a_report(self):
        for name in ALL:
            self._assert_nobody_writes(name)

    def test_a_row_opens_its_lead(self):
        for name in ALL:
            self._assert_opens_leads(name)


def _minutes(rows):
    return [
        (row["left"] - row["moment"]) / timedelta(minutes=1)
        for row in rows
        if row["left"]
    ]


def _sum(values):
    values = list(values)
    return sum(values) if values else None
