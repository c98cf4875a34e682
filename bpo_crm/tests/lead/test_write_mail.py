from datetime import datetime, timedelta

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import Form, tagged

from ..common import BpoCase


@tagged("post_install", "-at_install")
class TestWriteMail(BpoCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.lead = cls._new_lead(cls.agent, email_from="juan@customer.example")

    def _open(self, lead=None, user=None):
        """Press Write Email and return the composer."""
        lead = (lead or self.lead).with_user(user or self.agent)
        action = lead.action_write_mail()
        composers = self.env[action["res_model"]].with_user(user or self.agent)
        return Form(composers.with_context(**action["context"]))

    def _proposed(self):
        return self.lead.with_user(self.agent)._find_mail_template()

    def _template(self, name):
        return self.env.ref(f"bpo_crm.mail_template_{name}")

    def _call(self, result):
        values = {"lead_id": self.lead.id, "result": result}
        self.env["crm.call.log"].with_user(self.agent).create(values)

    def _plan_visit(self):
        start = datetime.now().replace(microsecond=0) + timedelta(days=2)
        return (
            self.env["calendar.event"]
            .with_user(self.agent)
            .create(
                {
                    "name": "Visit",
                    "opportunity_id": self.lead.id,
                    "visit_state": "planned",
                    "start": start,
                    "stop": start + timedelta(hours=1),
                    "location": "1 Main Street",
                    "mails_guests": False,
                }
            )
        )

    # ------------------------------------------------------------
    # Which mail
    # ------------------------------------------------------------

    def test_by_default_it_is_about_the_enquiry(self):
        self.assertEqual(self._proposed(), self._template("enquiry"))
        self._call("answered")
        self.assertEqual(self._proposed(), self._template("enquiry"))

    def test_who_was_not_reached_is_told_so(self):
        for result in ("no_answer", "busy", "voicemail", "wrong_number"):
            self._call(result)
            self.assertEqual(self._proposed(), self._template("not_reached"), result)

    def test_a_visit_that_is_ahead_is_confirmed(self):
        visit = self._plan_visit()
        self.assertEqual(self._proposed(), self._template("visit_ahead"))
        composer = self._open()
        self.assertIn(visit._format_start(), composer.body)
        self.assertIn("1 Main Street", composer.body)
        visit.sudo().visit_state = False
        self.assertEqual(self._proposed(), self._template("enquiry"))

    def test_managers_say_which_mail_follows(self):
        ours = self._template("still_interested")
        self.new.with_user(self.manager).mail_template_id = ours
        self.assertEqual(self._proposed(), ours)
        outcome = self.env["crm.call.outcome"]._find("answered")
        outcome.with_user(self.manager).mail_template_id = self._template("enquiry")
        self._call("answered")
        self.assertEqual(self._proposed(), self._template("enquiry"))

    def test_an_archived_mail_is_not_proposed(self):
        self._call("busy")
        self._template("not_reached").active = False
        self.assertEqual(self._proposed(), self._template("enquiry"))
        self._template("enquiry").active = False
        self.assertFalse(self._proposed())
        self.assertTrue(self._open())

    def test_a_mail_about_something_else_is_refused(self):
        template = self.env["mail.template"].create(
            {"name": "Users", "model_id": self.env.ref("base.model_res_users").id}
        )
        outcome = self.env["crm.call.outcome"]._find("busy")
        for record in (outcome, self.new):
            with self._refused("no mail about a lead", ValidationError):
                record.with_user(self.manager).mail_template_id = template
        for user in (self.agent, self.supervisor):
            with self.assertRaises(AccessError):
                outcome.with_user(user).mail_template_id = self._template("enquiry")

    # ------------------------------------------------------------
    # Writing it
    # ------------------------------------------------------------

    def test_every_mail_speaks_for_the_dealership(self):
        company = self.env.company.name
        for name in ("not_reached", "visit_ahead", "enquiry", "still_interested"):
            values = self._template(name)._generate_template(
                self.lead.ids, ("subject", "body_html")
            )[self.lead.id]
            body = values["body_html"]
            for word in ("Dear Juan dela Cruz", "Picanto", "Ana", "Pasig"):
                self.assertIn(word, body, name)
            self.assertNotIn(company, body + values["subject"])
            self.assertNotIn("{{", body + values["subject"])

    def test_it_goes_to_the_customer_from_the_agent(self):
        composer = self._open().save()
        composer.action_send_mail()
        message = self.lead.message_ids.filtered(
            lambda row: row.message_type == "comment"
        )
        self.assertEqual(message.author_id, self.agent.partner_id)
        self.assertEqual(message.partner_ids.email, "juan@customer.example")
        self.assertIn("Pasig", message.body)
        # By the rules that are there for what a person writes.
        self.assertTrue(self.lead.first_attempt_date)
        self.assertEqual(self.lead.first_attempt_user_id, self.agent)

    def test_without_an_address_it_says_what_to_do(self):
        for address in (False, "nobody"):
            self.lead.email_from = address
            with self._refused("has no email address"):
                self.lead.with_user(self.agent).action_write_mail()

    def test_nobody_writes_about_other_peoples_leads(self):
        for user in (self.other_agent, self.env.ref("base.public_user")):
            with self.assertRaises(AccessError):
                self.lead.with_user(user).action_write_mail()
        pool = self._new_lead(email_from="maria@customer.example")
        with self._refused("before you work it"):
            pool.with_user(self.agent).action_write_mail()
        self.assertTrue(self._open(user=self.supervisor))
