import functools
import random
from datetime import datetime, timedelta

import psycopg2

from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..common import GROWTH, BpoCase
from ..companies import CompaniesCase

LIFTED = {"skip_stage_transition_check": True}

#: What a stay is, but for the numbers of its rows.
COLUMNS = (
    *("stage_id", "from_stage_id", "kind", "entered_at", "left_at"),
    *("local_day", "enquiry_day", "is_first", "has_advanced", "working_minutes"),
    *("outcome", "closed_as", "is_bpo"),
)


class HistoryCase(BpoCase):
    """A floor in Manila that works from nine to six."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        hours = cls._new_calendar("Floor", days=range(5), start=9, stop=18)
        cls.env.company.sales_calendar_id = hours

    def _stays(self, lead):
        """Return the stays of a lead, the first one first."""
        lead.flush_recordset()
        domain = [("lead_id", "=", lead.id)]
        return self.env["crm.lead.stage.history"].search(domain, order="id")

    def _move(self, lead, stage, moment):
        """Let a manager move a lead to whichever stage at a moment."""
        with self._at(moment), self._dealer():
            lead = lead.with_user(self.manager).with_context(**LIFTED)
            if stage.is_lost:
                lead.action_set_lost(lost_reason_id=self.reason.id)
            else:
                lead.stage_id = stage
            self._flush_tracking()


@tagged("post_install", "-at_install")
class TestStageHistory(HistoryCase):
    def test_each_move_ends_a_stay_and_begins_one(self):
        tuesday = datetime(2026, 3, 3, 1)  # nine in Manila
        with self._at(tuesday):
            lead = self._new_lead(owner=self.agent)
        moments = [tuesday + timedelta(hours=hours) for hours in (2, 3, 30, 31)]
        way = (
            (self.qualified, "forward"),
            (self.new, "override"),
            (self.lost, "lost"),
            (self.won, "won"),
        )
        for moment, (stage, _kind) in zip(moments, way, strict=True):
            self._move(lead, stage, moment)
        stays = self._stays(lead)
        self.assertEqual(stays.mapped("kind"), ["born", *(kind for _, kind in way)])
        stages = [self.new, *(stage for stage, _kind in way)]
        self.assertEqual([stay.stage_id for stay in stays], stages)
        self.assertEqual([stay.from_stage_id for stay in stays[1:]], stages[:-1])
        self.assertEqual(stays.mapped("entered_at"), [tuesday, *moments])
        self.assertEqual(stays.mapped("left_at"), [*moments, False])
        # The third ends in the afternoon of the next day.
        minutes = [120, 60, 6 * 60 + 6 * 60, 60, 0]
        self.assertEqual(stays.mapped("working_minutes"), minutes)
        self.assertEqual(stays.mapped("is_first"), [True, True, False, True, True])
        self.assertEqual(stays.mapped("outcome"), ["on", "back", "lost", "won", False])
        self.assertEqual(set(stays.mapped("closed_as")), {"won"})
        self.assertEqual(stays.user_id, self.env.user | self.manager)
        # Won, it has come further than any open stage.
        self.assertEqual(stays.mapped("has_advanced"), [True, True, True, False, False])

    def test_what_was_won_and_is_lost_has_not_come_further_than_it_came(self):
        lead = self._new_lead(owner=self.agent)
        start = datetime(2026, 3, 3, 1)
        self._move(lead, self.qualified, start)
        self._move(lead, self.won, start + timedelta(hours=1))
        self.assertTrue(all(self._stays(lead)[:2].mapped("has_advanced")))
        self._move(lead, self.lost, start + timedelta(hours=2))
        advanced = self._stays(lead).mapped("has_advanced")
        self.assertEqual(advanced, [True, False, False, False])

    def test_a_day_is_the_floors_on_both_sides_of_midnight(self):
        for zone, moment, day in (
            ("Asia/Manila", datetime(2026, 3, 3, 15, 59), datetime(2026, 3, 3)),
            ("Asia/Manila", datetime(2026, 3, 3, 16), datetime(2026, 3, 4)),
            # The night in which the clocks go forward.
            ("America/New_York", datetime(2026, 3, 8, 4, 59), datetime(2026, 3, 7)),
            ("America/New_York", datetime(2026, 3, 9, 3, 59), datetime(2026, 3, 8)),
            ("America/New_York", datetime(2026, 3, 9, 4), datetime(2026, 3, 9)),
        ):
            self.env.company.sales_calendar_id.tz = zone
            with self._at(moment):
                (stay,) = self._stays(self._new_lead())
            self.assertEqual(stay.local_day, day.date(), f"{zone} {moment}")
            self.assertEqual(stay.enquiry_day, day.date())

    def test_a_stay_is_of_whoever_has_the_lead_and_stays_so_once_it_is_over(self):
        lead = self._new_lead()
        (stay,) = self._stays(lead)
        self.assertFalse(stay.owner_id)
        lead.with_user(self.agent).action_claim()
        self.assertEqual(stay.owner_id, self.agent)
        lead.with_user(self.agent).stage_id = self.qualified
        other = self.env["crm.dealership"].create({"name": "Other", "code": "OTH"})
        lead.with_user(self.supervisor).write(
            {"user_id": self.other_agent.id, "dealership_id": other.id}
        )
        first, second = self._stays(lead)
        self.assertEqual(
            (first.owner_id, first.dealership_id), (self.agent, self.dealership)
        )
        self.assertEqual(
            (second.owner_id, second.dealership_id), (self.other_agent, other)
        )
        self.assertEqual(second.brand_id, self.brand)
        self._lose(lead)
        lead.with_user(self.manager).user_id = self.agent
        self.assertEqual(self._stays(lead)[-1].owner_id, self.other_agent)

    def test_the_day_of_the_enquiry_follows_the_lead(self):
        lead = self._new_lead()
        lead.enquiry_date = datetime(2026, 3, 3, 15, 59)
        self.assertEqual(self._stays(lead).enquiry_day, datetime(2026, 3, 3).date())

    def test_a_lead_is_in_one_stage_at_a_time_whoever_writes(self):
        lead = self._new_lead()
        (stay,) = self._stays(lead)
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(psycopg2.errors.UniqueViolation),
            self.env.cr.savepoint(),
        ):
            self.env["crm.lead.stage.history"].create(
                {
                    "lead_id": lead.id,
                    "stage_id": self.qualified.id,
                    "kind": "forward",
                    "entered_at": stay.entered_at,
                }
            )

    def test_stays_are_for_a_dealership_while_their_lead_is(self):
        elsewhere = self.env["crm.team"].create({"name": "Other", "is_bpo": False})
        lead = self._new_lead(owner=self.agent)
        lead.with_user(self.agent).stage_id = self.qualified
        lead.with_user(self.manager).team_id = elsewhere
        self.assertEqual(self._stays(lead).mapped("is_bpo"), [False, False])
        lead.with_user(self.manager).team_id = self.team
        self.assertEqual(set(self._stays(lead).mapped("is_bpo")), {True})

    def test_stays_follow_a_team_that_is_switched(self):
        lost = self._new_lead(owner=self.agent)
        self._lose(lost)
        elsewhere = self.env["crm.team"].create({"name": "Other", "is_bpo": False})
        other = self._new_lead(team_id=elsewhere.id)
        self.assertFalse(self._stays(other))
        self.team.with_user(self.manager).is_bpo = False
        self.assertEqual(set(self._stays(lost).mapped("is_bpo")), {False})
        (self.team | elsewhere).with_user(self.manager).is_bpo = True
        self.assertEqual(set(self._stays(lost).mapped("is_bpo")), {True})
        self.assertEqual(self._stays(other).stage_id, other.stage_id)

    def test_a_closed_lead_comes_back_with_its_stays(self):
        elsewhere = self.env["crm.team"].create({"name": "Other", "is_bpo": False})
        lead = self._new_lead(owner=self.agent)
        self._lose(lead)
        lead.with_user(self.manager).team_id = elsewhere
        self.assertEqual(set(self._stays(lead).mapped("is_bpo")), {False})
        lead.with_user(self.manager).team_id = self.team
        stays = self._stays(lead)
        self.assertEqual(stays.mapped("is_bpo"), [True, True])
        self.assertEqual(stays.mapped("kind"), ["born", "lost"])

    def test_a_lead_that_was_closed_elsewhere_has_its_past(self):
        elsewhere = self.env["crm.team"].create({"name": "Other", "is_bpo": False})
        known = self._new_lead(owner=self.agent)
        known.with_user(self.manager).team_id = elsewhere
        unknown = self._new_lead(team_id=elsewhere.id)
        leads = known | unknown
        leads.stage_id = self.won
        self._flush_tracking()
        self.assertFalse(self._stays(unknown))
        leads.with_user(self.manager).team_id = self.team
        for lead in leads:
            stays = self._stays(lead)
            self.assertEqual(stays.mapped("kind"), ["born", "won"])
            self.assertEqual(stays.mapped("stage_id"), self.new | self.won)
            self.assertEqual(set(stays.mapped("closed_as")), {"won"})
            self.assertEqual(set(stays.mapped("is_bpo")), {True})

    def test_what_moved_while_its_team_was_switched_off_is_where_it_is(self):
        moved, given = (self._new_lead(owner=self.agent) for _number in range(2))
        stayed = self._new_lead(owner=self.agent)
        self.team.with_user(self.manager).is_bpo = False
        moved.stage_id = self.negotiation
        given.user_id = self.other_agent
        self.team.with_user(self.manager).is_bpo = True
        self.assertEqual(self._stays(moved).stage_id, self.new | self.negotiation)
        self.assertEqual(self._stays(moved).mapped("outcome"), ["on", False])
        self.assertEqual(self._stays(given).owner_id, self.other_agent)
        self.assertEqual(len(self._stays(stayed)), 1)

    def test_of_stages_in_one_place_the_later_is_to_which_a_lead_comes_later(self):
        self.qualified.sequence = self.new.sequence
        self.env.cr.precommit.run()
        start = datetime(2026, 3, 3, 1)
        for way, advanced in (
            ((self.qualified,), [True, False]),
            ((self.qualified, self.new), [True, False, False]),
            ((self.qualified, self.negotiation), [True, True, False]),
        ):
            lead = self._new_lead(owner=self.agent)
            for hours, stage in enumerate(way):
                self._move(lead, stage, start + timedelta(hours=hours))
            self.assertEqual(self._stays(lead).mapped("has_advanced"), advanced)

    def test_how_far_a_lead_came_goes_by_the_order_of_the_stages_now(self):
        lead = self._new_lead(owner=self.agent)
        self._move(lead, self.negotiation, datetime(2026, 3, 3, 1))
        self._move(lead, self.qualified, datetime(2026, 3, 3, 2))
        stays = self._stays(lead)
        self.assertEqual(stays.mapped("has_advanced"), [True, False, True])
        self.qualified.sequence = self.negotiation.sequence + 1
        self.env.cr.precommit.run()
        self.assertEqual(stays.mapped("has_advanced"), [True, True, False])

    def test_the_lead_shows_its_stays_and_an_agent_those_that_it_had(self):
        lead = self._new_lead(owner=self.other_agent)
        lead.with_user(self.other_agent).stage_id = self.qualified
        lead.with_user(self.supervisor).user_id = self.agent
        action = lead.with_user(self.agent).action_view_stays()
        history = self.env[action["res_model"]]
        shown = history.search(action["domain"])
        self.assertEqual(shown.sorted("id"), self._stays(lead))
        own = history.with_user(self.agent).search(action["domain"])
        self.assertEqual(own.stage_id, self.qualified)

    def test_an_agent_finds_no_stay_of_a_lead_that_is_somebody_elses_by_now(self):
        lead = self._new_lead(owner=self.agent)
        lead.with_user(self.supervisor).user_id = self.other_agent
        lead.with_user(self.other_agent).stage_id = self.qualified
        lead.with_user(self.supervisor).user_id = self.agent
        history = self.env["crm.lead.stage.history"].with_user(self.other_agent)
        domain = [("lead_id", "=", lead.id)]
        self.assertFalse(history.search(domain))
        lead.with_user(self.supervisor).user_id = False
        self.assertEqual(history.search(domain).stage_id, self.new)

    def test_nobody_writes_history(self):
        lead = self._new_lead(owner=self.agent)
        stay = self._stays(lead)
        for user in (self.agent, self.supervisor, self.manager):
            history = stay.with_user(user)
            for work in (
                lambda history=history: history.write({"owner_id": False}),
                history.unlink,
                lambda history=history: history.copy(),
            ):
                with self.assertRaises(AccessError):
                    work()

    def test_agents_see_their_own_stays_only_in_groups_and_totals_too(self):
        self._new_lead(owner=self.agent)
        self._new_lead(owner=self.other_agent)
        self._new_lead()
        history = self.env["crm.lead.stage.history"].with_user(self.agent)
        own = history.search([])
        self.assertTrue(own)
        self.assertEqual(own.owner_id, self.agent)
        groups = history._read_group([], ["owner_id"], ["__count"])
        self.assertEqual(groups, [(self.agent, len(own))])
        seen = history.with_user(self.supervisor).search([])
        self.assertLessEqual(self.agent | self.other_agent, seen.owner_id)

    def test_moving_many_takes_no_more_queries_than_moving_few(self):
        counts = []
        for size in (1, 101):
            leads = self.env["crm.lead"].concat(
                *(self._new_lead(owner=self.agent) for _number in range(size))
            )
            move = functools.partial(
                leads.with_user(self.agent).write, {"stage_id": self.qualified.id}
            )
            counts.append(self._count_queries(move))
        self.assertLessEqual(counts[1] - counts[0], GROWTH)


@tagged("post_install", "-at_install")
class TestStaysOfCompanies(CompaniesCase):
    def _assert_all_are_of(self, lead, company):
        self.env.flush_all()
        stays = self.env["crm.lead.stage.history"].search([("lead_id", "=", lead.id)])
        self.assertEqual(lead.company_id, company)
        self.assertEqual(set(stays.mapped("company_id.id")), set(company.ids))
        return stays

    def _new_shared(self, **values):
        return self._new_lead(
            company_id=False,
            dealership_id=self.dealerships["shared"].id,
            vehicle_model_id=self.vehicles["shared"].id,
            **values,
        )

    def test_all_stays_follow_a_lead_that_moves_on_as_it_changes_its_company(self):
        self.manager.company_ids = self.home | self.abroad
        lead = self._new_lead(company_id=self.home.id)
        self._assert_all_are_of(lead, self.home)
        lead.with_user(self.manager).with_context(**LIFTED).write(
            {
                "company_id": self.abroad.id,
                "team_id": self.team_abroad.id,
                "user_id": self.agent_abroad.id,
                "dealership_id": self.dealerships["abroad"].id,
                "vehicle_model_id": self.vehicles["abroad"].id,
                "stage_id": self.qualified.id,
                "enquiry_date": datetime(2026, 3, 3),
            }
        )
        stays = self._assert_all_are_of(lead, self.abroad)
        self.assertEqual(len(stays), 2)
        days = set(stays.mapped("enquiry_day"))
        self.assertEqual(days, {datetime(2026, 3, 3).date()})
        own = stays.sorted("id")
        self.assertEqual(own.owner_id, self.agent_abroad)
        self.assertFalse(own[0].owner_id)

    def test_stays_follow_a_lead_to_the_company_of_its_customer(self):
        lead = self._new_shared()
        self._assert_all_are_of(lead, self.home.browse())
        lead.partner_id = self.env["res.partner"].create(
            {"name": "Juan dela Cruz", "company_id": self.abroad.id}
        )
        self._assert_all_are_of(lead, self.abroad)

    def test_stays_follow_a_lead_to_the_company_of_what_it_is_about(self):
        lead = self._new_shared()
        self._assert_all_are_of(lead, self.home.browse())
        self.dealerships["shared"].company_id = self.abroad
        self._assert_all_are_of(lead, self.abroad)


@tagged("post_install", "-at_install")
class TestPast(HistoryCase):
    def _draw_way(self, draw):
        """Return random stages that a lead goes through, never the same twice."""
        stages = self.new | self.qualified | self.negotiation | self.won | self.lost
        way = [self.new]
        for _step in range(draw.randrange(6)):
            way.append(draw.choice(stages - way[-1]))
        return way

    def test_the_past_is_what_the_moves_would_have_written(self):
        draw = random.Random(20261127)
        leads = self.env["crm.lead"]
        for _number in range(25):
            moment = datetime(2026, 1, 1) + timedelta(minutes=draw.randrange(100_000))
            _stage, *others = self._draw_way(draw)
            with self._at(moment):
                lead = self._new_lead(owner=self.agent)
                self._flush_tracking()
            for stage in others:
                moment += timedelta(minutes=draw.randrange(1, 6_000))
                self._move(lead, stage, moment)
            leads |= lead
        written = self._read_all(leads)
        self.assertGreater(len(written), 40)
        self.env["crm.lead.stage.history"].search(
            [("lead_id", "in", leads.ids)]
        ).sudo().unlink()
        self.env["crm.lead.stage.history"]._write_past()
        self.assertEqual(self._read_all(leads), written)

    def _read_all(self, leads):
        return [
            {name: stay[name] for name in COLUMNS}
            for lead in leads
            for stay in self._stays(lead)
        ]

    def test_what_was_closed_before_anybody_told_began_in_the_first_stage(self):
        lead = self._new_lead(owner=self.agent)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE crm_lead SET stage_id = %s, date_closed = %s WHERE id = %s",
            [self.won.id, datetime(2040, 3, 3), lead.id],
        )
        lead.invalidate_recordset()
        self._stays(lead).sudo().unlink()
        self.env["crm.lead.stage.history"]._write_past()
        first, last = self._stays(lead)
        self.assertEqual((first.kind, first.stage_id), ("born", self.new))
        self.assertEqual((last.kind, last.stage_id), ("won", self.won))
        self.assertEqual(last.entered_at, datetime(2040, 3, 3))
        self.assertTrue(first.has_advanced)

    def test_what_nobody_dated_has_a_past_too(self):
        lead = self._new_lead()
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE crm_lead SET create_date = NULL, write_date = NULL,"
            " enquiry_date = NULL WHERE id = %s",
            [lead.id],
        )
        lead.invalidate_recordset()
        self._stays(lead).sudo().unlink()
        self.env["crm.lead.stage.history"]._write_past()
        (stay,) = self._stays(lead)
        self.assertTrue(stay.entered_at)
        self.assertTrue(stay.enquiry_day)

    def test_the_past_is_written_once(self):
        self._stays(self._new_lead())
        history = self.env["crm.lead.stage.history"]
        before = history.search([])
        history._write_past()
        self.assertEqual(history.search([]), before)
