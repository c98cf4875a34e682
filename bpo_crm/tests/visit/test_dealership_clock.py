from datetime import datetime, timedelta

from odoo import Command
from odoo.tests import Form, tagged

from .visit_case import HOUR, VisitCase

#: Ten in the morning in Manila, where it is early in the night in Madrid.
TEN = datetime(2099, 1, 14, 2)


@tagged("post_install", "-at_install")
class TestDealershipClock(VisitCase):
    """Visits are by the clock of the dealership, wherever the agent is."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.agent.tz = "Europe/Madrid"

    def _propose(self, now):
        with self._at(now):
            return self.lead.with_user(self.agent)._propose_visit_start()

    def _work(self, **hours):
        calendar = self._new_calendar("Hours", **hours)
        self.dealership.resource_calendar_id = calendar
        return calendar

    # ------------------------------------------------------------
    # The zone of a dealership
    # ------------------------------------------------------------

    def _new_zone(self, **values):
        values = {"name": "Elsewhere", "code": "ELSE", **values}
        return self.env["crm.dealership"].create(values).tz

    def test_a_dealership_has_the_zone_of_its_working_hours(self):
        calendar = self._new_calendar("Tokyo", zone="Asia/Tokyo")
        zone = self._new_zone(
            resource_calendar_id=calendar.id, country_id=self.env.ref("base.ph").id
        )
        self.assertEqual(zone, "Asia/Tokyo")

    def test_a_dealership_without_hours_has_the_zone_of_its_country(self):
        zone = self._new_zone(country_id=self.env.ref("base.ph").id)
        self.assertEqual(zone, "Asia/Manila")

    def test_a_dealership_in_a_country_of_many_zones_has_its_companys(self):
        self.env.company.resource_calendar_id.tz = "Asia/Seoul"
        zone = self._new_zone(country_id=self.env.ref("base.us").id)
        self.assertEqual(zone, "Asia/Seoul")

    def test_a_manager_says_another_one(self):
        dealerships = self.env["crm.dealership"].with_user(self.manager)
        with Form(dealerships) as form:
            form.name, form.code = "New York", "NY-T"
            form.country_id = self.env.ref("base.us")
            form.tz = "America/New_York"
        self.assertEqual(form.record.tz, "America/New_York")

    # ------------------------------------------------------------
    # What is proposed
    # ------------------------------------------------------------

    def test_ten_is_proposed_at_the_dealership(self):
        self.assertEqual(self._propose(TEN - timedelta(days=1)), TEN)

    def test_tomorrow_is_the_dealerships(self):
        # It is the 13th in Madrid still, and the 14th in Manila.
        evening = datetime(2099, 1, 13, 20)
        self.assertEqual(self._propose(evening), TEN + timedelta(days=1))

    def test_a_working_day_is_proposed(self):
        self._work(days=range(5))
        friday = datetime(2099, 1, 16, 2)
        self.assertEqual(self._propose(friday), friday + timedelta(days=3))

    def test_no_holiday_is_proposed(self):
        self._new_holiday(self.env.company, TEN - 10 * HOUR, TEN + 14 * HOUR)
        today = TEN - timedelta(days=1)
        self.assertEqual(self._propose(today), TEN + timedelta(days=1))

    def test_a_time_at_which_it_is_open_is_proposed(self):
        self._work(start=13, stop=20)
        self.assertEqual(self._propose(TEN - timedelta(days=1)), TEN + 3 * HOUR)

    def test_the_hours_of_the_company_are_read_by_the_clock_there(self):
        hours = self._new_calendar("Floor", start=9, stop=18, zone="Europe/Madrid")
        self.env.company.resource_calendar_id = hours
        self.dealership.write({"resource_calendar_id": False, "tz": "Asia/Manila"})
        self.assertEqual(self._propose(TEN - timedelta(days=1)), TEN)

    def test_days_that_end_too_early_are_left_out(self):
        calendar = self._work(start=8, stop=10.5)
        self._propose(TEN)  # where nobody fits in, ten is proposed all the same
        calendar.attendance_ids.filtered(lambda row: row.dayofweek == "4").hour_to = 12
        friday = datetime(2099, 1, 16, 2)
        self.assertEqual(self._propose(TEN - timedelta(days=1)), friday)

    def test_the_window_opens_with_it(self):
        with self._at(TEN - timedelta(days=1)):
            visit = self._schedule()
        self.assertEqual(visit.start, TEN)
        self.assertEqual(visit.stop, TEN + HOUR)

    # ------------------------------------------------------------
    # What the agent and the customer read
    # ------------------------------------------------------------

    def test_the_agent_reads_when_it_is_there(self):
        visit = self._create(start=TEN, stop=TEN + HOUR)
        self.assertIn("10:00", visit.dealership_time)
        self.assertIn("Asia/Manila", visit.dealership_time)
        self.agent.tz = "Asia/Singapore"
        visit.invalidate_recordset()
        self.assertFalse(visit.dealership_time)

    def test_the_window_shows_it_before_it_is_saved(self):
        action = self.lead.with_user(self.agent).action_schedule_visit()
        events = self.env["calendar.event"].with_user(self.agent)
        with Form(events.with_context(**action["context"])) as form:
            form.start, form.stop = TEN, TEN + HOUR
            self.assertIn("10:00", form.dealership_time)

    def test_of_others_visits_nobody_learns_it(self):
        visit = self._create(start=TEN, stop=TEN + HOUR)
        self.assertFalse(visit.with_user(self.other_agent).dealership_time)

    def test_a_new_contact_has_the_zone_of_the_dealership(self):
        self._create()
        self.assertEqual(self.lead.partner_id.tz, "Asia/Manila")

    def test_without_a_dealership_it_has_none(self):
        self.lead.dealership_id = False
        lead = self.lead.with_user(self.agent).with_context(tz="Europe/Madrid")
        lead._handle_partner_assignment(create_missing=True)
        self.assertFalse(self.lead.partner_id.tz)

    def _assert_by_the_clock_there(self, work):
        # One mail: 19.0 would move the visit twice.
        (mail,) = [body for name, body in self._mails_of(work) if name == "Vera"]
        self.assertIn("10:00", mail)
        self.assertIn("Asia/Manila", mail)
        self.assertNotIn("Europe/Madrid", mail)

    def test_every_mail_to_the_customer_is_by_the_clock_there(self):
        self.lead.partner_id = self.env["res.partner"].create(
            {
                "name": "Vera",
                "email": "vera@customer.example",
                "tz": "Europe/Madrid",
            }
        )
        visit = self.env["calendar.event"]

        def invite():
            nonlocal visit
            visit = self._create(start=TEN, stop=TEN + HOUR)

        later = TEN + timedelta(days=1)
        self._assert_by_the_clock_there(invite)
        self._assert_by_the_clock_there(
            lambda: visit.write({"start": later, "stop": later + HOUR})
        )
        self._assert_by_the_clock_there(
            lambda: self._lose(self.lead.with_user(self.agent))
        )

    def test_the_page_of_the_invitation_is_by_it_too(self):
        visit = self._create(start=TEN, stop=TEN + HOUR)
        public = self.env.ref("base.public_user")
        shown = visit.with_user(public).sudo().display_time
        self.assertIn("10:00:00", shown)
        self.assertIn("Asia/Manila", shown)

    def test_a_colleague_is_invited_by_its_own_clock(self):
        colleague = self.supervisor.partner_id
        colleague.tz = "Asia/Tokyo"
        visit = self._create(start=TEN, stop=TEN + HOUR)
        visit.partner_ids = [Command.link(colleague.id)]
        zones = {row.partner_id: row.mail_tz for row in visit.sudo().attendee_ids}
        self.assertEqual(zones[colleague], "Asia/Tokyo")
        self.assertEqual(zones[self.lead.partner_id], "Asia/Manila")

    def test_a_meeting_that_is_no_visit_is_by_odoos_clock(self):
        meeting = self._create(start=TEN, stop=TEN + HOUR, visit_state=False)
        self.assertFalse(meeting.dealership_time)
        self.assertEqual(meeting._get_mail_tz(), "Europe/Madrid")
