from datetime import date, datetime, timedelta

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .visit_case import VisitCase


@tagged("post_install", "-at_install")
class TestVisit(VisitCase):
    def test_a_visit_is_a_meeting_at_the_dealership(self):
        visit = self._schedule(start=self.start)
        self.assertEqual(visit.name, "Visit: Vera")
        self.assertEqual(visit.location, "Pasig, 1 Ortigas Avenue, Pasig City")
        self.assertEqual(visit.duration, 1)
        self.assertEqual(visit.user_id, self.agent)
        self.assertEqual(self.lead.visit_ids, visit)

    def test_tomorrow_at_ten_is_proposed(self):
        with freeze_time("2026-11-17 20:00:00"):  # Wednesday morning in Manila
            start = self.lead.with_user(self.agent)._propose_visit_start()
        self.assertEqual(start, datetime(2026, 11, 19, 2))

    def test_the_customer_is_invited_and_becomes_a_contact(self):
        visit = self._schedule()
        customer = self.lead.partner_id
        self.assertEqual(customer.email, "vera@customer.example")
        self.assertEqual(visit.partner_ids, customer | self.agent.partner_id)
        self.assertEqual(visit.attendee_ids.partner_id, visit.partner_ids)

    def test_a_known_customer_is_invited_once(self):
        customer = self.env["res.partner"].create({"name": "Vera"})
        self.lead.partner_id = customer
        visit = self._schedule()
        self.assertEqual(self.lead.partner_id, customer)
        self.assertEqual(len(visit.attendee_ids), 2)

    def test_a_visit_is_one_planned_activity_of_the_owner(self):
        for make in (self._schedule, self._create):
            visit = make()
            activity = visit.activity_ids
            self.assertEqual(len(activity), 1)
            self.assertEqual(activity.res_id, self.lead.id)
            self.assertEqual(activity.user_id, self.agent)
            self.assertEqual(activity.activity_category, "meeting")

    def test_the_activity_is_due_on_the_day_of_the_organizer(self):
        start = datetime(2099, 5, 3, 23)  # the morning of the 4th in Manila
        visit = self._create(start=start, stop=start + timedelta(hours=1))
        self.assertEqual(visit.activity_ids.date_deadline, date(2099, 5, 4))

    def test_a_visit_that_took_place_is_recorded(self):
        visit = self._schedule()
        self._let_its_day_come(visit)
        visit.action_visit_done()
        self.assertEqual(visit.visit_state, "done")
        self.assertFalse(self.lead.activity_ids)
        self._assert_in_chatter("The customer came.", self.lead)

    def test_a_no_show_is_recorded(self):
        visit = self._schedule()
        self._let_its_day_come(visit)
        visit.action_visit_no_show()
        self.assertEqual(visit.visit_state, "no_show")
        self.assertFalse(self.lead.activity_ids)
        self._assert_in_chatter("The customer did not come.", self.lead)

    def test_a_visit_is_recorded_once(self):
        visit = self._schedule()
        self._let_its_day_come(visit)
        visit.action_visit_no_show()
        with self.assertRaisesRegex(UserError, "was recorded already"):
            visit.action_visit_done()

    def test_marking_the_activity_as_done_records_the_visit(self):
        visit = self._schedule()
        self._let_its_day_come(visit)
        visit.activity_ids.action_feedback("Liked the car")
        self.assertEqual(visit.visit_state, "done")

    def test_without_an_activity_the_chatter_still_tells(self):
        visit = self._schedule()
        visit.activity_ids.unlink()
        visit = visit.exists() or self._create()
        visit.activity_ids.unlink()
        self._let_its_day_come(visit)
        visit.action_visit_done()
        self._assert_in_chatter("The customer came.", self.lead)

    def test_a_repeated_visit_plans_one_activity(self):
        visit = self._create(
            recurrency=True,
            rrule_type="daily",
            interval=1,
            end_type="count",
            count=3,
        )
        events = visit.recurrence_id.calendar_event_ids
        self.assertEqual(len(events), 3)
        self.assertEqual(set(events.mapped("visit_state")), {"planned"})
        self.assertEqual(len(self.lead.activity_ids), 1)
        for event in events:
            self.assertIn(self.lead.partner_id, event.partner_ids)

    def test_reminders_and_recurrence_are_cores(self):
        alarm = self.env["calendar.alarm"].search([], limit=1)
        visit = self._create(
            alarm_ids=alarm.ids,
            recurrency=True,
            rrule_type="daily",
            interval=1,
            end_type="count",
            count=3,
        )
        self.assertEqual(visit.alarm_ids, alarm)
        self.assertEqual(len(visit.recurrence_id.calendar_event_ids), 3)

    def test_a_visit_needs_a_lead(self):
        with self.assertRaisesRegex(UserError, "Choose the lead"):
            self._create(opportunity_id=False)

    def test_nobody_schedules_a_visit_for_somebody_elses_lead(self):
        self.lead.user_id = self.other_agent
        with self.assertRaises(AccessError):
            self._create()

    def test_an_ordinary_meeting_is_no_visit(self):
        meeting = self._create(visit_state=False)
        self.assertFalse(self.lead.visit_ids)
        self.assertNotIn(self.lead.partner_id, meeting.partner_ids)
        with self.assertRaisesRegex(UserError, "not a planned visit"):
            meeting.action_visit_done()

    def test_writing_follows_the_same_rules(self):
        meeting = self._create(visit_state=False).with_user(self.agent)
        pool, closed = self._new_lead(), self._lose(self._new_lead(self.agent))
        for lead, message in (
            (pool, "before you work it"),
            (closed, "is not worked any more"),
        ):
            with self._refused(message):
                meeting.write({"visit_state": "planned", "opportunity_id": lead.id})
        with self._refused("not a planned visit"):
            meeting.visit_state = "done"
        meeting.visit_state = "planned"
        self._let_its_day_come(meeting)
        meeting.visit_state = "no_show"
        with self._refused("was recorded already"):
            meeting.visit_state = "done"

    def test_a_visit_is_planned_before_it_is_recorded(self):
        with self.assertRaisesRegex(UserError, "always planned"):
            self._create(visit_state="done")

    def test_only_who_works_the_lead_records_its_visit(self):
        visit = self._create()
        with self.assertRaises(AccessError):
            visit.with_user(self.other_agent).visit_state = "done"

    def test_a_copy_has_not_taken_place(self):
        visit = self._create()
        self._let_its_day_come(visit)
        visit.action_visit_done()
        self.assertEqual(visit.copy().visit_state, "planned")

    def test_a_meeting_of_an_unclaimed_lead_is_refused(self):
        pool = self._new_lead()
        for user in (self.agent, self.supervisor):
            with self.assertRaisesRegex(UserError, "before you work it"):
                pool.with_user(user).action_schedule_meeting()
        with self.assertRaisesRegex(UserError, "before you work it"):
            self._create(visit_state=False, opportunity_id=pool.id)

    def test_the_activity_keeps_the_time_of_the_visit(self):
        visit = self._create()
        self.assertEqual(visit.activity_ids.due_at, self.start)
        later = self.start + timedelta(days=1, hours=2)
        visit.write({"start": later, "stop": later + timedelta(hours=1)})
        self.assertEqual(visit.activity_ids.due_at, later)
