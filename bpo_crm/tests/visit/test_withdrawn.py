from odoo import Command
from odoo.tests import tagged

from .visit_case import HOUR, REPEATED, VisitCase


@tagged("post_install", "-at_install")
class TestWithdrawn(VisitCase):
    """A dealership that was told of a visit learns when it does not take place."""

    def _told(self, work):
        """Return the subjects of the mails to dealerships that something sends."""
        mails = self.env["mail.mail"].sudo()
        before = mails.search([])
        work()
        self.env.flush_all()
        sent = mails.search([], order="id") - before
        return [
            (mail.email_to, mail.subject.partition(":")[0])
            for mail in sent
            if (mail.email_to or "").endswith("@dealer.example")
        ]

    def _plan(self, **values):
        return self._create(mails_dealership=True, **values)

    def _assert_cancelled_once(self, work):
        told = self._told(work)
        self.assertEqual(told, [("manager@dealer.example", "Visit cancelled")])

    def test_it_learns_of_a_visit_that_is_archived(self):
        visit = self._plan()
        self._assert_cancelled_once(visit.action_archive)

    def test_it_learns_of_a_visit_that_is_deleted(self):
        visit = self._plan()
        self._assert_cancelled_once(visit.unlink)

    def test_it_reads_when_the_visit_was_to_be(self):
        visit = self._plan()
        start = visit._format_start()
        visit.unlink()
        mail = self.env["mail.mail"].sudo().search([], order="id desc", limit=1)
        self.assertIn("is cancelled", mail.body_html)
        self.assertIn(start, mail.body_html)
        self.assertIn(self.lead.reference, mail.body_html)

    def test_it_learns_of_a_visit_that_is_an_ordinary_meeting_now(self):
        visit = self._plan()
        self._assert_cancelled_once(lambda: visit.write({"visit_state": False}))

    def test_each_dealership_learns_of_a_visit_of_another_lead(self):
        other = self.dealership.copy(
            {"code": "MKT-T", "manager_email": "makati@dealer.example"}
        )
        lead = self._new_lead(self.agent, dealership_id=other.id)
        visit = self._plan()
        told = self._told(lambda: visit.write({"opportunity_id": lead.id}))
        expected = [
            ("makati@dealer.example", "Visit planned"),
            ("manager@dealer.example", "Visit cancelled"),
        ]
        self.assertEqual(sorted(told), expected)

    def test_it_expects_a_visit_again_that_comes_back(self):
        visit = self._plan()
        visit.action_archive()
        told = self._told(visit.action_unarchive)
        self.assertEqual(told, [("manager@dealer.example", "Visit planned")])

    def test_it_need_not_know_that_leads_are_merged(self):
        self._plan()
        other = self._new_lead(self.agent)
        told = self._told(lambda: (other | self.lead)._merge_opportunity())
        self.assertEqual(told, [])

    def test_it_learns_nothing_where_it_was_told_nothing(self):
        visit = self._create()
        self.assertEqual(self._told(visit.action_archive), [])
        self.assertEqual(self._told(visit.unlink), [])

    def test_it_learns_nothing_of_what_took_place(self):
        visit = self._plan()
        self._let_its_day_come(visit)
        self.assertEqual(self._told(visit.action_visit_done), [])
        self.assertEqual(self._told(visit.sudo().unlink), [])

    def test_it_is_told_once_when_the_lead_is_closed(self):
        self._plan()
        self._assert_cancelled_once(
            lambda: self._lose(self.lead.with_user(self.agent)),
        )

    def test_guests_are_told_by_core_alone(self):
        visit = self._plan()
        self.assertEqual(self._invited(visit.action_archive), [])

    # ------------------------------------------------------------
    # Visits that repeat
    # ------------------------------------------------------------

    def _plan_series(self):
        visit = self._plan(**REPEATED)
        return visit.recurrence_id.calendar_event_ids.sorted("start")

    def test_of_a_series_that_is_deleted_it_is_told_once(self):
        for scope in ("all_events", "future_events"):
            first = self._plan_series()[0]
            self._assert_cancelled_once(
                lambda first=first, scope=scope: first.action_mass_deletion(scope)
            )

    def test_of_a_series_that_is_archived_it_is_told_once(self):
        for scope in ("all_events", "future_events", "self_only"):
            first = self._plan_series()[0]
            self._assert_cancelled_once(
                lambda first=first, scope=scope: first.action_mass_archive(scope)
            )

    def test_of_a_series_that_is_cut_it_is_told_once(self):
        for values in ({"recurrency": False}, {"count": 2}):
            second = self._plan_series()[1].with_user(self.agent)
            values["recurrence_update"] = "all_events"
            self._assert_cancelled_once(
                lambda second=second, values=values: second.write(values)
            )

    def test_a_series_that_is_moved_is_not_cancelled(self):
        for scope in ("all_events", "future_events"):
            first, second, _third = self._plan_series().with_user(self.agent)
            event = first if scope == "all_events" else second
            start = event.start + HOUR
            moved = {"start": start, "stop": start + HOUR, "recurrence_update": scope}
            told = self._told(lambda event=event, moved=moved: event.write(moved))
            self.assertEqual(told, [("manager@dealer.example", "Visit moved")])

    def test_a_tick_for_a_whole_series_is_told_once(self):
        visit = self._create(**REPEATED)
        ticked = {"mails_dealership": True, "recurrence_update": "all_events"}
        told = self._told(lambda: visit.write(ticked))
        self.assertEqual(told, [("manager@dealer.example", "Visit planned")])

    def test_another_guest_for_a_whole_series_is_no_news(self):
        visit = self._plan_series()[0]
        guest = Command.link(self.supervisor.partner_id.id)
        added = {"partner_ids": [guest], "recurrence_update": "all_events"}
        self.assertEqual(self._told(lambda: visit.write(added)), [])
