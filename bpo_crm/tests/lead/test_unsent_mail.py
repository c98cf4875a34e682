import smtplib
from unittest.mock import patch

from odoo.tests import tagged
from odoo.tools import mute_logger

from ..common import BpoCase


@tagged("post_install", "-at_install")
class TestUnsentMail(BpoCase):
    """A mail about a lead that nobody got is told there; one customer gets each."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.lead = cls._new_lead(cls.agent, email_from="maria@customer.example")

    def _send(self, error, **values):
        """Let the mail server refuse a mail; return what the chatter says of it."""
        server = self.env.registry["ir.mail_server"]
        mail = self.env["mail.mail"].create(
            {
                "subject": "Your order",
                "body_html": "<p>Hello</p>",
                "email_from": "floor@bpo.example",
                "model": "crm.lead",
                "res_id": self.lead.id,
                "auto_delete": True,
                **values,
            }
        )
        before = self.lead.message_ids
        patched = {
            "send_email": _raise(error),
            # Of 18.0, and two of 19.0.
            "connect": lambda *args, **kw: None,
            "_connect__": lambda *args, **kw: None,
            "_disable_send": lambda *args: False,
        }
        patched = {name: patched[name] for name in patched if hasattr(server, name)}
        loggers = ("odoo.addons.mail.models.mail_mail", "odoo.tests")
        with patch.multiple(server, **patched), mute_logger(*loggers):
            mail.send()
        return self.lead.message_ids - before

    def test_what_could_not_be_sent_is_told_on_the_lead(self):
        no_recipient = self.env["ir.mail_server"].NO_VALID_RECIPIENT
        for error, address in (
            (AssertionError(no_recipient), "not an address"),
            (AssertionError(no_recipient), False),
            (smtplib.SMTPRecipientsRefused({"x": (550, b"no")}), "gone@dealer.example"),
            (smtplib.SMTPSenderRefused(550, b"no", "x"), "one@dealer.example"),
            (smtplib.SMTPDataError(552, b"too big"), "two@dealer.example"),
            (UnicodeEncodeError("ascii", "\xe9", 0, 1, "no"), "caf\xe9@dealer.example"),
        ):
            with self.subTest(address=address):
                (note,) = self._send(error, email_to=address)
                self.assertIn("could not be sent", note.body)
                self.assertIn("Your order", note.body)
                self.assertIn(address or "nobody", note.body)
                self.assertIn(self.agent.partner_id, note.notified_partner_ids)
                # The same again is no news.
                self.assertFalse(self._send(error, email_to=address))

    def test_what_goes_to_colleagues_is_none_of_it(self):
        error = smtplib.SMTPDataError(552, b"too big")
        to = {"email_to": False, "recipient_ids": self.agent.partner_id.ids}
        self.assertFalse(self._send(error, **to))

    def test_a_mail_about_a_visit_is_told_on_its_lead(self):
        visit = self.env["calendar.event"].create(
            {
                "name": "Visit",
                "start": "2026-12-01 10:00:00",
                "stop": "2026-12-01 11:00:00",
                "opportunity_id": self.lead.id,
            }
        )
        error = smtplib.SMTPDataError(552, b"too big")
        about = {"model": "calendar.event", "res_id": visit.id}
        (note,) = self._send(error, email_to="m@dealer.example", **about)
        self.assertIn("m@dealer.example", note.body)

    def test_what_was_sent_is_not_told(self):
        self.assertFalse(self._send(None, email_to="m@dealer.example"))

    def test_a_customer_who_gives_several_addresses_gets_one_mail(self):
        for address in (
            "maria@customer.example, boss@evil.example",
            "maria@customer.example; boss@evil.example",
            "maria@customer.example,boss@evil.example",
            "Maria <maria@customer.example>, Boss <boss@evil.example>",
            "maria@customer.example boss@evil.example",
        ):
            with self.subTest(address=address):
                self.lead.email_from = address
                found = self.lead._message_get_default_recipients()[self.lead.id]
                self.assertEqual(found["email_to"], "maria@customer.example")
                self.assertNotIn(
                    "boss@evil.example",
                    str(self.lead._message_get_suggested_recipients()),
                )
                template = self.env.ref("bpo_crm.mail_template_enquiry")
                mail = self.env["mail.mail"].browse(template.send_mail(self.lead.id))
                to = [mail.email_to, *mail.recipient_ids.mapped("email")]
                self.assertNotIn("boss@evil.example", str(to))

    def test_one_address_in_two_notations_is_no_further_address(self):
        self.lead.email_from = "maria@xn--bcher-kva.example"
        self.assertEqual(self.lead.email_normalized, "maria@bücher.example")
        suggested = self.lead._message_get_suggested_recipients()
        self.assertIn("maria@xn--bcher-kva.example", str(suggested))


def _raise(error):
    """Return what refuses to send; or takes it, for no error."""

    def send_email(self, message, *args, **kwargs):
        if error:
            raise error
        return message["Message-Id"]

    return send_email
