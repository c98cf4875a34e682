import json
import random
from datetime import datetime, timedelta

import pytz

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import SQL

from ... import call_results
from .report_case import ReportCase

#: Four in the afternoon in Manila, and three in the morning in New York.
NOW = datetime(2026, 11, 24, 8)

LEADS = "crm.lead"


@tagged("post_install", "-at_install")
class TestFloor(ReportCase):
    """The floor on one page, each figure counted again in plain Python."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.archived = cls._new_user("gone", "bpo_crm.group_bpo_agent")
        cls._draw(random.Random(15))
        cls.archived.active = False
        cls.env.flush_all()

    # A day that was drawn

    @classmethod
    def _draw(cls, dice):
        cls.drawn = cls.env[LEADS]
        for _n in range(26):
            for owner in ("home", "abroad", "shared"):
                cls.drawn |= cls._draw_lead(dice, owner)
        cls._draw_other_leads(dice)
        for lead in cls.drawn:
            cls._draw_life(dice, lead)
        cls.env.invalidate_all()

    @classmethod
    def _draw_lead(cls, dice, owner):
        company = cls.companies[owner]
        return cls.env[LEADS].create(
            {
                "name": "Drawn",
                "type": "opportunity",
                "phone": f"+63 918 {dice.randint(10**6, 10**7 - 1)}",
                "team_id": (cls.team_abroad if owner == "abroad" else cls.team).id,
                "company_id": company.id,
                "dealership_id": dice.choice([cls.dealerships[owner].id, False]),
            }
        )

    @classmethod
    def _draw_other_leads(cls, dice):
        """Leads of teams that do not work for dealerships, which count nowhere."""
        other = cls.env["crm.team"].create({"name": "Others", "is_bpo": False})
        for _n in range(4):
            lead = cls._draw_lead(dice, "home")
            lead.sudo().team_id = other
            cls.drawn |= lead

    @classmethod
    def _draw_moment(cls, dice):
        """A moment of the last two days, often near a midnight of one of the floors."""
        if dice.random() < 0.4:
            return NOW - timedelta(minutes=dice.choice((0, 4, 5, 6, 59, 61, 239, 241)))
        edges = (
            _midnight(zone) + timedelta(days=day, seconds=second)
            for zone in ("Asia/Manila", "America/New_York")
            for day in (-1, 0)
            for second in (-1, 0, 3600)
        )
        return dice.choice([moment for moment in edges if moment <= NOW])

    @classmethod
    def _draw_life(cls, dice, lead):
        owners = {
            cls.abroad: [cls.agent_abroad, None],
        }.get(lead.company_id, [cls.agent, cls.other_agent, cls.archived, None])
        owner = dice.choice(owners)
        stage = dice.choice([cls.new, cls.qualified, cls.won, cls.lost])
        has_order = stage == cls.won
        cls.cr.execute(
            """
            UPDATE crm_lead
               SET user_id = %s, stage_id = %s, active = %s, lost_reason_id = %s,
                   enquiry_date = %s, date_open = %s, date_closed = %s,
                   first_attempt_date = %s, response_deadline = %s,
                   response_warning_date = %s, response_met_rate = %s,
                   next_step_date = %s, next_step_zone = 'Asia/Manila',
                   dealer_so_id = %s, dealer_so_name = %s, dealer_so_trouble_at = %s
             WHERE id = %s
            """,
            [
                owner.id if owner else None,
                stage.id,
                stage != cls.lost and dice.random() < 0.95,
                cls.reason.id,
                cls._draw_moment(dice),
                owner and cls._draw_moment(dice),
                cls._draw_moment(dice) if stage in cls.won | cls.lost else None,
                *cls._draw_response(dice),
                dice.choice([None, NOW.date() - timedelta(2), NOW.date()]),
                *((lead.id, f"S{lead.id}") if has_order else (None, None)),
                dice.choice([None, NOW, NOW - timedelta(31)]) if has_order else None,
                lead.id,
            ],
        )
        if stage == cls.new and dice.random() < 0.3:
            cls._new_failed_push(lead)
        for _n in range(dice.randint(0, 2)):
            cls._draw_call(dice, lead)
            cls._draw_visit(dice, lead)

    @classmethod
    def _draw_response(cls, dice):
        deadline = dice.choice([None, NOW - timedelta(hours=1), NOW + timedelta(1)])
        tried = dice.choice(
            [None, NOW - timedelta(hours=2), NOW - timedelta(minutes=9)]
        )
        is_met = bool(deadline and tried and tried <= deadline)
        return tried, deadline, deadline, float(is_met)

    @classmethod
    def _new_failed_push(cls, lead):
        cls.env["crm.dealer.push"].create(
            {
                "lead_id": lead.id,
                "dealership_id": lead.dealership_id.id or cls.dealership.id,
                "user_id": cls.agent.id,
                "state": "failed",
                "error_kind": "unreachable",
            }
        )

    @classmethod
    def _draw_call(cls, dice, lead):
        cls.cr.execute(
            """
            INSERT INTO crm_call_log (lead_id, user_id, dealership_id, call_date,
                                      result, is_contact, duration)
            VALUES (%s, %s, %s, %s, %s, %s, 1)
            """,
            [
                lead.id,
                dice.choice([cls.agent, cls.other_agent, cls.archived]).id,
                lead.dealership_id.id or None,
                cls._draw_moment(dice),
                call_results.CALL_RESULTS[0][0],
                dice.random() < 0.5,
            ],
        )

    @classmethod
    def _draw_visit(cls, dice, lead):
        meeting = cls.env["calendar.event"].create(
            {"name": "Drawn", "start": NOW, "stop": NOW, "privacy": "public"}
        )
        start = cls._draw_moment(dice)
        cls.env.flush_all()
        cls.cr.execute(
            """
            UPDATE calendar_event
               SET opportunity_id = %s, visit_state = %s, start = %s, stop = %s,
                   active = %s, privacy = %s, user_id = %s
             WHERE id = %s
            """,
            [
                lead.id,
                dice.choice(["planned", "done", "no_show", None]),
                start,
                start + timedelta(hours=1),
                dice.random() < 0.9,
                dice.choice(["public", "private"]),
                dice.choice([cls.agent, cls.other_agent]).id,
                meeting.id,
            ],
        )

    def setUp(self):
        super().setUp()
        self._stay_at(NOW)

    # What is there, in plain Python

    def _is_today(self, record, moment):
        return bool(moment) and self._to_day(record, moment) == self._to_day(
            record, NOW
        )

    def _find_leads(self, companies):
        leads = self.env[LEADS].with_context(active_test=False).search([])
        return leads.filtered(
            lambda lead: (
                lead.is_bpo
                and lead.type == "opportunity"
                and not lead.company_id - companies
                and (lead.active or lead.stage_id.is_lost)
            )
        )

    def _find_expected(self, companies):
        """Return the ids that each figure counts, by its name."""
        leads = self._find_leads(companies)
        present = leads.filtered("active")
        are_open = present.filtered(
            lambda lead: not (lead.stage_id.is_won or lead.stage_id.is_lost)
        )
        asked = leads.filtered(lambda lead: self._is_today(lead, lead.enquiry_date))
        closed = leads.filtered(lambda lead: self._is_today(lead, lead.date_closed))
        worked = are_open.filtered("user_id")
        found = {
            "enquiries": asked,
            "claimed": leads.filtered(
                lambda lead: lead.user_id and self._is_today(lead, lead.date_open)
            ),
            "in_time": asked.filtered(_is_in_time),
            "missed": asked.filtered(_is_missed),
            "won": closed.filtered("stage_id.is_won"),
            "lost": closed.filtered("stage_id.is_lost"),
            "overdue": worked.filtered(
                lambda lead: lead.next_step_date and lead.next_step_date < NOW.date()
            ),
            "missing_step": worked.filtered(lambda lead: not lead.next_step_date),
            "untried": are_open.filtered(
                lambda lead: _is_missed(lead) and not lead.first_attempt_date
            ),
            "failed_wins": are_open.filtered(
                lambda lead: (
                    not lead.dealer_so_id
                    and lead.push_ids
                    and lead.push_ids.sorted("id")[-1].state == "failed"
                )
            ),
            "orders_undone": present.filtered(
                lambda lead: (
                    lead.stage_id.is_won
                    and lead.dealer_so_trouble_at
                    and lead.dealer_so_trouble_at >= NOW - timedelta(30)
                )
            ),
            **self._find_calls(leads),
            **self._find_visits(leads),
        }
        pool = are_open.filtered(lambda lead: not lead.user_id)
        found["pool"] = pool
        for lead in pool:
            name = f"pool_{_get_band(lead.enquiry_date)}"
            found[name] = found.get(name, self.env[LEADS]) | lead
        return {name: set(records.ids) for name, records in found.items()}

    def _find_calls(self, leads):
        calls = (
            self.env["crm.call.log"]
            .search([])
            .filtered(
                lambda call: (
                    call.lead_id in leads
                    and self._is_today(call.lead_id, call.call_date)
                )
            )
        )
        return {"calls": calls, "contacts": calls.filtered("is_contact")}

    def _find_visits(self, leads):
        visits = (
            self.env["calendar.event"]
            .search([])
            .filtered(
                lambda visit: (
                    visit.visit_state
                    and visit.opportunity_id in leads
                    and self._is_today(visit.opportunity_id, visit.start)
                )
            )
        )
        return {
            "visits": visits,
            "shown": visits.filtered(lambda visit: visit.visit_state == "done"),
            "no_shows": visits.filtered(lambda visit: visit.visit_state == "no_show"),
        }

    # What the page says

    def _page(self, user=None, companies=None):
        return self._report("crm.floor", user, companies).get_figures()

    def _list(self, figure, *terms, user=None, companies=None):
        """Return the ids of the list that a figure opens, as the web client asks it."""
        records = self._report(figure["model"], user, companies)
        sent = json.loads(json.dumps([*figure["domain"], *terms]))
        return set(records.with_context(active_test=False).search(sent).ids)

    # Figures

    def test_each_figure_is_right_and_opens_its_list(self):
        for user, companies in (
            (self.manager, self.home | self.abroad),
            (self.manager, self.abroad | self.home),
            (self.supervisor, self.home),
            (self.supervisor_abroad, self.abroad),
        ):
            floor = self.env(context={"allowed_company_ids": companies.ids})
            self.env = floor
            page, expected = self._page(user, companies), self._find_expected(companies)
            for name, figure in page["figures"].items():
                with self.subTest(name, user=user.login, first=companies[0].name):
                    listed = self._list(figure, user=user, companies=companies)
                    if name in ("quarantined", "feeds_stuck", "dealers_down"):
                        expected[name] = listed
                    self.assertEqual(listed, expected.get(name, set()))
                    self.assertEqual(figure["count"], len(listed))

    def test_nothing_that_was_drawn_counts_nowhere(self):
        figures = self._page()["figures"]
        for name in ("enquiries", "claimed", "in_time", "missed", "calls", "contacts"):
            self.assertTrue(figures[name]["count"], name)
        for name in ("visits", "shown", "no_shows", "won", "lost", "overdue"):
            self.assertTrue(figures[name]["count"], name)
        for name in ("missing_step", "untried", "failed_wins", "orders_undone"):
            self.assertTrue(figures[name]["count"], name)

    def test_each_cell_opens_its_list_and_the_rows_add_up(self):
        page = self._page()
        for table in ("agents", "dealerships"):
            for name in page["columns"]:
                figure, total = page["figures"][name], 0
                for row in page[table]:
                    count = row["counts"].get(name, 0)
                    term = [figure["by"][table], "=", row["id"]]
                    with self.subTest(table, column=name, row=row["name"]):
                        self.assertEqual(count, len(self._list(figure, term)))
                    total += count
                self.assertEqual(total, figure["count"])

    def test_bands_of_the_pool_are_all_of_it(self):
        page = self._page()
        total, *counts = [page["figures"][name]["count"] for name in page["pool"]]
        self.assertEqual(len(counts), 5)
        self.assertGreater(len([count for count in counts if count]), 2)
        leads = self._report(LEADS)
        pool = [*leads._get_pool_domain(), ("is_bpo", "=", True)]
        self.assertEqual(sum(counts), total)
        self.assertEqual(total, leads.search_count(pool))
        oldest = leads.search(pool, order="enquiry_date, id", limit=1)
        self.assertEqual(page["oldest"], oldest.waiting_time)

    def test_a_day_is_that_of_each_floor(self):
        page = self._page()
        self.assertEqual(page["day"], "2026-11-24")
        self.assertTrue(page["several_clocks"])
        self.assertEqual(page["as_of"], fields.Datetime.to_string(NOW))
        self._stay_at(NOW + timedelta(hours=9))
        there = self._page(self.supervisor_abroad, self.abroad)
        self.assertEqual(there["day"], "2026-11-24")
        self.assertFalse(there["several_clocks"])
        self.assertEqual(self._page(self.supervisor, self.home)["day"], "2026-11-25")

    def test_a_day_on_which_the_clocks_change_has_all_its_hours(self):
        self._stay_at(datetime(2026, 11, 1, 20))
        page = self._page(self.supervisor_abroad, self.abroad)
        domain = page["figures"]["enquiries"]["domain"]
        moments = [term[2] for term in domain if term[0] == "enquiry_date"]
        start, stop = map(fields.Datetime.to_datetime, moments)
        self.assertEqual(stop - start, timedelta(hours=25))

    # Servers of others

    def test_a_feed_that_is_stuck(self):
        feed = self.feeds["home"]
        silent = NOW - timedelta(hours=2)
        for column, value, is_stuck in (
            ("failure_count", 1, True),
            ("unagreed_count", 9, True),
            ("last_run", silent, True),
            ("last_run", NOW, False),
            ("last_run", None, False),
        ):
            healthy = {"failure_count": 0, "unagreed_count": 0, "last_run": None}
            self._write_raw(feed, active=True, **{**healthy, column: value})
            for user in (self.supervisor, self.manager):
                figure = self._page(user, self.home)["figures"]["feeds_stuck"]
                listed = self._list(figure, user=user, companies=self.home)
                stuck = feed.brand_id.ids if is_stuck else ()
                self.assertEqual(listed, set(stuck), column)
                self.assertEqual(figure["count"], len(listed))

    def test_a_supervisor_sees_whose_feed_is_stuck_and_no_feed(self):
        feed = self.feeds["home"]
        self._write_raw(feed, active=True, failure_count=1)
        figure = self._page(self.supervisor, self.home)["figures"]["feeds_stuck"]
        self.assertEqual(figure["model"], "crm.brand")
        for other in (self.feeds["abroad"], feed):
            with self.assertRaises(AccessError):
                other.with_user(self.supervisor).read(["name"])

    def test_a_dealer_that_is_down(self):
        dealer = self.dealerships["home"]

        def listed():
            figure = self._page(self.supervisor, self.home)["figures"]["dealers_down"]
            ids = self._list(figure, user=self.supervisor, companies=self.home)
            self.assertEqual(figure["count"], len(ids))
            return ids

        self.assertEqual(listed(), set())
        for values in ({"connection_state": "failed"}, {"orders_failure_count": 2}):
            self._write_raw(dealer, **values)
            self.assertEqual(listed(), set(dealer.ids))
            self._write_raw(dealer, connection_state="connected")
            self._write_raw(dealer, orders_failure_count=0)
        activity = dealer.activity_schedule(
            "mail.mail_activity_data_warning", user_id=self.manager.id
        )
        activity._write({"is_dealer_failure": True})
        self.assertEqual(listed(), set(dealer.ids))
        activity.action_feedback()
        self.assertEqual(listed(), set())
        self._write_raw(self.dealerships["abroad"], connection_state="failed")
        self.assertEqual(listed(), set())

    def test_an_enquiry_in_quarantine(self):
        enquiries = self.env["crm.lead.enquiry"].sudo()
        for owner in ("home", "abroad"):
            row = enquiries.create({"source_id": self.sources[owner].id})
            self._write_raw(row, state="quarantined")
        for user, company in (
            (self.supervisor, self.home),
            (self.supervisor_abroad, self.abroad),
        ):
            figure = self._page(user, company)["figures"]["quarantined"]
            found = enquiries.browse(self._list(figure, user=user, companies=company))
            self.assertEqual(found.source_id.company_id, company)
            self.assertEqual(figure["count"], len(found))

    def _write_raw(self, record, **values):
        self.env.flush_all()
        for column, value in values.items():
            self.cr.execute(
                SQL(
                    "UPDATE %s SET %s = %s WHERE id = %s",
                    SQL.identifier(record._table),
                    SQL.identifier(column),
                    value,
                    record.id,
                )
            )
        self.env.invalidate_all()

    # Rows

    def test_every_agent_of_the_floor_has_a_row(self):
        idle = self._new_user("idle", "bpo_crm.group_bpo_agent")
        names = [row["name"] for row in self._page()["agents"]]
        for user in (self.agent, self.other_agent, self.archived, idle):
            self.assertIn(user.name, names)
        self.assertNotIn(self.supervisor.name, names)
        self.assertEqual(names[-1], "Nobody")
        self.assertEqual(names[:-1], sorted(names[:-1]))

    def test_a_floor_without_anything_has_a_page(self):
        self._remove_all_leads()
        page = self._page(self.supervisor, self.home)
        self.assertEqual({f["count"] for f in page["figures"].values()}, {0})
        self.assertEqual(page["dealerships"], [])
        self.assertFalse(page["oldest"])

    # Who sees what

    def test_an_agent_is_refused(self):
        employee = self._new_user("clerk", "base.group_user")
        for user in (self.agent, employee):
            with self.assertRaisesRegex(AccessError, "supervisors and managers"):
                self._page(user, self.home)

    def test_a_company_that_is_not_allowed_is_refused(self):
        with self.assertRaises(AccessError):
            self._page(self.supervisor, self.home | self.abroad)

    def test_what_a_client_says_of_it_changes_nothing(self):
        told = self._page(self.supervisor, self.home)
        floor = self._report("crm.floor", self.supervisor, self.home)
        for context in (
            {"active_test": True},
            {"default_type": "lead", "tz": "Pacific/Auckland"},
            {"skip_stage_transition_check": True, "bin_size": True},
        ):
            self.assertEqual(floor.with_context(**context).get_figures(), told)

    # What it costs

    def _cost(self):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.cr.sql_log_count
        self._page()
        return self.cr.sql_log_count - before

    def test_more_of_everything_costs_no_more_queries(self):
        self._cost()
        before = self._cost()
        self.assertLess(before, 60)
        dice = random.Random(16)
        for number in range(8):
            self._new_user(f"more{number}", "bpo_crm.group_bpo_agent")
            self.dealership.copy({"code": f"MORE{number}"})
        for _n in range(40):
            lead = self._draw_lead(dice, "home")
            self._draw_life(dice, lead)
        # New users empty the caches of rights.
        self._cost()
        self.assertLessEqual(self._cost(), before + 1)


def _midnight(zone):
    zone = pytz.timezone(zone)
    local = pytz.utc.localize(NOW).astimezone(zone).replace(tzinfo=None)
    midnight = zone.localize(local.replace(hour=0, minute=0))
    return midnight.astimezone(pytz.utc).replace(tzinfo=None)


def _is_in_time(lead):
    tried, deadline = lead.first_attempt_date, lead.response_deadline
    return bool(tried and deadline and tried <= deadline)


def _is_missed(lead):
    tried, deadline = lead.first_attempt_date, lead.response_deadline
    if not deadline:
        return False
    return tried > deadline if tried else deadline <= NOW


def _get_band(asked_at):
    minutes = (NOW - asked_at).total_seconds() / 60
    return sum(minutes > limit for limit in (5, 60, 240, 1440))
