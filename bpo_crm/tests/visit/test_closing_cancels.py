from datetime import datetime, timedelta

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import new_test_user, tagged

from .visit_case import HOUR, REPEATED, VisitCase

#: Which core sends one by one, each with its notification.
QUERIES_OF_A_MAIL = 15


@tagged("post_install", "-at_install")
class TestClosingCancels(VisitCase):
    """Closing a lead cancels what is ahead, and tells who was invited."""

    def _lose_mine(self):
        self._lose(self.lead.with_user(self.agent))

    def test_losing_a_lead_cancels_its_visit(self):
        visit = self._create()
        self._lose_mine()
        self.assertFalse(visit.active)
        self.assertFalse(self.lead.visit_ids)
        self.assertFalse(self.lead.activity_ids)

    def test_winning_a_lead_cancels_its_visit(self):
        visit = self._create()
        with self._dealer():
            self.lead.with_user(self.agent).action_set_won()
        self.assertFalse(visit.active)

    def test_every_other_way_to_close_a_lead_cancels_its_visit(self):
        ways = (
            lambda lead: lead.write(
                {"stage_id": self.lost.id, "lost_reason_id": self.reason.id}
            ),
            lambda lead: lead.write(
                {"active": False, "lost_reason_id": self.reason.id}
            ),
            lambda lead: self._lose(lead.sudo()),
        )
        for close in ways:
            self.lead = self._new_lead(self.agent)
            visit = self._create()
            close(self.lead.with_user(self.agent))
            self.assertFalse(visit.active)

    def test_a_win_that_the_dealer_refuses_cancels_nothing(self):
        self.dealership.odoo_url = False
        visit = self._create()

        def win():
            with self._refused(), self.cr.savepoint():
                self.lead.with_user(self.agent).action_set_won()

        self.assertFalse(self._mails_of(win))
        self.assertTrue(visit.active)

    def test_who_was_invited_is_told(self):
        guest = self.env["res.partner"].create(
            {"name": "Gus", "email": "gus@customer.example"}
        )
        visit = self._create()
        visit.partner_ids += guest
        mails = self._mails_of(self._lose_mine)
        self.assertEqual(sorted(name for name, _body in mails), ["Gus", "Vera"])
        for _name, body in mails:
            self.assertIn("does not take place", body)
        self._assert_in_chatter("Told by mail: Vera, Gus.", self.lead)

    def test_the_chatter_says_when_nobody_was_told(self):
        self.lead.email_from = False
        self._create()
        self.assertFalse(self._mails_of(self._lose_mine))
        self._assert_in_chatter("Nobody was told by mail.", self.lead)

    def test_nobody_is_told_where_odoo_sends_no_invitations(self):
        self._create()
        self.env["ir.config_parameter"].set_param("calendar.block_mail", True)
        self.assertFalse(self._mails_of(self._lose_mine))
        self._assert_in_chatter("Nobody was told by mail.", self.lead)

    def test_who_declined_is_not_told(self):
        visit = self._create()
        self._attendee(visit).do_decline()
        self.assertFalse(self._mails_of(self._lose_mine))

    def test_nobody_puts_a_cancelled_meeting_into_a_calendar(self):
        visit = self._create()
        self.assertTrue(visit._get_ics_file())
        visit.action_archive()
        self.assertFalse(visit._get_ics_file())

    def test_of_a_series_customers_are_told_once(self):
        visit = self._create(**REPEATED)
        events = visit.recurrence_id.calendar_event_ids
        self.assertEqual(self._invited(self._lose_mine), ["Vera"])
        self.assertEqual(events.mapped("active"), [False] * 3)

    def test_of_a_series_what_has_begun_stays(self):
        visit = self._create(**REPEATED)
        events = visit.recurrence_id.calendar_event_ids.sorted("start")
        self._stay_at(visit.start + HOUR / 2)
        self._lose_mine()
        self.assertEqual(events.mapped("active"), [True, False, False])

    def test_a_visit_that_nobody_recorded_can_still_be(self):
        visit = self._create()
        self._stay_at(visit.start + timedelta(days=3))
        self._lose_mine()
        self.assertTrue(visit.active)
        visit.action_visit_no_show()
        self.assertEqual(visit.visit_state, "no_show")

    def test_a_recorded_visit_stays(self):
        visit = self._create()
        self._let_its_day_come(visit)
        visit.action_visit_done()
        self._lose_mine()
        self.assertTrue(visit.active)

    def test_a_whole_day_is_ahead_until_it_begins(self):
        day = self.start.date()
        visit = self._create(allday=True, start_date=day, stop_date=day)
        dawn = datetime.combine(day, datetime.min.time()) - 8 * HOUR  # in Manila
        with self._at(dawn - HOUR):
            self.assertTrue(visit._is_ahead())
        with self._at(dawn + HOUR):
            self.assertFalse(visit._is_ahead())

    def test_a_cancelled_visit_does_not_take_place(self):
        visit = self._create()
        self._lose_mine()
        self._let_its_day_come(visit)
        with self._refused("not a planned visit"):
            visit.action_visit_done()
        for state in ("done", "no_show"):
            with self._refused("not a planned visit"):
                visit.visit_state = state

    def test_nothing_comes_back_ahead_of_a_closed_lead(self):
        visit = self._create()
        past = self._create(start=datetime.now() - HOUR, stop=datetime.now())
        self._lose_mine()
        with self._refused("is not worked any more"):
            visit.active = True
        with self._refused("is not worked any more"):
            past.write({"start": self.start, "stop": self.start + HOUR})

    def test_a_closed_lead_has_no_next_meeting(self):
        self._create()
        self.assertEqual(self.lead.meeting_display_label, "Next Meeting")
        self._lose_mine()
        shown = self.lead.with_context(active_test=False)
        shown.invalidate_recordset()
        self.assertEqual(shown.meeting_display_label, "No Meeting")
        self.assertFalse(shown.meeting_display_date)
        self.assertFalse(shown.visit_ids)

    def test_other_meetings_of_the_lead_are_cancelled_too(self):
        ordinary = self._create(visit_state=False)
        linked = self.env["calendar.event"].create(
            {
                "name": "Linked",
                "start": self.start,
                "stop": self.start + HOUR,
                "res_model_id": self.env["ir.model"]._get_id("crm.lead"),
                "res_id": self.lead.id,
            }
        )
        linked.opportunity_id = False
        other = self._create(opportunity_id=self._new_lead(self.agent).id)
        self._lose_mine()
        self.assertFalse(ordinary.active)
        self.assertFalse(linked.active)
        self.assertTrue(other.active)

    def test_a_meeting_is_that_of_its_opportunity(self):
        kept = self._new_lead(self.agent)
        meeting = self._create(visit_state=False, opportunity_id=kept.id)
        meeting.sudo().write({"res_id": self.lead.id})
        self._lose_mine()
        self.assertTrue(meeting.active)

    def test_a_private_meeting_of_somebody_else_is_cancelled_unnamed(self):
        meeting = self._create(visit_state=False, name="Secret")
        meeting.sudo().write(
            {
                "privacy": "private",
                "user_id": self.supervisor.id,
                "partner_ids": [Command.set(self.supervisor.partner_id.ids)],
            }
        )
        meeting.sudo().activity_ids.unlink()
        self.assertEqual(self._invited(self._lose_mine), ["Sol"])
        self.assertFalse(meeting.sudo().active)
        (said,) = [text for text in self._chatter(self.lead) if "Cancelled" in text]
        self.assertIn("Busy", said)

    def test_guests_who_may_not_write_the_lead_change_nothing_about_it(self):
        seller = new_test_user(self.env, "seller", "base.group_user", name="Seller")
        visit = self._create()
        visit.partner_ids += seller.partner_id
        self._lose_mine()
        with self.assertRaises(UserError):
            visit.with_user(seller).active = True

    def test_a_merged_lead_brings_its_visit_along(self):
        visit = self._create()
        merged = (self._new_lead(self.agent) | self.lead)._merge_opportunity()
        self.assertTrue(visit.active)
        self.assertEqual(visit.opportunity_id, merged)
        self._lose(merged)
        self.assertFalse(visit.active)

    def _cost(self, count, customer):
        """Return how many queries it takes to lose leads with a visit ahead."""
        leads = self.lead.concat(*(self._new_lead(self.agent) for _ in range(count)))
        for lead in leads:
            self._create(opportunity_id=lead.id, partner_ids=customer.ids)
        leads = leads.with_user(self.agent).with_context(tracking_disable=True)
        return self._count_queries(
            lambda: leads.action_set_lost(lost_reason_id=self.reason.id)
        )

    def test_many_leads_cost_no_more_queries_but_for_their_mails(self):
        self.lead = self.lead.browse()
        customer = self.env["res.partner"].create({"name": "Vera"})
        self._cost(2, customer)  # what is read once
        self.assertLess(self._cost(22, customer) - self._cost(2, customer), 10)
        customer.email = "vera@customer.example"
        self._cost(2, customer)
        growth = self._cost(22, customer) - self._cost(2, customer)
        self.assertLess(growth, 20 * QUERIES_OF_A_MAIL)
