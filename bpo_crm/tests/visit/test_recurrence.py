from odoo.tests import tagged

from .visit_case import HOUR, REPEATED, VisitCase


@tagged("post_install", "-at_install")
class TestRecurrence(VisitCase):
    """A visit that repeats, and is moved or cut."""

    def setUp(self):
        super().setUp()
        self.visit = self._create(**REPEATED)
        events = self.visit.recurrence_id.calendar_event_ids.sorted("start")
        self.first, self.second, self.third = events

    def _later(self, event):
        return {"start": event.start + HOUR, "stop": event.stop + HOUR}

    def _all_visits(self):
        events = self.env["calendar.event"].with_context(active_test=False)
        return events.search([("opportunity_id", "=", self.lead.id)], order="start")

    def _record(self, event):
        self._let_its_day_come(event)
        event.with_user(self.agent).action_visit_no_show()

    def _assert_planned(self, event):
        """Check that an occurrence is planned, and nothing else."""
        self.env.invalidate_all()
        activity = self.lead.activity_ids
        self.assertEqual(activity.calendar_event_id, event)
        self.assertTrue(event.active)
        self.assertEqual(activity.due_at, event.start)

    def test_the_first_visit_is_planned_when_all_of_them_are_moved(self):
        for event in (self.first, self.second):
            event.with_user(self.agent).write(
                {"recurrence_update": "all_events", **self._later(event)}
            )
            self._assert_planned(self.first)
            events = self.first.recurrence_id.calendar_event_ids.sorted("start")
            self.first, self.second, self.third = events

    def test_the_first_visit_is_planned_when_those_after_it_are_moved(self):
        self.second.write(
            {"recurrence_update": "future_events", **self._later(self.second)}
        )
        self._assert_planned(self.first)

    def test_the_second_visit_is_planned_when_the_first_is_deleted(self):
        self.first.with_user(self.agent).unlink()
        self._assert_planned(self.second)

    def test_the_second_visit_is_planned_when_the_first_is_archived(self):
        self.first.with_user(self.agent).active = False
        self._assert_planned(self.second)

    def test_the_second_visit_is_planned_when_the_first_is_cut_off(self):
        self.first.with_user(self.agent).action_mass_archive("self_only")
        self._assert_planned(self.second)

    def test_the_one_that_is_left_is_planned_when_a_visit_repeats_no_more(self):
        self.second.with_user(self.agent).write(
            {"recurrence_update": "all_events", "recurrency": False}
        )
        self.assertEqual(self._all_visits(), self.second)
        self._assert_planned(self.second)

    def test_nothing_is_planned_when_all_visits_are_archived(self):
        self.first.with_user(self.agent).action_mass_archive("all_events")
        self.assertFalse(self.lead.activity_ids)

    def test_nothing_is_planned_for_a_visit_that_is_archived(self):
        visit = self._create()
        visit.action_archive()
        self.assertEqual(self.lead.activity_ids.calendar_event_id, self.first)

    def test_nothing_is_planned_where_nothing_was(self):
        self.first.activity_ids.unlink()
        self.first.unlink()
        self.assertFalse(self.lead.activity_ids)

    def test_what_was_recorded_is_not_planned_again(self):
        self._record(self.second)
        moved = self._later(self.first)
        for user in (self.agent, self.supervisor, self.manager):
            for event, values in (
                (self.first, {"recurrence_update": "all_events", **moved}),
                (self.first, {"recurrence_update": "all_events", "count": 2}),
                (self.first, {"recurrence_update": "all_events", "recurrency": False}),
                (self.first, {"recurrence_update": "future_events", **moved}),
                (
                    self.second,
                    {"recurrence_update": "future_events", "location": "Elsewhere"},
                ),
            ):
                with self._refused("was recorded already, and stays"):
                    event.with_user(user).write(values)
        self.assertEqual(self._all_visits(), self.first | self.second | self.third)
        self.assertEqual(self.second.visit_state, "no_show")

    def test_what_follows_what_was_recorded_is_moved(self):
        self._record(self.first)
        self.second.with_user(self.agent).write(
            {"recurrence_update": "future_events", **self._later(self.second)}
        )
        states = {event.visit_state for event in self._all_visits() - self.first}
        self.assertEqual(self.first.visit_state, "no_show")
        self.assertEqual(states, {"planned"})

    def test_all_visits_may_be_elsewhere_once_one_was_recorded(self):
        self._record(self.first)
        self.second.with_user(self.agent).write(
            {"recurrence_update": "all_events", "location": "Elsewhere"}
        )
        self.assertEqual(set(self._all_visits().mapped("location")), {"Elsewhere"})
        self.assertEqual(self.first.visit_state, "no_show")
