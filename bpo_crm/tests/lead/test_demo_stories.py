from datetime import datetime, time

from odoo.tests import BaseCase

from ...demo import hours, stories

#: On which the demo may be installed, by Manila's clock.
MOMENTS = (
    datetime(2026, 11, 23, 10, 5),
    datetime(2026, 11, 22, 3, 40),
    # Somebody was spoken to just now.
    datetime(2026, 11, 26, 10, 55),
    datetime(2026, 11, 27, 14, 7),
    datetime(2026, 11, 28, 17, 30),
    datetime(2027, 1, 1, 0, 1),
    datetime(2028, 2, 29, 23, 59),
)

#: What may follow each step of a lead's way.
WAY = ("claim", "qualify", "negotiate", "win")


class TestDemoStories(BaseCase):
    """What the demo's floor is told to have done."""

    def _tell(self, now):
        return [story for wave in stories.Teller(now).tell() for story in wave]

    def _each(self):
        for now in MOMENTS:
            with self.subTest(now=now):
                told = self._tell(now)
                self.assertGreater(len(told), 200)
                yield now, told

    def test_the_same_is_told_at_the_same_moment(self):
        first, second = (self._tell(MOMENTS[0]) for _unused in range(2))
        self.assertEqual(
            [(s.asked, s.customer, s.events, s.step) for s in first],
            [(s.asked, s.customer, s.events, s.step) for s in second],
        )

    def test_nothing_was_done_that_is_still_to_come(self):
        for now, told in self._each():
            done = [event.at for story in told for event in story.events]
            self.assertLessEqual(max(done), now)
            self.assertLess(max(story.asked for story in told), now)

    def test_the_floor_works_in_its_hours_only(self):
        for _now, told in self._each():
            for story in told:
                for event in story.events:
                    # Customers ask at night, too.
                    if event.verb != "ask_again":
                        self.assertTrue(hours.is_open(event.at), event)

    def test_what_is_planned_is_planned_for_a_working_day(self):
        for _now, told in self._each():
            steps = [story.step for story in told if story.step]
            self.assertGreater(len(steps), 20)
            self.assertTrue(all(hours.is_open(step.at) for step in steps))

    def test_a_lead_goes_one_step_at_a_time(self):
        for _now, told in self._each():
            for story in told:
                way = [event.verb for event in story.events if event.verb in WAY]
                self.assertEqual(way, list(WAY[: len(way)]))

    def test_nothing_is_done_before_the_claim_or_after_the_end(self):
        for _now, told in self._each():
            for story in told:
                verbs = [event.verb for event in story.events]
                moments = [event.at for event in story.events]
                self.assertEqual(moments, sorted(moments))
                self.assertEqual(verbs[:1], ["claim"][: len(verbs)])
                ends = {"win", "lose"}.intersection(verbs)
                self.assertEqual(set(verbs[-1:]) & ends, ends)
                self.assertGreaterEqual([*moments, datetime.max][0], story.asked)

    def test_two_wins_have_failed(self):
        for _now, told in self._each():
            failed = [story for story in told if story.has("fail")]
            self.assertEqual(len(failed), 2)

    def test_somebody_who_comes_back_had_no_lead_any_more(self):
        for _now, told in self._each():
            ended, back = {}, 0
            for story in told:
                if story.customer in ended:
                    back += 1
                    self.assertLess(ended[story.customer], story.asked)
                ended[story.customer] = (
                    story.events[-1].at if story.is_closed else datetime.max
                )
            self.assertGreater(back, 2)

    def test_customers_visit_when_the_dealerships_are_open(self):
        for _now, told in self._each():
            visits = [
                event.values["start"]
                for story in told
                for event in story.events
                if event.verb == "invite"
            ]
            self.assertGreater(len(visits), 20)
            for start in visits:
                self.assertNotEqual(start.weekday(), hours.SUNDAY)
                self.assertTrue(time(10) <= start.time() <= time(17))
