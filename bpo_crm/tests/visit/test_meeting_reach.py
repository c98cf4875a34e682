from datetime import datetime, timedelta

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user, tagged

from ..common import BpoCase

HOUR = timedelta(hours=1)


@tagged("post_install", "-at_install")
class TestMeetingReach(BpoCase):
    """Meetings are of one's own leads, and visits are planned, and then recorded."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.start = datetime.now().replace(microsecond=0) + timedelta(days=2)
        cls.own = cls._new_lead(cls.agent)
        cls.foreign = cls._new_lead(cls.other_agent, name="Secret wish")
        cls.pool = cls._new_lead()
        cls.closed = cls._lose(cls._new_lead(cls.agent))
        cls.model_id = cls.env["ir.model"]._get_id("crm.lead")
        cls.missing_id = cls.env["crm.lead"].search([], order="id desc")[0].id + 1000

    def _meet(self, user=None, **values):
        """Make a meeting as an RPC client may."""
        events = self.env["calendar.event"].with_user(user or self.agent)
        return events.create(
            {
                "name": "Meeting",
                "start": self.start,
                "stop": self.start + HOUR,
                **values,
            }
        )

    def _visit(self, user=None, lead=None, **values):
        lead = lead or self.own
        values = {"visit_state": "planned", "opportunity_id": lead.id, **values}
        return self._meet(user, **values)

    def _repeat(self, **values):
        return {
            "recurrency": True,
            "rrule_type": "daily",
            "interval": 1,
            "end_type": "count",
            "count": 3,
            "event_tz": "Asia/Manila",
            **values,
        }

    def _let_it_be(self, moment):
        """Let it be a moment until the end of the test."""
        self._stay_at(moment)

    def _make_secret(self, **values):
        meeting = self._meet(
            self.other_agent,
            name="Vera's wish",
            description="0917 000 0001",
            opportunity_id=self.foreign.id,
            **values,
        )
        self.env.flush_all()
        self.env.invalidate_all()
        return meeting

    def _get_outsiders(self):
        """Return those who may not read another agent's lead."""
        company = self.env["res.company"].create({"name": "Another"})
        self.foreign.company_id = self.env.company
        manager = new_test_user(
            self.env,
            "far@bpo.test",
            "bpo_crm.group_bpo_manager",
            company_id=company.id,
            company_ids=[Command.set(company.ids)],
        )
        return [
            self.agent,
            new_test_user(self.env, "clerk@bpo.test", "base.group_user"),
            new_test_user(
                self.env, "seller@bpo.test", "sales_team.group_sale_salesman"
            ),
            manager,
        ]

    # ------------------------------------------------------------
    # What is seen of a meeting
    # ------------------------------------------------------------

    def test_of_another_ones_meeting_its_time_is_seen(self):
        outsiders = self._get_outsiders()
        meeting = self._make_secret(visit_state="planned")
        names = ["name", "opportunity_id", "partner_ids", "description", "res_id"]
        for user in outsiders:
            self.env.invalidate_all()
            with self.subTest(user=user.login):
                events = self.env["calendar.event"].with_user(user)
                domain = [("id", "=", meeting.id)]
                (row,) = events.search_read(
                    domain, [*names, "start", "visit_state", "display_name"]
                )
                self.assertEqual(row.pop("start"), self.start)
                self.assertEqual(row.pop("name"), "Busy")
                self.assertEqual(row.pop("display_name"), "Busy")
                row.pop("id")
                self.assertFalse(any(row.values()), row)

    def test_another_ones_meeting_is_busy_where_something_else_names_it(self):
        meeting = self._make_secret()
        attendee = meeting.attendee_ids[:1].with_user(self.agent)
        self.env.invalidate_all()
        (row,) = attendee.read(["event_id"])
        self.assertEqual(row["event_id"][1], "Busy")
        self.assertEqual(attendee.event_id.name, "Busy")

    def test_another_ones_meeting_is_not_found_by_what_it_says(self):
        meeting = self._make_secret()
        for user in self._get_outsiders():
            events = self.env["calendar.event"].with_user(user)
            own = [("id", "=", meeting.id)]
            for leaf in (
                ("name", "ilike", "Vera"),
                ("display_name", "ilike", "Vera"),
                ("description", "ilike", "0917"),
                ("opportunity_id", "=", self.foreign.id),
                ("res_id", "=", self.foreign.id),
            ):
                self.assertFalse(events.search([*own, leaf]), (user.login, leaf))
            self.assertFalse(events.read_group(own, ["name"], ["name"]))
            free = [("partner_ids", "in", self.other_agent.partner_id.ids)]
            self.assertEqual(events.search([*own, *free]), meeting)

    def test_what_was_written_on_another_ones_meeting_is_not_read(self):
        meeting = self._make_secret()
        meeting.message_post(body="She pays in cash")
        messages = self.env["mail.message"].with_user(self.agent)
        domain = [("model", "=", "calendar.event"), ("res_id", "=", meeting.id)]
        self.env.invalidate_all()
        self.assertFalse(messages.search_read(domain, ["body"]))
        said = meeting.message_ids.with_user(self.agent)
        self.env.invalidate_all()
        with self._refused(error=AccessError):
            said.read(["body", "record_name"])

    def test_who_works_the_lead_or_is_invited_sees_the_meeting(self):
        meeting = self._make_secret()
        invited = self._make_secret(
            partner_ids=[Command.set(self.agent.partner_id.ids)]
        )
        for user, event in (
            (self.other_agent, meeting),
            (self.supervisor, meeting),
            (self.manager, meeting),
            (self.agent, invited),
        ):
            self.env.invalidate_all()
            events = self.env["calendar.event"].with_user(user)
            (row,) = events.search_read(
                [("id", "=", event.id), ("name", "ilike", "Vera")], ["description"]
            )
            self.assertIn("0917", row["description"])

    def test_meetings_of_other_teams_are_odoos(self):
        meeting = self._make_secret()
        self.foreign.team_id.sudo().is_bpo = False
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE crm_lead SET is_bpo = FALSE WHERE id = %s", [self.foreign.id]
        )
        self.env.invalidate_all()
        self.assertEqual(meeting.with_user(self.agent).name, "Vera's wish")

    def test_seeing_many_meetings_is_one_look_at_their_leads(self):
        def cost(count):
            meetings = self.env["calendar.event"]
            for _n in range(count):
                lead = self._new_lead(self.other_agent)
                meetings += self._meet(self.other_agent, opportunity_id=lead.id)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            rows = meetings.with_user(self.agent).read(["name", "display_name"])
            self.assertEqual({row["name"] for row in rows}, {"Busy"})
            return self.env.cr.sql_log_count - before

        cost(1)
        self.assertEqual(cost(2), cost(12))

    # ------------------------------------------------------------
    # Whose lead it is
    # ------------------------------------------------------------

    def test_an_agent_cannot_link_a_meeting_to_another_ones_lead(self):
        meeting, visit = self._meet(), self._visit()
        for values in (
            {"opportunity_id": self.foreign.id},
            {"opportunity_id": self.foreign.id, "visit_state": "planned"},
            {"res_model_id": self.model_id, "res_id": self.foreign.id},
            {"res_model": "crm.lead", "res_id": self.foreign.id},
            {"res_model_id": self.model_id, "res_id": self.missing_id},
        ):
            for event in (meeting, visit):
                with self._refused(error=AccessError):
                    event.write(values)
        # The ORM takes a list for nothing.
        meeting.opportunity_id = self.own
        meeting.write({"opportunity_id": [self.foreign.id]})
        self.assertFalse(meeting.opportunity_id)
        self.assertFalse(self.foreign.first_attempt_date)

    def test_an_agent_makes_no_meeting_of_another_ones_lead(self):
        target = {"res_model_id": self.model_id, "res_id": self.foreign.id}
        for values in ({"opportunity_id": self.foreign.id}, target):
            by_default = {f"default_{name}": value for name, value in values.items()}
            events = self.env["calendar.event"].with_context(**by_default)
            with self._refused(error=AccessError):
                self._meet(**values)
            with self._refused(error=AccessError):
                events.with_user(self.agent).create({"name": "By default"})
        self.assertFalse(self.foreign.first_attempt_date)
        self.assertFalse(self.foreign.activity_ids)

    def test_an_employee_without_a_role_links_no_meeting(self):
        employee = new_test_user(self.env, "clerk@bpo.test", "base.group_user")
        meeting = self._meet(employee)
        with self._refused(error=AccessError):
            meeting.opportunity_id = self.own
        with self._refused(error=AccessError):
            self._meet(employee, opportunity_id=self.own.id)

    def test_another_ones_meeting_stays_as_it_is(self):
        meeting = self._meet(self.other_agent, opportunity_id=self.foreign.id)
        visit = self._visit(self.other_agent, self.foreign)
        later = {"start": self.start + HOUR, "stop": self.start + 2 * HOUR}
        own_activity = self.own.with_user(self.agent).activity_schedule()
        for event in (meeting, visit):
            mine = event.with_user(self.agent)
            for change in (
                lambda row: row.write(later),
                lambda row: row.write({"name": "Cancelled"}),
                lambda row: row.write({"opportunity_id": False}),
                lambda row: row.write({"opportunity_id": self.own.id}),
                lambda row: row.write({"user_id": self.agent.id}),
                lambda row: row.write({"description": "Nothing"}),
                lambda row: row.write({"partner_ids": [Command.clear()]}),
                lambda row: row.write(
                    {"activity_ids": [Command.link(own_activity.id)]}
                ),
                lambda row: row.write(
                    {"activity_ids": [Command.delete(row.sudo().activity_ids.id)]}
                    if row.visit_state
                    else later
                ),
                lambda row: row.write({"active": False}),
                lambda row: row.action_mass_archive("self_only"),
                lambda row: row.with_context(archive_on_error=True).unlink(),
                lambda row: row.write(self._repeat()),
                lambda row: row.copy(),
                lambda row: row.unlink(),
            ):
                with self._refused(error=AccessError):
                    change(mine)
        self.assertEqual(meeting.exists().start, self.start)
        self.assertTrue(visit.activity_ids.active)

    def test_nothing_of_another_ones_meeting_is_changed(self):
        invited = [Command.set((self.agent | self.other_agent).partner_id.ids)]
        meetings = [
            self._meet(
                self.other_agent, opportunity_id=self.foreign.id, partner_ids=invited
            ),
            self._visit(self.other_agent, self.foreign),
            self._visit(self.other_agent, self._new_lead(self.other_agent)),
        ]
        alarm = self.env["calendar.alarm"].search([], limit=1)
        kind = self.env["calendar.event.type"].create({"name": "Test drive"})
        for values in (
            {"location": "Elsewhere"},
            {"videocall_location": "https://elsewhere.example"},
            {"alarm_ids": [Command.link(alarm.id)]},
            {"show_as": "free"},
            {"privacy": "private"},
            {"categ_ids": [Command.link(kind.id)]},
        ):
            for meeting in meetings:
                self.env.invalidate_all()
                with self._refused(error=AccessError):
                    meeting.with_user(self.agent).write(values)

    def test_another_ones_meeting_is_not_repeated(self):
        base = self._visit(self.other_agent, self.foreign, **self._repeat())
        single = self._meet(self.other_agent, opportunity_id=self.foreign.id)
        recurrences = self.env["calendar.recurrence"].with_user(self.agent)
        own = recurrences.create({"rrule_type": "daily"})
        theirs = base.recurrence_id.with_user(self.agent)
        for change in (
            lambda: recurrences.create({"base_event_id": single.id}),
            lambda: recurrences.create({"calendar_event_ids": single.ids}),
            lambda: own.write({"base_event_id": single.id}),
            lambda: own.write({"calendar_event_ids": [Command.link(single.id)]}),
            lambda: theirs.write({"count": 9}),
            theirs.unlink,
        ):
            self.env.invalidate_all()
            with self._refused(error=AccessError):
                change()

    def test_no_meeting_is_made_of_the_pool(self):
        target = {"res_model_id": self.model_id, "res_id": self.pool.id}
        for values in (target, {"opportunity_id": self.pool.id}):
            with self._refused("before you work it"):
                self._meet(**values)

    def test_attendees_are_contacts(self):
        partner_id = self.agent.partner_id.id
        for value in (
            True,
            "x",
            7.5,
            {"id": 1},
            [True],
            ["x"],
            [[]],
            [[partner_id]],
            [[4]],
            [[4, "x"]],
            [[6, 0, "x"]],
            [[6, 0, ["x"]]],
            [[9, 9, 9]],
            [partner_id, [4, partner_id]],
        ):
            with self.subTest(value=value), self._refused("among the contacts"):
                self._visit(partner_ids=value)
        for value in ([partner_id], [[4, partner_id]], [[6, 0, [partner_id]]]):
            visit = self._visit(partner_ids=value)
            self.assertIn(self.agent.partner_id, visit.partner_ids)
        self.assertTrue(self._visit(partner_ids=False))

    def test_another_ones_visit_is_not_recorded(self):
        visit = self._visit(self.other_agent, self.foreign).with_user(self.agent)
        for record in (
            visit.action_visit_done,
            visit.action_visit_no_show,
            lambda: visit.write({"visit_state": False}),
        ):
            with self._refused(error=AccessError):
                record()

    def test_another_ones_guests_are_not_sent_home(self):
        visit = self._visit(self.other_agent, self.foreign)
        guest = visit.attendee_ids[0].with_user(self.agent)
        attendees = guest.browse()
        mine = self._meet().attendee_ids[:1]
        for change in (
            guest.unlink,
            lambda: guest.write({"partner_id": self.agent.partner_id.id}),
            lambda: mine.write({"event_id": visit.id}),
            lambda: attendees.create(
                {"event_id": visit.id, "partner_id": self.agent.partner_id.id}
            ),
        ):
            with self._refused(error=AccessError):
                change()

    def test_who_is_invited_answers(self):
        visit = self._visit(self.other_agent, self.foreign)
        visit.partner_ids += self.agent.partner_id
        answer = visit.attendee_ids.filtered(
            lambda row: row.partner_id == self.agent.partner_id
        ).with_user(self.agent)
        answer.do_accept()
        self.assertEqual(answer.state, "accepted")
        visit.with_user(self.agent).current_status = "tentative"
        self.assertEqual(answer.state, "tentative")

    def test_supervisors_move_any_meeting(self):
        visit = self._visit(self.other_agent, self.foreign).with_user(self.supervisor)
        visit.write({"start": self.start + HOUR, "stop": self.start + 2 * HOUR})
        visit.opportunity_id = self.own
        self.assertEqual(self.own.visit_ids, visit)

    def test_meetings_of_no_lead_are_odoos(self):
        meeting = self._meet(self.other_agent).with_user(self.agent)
        meeting.name = "Renamed"
        meeting.unlink()

    def test_a_meeting_of_a_deleted_lead_can_be_deleted(self):
        lead = self._new_lead(self.agent)
        meeting = self._meet(opportunity_id=lead.id)
        meeting.sudo().write({"res_model_id": self.model_id, "res_id": lead.id})
        lead.unlink()
        meeting.name = "Of nothing"
        meeting.unlink()

    # ------------------------------------------------------------
    # Recurrences
    # ------------------------------------------------------------

    def test_a_recurrence_is_no_proof_that_a_visit_took_place(self):
        base = self._visit(**self._repeat())
        recurrence = base.recurrence_id
        self.assertEqual(len(recurrence.calendar_event_ids), 3)
        own = self.env["calendar.recurrence"].with_user(self.agent)
        forged = own.create({"base_event_id": base.id, "rrule_type": "daily"})
        for recurrence_id in (recurrence.id, forged.id, self.missing_id):
            for state in ("done", "no_show"):
                for lead in (self.own, self.pool, self.closed):
                    with self._refused("always planned"):
                        self._visit(
                            lead=lead, visit_state=state, recurrence_id=recurrence_id
                        )
            for lead, error, words in (
                (self.pool, UserError, "before you work it"),
                (self.closed, UserError, "not worked any more"),
                (self.foreign, AccessError, "."),
            ):
                with self._refused(words, error):
                    self._visit(lead=lead, recurrence_id=recurrence_id)
        self.assertFalse((self.pool | self.closed | self.foreign).visit_ids)

    def test_a_recurrence_of_visits_is_moved_as_a_whole(self):
        base = self._visit(**self._repeat())
        for setting in ("all_events", "future_events"):
            events = base.recurrence_id.calendar_event_ids.sorted("start")
            first = events[0]
            first.write(
                {
                    "start": first.start + HOUR,
                    "stop": first.stop + HOUR,
                    "recurrence_update": setting,
                }
            )
            base = first
        self.assertEqual(base.start, self.start + 2 * HOUR)
        self.assertEqual(len(self.own.visit_ids), 3)
        self.assertEqual(set(self.own.visit_ids.mapped("visit_state")), {"planned"})

    def test_another_ones_recurrence_stays_as_it_is(self):
        base = self._visit(self.other_agent, self.foreign, **self._repeat())
        events = base.recurrence_id.calendar_event_ids
        last = events.sorted("start")[-1].with_user(self.agent)
        for setting in ("self_only", "future_events", "all_events"):
            with self._refused(error=AccessError):
                last.write(
                    {
                        "start": last.start + HOUR,
                        "stop": last.stop + HOUR,
                        "recurrence_update": setting,
                    }
                )
            with self._refused(error=AccessError):
                last.action_mass_archive(setting)
        with self._refused(error=AccessError):
            last.recurrence_id.write({"calendar_event_ids": [Command.delete(base.id)]})
        self.assertEqual(base.recurrence_id.calendar_event_ids.exists(), events)

    def test_nobody_asks_what_was_recorded_of_another_ones_recurrence(self):
        portal = new_test_user(self.env, "portal@bpo.test", "base.group_portal")
        base = self._visit(self.other_agent, self.foreign, **self._repeat())
        beside = self._visit(recurrence_id=base.recurrence_id.id)
        self._let_it_be(base.start)
        base.action_visit_no_show()
        later = {"start": self.start + HOUR, "stop": self.start + 2 * HOUR}
        for user, meeting in (
            (self.agent, base),
            (self.agent, beside),
            (portal, base),
            (portal, beside),
        ):
            for vals in (
                {"recurrence_update": "future_events"},
                {"recurrence_update": "all_events", **later},
                {"recurrence_update": "all_events", "recurrency": False},
            ):
                with (
                    self.subTest(user=user.login, vals=vals),
                    self._refused(error=AccessError),
                ):
                    meeting.with_user(user).write(dict(vals))

    # ------------------------------------------------------------
    # What came of a visit
    # ------------------------------------------------------------

    def test_what_came_of_a_visit_stays(self):
        visit = self._visit()
        self._let_it_be(self.start + HOUR)
        visit.action_visit_no_show()
        for change in (
            lambda: visit.write({"visit_state": "planned"}),
            lambda: visit.write({"visit_state": "done"}),
            lambda: visit.write({"visit_state": False}),
            lambda: visit.write({"start": self.start - HOUR}),
            lambda: visit.write({"active": False}),
            lambda: visit.write({"opportunity_id": False}),
            visit.unlink,
        ):
            with self._refused("recorded already"):
                change()
        visit.name = "Did not come, the car broke down"
        corrected = visit.with_user(self.supervisor)
        corrected.visit_state = "planned"
        corrected.action_visit_done()

    def test_a_visit_is_recorded_on_its_day(self):
        start = self.start.replace(hour=20)  # early on the next day in Manila
        visit = self._visit(start=start, stop=start + HOUR)
        base = self._visit(**self._repeat())
        before = visit.start - timedelta(hours=5)
        with self._at(before):
            for record in (
                visit.action_visit_done,
                visit.action_visit_no_show,
                lambda: visit.write({"visit_state": "done"}),
                lambda: base.write(
                    {"visit_state": "done", "recurrence_update": "all_events"}
                ),
                visit.activity_ids.action_feedback,
                visit.activity_ids.action_done,
            ):
                with self._refused("lies ahead"):
                    record()
            for user in (self.supervisor, self.manager):
                with self._refused("lies ahead"):
                    visit.with_user(user).action_visit_done()
        self.assertEqual(visit.visit_state, "planned")
        self.assertTrue(visit.activity_ids.active)
        with self._at(visit.start - timedelta(hours=3)):
            visit.action_visit_done()
        self.assertEqual(visit.visit_state, "done")
        corrected = visit.with_user(self.supervisor)
        later = visit.start + timedelta(days=400)
        with self._at(visit.start), self._refused("lies ahead"):
            corrected.write({"start": later, "stop": later + HOUR})

    def test_visits_come_along_when_leads_are_merged(self):
        other = self._new_lead(self.agent)
        visit = self._visit(lead=other)
        with self._at(self.start):
            visit.action_visit_done()
        late = self._meet()
        late.opportunity_id = other
        with self._at(self.start):
            linked_at = late.lead_linked_at
            head = (self.own | other).with_user(self.supervisor).merge_opportunity()
        self.assertEqual((visit | late).opportunity_id, head.with_env(self.env))
        self.assertEqual(late.lead_linked_at, linked_at)
        self.assertFalse(visit.lead_linked_at)

    def test_a_visit_is_not_planned_for_the_past(self):
        for start in (self.start - timedelta(days=4), datetime(2001, 1, 1, 8)):
            values = {"start": start, "stop": start + HOUR}
            with self._refused("within 24 hours"):
                self._visit(**values)
            visit = self._visit()
            with self._refused("within 24 hours"):
                visit.write(values)
            self._meet(opportunity_id=self.own.id, **values)
            old = self._visit(self.supervisor, **values)
            old.with_user(self.agent).action_visit_done()
        with self._refused("Choose a day between", ValidationError):
            self._visit(start="9999-12-30 08:00:00", stop="9999-12-30 09:00:00")
        walk_in = datetime.now().replace(microsecond=0) - 2 * HOUR
        self._visit(start=walk_in, stop=walk_in + HOUR).action_visit_done()

    # ------------------------------------------------------------
    # The first attempt
    # ------------------------------------------------------------

    def test_an_old_meeting_is_an_attempt_from_when_it_is_linked(self):
        asked = self.start - timedelta(days=10)
        lead = self._new_lead(self.agent, enquiry_date=asked)
        with self._at(asked + HOUR):
            meeting = self._meet()
        self.assertEqual(meeting.create_date, asked + HOUR)
        linked_at = asked + timedelta(days=3)
        with self._at(linked_at):
            meeting.opportunity_id = lead
        self.assertEqual(lead.first_attempt_date, linked_at)
        self.assertEqual(lead.first_attempt_user_id, self.agent)
        lead.sudo()._compute_first_attempt()
        self.assertEqual(lead.first_attempt_date, linked_at)

    def test_a_meeting_that_was_anothers_is_an_attempt_from_when_it_is_moved(self):
        asked = self.start - timedelta(days=10)
        before, lead = (
            self._new_lead(self.agent, enquiry_date=asked) for _n in range(2)
        )
        with self._at(asked + HOUR):
            meeting = self._meet(opportunity_id=before.id)
        self.assertEqual(before.first_attempt_date, asked + HOUR)
        for user in (self.agent, self.env.user):
            linked_at = asked + timedelta(days=3)
            with self._at(linked_at):
                meeting.with_user(user).opportunity_id = lead
            self.assertEqual(lead.first_attempt_date, linked_at)
            meeting.sudo().opportunity_id = before

    def test_nobody_writes_since_when_a_meeting_is_one_of_a_lead(self):
        meeting = self._meet(opportunity_id=self.own.id)
        for user in (self.agent, self.manager):
            with self._refused("filled in by the system", AccessError):
                meeting.with_user(user).lead_linked_at = datetime(2001, 1, 1)
            with self._refused("filled in by the system", AccessError):
                self._meet(user, lead_linked_at=datetime(2001, 1, 1))
            events = self.env["calendar.event"].with_user(user)
            by_default = events.with_context(default_lead_linked_at="2001-01-01")
            with self._refused("filled in by the system", AccessError):
                by_default.create({"name": "By default"})

    def test_moving_many_meetings_is_one_look_at_their_leads(self):
        def cost(count):
            events = self.env["calendar.event"].with_user(self.agent)
            for _n in range(count):
                events += self._meet(opportunity_id=self._new_lead(self.agent).id)
            events = events.with_context(dont_notify=True, no_mail_to_attendees=True)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            events.write({"name": "Renamed"})
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        cost(1)
        few = cost(2)
        self.assertLessEqual(cost(12) - few, 3)
