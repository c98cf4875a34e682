from datetime import timedelta

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import Form, new_test_user, tagged
from odoo.tools import mute_logger

from .visit_case import HOUR, REPEATED, VisitCase

#: What a client may say, by which core tells nobody.
SILENT = {
    "dont_notify": True,
    "is_calendar_event_new": True,
    "mail_notrack": True,
    "no_mail_to_attendees": True,
    "skip_attendee_notification": True,
    "tracking_disable": True,
}


@tagged("post_install", "-at_install")
class TestInvitation(VisitCase):
    """Who plans a visit reads who is told of it, and may say otherwise."""

    def _to_dealership(self, work):
        """Return the mails that something sends to the dealership."""
        mails = self.env["mail.mail"].sudo()
        before = mails.search([])
        work()
        self.env.flush_all()
        new = mails.search([], order="id") - before
        address = self.dealership.manager_email
        return new.filtered(lambda mail: mail.email_to == address)

    def _open(self):
        action = self.lead.with_user(self.agent).action_schedule_visit()
        events = self.env["calendar.event"].with_user(self.agent)
        return Form(events.with_context(**action["context"]))

    def _move(self, visit, by=HOUR):
        start = visit.start + by
        visit.with_user(self.agent).write({"start": start, "stop": start + HOUR})

    # ------------------------------------------------------------
    # What the window says
    # ------------------------------------------------------------

    def test_the_window_says_who_is_told(self):
        with self._open() as form:
            self.assertTrue(form.mails_guests)
            self.assertEqual(
                form.invitation_note, "Told by mail: Vera (vera@customer.example)."
            )
            form.mails_guests = False
            self.assertEqual(form.invitation_note, "No guest is told by mail.")

    def test_the_window_says_of_whom_there_is_no_address(self):
        self.lead.email_from = False
        with self._open() as form:
            self.assertEqual(
                form.invitation_note,
                "Nobody is told by mail: there is no email address of Vera.",
            )

    def test_the_window_says_when_no_guest_is_there_to_be_told(self):
        self.lead.partner_id = self.env["res.partner"].create({"name": "Vera"})
        with self._open() as form:
            form.partner_ids.remove(id=self.lead.partner_id.id)
            self.assertEqual(form.invitation_note, "Nobody is told by mail.")

    def test_the_window_says_of_each_guest_whether_it_is_told(self):
        guest = self.env["res.partner"].create({"name": "Gus"})
        with self._open() as form:
            form.partner_ids.add(guest)
            self.assertIn("Told by mail: Vera", form.invitation_note)
            self.assertIn("without an email address: Gus.", form.invitation_note)

    def test_nothing_is_told_of_contacts_that_one_may_not_read(self):
        company = self.env["res.company"].create({"name": "Elsewhere"})
        secret = self.env["res.partner"].create(
            {"name": "Sec", "email": "sec@elsewhere.example", "company_id": company.id}
        )
        events = self.env["calendar.event"].with_user(self.agent)
        values = {"visit_state": "planned", "partner_ids": [Command.link(secret.id)]}
        names = dict.fromkeys(
            ("visit_state", "mails_guests", "partner_ids", "invitation_note"), {}
        )
        told = events.onchange({**values, "mails_guests": True}, [], names)
        self.assertNotIn("sec", str(told["value"].get("invitation_note")).lower())

    def test_a_guest_does_not_read_the_other_guests_addresses(self):
        visit = self._schedule()
        portal = new_test_user(self.env, "guest@bpo.test", "base.group_portal")
        visit.sudo().partner_ids = [Command.link(portal.partner_id.id)]
        for name in ("invitation_note", "dealership_address"):
            with self.assertRaises(AccessError):
                visit.with_user(portal).read([name])

    def test_what_has_begun_is_told_to_nobody(self):
        with self._open() as form:
            form.start, form.stop = self.start - 3 * 24 * HOUR, self.start
            self.assertIn("what has begun", form.invitation_note)
            form.start = self.start - HOUR

    def test_of_others_visits_nobody_reads_it(self):
        visit = self._create().with_user(self.other_agent)
        self.assertFalse(visit.invitation_note)
        self.assertFalse(visit.dealership_address)

    # ------------------------------------------------------------
    # The guests
    # ------------------------------------------------------------

    def test_the_customer_is_invited_by_mail(self):
        self.assertEqual(self._invited(self._create), ["Vera"])

    def test_without_the_tick_no_mail_goes(self):
        visit = self.env["calendar.event"]

        def plan():
            nonlocal visit
            visit = self._create(mails_guests=False)

        guest = self.env["res.partner"].create(
            {"name": "Gus", "email": "gus@customer.example"}
        )
        for work in (
            plan,
            lambda: self._move(visit),
            lambda: visit.write({"partner_ids": [Command.link(guest.id)]}),
            lambda: visit.action_sendmail(),
            lambda: self._lose(self.lead.with_user(self.agent)),
        ):
            self.assertEqual(self._invited(work), [])
        self._assert_in_chatter("Nobody was told by mail.", self.lead)

    def test_no_client_silences_the_mails_of_a_visit(self):
        silent = self.env["calendar.event"].with_user(self.agent).with_context(**SILENT)
        visit = self.env["calendar.event"]

        def plan():
            nonlocal visit
            visit = silent.create(
                {
                    "name": "Visit",
                    "start": self.start,
                    "stop": self.start + HOUR,
                    "opportunity_id": self.lead.id,
                    "visit_state": "planned",
                    "mails_dealership": True,
                }
            )

        guest = self.env["res.partner"].create(
            {"name": "Gus", "email": "gus@customer.example"}
        )
        told = Command.link(guest.id)
        lead = self.lead.with_user(self.agent).with_context(**SILENT)
        for work, names in (
            (plan, ["Vera"]),
            (lambda: self._move(visit.with_context(**SILENT)), ["Vera"]),
            (
                lambda: visit.with_context(**SILENT).write({"partner_ids": [told]}),
                ["Gus"],
            ),
            (lambda: self._lose(lead), ["Gus", "Vera"]),
        ):
            with self.subTest(names=names):
                self.assertEqual(self._invited(work), names)

    def test_no_client_silences_the_mails_to_the_dealership(self):
        visit = self._create()
        lead = self.lead.with_user(self.agent).with_context(**SILENT)
        for work in (
            lambda: visit.with_context(**SILENT).write({"mails_dealership": True}),
            lambda: self._move(visit.with_context(**SILENT)),
            lambda: self._lose(lead),
        ):
            self.assertEqual(len(self._to_dealership(work)), 1)

    def test_of_an_ordinary_meeting_a_client_may_be_silent(self):
        silent = self.env["calendar.event"].with_user(self.agent).with_context(**SILENT)
        values = {"name": "Talk", "start": self.start, "stop": self.start + HOUR}
        customer = self.env["res.partner"].create(
            {"name": "Gus", "email": "gus@customer.example"}
        )
        invited = self._invited(
            lambda: silent.create({**values, "partner_ids": customer.ids})
        )
        self.assertEqual(invited, [])

    def test_colleagues_are_told_all_the_same(self):
        partners = (self.supervisor | self.agent).partner_id
        invited = self._invited(
            lambda: self._create(mails_guests=False, partner_ids=partners.ids)
        )
        self.assertEqual(invited, ["Sol"])

    def test_whoever_sets_the_tick_later_invites_then(self):
        visit = self._create(mails_guests=False)
        self.assertEqual(
            self._invited(lambda: visit.write({"mails_guests": True})), ["Vera"]
        )
        self.assertEqual(self._invited(lambda: visit.write({"mails_guests": True})), [])

    def test_a_series_keeps_the_tick(self):
        self.assertEqual(
            self._invited(lambda: self._create(mails_guests=False, **REPEATED)), []
        )
        self.assertEqual(set(self.lead.visit_ids.mapped("mails_guests")), {False})

    def test_only_who_works_the_lead_sets_it(self):
        visit = self._create().with_user(self.other_agent)
        for name in ("mails_guests", "mails_dealership"):
            with self._refused(error=AccessError):
                visit.write({name: not visit[name]})

    def test_an_ordinary_meeting_is_odoos(self):
        customer = self.env["res.partner"].create(
            {"name": "Gus", "email": "gus@customer.example"}
        )
        invited = self._invited(
            lambda: self._create(
                visit_state=False, mails_guests=False, partner_ids=customer.ids
            )
        )
        self.assertEqual(invited, ["Gus"])

    # ------------------------------------------------------------
    # The dealership
    # ------------------------------------------------------------

    def test_the_dealership_is_told_only_when_it_is_said(self):
        self.assertFalse(self._to_dealership(self._create))
        with self._open() as form:
            self.assertFalse(form.mails_dealership)
            self.assertEqual(form.dealership_address, "manager@dealer.example")

    def test_the_dealership_reads_who_comes_when_for_what(self):
        (mail,) = self._to_dealership(lambda: self._create(mails_dealership=True))
        visit = self.lead.visit_ids
        for word in (
            "will visit you",
            visit._format_start(),
            "Asia/Manila",
            "Vera",
            self.lead.phone,
            "Picanto",
            "Ana",
            self.lead.reference,
        ):
            self.assertIn(word, mail.body_html)
        self.assertEqual(mail.subject, f"Visit planned: Vera ({self.lead.reference})")

    def test_it_is_told_of_what_becomes_of_the_visit(self):
        visit = self._create(mails_dealership=True)
        for work, subject, words in (
            (lambda: self._move(visit), "Visit moved: Vera", "was moved"),
            (
                lambda: self._lose(self.lead.with_user(self.agent)),
                "Visit cancelled: Vera",
                "is cancelled",
            ),
        ):
            (mail,) = self._to_dealership(work)
            self.assertIn(subject, mail.subject)
            self.assertIn(words, mail.body_html)

    def test_it_is_told_when_the_tick_is_set_later(self):
        visit = self._create()
        (mail,) = self._to_dealership(lambda: visit.write({"mails_dealership": True}))
        self.assertIn("will visit you", mail.body_html)
        self.assertFalse(self._to_dealership(lambda: visit.write({"name": "Visit 2"})))

    def test_of_a_series_it_is_told_once(self):
        mails = self._to_dealership(
            lambda: self._create(mails_dealership=True, **REPEATED)
        )
        self.assertEqual(len(mails), 1)
        visit = self.lead.visit_ids.sorted("start")[:1].with_user(self.agent)
        start = visit.start + HOUR
        moved = {"start": start, "stop": start + HOUR}
        mails = self._to_dealership(
            lambda: visit.write({"recurrence_update": "all_events", **moved})
        )
        self.assertEqual(len(mails), 1)
        mails = self._to_dealership(lambda: self._lose(self.lead.with_user(self.agent)))
        self.assertEqual(len(mails), 1)

    def test_what_has_begun_is_no_news(self):
        start = self.start - timedelta(days=2, hours=1)
        mails = self._to_dealership(
            lambda: self._create(start=start, stop=start + HOUR, mails_dealership=True)
        )
        self.assertFalse(mails)

    def test_without_an_address_nobody_there_is_told(self):
        self.dealership.manager_email = False
        with self._open() as form:
            self.assertFalse(form.dealership_address)
        visit = self._create(mails_dealership=True)
        self.assertTrue(visit)

    def test_a_broken_template_undoes_nothing(self):
        # 19.0 tries a template out as it is saved, where there is a record.
        for name, broken in (
            (
                "mail_template_visit",
                "<t t-if='ctx.get(\"visit_news\")' t-out='object.x'/>",
            ),
            ("mail_template_meeting_cancelled", "<t t-out='object.x'/>"),
        ):
            self.env.ref(f"bpo_crm.{name}").body_html = broken
        with mute_logger("odoo.addons.bpo_crm.mail_templates"):
            visit = self._create(mails_dealership=True)
            self._lose(self.lead.with_user(self.agent))
        self.assertFalse(visit.active)
        self._assert_in_chatter("Nobody was told by mail.", self.lead)
