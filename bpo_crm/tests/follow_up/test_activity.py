from datetime import date, datetime

from odoo.exceptions import UserError
from odoo.tests import new_test_user, tagged

from ..common import CALL, BpoCase


@tagged("post_install", "-at_install")
class TestActivityTime(BpoCase):
    """Activities with a time of the day."""

    def _plan(self, user, **values):
        lead = self._new_lead(user)
        return lead.activity_schedule(CALL, user_id=user.id, **values)

    def test_the_day_follows_the_time_in_the_zone_of_who_does_it(self):
        activity = self._plan(self.agent, due_at="2026-11-18 23:30:00")
        self.assertEqual(activity.date_deadline, date(2026, 11, 19))
        activity.due_at = "2026-11-20 02:00:00"
        self.assertEqual(activity.date_deadline, date(2026, 11, 20))

    def test_another_day_keeps_the_time(self):
        activity = self._plan(self.agent, due_at="2026-11-18 23:30:00")
        activity.date_deadline = date(2026, 11, 25)
        self.assertEqual(activity.due_at, datetime(2026, 11, 24, 23, 30))

    def test_the_time_of_the_day_stays_when_the_clocks_change(self):
        self.agent.tz = "Europe/Berlin"
        activity = self._plan(self.agent, due_at="2026-10-23 08:00:00")
        activity.date_deadline = date(2026, 10, 26)
        # Ten o'clock on both days; winter time began on the 25th.
        self.assertEqual(activity.due_at, datetime(2026, 10, 26, 9))

    def test_many_are_moved_at_once(self):
        times = ("2026-11-18 01:00:00", "2026-11-18 02:00:00", False)
        activities = self.env["mail.activity"].concat(
            *(self._plan(self.agent, due_at=due_at) for due_at in times)
        )
        activities.write({"date_deadline": "2026-11-25"})
        self.assertEqual(
            activities.mapped("due_at"),
            [datetime(2026, 11, 25, 1), datetime(2026, 11, 25, 2), False],
        )
        self.assertEqual(set(activities.mapped("date_deadline")), {date(2026, 11, 25)})

    def test_an_activity_does_not_move_to_an_unclaimed_lead(self):
        activity = self._plan(self.agent).with_user(self.agent)
        with self.assertRaisesRegex(UserError, "before you work it"):
            activity.res_id = self._new_lead().id

    def test_other_records_and_other_people_are_left_alone(self):
        partner = self.env["res.partner"].create({"name": "Anybody"})
        self.assertTrue(partner.with_user(self.agent).activity_schedule(CALL))
        seller = new_test_user(
            self.env, "seller@bpo.test", "sales_team.group_sale_salesman_all_leads"
        )
        team = self.env["crm.team"].create({"name": "Own Sales", "is_bpo": False})
        lead = self._new_lead(team_id=team.id).with_user(seller)
        self.assertFalse(lead.is_claimable)
        self.assertTrue(lead.activity_schedule(CALL))

    def test_an_activity_for_any_time_has_none(self):
        activity = self._plan(self.agent, date_deadline="2026-11-18")
        activity.date_deadline = date(2026, 11, 25)
        self.assertFalse(activity.due_at)
        activity.due_at = False
        self.assertEqual(activity.date_deadline, date(2026, 11, 25))
