from datetime import datetime, timedelta
from unittest.mock import patch

import psycopg2
from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from ...intake import Enquiry
from ...series import IS_19
from ..common import BpoCase

#: Friday, 22 November 2024, in Manila: 10:00, 17:50 and 21:00.
MORNING = datetime(2024, 11, 22, 2)
LATE = datetime(2024, 11, 22, 9, 50)
NIGHT = datetime(2024, 11, 22, 13)

#: Saturday, noon, and Monday, 9:00.
WEEKEND = datetime(2024, 11, 23, 4)
MONDAY = datetime(2024, 11, 25, 1)
MONDAY_IN_MANILA = (datetime(2024, 11, 24, 16), datetime(2024, 11, 25, 16))

MINUTE = timedelta(minutes=1)


def _to_second(moment):
    return moment.replace(microsecond=0)


class ResponseCase(BpoCase):
    """A dealership that is open on weekdays, and a source with a target."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._remove_all_leads()
        cls.env.company.country_id = cls.env.ref("base.ph")
        cls.hours = cls._new_calendar("Office", days=range(5), start=9, stop=18)
        cls.dealership.resource_calendar_id = cls.hours
        cls.source = cls.env["crm.lead.source"].create(
            {
                "name": "Web",
                "code": "web-t",
                "target_minutes": 30,
                "team_id": cls.team.id,
                "dealership_id": cls.dealership.id,
            }
        )

    def _arrive(self, moment=MORNING, owner=None, **values):
        """Make a lead of the source whose customer asked at a moment."""
        return self._new_lead(
            owner, enquiry_date=moment, intake_source_id=self.source.id, **values
        )

    def _meet(self, lead):
        """Make a meeting of a lead, as its user."""
        return lead.env["calendar.event"].create(
            {
                "name": "Visit",
                "opportunity_id": lead.id,
                "start": MONDAY,
                "stop": MONDAY + 60 * MINUTE,
            }
        )

    def _other_source(self, target_minutes):
        """Make a source with a source of its own in the reports."""
        return self.source.copy(
            {
                "code": "other",
                "utm_source_id": False,
                "target_minutes": target_minutes,
            }
        )

    def _log_call(self, lead, moment, user=None, logged=None):
        """Log a call of a moment, right then or later."""
        calls = self.env["crm.call.log"].with_user(user or self.agent)
        values = {"lead_id": lead.id, "result": "no_answer", "call_date": moment}
        with freeze_time(logged or moment):
            return calls.create(values)

    def _write_to_customer(self, lead, user=None, **values):
        """Send a message out of the chatter."""
        lead._handle_partner_assignment(create_missing=True)
        # Of her own: two leads of one customer would be merged.
        address = f"maria{lead.id}@customer.example"
        lead.partner_id.email = lead.email_from = address
        return lead.with_user(user or self.agent).message_post(
            body="Hello",
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            partner_ids=lead.partner_id.ids,
            **values,
        )


@tagged("post_install", "-at_install")
class TestFirstAttempt(ResponseCase):
    """The first attempt of a person to reach the customer."""

    def _assert_tried(self, lead, moment, user):
        self.assertEqual(lead.first_attempt_date, moment)
        self.assertEqual(lead.first_attempt_user_id, user)

    def _assert_untried(self, lead):
        self._assert_tried(lead, False, self.env["res.users"])

    # ------------------------------------------------------------
    # Arrival
    # ------------------------------------------------------------

    def test_a_lead_made_by_hand_arrives_now(self):
        with freeze_time(MORNING):
            lead = self.env["crm.lead"].with_user(self.agent).create({"name": "Hand"})
        self.assertEqual(lead.enquiry_date, MORNING)

    def test_only_a_supervisor_corrects_the_arrival(self):
        lead = self._arrive(owner=self.agent)
        with self.assertRaises(AccessError):
            lead.with_user(self.agent).enquiry_date = LATE
        other = self.source.copy({"code": "other", "target_minutes": 0})
        with self.assertRaises(AccessError):
            lead.with_user(self.agent).intake_source_id = other
        lead.with_user(self.supervisor).enquiry_date = LATE
        self.assertEqual(lead.response_deadline, MONDAY + 20 * MINUTE)

    def test_an_agent_makes_no_lead_of_a_source(self):
        leads = self.env["crm.lead"].with_user(self.agent)
        values = {"name": "Hand", "user_id": self.agent.id}
        with self.assertRaises(AccessError):
            leads.create({**values, "intake_source_id": self.source.id})
        with self.assertRaises(AccessError):
            leads.with_context(default_intake_source_id=self.source.id).create(values)
        (row,) = leads.load(["name", "phone"], [["File", "+639175550104"]])["ids"]
        made = leads.browse(row).sudo()
        self.assertEqual(made.intake_source_id, self.source._get_of_core("import"))
        self.assertFalse(made.response_deadline)

    def test_an_agent_takes_no_deadline_away_by_another_source(self):
        lead = self._new_lead(
            self.agent, enquiry_date=MORNING, source_id=self.source.utm_source_id.id
        )
        self.assertEqual(lead.response_state, "missed")
        other = self._other_source(0).utm_source_id
        for source in (other.id, False):
            with self.assertRaises(AccessError):
                lead.with_user(self.agent).source_id = source
        lead.with_user(self.agent).source_id = lead.source_id
        lead.with_user(self.supervisor).source_id = other
        self.assertFalse(lead.response_state)
        by_door = self._arrive(owner=self.agent)
        by_door.with_user(self.agent).source_id = other
        self.assertEqual(by_door.response_state, "missed")
        blank = self._new_lead(self.agent, enquiry_date=MORNING)
        blank.with_user(self.agent).source_id = self.source.utm_source_id
        self.assertEqual(blank.response_state, "missed")

    def test_nobody_enters_an_arrival_in_the_future(self):
        tomorrow = fields.Datetime.now() + timedelta(days=1)
        for user in (self.agent, self.manager):
            leads = self.env["crm.lead"].with_user(user)
            with self.assertRaises(ValidationError):
                leads.create({"name": "Late", "enquiry_date": tomorrow})
        lead = self._arrive()
        with self.assertRaises(ValidationError):
            lead.with_user(self.manager).enquiry_date = tomorrow

    def test_nobody_asked_tomorrow(self):
        enquiry = Enquiry(phone="+639175550102", enquired_at=datetime(2500, 1, 1))
        other = Enquiry(phone="+639175550103", enquired_at=MORNING)
        rows, _new = self.env["crm.lead"]._take_in(self.source, [enquiry, other])
        now = fields.Datetime.now()
        self.assertLessEqual(rows[0].lead_id.enquiry_date, now)
        self.assertEqual(rows[1].lead_id.enquiry_date, MORNING)
        self.assertLess(rows[1].lead_id.response_deadline, now)

    def test_a_customer_who_asks_again_arrived_before(self):
        enquiry = {"phone": "+639175550101"}
        leads = self.env["crm.lead"]
        first = Enquiry(**enquiry, enquired_at=MORNING)
        (row, _new) = leads._take_in(self.source, [first])
        deadline = row.lead_id.response_deadline
        leads._take_in(self.source, [Enquiry(**enquiry, enquired_at=LATE)])
        self.assertEqual(row.lead_id.enquiry_date, MORNING)
        self.assertEqual(row.lead_id.response_deadline, deadline)

    # ------------------------------------------------------------
    # What is an attempt
    # ------------------------------------------------------------

    def test_a_logged_call_is(self):
        lead = self._arrive(owner=self.agent)
        self._assert_untried(lead)
        self._log_call(lead, MORNING + 5 * MINUTE)
        self._assert_tried(lead, MORNING + 5 * MINUTE, self.agent)

    def test_a_call_of_the_wizard_is(self):
        lead = self._arrive(owner=self.agent)
        wizards = self.env["crm.lead.log.call"].with_user(self.agent)
        with freeze_time(MORNING + 7 * MINUTE):
            form = Form(wizards.with_context(default_lead_id=lead.id))
            form.result = "answered"
            form.save().action_save()
        self._assert_tried(lead, lead.call_log_ids.call_date, self.agent)

    def test_a_message_to_the_customer_is(self):
        lead = self._arrive(owner=self.agent)
        with self._at(MORNING + 6 * MINUTE):
            self._write_to_customer(lead)
        self._assert_tried(lead, MORNING + 6 * MINUTE, self.agent)

    def test_a_mail_of_the_composer_is_also_with_a_template(self):
        lead = self._arrive(owner=self.agent, email_from="maria@customer.example")
        lead._handle_partner_assignment(create_missing=True)
        template = self.env["mail.template"].create(
            {
                "name": "Hello",
                "model_id": self.env["ir.model"]._get_id("crm.lead"),
                "subject": "Hello",
                "body_html": "<p>Hello</p>",
            }
        )
        context = {
            "default_model": "crm.lead",
            "default_res_ids": lead.ids,
            "default_composition_mode": "comment",
            "default_template_id": template.id,
            "default_partner_ids": lead.partner_id.ids,
        }
        composers = self.env["mail.compose.message"].with_user(self.agent)
        with self._at(MORNING + 8 * MINUTE):
            composer = composers.with_context(**context).create({})
            composer.partner_ids = lead.partner_id
            composer._action_send_mail()
        self._assert_tried(lead, MORNING + 8 * MINUTE, self.agent)

    def test_a_mail_that_is_sent_later_is_when_it_is_sent(self):
        lead = self._arrive(owner=self.agent, email_from="maria@customer.example")
        lead._handle_partner_assignment(create_missing=True)
        # Odoo compares it with the time of PostgreSQL.
        later = datetime.now() + timedelta(days=2)
        with self._at(MORNING + 5 * MINUTE):
            message = lead.with_user(self.agent).message_post(
                body="Hello",
                message_type="comment",
                subtype_xmlid="mail.mt_comment",
                partner_ids=lead.partner_id.ids,
                scheduled_date=later,
            )
        self._assert_untried(lead)
        schedules = self.env["mail.message.schedule"]
        with freeze_time(MORNING + 10 * MINUTE):
            schedules.search([("mail_message_id", "=", message.id)]).force_send()
        self._assert_tried(lead, MORNING + 10 * MINUTE, self.agent)
        lead._compute_first_attempt()
        self._assert_tried(lead, MORNING + 10 * MINUTE, self.agent)

    def _receive_from_mail_program(self, lead, recipient):
        """Let the gateway have a mail of the agent with a copy to the lead."""
        mail = (
            f"From: {self.agent.email}\n"
            f"To: {recipient}\n"
            "Cc: floor@bpo.test\n"
            "Subject: Your enquiry\n"
            f"Message-Id: <{lead.id}-{recipient}>\n\n"
            "Hello"
        )
        self.env["mail.thread"].message_process(
            "crm.lead", mail.encode(), thread_id=lead.id
        )

    def test_a_mail_of_a_mail_program_to_the_customer_is(self):
        lead = self._arrive(owner=self.agent, email_from="maria@customer.example")
        lead._handle_partner_assignment(create_missing=True)
        self._receive_from_mail_program(lead, "boss@bpo.test")
        self._assert_untried(lead)
        self._receive_from_mail_program(lead, "maria@customer.example")
        mail = lead.message_ids.filtered(lambda row: row.message_type == "email")[:1]
        self._assert_tried(lead, _to_second(mail.create_date), self.agent)

    def test_such_a_mail_to_a_customer_who_is_no_contact_is_where_odoo_knows(self):
        lead = self._arrive(owner=self.agent, email_from="maria@customer.example")
        self._receive_from_mail_program(lead, "maria@customer.example")
        self.assertEqual(bool(lead.first_attempt_date), IS_19)

    def test_a_visit_and_any_meeting_are(self):
        later = datetime.now() + timedelta(days=3)
        for values in ({"visit_state": "planned"}, {}):
            lead = self._arrive(owner=self.agent)
            events = self.env["calendar.event"].with_user(self.agent)
            event = events.create(
                {
                    "name": "Visit",
                    "opportunity_id": lead.id,
                    "start": later,
                    "stop": later + 60 * MINUTE,
                    **values,
                }
            )
            self._assert_tried(lead, _to_second(event.create_date), self.agent)

    def test_a_meeting_of_somebody_who_is_gone_is(self):
        lead = self._arrive(owner=self.agent)
        event = self._meet(lead)
        # As PostgreSQL does when a user is deleted.
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE calendar_event SET create_uid = NULL WHERE id = %s", [event.id]
        )
        self.env.invalidate_all()
        lead._compute_first_attempt()
        self.assertEqual(lead.first_attempt_date, _to_second(event.create_date))

    def test_an_attempt_is_dated_to_the_second(self):
        lead = self._arrive(owner=self.agent)
        event = self._meet(lead)
        self.env.flush_all()
        # As PostgreSQL dates what is made in the second in which the customer asked.
        self.env.cr.execute(
            """
            UPDATE calendar_event
               SET create_uid = %s, create_date = %s, lead_linked_at = NULL
             WHERE id = %s
            """,
            [self.agent.id, MORNING + timedelta(milliseconds=200), event.id],
        )
        self.env.invalidate_all()
        lead._compute_first_attempt()
        self._assert_tried(lead, MORNING, self.agent)
        self.assertEqual(lead.response_minutes, 0)

    def test_what_comes_first_counts(self):
        lead = self._arrive(owner=self.agent)
        with self._at(MORNING + 20 * MINUTE):
            self._write_to_customer(lead)
        self._log_call(lead, MORNING + 30 * MINUTE)
        self._assert_tried(lead, MORNING + 20 * MINUTE, self.agent)
        self._log_call(lead, MORNING + 10 * MINUTE, self.supervisor)
        self._assert_tried(lead, MORNING + 10 * MINUTE, self.supervisor)

    # ------------------------------------------------------------
    # What is none
    # ------------------------------------------------------------

    def test_a_note_is_none(self):
        lead = self._arrive(owner=self.agent)
        lead.with_user(self.agent).message_post(
            body="Nobody at home", message_type="comment", subtype_xmlid="mail.mt_note"
        )
        self._assert_untried(lead)

    def test_a_message_to_a_colleague_is_none(self):
        lead = self._arrive(owner=self.agent, email_from="maria@customer.example")
        lead.with_user(self.agent).message_post(
            body="Please help",
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            partner_ids=self.supervisor.partner_id.ids,
        )
        self._assert_untried(lead)

    def test_what_the_system_writes_is_none(self):
        lead = self._arrive(owner=self.agent)
        self._write_to_customer(lead, user=self.env.ref("base.user_root"))
        self._assert_untried(lead)

    def test_an_automatic_mail_is_none_whoever_sets_it_off(self):
        lead = self._arrive(owner=self.agent, email_from="maria@customer.example")
        lead._handle_partner_assignment(create_missing=True)
        template = self.env["mail.template"].create(
            {
                "name": "Thanks",
                "model_id": self.env["ir.model"]._get_id("crm.lead"),
                "subject": "Thanks",
                "body_html": "<p>Thanks</p>",
                "partner_to": "{{ object.partner_id.id }}",
            }
        )
        for method in ("email", "comment"):
            action = self.env["ir.actions.server"].create(
                {
                    "name": "Thanks",
                    "model_id": self.env["ir.model"]._get_id("crm.lead"),
                    "state": "mail_post",
                    "mail_post_method": method,
                    "template_id": template.id,
                }
            )
            action.with_user(self.agent).with_context(
                active_model="crm.lead", active_ids=lead.ids, active_id=lead.id
            ).sudo().run()
        self.assertIn("auto_comment", lead.message_ids.mapped("message_type"))
        lead.sudo()._compute_first_attempt()
        self._assert_untried(lead)

    def test_a_change_and_a_mail_of_the_customer_are_none(self):
        lead = self._arrive(email_from="maria@customer.example")
        lead.with_user(self.agent).action_claim()
        self._flush_tracking()
        lead._handle_partner_assignment(create_missing=True)
        lead.message_post(
            body="Hello?",
            message_type="email",
            author_id=lead.partner_id.id,
            subtype_xmlid="mail.mt_comment",
        )
        self._assert_untried(lead)

    def test_a_meeting_that_the_customer_booked_is_none(self):
        lead = self._arrive(owner=self.agent)
        self._meet(lead.with_user(self.env.ref("base.user_root")))
        self._assert_untried(lead)

    # ------------------------------------------------------------
    # Right afterwards, too
    # ------------------------------------------------------------

    def test_a_call_that_is_logged_later_counts_with_its_date(self):
        lead = self._arrive(owner=self.agent)
        later = MORNING + 30 * MINUTE
        self._log_call(lead, later)
        self._log_call(lead, MORNING + 3 * MINUTE, logged=later)
        self._assert_tried(lead, MORNING + 3 * MINUTE, self.agent)

    def test_a_call_in_which_the_lead_was_made_counts_as_at_once(self):
        lead = self._arrive(owner=self.agent)
        calls = self.env["crm.call.log"].with_user(self.agent)
        with freeze_time(MORNING + 10 * MINUTE):
            calls.create({"lead_id": lead.id, "result": "answered", "duration": 40})
        self._assert_tried(lead, MORNING, self.agent)
        self.assertEqual(lead.response_minutes, 0)

    def test_a_deleted_call_is_forgotten(self):
        lead = self._arrive(owner=self.agent)
        first = self._log_call(lead, MORNING + 3 * MINUTE)
        second = self._log_call(lead, MORNING + 9 * MINUTE, self.supervisor)
        first.with_user(self.manager).unlink()
        self._assert_tried(lead, MORNING + 9 * MINUTE, self.supervisor)
        second.with_user(self.manager).unlink()
        self._assert_untried(lead)

    def test_a_corrected_date_counts(self):
        lead = self._arrive(owner=self.agent)
        call = self._log_call(lead, MORNING + 3 * MINUTE)
        call.with_user(self.supervisor).call_date = MORNING + 4 * MINUTE
        self._assert_tried(lead, MORNING + 4 * MINUTE, self.agent)

    def test_merged_leads_have_the_first_attempt_of_all(self):
        head = self._arrive(MORNING + 10 * MINUTE, self.agent, priority="3")
        other = self._arrive(owner=self.agent)
        self._log_call(head, MORNING + 40 * MINUTE)
        with self._at(MORNING + 30 * MINUTE):
            self._write_to_customer(other)
        merged = (head | other).with_user(self.supervisor).merge_opportunity().sudo()
        self.assertEqual(merged.enquiry_date, MORNING)
        self._assert_tried(merged, MORNING + 30 * MINUTE, self.agent)
        self.assertEqual(merged.response_minutes, 30)

    def test_nobody_writes_it_by_hand(self):
        lead = self._arrive(owner=self.agent)
        values = {
            "first_attempt_date": MORNING,
            "first_attempt_user_id": self.agent.id,
            "response_minutes": 1,
            "response_target_minutes": 600,
            "response_deadline": LATE,
            "response_warning_date": LATE,
            "response_met_rate": 1,
            "is_response_warned": True,
            "is_response_unmeasured": True,
        }
        for user in (self.agent, self.manager):
            for name, value in values.items():
                with self.assertRaises(AccessError):
                    lead.with_user(user).write({name: value})
            with self.assertRaises(AccessError):
                lead.with_user(user).copy(
                    {"phone": False, "email_from": False, "is_response_warned": True}
                )
        values.pop("is_response_warned")
        values.pop("is_response_unmeasured")
        made = (
            self.env["crm.lead"]
            .with_user(self.agent)
            .create({"name": "Fast", "user_id": self.agent.id, **values})
        )
        self._assert_untried(made)
        self.assertFalse(made.response_deadline)


@tagged("post_install", "-at_install")
class TestResponse(ResponseCase):
    """How long customers wait, in the working time of the dealership."""

    # ------------------------------------------------------------
    # Working time
    # ------------------------------------------------------------

    def test_minutes_are_those_of_the_dealerships_hours(self):
        for arrival, attempt, minutes in (
            (MORNING, MORNING + 12 * MINUTE, 12),
            (LATE, NIGHT, 10),
            (LATE, MONDAY + 5 * MINUTE, 15),
            (NIGHT, MONDAY + 5 * MINUTE, 5),
            (NIGHT, WEEKEND, 0),
            (WEEKEND, MONDAY, 0),
        ):
            lead = self._arrive(arrival, self.agent)
            with freeze_time(attempt):
                self._log_call(lead, attempt)
            self.assertEqual(lead.response_minutes, minutes, (arrival, attempt))

    def test_the_zone_is_that_of_the_dealerships_hours(self):
        self.hours.tz = "Europe/Berlin"
        # 9:00 to 18:00 in Berlin are 16:00 to 1:00 in Manila.
        lead = self._arrive(MORNING, self.agent)
        self._log_call(lead, datetime(2024, 11, 22, 8, 20))
        self.assertEqual(lead.response_minutes, 20)

    def test_the_companys_hours_stand_in(self):
        self.dealership.resource_calendar_id = False
        self.env.company.resource_calendar_id = self._new_calendar("Always")
        lead = self._arrive(NIGHT)
        self.assertEqual(lead.response_deadline, NIGHT + 30 * MINUTE)
        self.env.company.resource_calendar_id = False
        lead = self._arrive(NIGHT)
        self.assertEqual(lead.response_deadline, NIGHT + 30 * MINUTE)

    def test_a_holiday_is_no_working_time(self):
        self._new_holiday(self.env.company, *MONDAY_IN_MANILA, self.hours)
        lead = self._arrive(NIGHT)
        self.assertEqual(lead.response_deadline, datetime(2024, 11, 26, 1, 30))

    def test_a_holiday_without_a_calendar_is_its_companys(self):
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        self.hours.company_id = False
        self._new_holiday(elsewhere, *MONDAY_IN_MANILA)
        here = self._arrive(NIGHT)
        there = self._arrive(NIGHT, team_id=False, company_id=elsewhere.id)
        self.assertEqual(here.response_deadline, MONDAY + 30 * MINUTE)
        self.assertEqual(there.response_deadline, datetime(2024, 11, 26, 1, 30))

    # ------------------------------------------------------------
    # The deadline
    # ------------------------------------------------------------

    def test_the_deadline_is_in_working_time(self):
        for arrival, deadline in (
            (MORNING, MORNING + 30 * MINUTE),
            (LATE, MONDAY + 20 * MINUTE),
            (NIGHT, MONDAY + 30 * MINUTE),
            (WEEKEND, MONDAY + 30 * MINUTE),
            (LATE - 20 * MINUTE, LATE + 10 * MINUTE),
        ):
            lead = self._arrive(arrival)
            self.assertEqual(lead.response_deadline, deadline)
        self.source.target_minutes = 3 * 9 * 60
        lead = self._arrive(NIGHT)
        self.assertEqual(lead.response_deadline, datetime(2024, 11, 27, 10))

    def test_an_enquiry_of_long_ago_was_to_be_answered_long_ago(self):
        lead = self._arrive(datetime(1970, 1, 1), self.agent)
        self.assertLess(lead.response_deadline, MORNING)
        leads = self._arrive(datetime(1970, 1, 1)) | self._arrive(MORNING)
        leads.sudo()._compute_response_deadline()
        self.assertEqual(leads[1].response_deadline, MORNING + 30 * MINUTE)

    def test_hours_that_nobody_has_do_not_stop_a_lead(self):
        self.hours.attendance_ids.unlink()
        lead = self._arrive(NIGHT, self.agent)
        self.assertEqual(lead.response_deadline, NIGHT + 30 * MINUTE)

    @mute_logger("odoo.sql_db")
    def test_a_target_is_not_negative(self):
        with self.assertRaises(psycopg2.errors.CheckViolation):
            self.source.target_minutes = -1
            self.source.flush_recordset()

    def test_a_source_without_a_target_promises_nothing(self):
        self.source.target_minutes = 0
        lead = self._arrive()
        self.assertFalse(lead.response_deadline)
        self.assertFalse(lead.response_state)

    def test_leads_by_other_ways_have_the_target_of_the_same_source(self):
        utm = self.source.utm_source_id
        lead = self._new_lead(enquiry_date=MORNING, source_id=utm.id)
        self.assertEqual(lead.response_deadline, MORNING + 30 * MINUTE)
        self.source.copy(
            {"code": "fast", "utm_source_id": utm.id, "target_minutes": 10}
        )
        lead = self._new_lead(enquiry_date=MORNING, source_id=utm.id)
        self.assertEqual(lead.response_deadline, MORNING + 10 * MINUTE)
        self.assertFalse(self._new_lead().response_deadline)

    def test_the_door_sets_it(self):
        enquiry = Enquiry(phone="+639175550101", enquired_at=MORNING)
        row, _new = self.env["crm.lead"]._take_in(self.source, [enquiry])
        self.assertEqual(row.lead_id.response_deadline, MORNING + 30 * MINUTE)

    def test_a_later_target_changes_nothing(self):
        lead = self._arrive()
        self.env.flush_all()
        self.source.target_minutes = 5
        self.env.flush_all()
        self.assertEqual(lead.response_deadline, MORNING + 30 * MINUTE)

    def test_an_open_lead_keeps_its_target_whatever_is_corrected(self):
        lead = self._arrive(source_id=self.source.utm_source_id.id)
        other = self._other_source(7)
        self.env.flush_all()
        self.source.target_minutes = 5
        lead.dealership_id = self.dealership.copy({"code": "always"})
        lead.dealership_id.resource_calendar_id = self._new_calendar("Always")
        lead.source_id = other.utm_source_id
        lead.enquiry_date = NIGHT
        self.assertEqual(lead.response_deadline, NIGHT + 30 * MINUTE)
        lead.intake_source_id = other
        self.assertEqual(lead.response_deadline, NIGHT + 7 * MINUTE)

    def test_a_source_that_is_filled_in_later_has_its_target_of_then(self):
        lead = self._new_lead(enquiry_date=MORNING)
        lead.source_id = self.source.utm_source_id
        self.assertEqual(lead.response_deadline, MORNING + 30 * MINUTE)

    def test_a_closed_lead_keeps_what_it_has(self):
        with freeze_time(MORNING + 5 * MINUTE):
            in_time = self._arrive(source_id=self.source.utm_source_id.id)
            by_report = self._new_lead(
                enquiry_date=MORNING, source_id=self.source.utm_source_id.id
            )
            self._lose((in_time | by_report).with_user(self.supervisor))
        with freeze_time(MORNING + 45 * MINUTE):
            missed = self._arrive()
            self._lose(missed.with_user(self.supervisor))
        other = self._other_source(600)
        elsewhere = self.dealership.copy({"code": "other"})
        for lead in in_time | by_report | missed:
            lead = lead.with_user(self.supervisor)
            lead.dealership_id = elsewhere
            lead.source_id = other.utm_source_id
            lead.intake_source_id = other
            lead.enquiry_date = MORNING - MINUTE
        self.env.flush_all()
        for lead in in_time | by_report:
            self.assertFalse(lead.response_state)
        self.assertEqual(missed.response_deadline, MORNING + 30 * MINUTE)
        self.assertEqual(missed.response_state, "missed")
        with Form(missed.with_user(self.supervisor)) as form:
            form.dealership_id = self.dealership
            self.assertEqual(form.response_deadline, str(MORNING + 30 * MINUTE))

    # ------------------------------------------------------------
    # What it means now
    # ------------------------------------------------------------

    def _arrive_in_all_states(self):
        """Make leads; return what their states are at 10:25 on Friday."""
        met, late = (self._arrive(owner=self.agent) for _n in range(2))
        before = MORNING - 60 * MINUTE
        late.enquiry_date = before
        self._log_call(met, MORNING + 2 * MINUTE)
        self._log_call(late, MORNING + 2 * MINUTE)
        return {
            met: "met",
            late: "missed",
            self._arrive(before): "missed",
            self._arrive(MORNING): "due_soon",
            self._arrive(MORNING + 10 * MINUTE): "waiting",
            self._new_lead(): False,
        }

    def test_the_state_says_what_is_to_be_done(self):
        expected = self._arrive_in_all_states()
        with freeze_time(MORNING + 25 * MINUTE):
            for lead, state in expected.items():
                self.assertEqual(lead.response_state, state)

    def test_every_state_is_found_in_a_single_query(self):
        expected = self._arrive_in_all_states()
        leads = self.env["crm.lead"].concat(*expected)
        self.env.flush_all()
        states = ["waiting", "due_soon", "missed", "met", False]
        with freeze_time(MORNING + 25 * MINUTE):
            for operator, value, wanted in (
                *(("=", state, [state]) for state in states),
                *(
                    ("!=", state, [other for other in states if other != state])
                    for state in states
                ),
                ("in", ["missed", "due_soon"], ["missed", "due_soon"]),
                ("not in", ["missed", False], ["waiting", "due_soon", "met"]),
            ):
                domain = [("id", "in", leads.ids), ("response_state", operator, value)]
                self.env["crm.lead"].search(domain)
                with self.assertQueryCount(1):
                    found = self.env["crm.lead"].search(domain)
                self.assertEqual(
                    found,
                    leads.filtered(lambda lead, w=wanted: expected[lead] in w).sorted(
                        lambda lead, f=found: f.ids.index(lead.id)
                    ),
                )

    def test_who_need_not_be_called_any_more_is_not_late(self):
        with freeze_time(MORNING + 5 * MINUTE):
            lead = self._arrive()
            self._lose(lead.with_user(self.supervisor))
        self.assertFalse(lead.response_state)

    def test_who_was_called_too_late_stays_so_when_the_lead_is_lost(self):
        with freeze_time(MORNING + 45 * MINUTE):
            lead = self._arrive()
            self._lose(lead.with_user(self.supervisor))
            self.assertEqual(lead.response_state, "missed")

    # ------------------------------------------------------------
    # Warnings
    # ------------------------------------------------------------

    def _warn_at(self, moment):
        with freeze_time(moment):
            self._run_job("crm.lead", "_cron_warn_of_response")

    def test_the_owner_is_warned_once_before_it_is_missed(self):
        lead = self._arrive(owner=self.agent)
        self._set_presence(self.agent)
        self._warn_at(MORNING + 19 * MINUTE)
        self.assertFalse(self._toasts(self.agent))
        self._warn_at(MORNING + 20 * MINUTE)
        (toast,) = self._toasts(self.agent)
        self.assertEqual(toast["type"], "warning")
        self.assertIn(lead.reference, toast["message"])
        self.assertIn("10:30", toast["message"])
        self._warn_at(MORNING + 25 * MINUTE)
        self.assertEqual(len(self._toasts(self.agent)), 1)
        self.assertFalse(self._toasts(self.supervisor))

    def test_the_supervisors_are_warned_where_the_owner_is_away(self):
        self._set_presence(self.supervisor | self.other_agent)
        self._arrive(owner=self.agent)
        self._warn_at(MORNING + 20 * MINUTE)
        self.assertTrue(self._toasts(self.supervisor))
        for user in (self.agent, self.other_agent, self.manager):
            self.assertFalse(self._toasts(user))

    def test_who_signs_in_before_it_is_missed_is_warned_then(self):
        lead = self._arrive(owner=self.agent)
        self._warn_at(MORNING + 20 * MINUTE)
        self.assertFalse(lead.is_response_warned)
        self._set_presence(self.agent)
        self._warn_at(MORNING + 25 * MINUTE)
        self._warn_at(MORNING + 26 * MINUTE)
        self.assertEqual(len(self._toasts(self.agent)), 1)

    def test_who_signs_in_later_is_not(self):
        lead = self._arrive(owner=self.agent)
        self._warn_at(MORNING + 31 * MINUTE)
        self.assertTrue(lead.is_response_warned)
        self._set_presence(self.agent)
        self._warn_at(MORNING + 32 * MINUTE)
        self.assertFalse(self._toasts(self.agent))

    def test_leads_that_nobody_is_there_for_hold_up_no_others(self):
        for _n in range(5):
            self._arrive(owner=self.other_agent)
        lead = self._arrive(MORNING + MINUTE, owner=self.agent)
        self._set_presence(self.agent)
        with patch(
            "odoo.addons.bpo_crm.models.response.crm_lead_response_warning.BATCH", 2
        ):
            self._warn_at(MORNING + 25 * MINUTE)
        (toast,) = self._toasts(self.agent)
        self.assertIn(lead.reference, toast["message"])

    def test_who_works_for_another_company_is_not_warned(self):
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        self.supervisor.write(
            {"company_ids": [(6, 0, elsewhere.ids)], "company_id": elsewhere.id}
        )
        self._set_presence(self.supervisor | self.manager)
        company = self.env.company
        self._arrive(company_id=company.id)
        self._arrive(owner=self.agent, company_id=company.id)
        self._warn_at(MORNING + 20 * MINUTE)
        self.assertFalse(self._toasts(self.supervisor))
        self.assertEqual(len(self._toasts(self.manager)), 1)
        both = [(4, company.id)]
        self.supervisor.company_ids = both
        self._arrive(company_id=elsewhere.id, team_id=False)
        self._warn_at(MORNING + 20 * MINUTE)
        self.assertEqual(len(self._toasts(self.supervisor)), 1)

    def test_the_pool_is_everybodys_who_is_at_work(self):
        self.env.company.sales_calendar_id = self._new_calendar("Always")
        self._set_presence(self.agent | self.supervisor | self.manager)
        self._arrive()
        self._warn_at(MORNING + 20 * MINUTE)
        for user in (self.agent, self.supervisor, self.manager):
            self.assertEqual(len(self._toasts(user)), 1)
        self.assertFalse(self._toasts(self.other_agent))

    def test_many_leads_are_one_warning(self):
        self._set_presence(self.agent)
        for _n in range(5):
            self._arrive(owner=self.agent)
        self._warn_at(MORNING + 20 * MINUTE)
        (toast,) = self._toasts(self.agent)
        self.assertIn("2 more", toast["message"])

    def test_who_is_warned_reads_it_in_the_own_language(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.agent.lang = "fr_FR"
        self._set_presence(self.agent)
        self._arrive(owner=self.agent)
        self._warn_at(MORNING + 20 * MINUTE)
        (toast,) = self._toasts(self.agent)
        self.assertIn("22/11/2024", toast["message"])

    def test_nobody_is_warned_of_what_is_done(self):
        self._set_presence(self.agent)
        tried, lost = (self._arrive(owner=self.agent) for _n in range(2))
        self._log_call(tried, MORNING + MINUTE)
        with freeze_time(MORNING + MINUTE):
            self._lose(lost)
        self.source.target_minutes = 0
        self._arrive(owner=self.agent)
        self._warn_at(MORNING + 25 * MINUTE)
        self.assertFalse(self._toasts(self.agent))

    def test_many_warnings_cost_no_more_queries(self):
        def cost(count):
            for _n in range(count):
                self._arrive(owner=self.agent)
            return self._count_queries(lambda: self._warn_at(MORNING + 20 * MINUTE))

        cost(1)
        self.assertLessEqual(cost(20) - cost(2), 3)

    def test_looking_for_warnings_uses_the_index(self):
        self.env.cr.execute("SET LOCAL enable_seqscan = off")
        self.env.cr.execute(
            """
            EXPLAIN SELECT id FROM crm_lead
             WHERE response_warning_date <= now() AND first_attempt_date IS NULL
               AND is_response_warned IS NOT TRUE AND active
            """
        )
        plan = "".join(line for (line,) in self.env.cr.fetchall())
        self.assertIn("crm_lead_response_idx", plan)

    # ------------------------------------------------------------
    # Reports
    # ------------------------------------------------------------

    def test_the_average_is_that_of_the_customers_who_were_called(self):
        for minutes in (10, 20):
            lead = self._arrive(owner=self.agent)
            self._log_call(lead, MORNING + minutes * MINUTE)
        self._arrive()
        ((average,),) = (
            self.env["crm.lead"]
            .with_user(self.manager)
            ._read_group(
                [("intake_source_id", "=", self.source.id)],
                [],
                ["response_minutes:avg"],
            )
        )
        self.assertEqual(average, 15)

    def test_the_share_of_each_source_leaves_out_who_can_still_be_called(self):
        self._arrive_in_all_states()
        with freeze_time(MORNING + 25 * MINUTE):
            groups = (
                self.env["crm.lead"]
                .with_user(self.manager)
                ._read_group(
                    [("response_deadline", "!=", False)],
                    ["intake_source_id"],
                    ["response_met_rate:avg", "__count"],
                )
            )
        ((_source, rate, count),) = groups
        self.assertAlmostEqual(rate, 1 / 3)
        self.assertEqual(count, 5)

    def test_the_pipeline_analysis_has_it(self):
        self._arrive_in_all_states()
        leads = self.env["crm.lead"].with_user(self.manager)
        described = leads.fields_get(["response_minutes", "response_met_rate"])
        for field in described.values():
            self.assertEqual(field["aggregator"], "avg")
        action = self.env.ref("bpo_crm.crm_pipeline_analysis_action").sudo()
        views = [(view.view_id.id, view.view_mode) for view in action.view_ids]
        search = (action.search_view_id.id, "search")
        arch = leads.get_views([*views, search])["views"]["search"]["arch"]
        self.assertIn("response_state", arch)

    # ------------------------------------------------------------
    # From before the addon
    # ------------------------------------------------------------

    def _lead_from_before(self, **values):
        """Make a lead that was there when the addon was installed."""
        lead = self._new_lead(self.agent, enquiry_date=datetime(2024, 5, 1), **values)
        self.env.flush_all()
        self.env.cr.execute(
            "ALTER TABLE crm_lead DROP COLUMN is_response_unmeasured CASCADE"
        )
        self.env["crm.lead"]._exempt_existing_leads()
        lead.invalidate_recordset()
        return lead

    def test_a_lead_from_before_the_addon_is_not_measured(self):
        lead = self._lead_from_before()
        fresh = self._arrive(owner=self.agent, source_id=lead.source_id.id)
        for each in (lead, fresh):
            self._log_call(each, MORNING + 10 * MINUTE)
            self._write_to_customer(each)
        lead.source_id = self.source.utm_source_id
        self.assertFalse(lead.first_attempt_date)
        self.assertFalse(lead.response_deadline)
        ((average,),) = (
            self.env["crm.lead"]
            .with_user(self.manager)
            ._read_group([], [], ["response_minutes:avg"])
        )
        self.assertEqual(average, 10)

    def test_what_is_merged_with_a_lead_from_before_is_not_measured(self):
        lead = self._lead_from_before()
        fresh = self._arrive(owner=self.agent)
        fresh.stage_id = self.qualified
        self._log_call(fresh, MORNING + 10 * MINUTE)
        merged = (fresh | lead).merge_opportunity()
        self.assertEqual(merged, fresh)
        self.assertFalse(merged.first_attempt_date)
        self.assertFalse(merged.response_deadline)

    # ------------------------------------------------------------
    # In one batch
    # ------------------------------------------------------------

    def _deliver(self, count):
        phone = self._next_phone
        type(self)._next_phone += count
        enquiries = [
            Enquiry(phone=f"+63{phone + number}", enquired_at=MORNING + number * MINUTE)
            for number in range(count)
        ]
        self.env["crm.lead"]._take_in(self.source, enquiries)

    _next_phone = 9_175_570_000

    def _growth(self):
        self._count_queries(lambda: self._deliver(2))
        many = self._count_queries(lambda: self._deliver(130))
        return many - self._count_queries(lambda: self._deliver(30))

    def test_deadlines_of_many_leads_are_one_computation(self):
        without = self._count_queries(lambda: self._deliver(30))
        with_target = self._growth()
        self.source.target_minutes = 0
        self.assertLessEqual(with_target - self._growth(), 1)
        self.source.target_minutes = 30
        again = self._count_queries(lambda: self._deliver(30))
        self.assertLess(again - without, 10)

    def test_calls_of_many_leads_are_one_computation(self):
        def cost(count):
            leads = [self._arrive(owner=self.agent) for _n in range(count)]
            values = [
                {"lead_id": lead.id, "result": "busy", "call_date": LATE}
                for lead in leads
            ]
            calls = self.env["crm.call.log"].with_context(tracking_disable=True)
            self.env.flush_all()
            calls.create(values)
            leads = self.env["crm.lead"].concat(*leads)
            return self._count_queries(leads.sudo()._compute_first_attempt)

        cost(1)
        self.assertLessEqual(cost(30) - cost(3), 3)

    def test_the_form_shows_it_to_an_agent(self):
        lead = self._arrive(owner=self.agent)
        with Form(lead.with_user(self.agent)) as form:
            self.assertEqual(form.response_deadline, str(MORNING + 30 * MINUTE))
            form.tag_ids = self.env["crm.tag"].create({"name": "Hot"})
        self.assertEqual(lead.response_deadline, MORNING + 30 * MINUTE)

    def test_a_supervisor_sets_the_dealerships_hours(self):
        self.dealership.with_user(self.supervisor).resource_calendar_id = self.hours
        with self.assertRaises(AccessError):
            self.dealership.with_user(self.agent).resource_calendar_id = False
