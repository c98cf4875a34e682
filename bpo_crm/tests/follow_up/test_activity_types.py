from datetime import date, datetime

from freezegun import freeze_time

from odoo.exceptions import AccessError
from odoo.tests import Form, tagged

from ..common import CALL, BpoCase

NOW = "2026-11-18 02:00:00"


@tagged("post_install", "-at_install")
class TestActivityTypes(BpoCase):
    """Requirements 002, "Default and custom activity types", on leads, as an agent."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.lead = cls._new_lead(cls.agent, email_from="juan@customer.example")
        cls.mine = cls.lead.with_user(cls.agent)
        cls.call_type = cls.env.ref(CALL)
        cls.email_type = cls.env.ref("mail.mail_activity_data_email")

    def _new_type(self, **values):
        types = self.env["mail.activity.type"].with_user(self.manager)
        return types.create({"name": "Ring", "res_model": "crm.lead", **values})

    def _open(self, kind):
        """Open the window that schedules an activity of a type."""
        schedule = self.env["mail.activity.schedule"].with_user(self.agent)
        form = Form(
            schedule.with_context(active_model="crm.lead", active_ids=self.lead.ids)
        )
        form.activity_type_id = kind
        return form

    def _schedule(self, kind):
        self._open(kind).save().action_schedule_activities()
        return self.mine.activity_ids

    def test_the_types_of_the_trade_are_there(self):
        kinds = self.env["mail.activity.type"].with_user(self.agent)
        offered = kinds.search([("res_model", "in", ("crm.lead", False))])
        for name in ("email", "call", "meeting", "todo", "upload_document"):
            self.assertIn(self.env.ref(f"mail.mail_activity_data_{name}"), offered)

    def test_managers_make_types(self):
        kind = self._new_type()
        self.assertEqual(self._schedule(kind).activity_type_id, kind)
        for user in (self.agent, self.supervisor):
            with self.assertRaises(AccessError):
                self.env["mail.activity.type"].with_user(user).create({"name": "No"})

    def test_a_type_may_have_a_default_user(self):
        kind = self._new_type(default_user_id=self.supervisor.id)
        self.assertEqual(self._schedule(kind).user_id, self.supervisor)

    def test_without_a_default_user_it_is_the_planners(self):
        self.assertEqual(self._schedule(self._new_type()).user_id, self.agent)

    def test_summary_and_note_are_filled_in(self):
        kind = self._new_type(summary="Ring twice", default_note="<p>Be kind</p>")
        form = self._open(kind)
        self.assertEqual(form.summary, "Ring twice")
        form.summary = "Ring once"
        form.save().action_schedule_activities()
        activity = self.mine.activity_ids
        self.assertEqual(activity.summary, "Ring once")
        self.assertIn("Be kind", activity.note)
        self.assertEqual(kind.summary, "Ring twice")

    def test_the_deadline_is_the_types(self):
        for unit, day in (
            ("days", date(2026, 11, 20)),
            ("weeks", date(2026, 12, 2)),
            ("months", date(2027, 1, 18)),
        ):
            kind = self._new_type(delay_count=2, delay_unit=unit)
            with freeze_time(NOW):
                self.assertEqual(self._open(kind).date_deadline, day)

    def test_a_type_suggests_what_follows(self):
        kind = self._new_type(suggested_next_type_ids=self.email_type.ids)
        activity = self._schedule(kind)
        action = activity.action_feedback_schedule_next()
        form = Form(
            self.env["mail.activity"]
            .with_user(self.agent)
            .with_context(**action["context"])
        )
        self.assertTrue(form.has_recommended_activities)
        self.assertEqual(form.previous_activity_type_id, kind)

    def test_a_type_triggers_what_follows(self):
        kind = self._new_type(triggered_next_type_id=self.email_type.id)
        self._schedule(kind).action_feedback()
        self.assertEqual(self.mine.activity_ids.activity_type_id, self.email_type)

    def test_the_next_one_is_due_after_completion_or_deadline(self):
        for delay_from, day in (
            ("current_date", date(2026, 11, 20)),
            ("previous_activity", date(2026, 11, 12)),
        ):
            following = self._new_type(delay_count=2, delay_from=delay_from)
            kind = self._new_type(triggered_next_type_id=following.id)
            with freeze_time(NOW):
                activity = self.mine.activity_schedule(
                    date_deadline=date(2026, 11, 10),
                    activity_type_id=kind.id,
                    user_id=self.agent.id,
                )
                activity.action_feedback()
            triggered = self.mine.activity_ids.filtered(
                lambda row, kind=following: row.activity_type_id == kind
            )
            self.assertEqual(triggered.date_deadline, day, delay_from)

    def test_a_mail_template_is_sent_from_the_lead(self):
        template = self.env["mail.template"].create(
            {
                "name": "Brochure",
                "model_id": self.env["ir.model"]._get_id("crm.lead"),
                "subject": "Your brochure",
                "body_html": "<p>Here it is</p>",
                "email_to": "{{ object.email_from }}",
            }
        )
        kind = self._new_type(mail_template_ids=template.ids)
        activity = self._schedule(kind)
        self.assertEqual(activity.mail_template_ids, template)
        self.mine.activity_send_mail(template.id)
        self._assert_in_chatter("Here it is", self.lead)

    def test_an_upload_waits_for_its_document(self):
        upload = self.env.ref("mail.mail_activity_data_upload_document")
        activity = self._schedule(upload)
        self.assertEqual(activity.activity_category, "upload_file")
        document = (
            self.env["ir.attachment"]
            .with_user(self.agent)
            .create({"name": "Papers", "res_model": "crm.lead", "res_id": self.lead.id})
        )
        activity.action_feedback(attachment_ids=document.ids)
        self.assertIn(document, self.lead.message_ids.attachment_ids)

    def test_a_meeting_opens_the_calendar(self):
        activity = self._schedule(self.env.ref("mail.mail_activity_data_meeting"))
        action = activity.action_create_calendar_event()
        self.assertEqual(action["res_model"], "calendar.event")

    def test_what_is_done_is_kept_with_who_and_when(self):
        activity = self._schedule(self.call_type)
        with freeze_time(NOW):
            activity.with_user(self.supervisor).action_feedback("Reached him")
        kept = activity.with_context(active_test=False).sudo().exists()
        self.assertFalse(kept.active)
        self.assertEqual(kept.done_by_id, self.supervisor)
        self.assertEqual(kept.done_at, datetime(2026, 11, 18, 2))
        self.env.flush_all()
        row = self.env["crm.activity.report"].search([("lead_id", "=", self.lead.id)])
        self.assertEqual(row.author_id, self.supervisor.partner_id)
        self.assertEqual(row.mail_activity_type_id, self.call_type)
        self._assert_in_chatter("Reached him", self.lead)
