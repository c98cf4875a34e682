import base64
from unittest.mock import patch

from odoo.exceptions import AccessError
from odoo.tests import Form, tagged

from ..common import BpoCase

ADF = """<?ADF VERSION "1.0"?><?xml version="1.0"?>
<adf><prospect><customer><contact>
<name part="full">Maria</name><phone>%s</phone><email>maria@customer.example</email>
</contact></customer></prospect></adf>"""

MAIL = """Message-ID: {name}
From: {sender}
To: {to}
Subject: {subject}
Date: Fri, 20 Nov 2026 09:30:00 +0800
Content-Type: {kind}; charset="{charset}"
{headers}

{text}
"""


class IntakeMailCase(BpoCase):
    """A source with an address, and mails that the gateway receives."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.company.country_id = cls.env.ref("base.ph")
        domain = cls.env["mail.alias.domain"].search([], limit=1)
        cls.domain = domain or cls.env["mail.alias.domain"].create(
            {"name": "bpo.example", "company_ids": cls.env.company.ids}
        )
        cls.source = (
            cls.env["crm.lead.source"]
            .with_user(cls.manager)
            .create(
                {
                    "name": "Portal",
                    "code": "portal-t",
                    "alias_name": "portal-t",
                    "alias_domain_id": cls.domain.id,
                }
            )
            .with_env(cls.env)
        )

    def _receive(self, text, **values):
        """Let the gateway receive a mail, and commit."""
        mail = MAIL.format(
            **{
                "name": "<1@portal.example>",
                "sender": "Portal <noreply@portal.example>",
                "to": self.source.alias_email,
                "subject": "New lead",
                "kind": "text/plain",
                "charset": "utf-8",
                "headers": "X-Nothing: nothing",
                "text": text,
                **values,
            }
        )
        with self._kept_mails_read():
            self.env["mail.thread"].message_process(
                None, mail.encode(errors="surrogateescape")
            )

    def _rows(self):
        return self.env["crm.lead.enquiry"].search(
            [("source_id", "=", self.source.id)], order="id"
        )

    def _waiting(self):
        return self.env["mail.mail"].search_count([])

    def _find_open(self, address):
        return self.env["crm.lead"].search([("email_normalized", "=", address)])


@tagged("post_install", "-at_install")
class TestIntakeMail(IntakeMailCase):
    """Mails to the address of a source, and to a team's, end at the door."""

    # ------------------------------------------------------------
    # To the address of a source
    # ------------------------------------------------------------

    def test_a_source_gets_an_address(self):
        self.assertEqual(self.source.alias_email, f"portal-t@{self.domain.name}")
        with Form(self.env["crm.lead.source"].with_user(self.manager)) as form:
            form.name = "Magazine"
            form.code = "magazine-t"
            form.alias_name = "magazine-t"
        alias = form.record.sudo().alias_id
        self.assertEqual(alias.alias_model_id.model, "crm.lead")

    def test_only_managers_change_an_address(self):
        with self.assertRaises(AccessError):
            self.source.with_user(self.supervisor).write({"alias_name": "other-t"})
        self.source.invalidate_recordset()
        self.assertEqual(self.source.alias_name, "portal-t")
        self.source.with_user(self.manager).write({"alias_name": "other-t"})
        self.assertEqual(self.source.alias_name, "other-t")

    def test_a_document_becomes_a_lead(self):
        self._receive(ADF % "0917 555 9401")
        row = self._rows()
        self.assertEqual(
            (row.state, row.external_id), ("created", "<1@portal.example>")
        )
        lead = row.lead_id
        self.assertEqual(lead.contact_name, "Maria")
        self.assertEqual(lead.phone_sanitized, "+639175559401")
        self.assertEqual(lead.intake_source_id, self.source)
        self.assertFalse(lead.user_id)
        self.assertFalse(lead.partner_id)

    def test_a_document_of_a_known_customer_is_merged(self):
        lead = self._new_lead(self.agent, phone="+63 917 555 9401")
        self._receive(ADF % "0917 555 9401")
        self.assertEqual((self._rows().state, self._rows().lead_id), ("merged", lead))
        self._assert_in_chatter("through Portal", lead)
        self.env.cr.precommit.run()
        toasts = self.env["bus.bus"].search([("message", "ilike", "asked again")])
        self.assertIn(lead.reference, toasts[-1:].message)

    def test_a_letter_is_an_enquiry(self):
        self._receive(
            "Is it there?", sender="Juan <juan@customer.example>", subject="Picanto"
        )
        lead = self._rows().lead_id
        self.assertEqual(lead.contact_name, "Juan")
        self.assertEqual(lead.email_normalized, "juan@customer.example")
        self.assertIn("Is it there?", lead.description)
        self.assertIn("Picanto", lead.description)

    def test_who_works_the_lead_can_read_the_mail(self):
        self._receive(ADF % "0917 555 9401")
        row = self._rows()
        self.assertIn(b"<phone>0917 555 9401", base64.b64decode(row.mail))
        row.lead_id.with_user(self.agent).action_claim()
        messages = row.lead_id.with_user(self.agent).message_ids
        files = messages.attachment_ids
        self.assertIn(b"<phone>0917 555 9401", files.raw)

    def _document(self, *phones):
        """Return one document with a prospect for each number."""
        start, end = "<prospect>", "</prospect>"
        head, _start, rest = ADF.partition(start)
        inside = rest.partition(end)[0].replace("<email>maria@customer.example", "")
        inside = inside.replace("</email>", "")
        return head + "".join(start + inside % n + end for n in phones) + "</adf>"

    def test_a_mail_with_many_enquiries_is_kept_once(self):
        counts = []
        for number, size in enumerate((2, 20)):
            phones = [f"0917 555 {number}5{n:02}" for n in range(size)]
            with self._count_written_files() as keep:
                self._receive(
                    self._document(*phones), name=f"<{number}@portal.example>"
                )
            counts.append(keep.call_count)
        self.assertEqual(counts[0], counts[1])
        rows = self._rows()[-20:]
        self.assertEqual(set(rows.mapped("state")), {"created"})
        self.assertEqual(len(rows.lead_id), 20)
        leads = rows.lead_id
        files = leads.message_ids.attachment_ids
        self.assertEqual(sorted(files.mapped("res_id")), sorted(leads.ids))
        for content in (
            *files.mapped("raw"),
            *(base64.b64decode(row.mail) for row in rows),
        ):
            self.assertIn(b"0917 555 1519", content)
        self._assert_kept_once(files | self._files_of(rows, "mail"))

    def test_what_came_by_one_mail_is_tried_again_at_once(self):
        self._receive(self._document("0171 2345678", "0171 2345679"))
        rows = self._rows()
        self.assertEqual(rows.mapped("state"), ["quarantined"] * 2)
        self.env.company.country_id = self.env.ref("base.de")
        sources = type(self.source)
        with patch.object(
            sources, "_take_in_mail", autospec=True, side_effect=sources._take_in_mail
        ) as read:
            rows.with_user(self.manager).action_retry()
        self.assertEqual(read.call_count, 1)
        self.assertEqual(self._rows().mapped("state"), ["created"] * 2)

    def test_the_same_mail_comes_in_once(self):
        for _n in range(2):
            self._receive(ADF % "0917 555 9401")
        self.assertEqual(len(self._rows()), 1)
        lead = self._rows().lead_id
        self.assertFalse([b for b in self._chatter(lead) if "asked again" in b])

    def test_many_leads_of_one_sender_are_no_loop(self):
        for number in range(25):
            self._receive(
                ADF.replace("maria@", f"maria{number}@") % f"0917 555 95{number:02}",
                name=f"<{number}@portal.example>",
            )
        self.assertEqual(self._rows().mapped("state"), ["created"] * 25)

    def test_what_cannot_be_read_is_kept(self):
        before = self._waiting()
        self._receive("<adf>Call 0917 555 9401</adf>")
        row = self._rows()
        self.assertEqual(row.state, "quarantined")
        self.assertIn("no prospect", row.error)
        self.assertIn("Call 0917 555 9401", row.content)
        self.assertIn(b"Call 0917 555 9401", base64.b64decode(row.mail))
        self.assertEqual(self._waiting(), before, "nobody is answered")
        row.with_user(self.supervisor).action_retry()
        row = self._rows()
        self.assertEqual(row.state, "quarantined")
        self.assertIn("no prospect", row.error)

    def test_what_could_not_be_read_is_read_later(self):
        self._receive(ADF % "0171 2345678", name="<2@portal.example>")
        self._receive((ADF % "0171 2345678").replace("maria@customer.example", ""))
        row = self._rows()[-1]
        self.assertEqual(row.state, "quarantined")
        self.env.company.country_id = self.env.ref("base.de")
        row.with_user(self.manager).action_retry()
        self.assertEqual(self._rows()[-1].lead_id.phone_sanitized, "+491712345678")

    def test_agents_retry_nothing(self):
        self._receive("<adf/>")
        with self.assertRaises(AccessError):
            self._rows().with_user(self.agent).action_retry()

    def test_a_mail_waits_in_quarantine_until_it_is_read(self):
        error = RuntimeError("The server was stopped")
        with (
            patch.object(type(self.source), "_take_in_mail", side_effect=error),
            self.assertLogs("odoo.addons.bpo_crm", "WARNING"),
        ):
            self._receive(ADF % "0917 555 9401")
        row = self._rows()
        self.assertEqual((row.state, row.error), ("quarantined", str(error)))
        row.action_retry()
        self.assertEqual(self._rows().state, "created")

    def test_automatic_answers_and_bounces_become_nothing(self):
        before = self.env["crm.lead"].search_count([]), self._waiting()
        self._receive("I am away", headers="Auto-Submitted: auto-replied")
        self._receive("Undelivered", sender="MAILER-DAEMON@portal.example")
        self._receive(
            "--b\nContent-Type: text/plain\n\nUndelivered\n--b--",
            kind='multipart/report; boundary="b"; report-type=delivery-status',
        )
        after = self.env["crm.lead"].search_count([]), self._waiting()
        self.assertEqual(after, before)
        self.assertFalse(self._rows())

    def test_odd_character_sets_are_no_reason_to_lose_a_mail(self):
        for number, charset in enumerate(("x-unknown", "unknown-8bit", "utf-7")):
            self._receive(
                ADF % f"0917 555 940{number}",
                charset=charset,
                name=f"<{number}@portal.example>",
            )
        self.assertEqual(set(self._rows().mapped("state")), {"created", "merged"})

    def test_odd_headers_are_no_reason_to_lose_a_mail(self):
        for number, headers in enumerate(
            (
                "Reply-To: juan@",
                "Reply-To: a:b;c <m@x.example>",
                "Reply-To: (",
                "Cc: juan@",
                "References: <",
                "X-Odd: \udcff",
            )
        ):
            self._receive(
                ADF % f"0917 555 940{number}",
                headers=headers,
                name=f"<{number}@portal.example>",
            )
            self.assertEqual(len(self._rows()), number + 1, headers)
        self.assertEqual(set(self._rows().mapped("state")), {"created", "merged"})

    def test_a_broken_mail_is_kept_as_it_came(self):
        for number, kind in enumerate(
            ("multipart/mixed", 'multipart/mixed; boundary="b"', "text/plain; a=\0")
        ):
            self._receive(
                f"Grüße, 0917 555 940{number}",
                sender="juan@customer.example",
                kind=kind,
                name=f"<{number}@portal.example>",
            )
            row = self._rows()[-1]
            self.assertEqual(len(self._rows()), number + 1, kind)
            self.assertIn("Grüße".encode(), base64.b64decode(row.mail))

    def test_a_charset_that_is_none_is_no_reason_to_lose_a_mail(self):
        for number, charset in enumerate(("a\0b", "punycode", "unicode_escape", "zip")):
            self._receive(
                ADF % f"0917 555 940{number}",
                charset=charset,
                name=f"<{number}@portal.example>",
            )
            self.assertEqual(len(self._rows()), number + 1, charset)

    def _broken_types(self):
        """Return types of parts at which Python fails, or core."""
        nested = "message/rfc822\n\n" + "Content-Type: message/rfc822\n\n" * 1000
        return (
            'text/plain; charset=""',
            'text/html; charset=" "',
            "text/plain; charset=ü",
            "text/plain; charset=utf-8ü",
            'text/plain; charset="\0"',
            "multipart/report; boundary=a",
            "multipart/mixed; boundary=a\n\n--a\nContent-Type: text/plain; charset=",
            f"text/plain; {'(' * 600}",
            f"text/plain; {'(' * 19_000}",
            "text/rfc822-headers",
            f"{nested}Content-Type: text/plain",
        )

    def test_a_type_that_python_cannot_read_loses_no_mail_to_a_source(self):
        for number, kind in enumerate(self._broken_types()):
            self._receive(
                "Is it there?",
                sender=f"juan{number}@customer.example",
                kind=kind,
                name=f"<{number}@portal.example>",
            )
            row = self._rows()[-1]
            self.assertEqual(len(self._rows()), number + 1, kind[:80])
            self.assertEqual(row.state, "created", (kind[:80], row.error))
            original = base64.b64decode(row.mail)
            self.assertIn(kind.encode(errors="surrogateescape"), original)

    def test_a_type_that_python_cannot_read_loses_no_mail_to_a_team(self):
        for number, kind in enumerate(self._broken_types()):
            sender = f"juan{number}@customer.example"
            self._receive_for_team(
                "Is it there?",
                sender=sender,
                kind=kind,
                name=f"<{number}@portal.example>",
            )
            self.assertTrue(self._find_open(sender), kind[:80])

    def test_a_part_that_python_cannot_read_loses_no_mail(self):
        for number, head in enumerate(
            (
                'Content-Type: text/plain; charset=""; name="a.txt"',
                "Content-Type: text/xml; charset=ü",
                f"Content-Type: text/plain; {'(' * 2000}",
                f"Content-Disposition: attachment; {'(' * 2000}",
                f"Content-Transfer-Encoding: {'(' * 2000}",
                "Content-Type: message/rfc822\n\nContent-Type: text/plain; charset=",
            )
        ):
            for to in (self.source.alias_email, self._open_team_address()):
                sender = f"juan{number}{to[0]}@customer.example"
                self._receive(
                    f"--a\nContent-Type: text/plain\n\nHello\n--a\n{head}\n\nx\n--a--",
                    to=to,
                    sender=sender,
                    kind="multipart/mixed; boundary=a",
                    name=f"<{sender}>",
                )
                self.assertTrue(self._find_open(sender), (to, head[:80]))

    def test_whom_a_mail_is_for_is_found_at_the_end_of_a_long_header(self):
        others = ", ".join(f'"Some One {n}" <n{n}@x.example>' for n in range(3000))
        for number, name in enumerate(("To", "Cc", "Resent-To")):
            sender = f"juan{number}@customer.example"
            self._receive(
                "Is it there?",
                sender=sender,
                to="nobody@x.example",
                headers=f"{name}: {others}, {self.source.alias_email}",
                name=f"<{number}@portal.example>",
            )
            self.assertTrue(self._find_open(sender), name)

    def test_letters_of_a_portal_that_reads_no_answer_wait_for_somebody(self):
        for number in range(2):
            self._receive(f"Customer {number}", name=f"<{number}@portal.example>")
        rows = self._rows()
        self.assertEqual(rows.mapped("state"), ["quarantined"] * 2)
        self.assertIn("no label in the text names the customer", rows[0].error)
        self.assertIn("Customer 0", rows[0].content)

    def test_an_answer_to_the_agent_stays_with_the_lead(self):
        lead = self._new_lead(self.agent, email_from="maria@customer.example")
        sent = lead.with_user(self.agent).message_post(
            body="Hello", message_type="comment", subtype_xmlid="mail.mt_comment"
        )
        self._receive(
            "Thank you",
            sender="maria@customer.example",
            headers=f"In-Reply-To: {sent.message_id}",
        )
        self.assertFalse(self._rows())
        self._assert_in_chatter("Thank you", lead)

    def test_a_letter_of_an_employee_waits_for_somebody(self):
        for number, customer in enumerate(("Maria", "Jose")):
            self._receive(
                f"{customer} wants a Picanto",
                sender=f"Ana <{self.agent.email.upper()}>",
                name=f"<{number}@bpo.example>",
            )
        rows = self._rows()
        self.assertEqual(rows.mapped("state"), ["quarantined"] * 2)
        self.assertIn("is an employee", rows[0].error)
        self.assertIn("Maria wants a Picanto", rows[0].content)
        self.assertFalse(rows.lead_id)

    def test_an_employee_may_say_who_the_customer_is(self):
        self._receive(
            "Maria wants a Picanto",
            sender=self.agent.email,
            headers="Reply-To: Maria <maria@customer.example>",
        )
        self._receive(
            ADF % "0917 555 9402", sender=self.agent.email, name="<2@bpo.example>"
        )
        rows = self._rows()
        self.assertEqual(rows.mapped("state"), ["created", "merged"])
        self.assertEqual(rows.lead_id.email_normalized, "maria@customer.example")

    def test_a_letter_of_an_employee_who_is_a_customer_is_merged(self):
        lead = self._new_lead(
            self.other_agent,
            contact_name=self.agent.name,
            email_from=self.agent.email,
        )
        self._receive("For me", sender=self.agent.email)
        self.assertEqual((self._rows().state, self._rows().lead_id), ("merged", lead))

    # ------------------------------------------------------------
    # To a team's address
    # ------------------------------------------------------------

    def _open_team_address(self):
        self.team.write({"alias_name": "floor-t", "alias_domain_id": self.domain.id})
        return self.team.alias_id.alias_full_name

    def _receive_for_team(self, text, **values):
        self._receive(text, to=self._open_team_address(), **values)

    def test_a_teams_mail_becomes_a_lead(self):
        self._receive_for_team("Is it there?", sender="Juan <juan@customer.example>")
        lead = self.env["crm.lead"].search([("email_from", "ilike", "juan@customer")])
        self.assertEqual(lead.intake_source_id.name, "Mail")
        self.assertEqual(lead.team_id, self.team)
        self.assertFalse(lead.user_id)
        self._assert_in_chatter("Is it there?", lead)

    def test_a_teams_mail_is_one_line_where_a_lead_is(self):
        self._receive_for_team(
            "Is it\0 there?",
            sender="=?utf-8?q?Juan=0ABcc=3A_x?= <juan@customer.example>",
            subject="=?utf-8?q?Pican=00to=0ABcc=3A_x=40evil=2Eexample?=",
        )
        lead = self._find_open("juan@customer.example")
        self.assertEqual(lead.name, "Picanto Bcc: x@evil.example")
        self.assertNotRegex(f"{lead.contact_name} {lead.email_from}", r"[\n\r]")
        self._assert_in_chatter("Is it there?", lead)
        self.assertFalse(self._rows_of_core())

    def test_a_mail_with_half_a_character_is_read(self):
        # A program hands it over as a text.
        self.team.write({"alias_name": "floor-t", "alias_domain_id": self.domain.id})
        mail = MAIL.format(
            name="<9@x.example>",
            sender="juan@customer.example",
            to=self.team.alias_id.alias_full_name,
            subject="Pican\ud800to",
            kind="text/plain",
            charset="utf-8",
            headers="X-Nothing: nothing",
            text="Is it\udfff there?",
        )
        with self._kept_mails_read():
            self.env["mail.thread"].message_process(None, mail)
        lead = self._find_open("juan@customer.example")
        self.assertEqual(lead.name, "Picanto")
        self._assert_in_chatter("Is it there?", lead)

    def test_the_name_of_a_file_stops_no_mail(self):
        self._receive_for_team(
            "--b\nContent-Type: text/plain\n\nHello\n--b\n"
            "Content-Type: application/pdf\nContent-Transfer-Encoding: base64\n"
            "Content-Disposition: attachment; "
            "filename*=utf-8''a%00b%0Ac.pdf\n\nQQ==\n--b--",
            sender="juan@customer.example",
            kind="multipart/mixed; boundary=b; x=y",
        )
        lead = self._find_open("juan@customer.example")
        self.assertEqual(lead.message_ids.attachment_ids.mapped("name"), ["ab c.pdf"])

    def _rows_of_core(self):
        source = self.env["crm.lead.source"]._get_of_core("mail")
        return self.env["crm.lead.enquiry"].search([("source_id", "=", source.id)])

    def test_a_teams_mail_waits_in_quarantine_until_it_is_read(self):
        lead = self._new_lead(self.agent, email_from="juan@customer.example")
        before = self._waiting()
        error = RuntimeError("The server was stopped")
        with (
            patch.object(type(lead), "message_new", side_effect=error),
            self.assertLogs("odoo.addons.bpo_crm", "WARNING"),
        ):
            self._receive_for_team("Is it there?", sender="juan@customer.example")
        row = self._rows_of_core()
        self.assertEqual((row.state, row.error), ("quarantined", str(error)))
        self.assertEqual(self._waiting(), before, "nobody is answered")
        row.with_user(self.supervisor).action_retry()
        self.assertFalse(self._rows_of_core())
        self._assert_in_chatter("Is it there?", lead)

    def test_a_mail_to_another_address_as_well_is_lost_by_neither(self):
        other = self.env["mail.alias"].create(
            {
                "alias_name": "contacts-t",
                "alias_domain_id": self.domain.id,
                "alias_model_id": self.env["ir.model"]._get_id("res.partner"),
            }
        )
        self._receive_for_team(
            "Is it there?",
            sender="juan@customer.example",
            subject="Two addresses",
            headers=f"Cc: {other.alias_full_name}",
        )
        partners = self.env["res.partner"].search([("name", "=", "Two addresses")])
        self.assertEqual(len(partners), 1)
        lead = self.env["crm.lead"].search([("email_from", "ilike", "juan@customer")])
        self.assertIn("Is it there?", lead.description)

    def test_the_same_mail_to_a_team_comes_in_once(self):
        for _n in range(2):
            self._receive_for_team("Is it there?", sender="juan@customer.example")
        lead = self.env["crm.lead"].search([("email_from", "ilike", "juan@customer")])
        self.assertEqual("".join(self._chatter(lead)).count("Is it there?"), 1)
        self.assertFalse(self._rows_of_core())

    def test_a_teams_mail_waits_in_the_pool_though_the_team_has_a_leader(self):
        self.team.user_id = self.supervisor
        waiting = self._new_lead(email_from="maria@customer.example")
        for name in ("maria", "juan"):
            self._receive_for_team(
                "Is it there?",
                sender=f"{name}@customer.example",
                name=f"<{name}@customer.example>",
            )
        lead = self.env["crm.lead"].search([("email_from", "ilike", "juan@customer")])
        self.assertEqual(len(lead), 1)
        self.assertFalse((lead | waiting).user_id)

    def _receive_from_form(self, sender, *names):
        """Let the team have a mail of each customer who fills in a form."""
        for name in names:
            self._receive_for_team(
                "Is it there?",
                sender=sender,
                name=f"<{name}@form.example>",
                headers=f"Reply-To: {name}@customer.example",
            )

    def test_visitors_of_one_form_are_not_one_customer(self):
        self._receive_from_form("Form <no-reply@form.example>", "maria", "juan")
        for name in ("maria", "juan"):
            address = f"{name}@customer.example"
            leads = self.env["crm.lead"].search([("email_normalized", "=", address)])
            self.assertEqual(len(leads), 1)

    def test_customers_of_one_form_are_told_apart_by_whom_to_answer(self):
        self.team.sequence = 99
        self._receive_from_form("Dealer <wordpress@dealer.example>", "maria", "jose")
        for name in ("maria", "jose"):
            lead = self._find_open(f"{name}@customer.example")
            self.assertEqual((len(lead), lead.team_id), (1, self.team))
        self.assertFalse(self._find_open("wordpress@dealer.example"))

    def test_whom_to_answer_may_be_the_sender_or_a_mailing_list(self):
        self.team.write({"alias_name": "floor-t", "alias_domain_id": self.domain.id})
        lead = self._new_lead(email_from="juan@customer.example")
        for number, answer in enumerate(
            ("Juan@customer.example", self.team.alias_id.alias_full_name)
        ):
            self._receive_for_team(
                f"Question {number}",
                sender="Juan <juan@customer.example>",
                name=f"<{number}@customer.example>",
                headers=f"Reply-To: {answer}",
            )
            self._assert_in_chatter(f"Question {number}", lead)
        self.assertFalse(self._rows_of_core())

    def test_what_is_read_later_is_the_teams_too(self):
        self.team.sequence = 99
        texts = (ADF % "0171 2345678").replace("maria@customer.example", ""), "<adf/>"
        for number, text in enumerate(texts):
            self._receive_for_team(text, name=f"<{number}@portal.example>")
        rows = self._rows_of_core()
        self.assertEqual(rows.mapped("state"), ["quarantined"] * 2)
        self.assertEqual(rows.team_id, self.team)
        self.env.company.country_id = self.env.ref("base.de")
        rows.with_user(self.supervisor).action_retry()
        rows = self._rows_of_core()
        self.assertEqual(set(rows.mapped("state")), {"quarantined", "created"})
        self.assertEqual(rows.team_id, self.team)
        self.assertEqual(rows.lead_id.team_id, self.team)

    def test_a_mail_to_a_team_that_is_no_more_is_not_lost(self):
        self.team.write({"alias_name": "floor-t", "alias_domain_id": self.domain.id})
        gone = self.team.copy()
        self.team.alias_id.alias_defaults = {"team_id": gone.id}
        gone.unlink()
        self._receive(
            "Is it there?",
            to=self.team.alias_id.alias_full_name,
            headers="Reply-To: maria@customer.example",
        )
        self.assertEqual(len(self._find_open("maria@customer.example")), 1)

    def test_a_mail_with_the_name_of_one_in_quarantine_does_not_replace_it(self):
        self._receive("From nobody", headers="X-Nothing: nothing")
        self._receive(ADF % "0917 555 9407")
        waiting, taken = self._rows()
        self.assertEqual((waiting.state, taken.state), ("quarantined", "created"))
        self.assertIn(b"From nobody", base64.b64decode(waiting.mail))
        self.assertEqual(taken.lead_id.phone_sanitized, "+639175559407")

    def test_a_teams_mail_of_a_known_customer_is_merged(self):
        lead = self._new_lead(self.agent, email_from="juan@customer.example")
        self._receive_for_team("Is it there?", sender="Juan <juan@customer.example>")
        self._assert_in_chatter("through Mail", lead)
        self._assert_in_chatter("Is it there?", lead)
        self.env.cr.precommit.run()
        toasts = self.env["bus.bus"].search([("message", "ilike", "asked again")])
        self.assertIn(lead.reference, toasts[-1:].message)

    def test_mails_that_an_employee_forwards_are_leads_of_their_own(self):
        for customer in ("Maria", "Jose"):
            self._receive_for_team(
                f"{customer} wants a Picanto",
                sender=f"Ana <{self.agent.email}>",
                subject=f"Fwd: {customer}",
                name=f"<{customer}@bpo.example>",
            )
        leads = self.env["crm.lead"].search([("name", "=like", "Fwd: %")], order="id")
        self.assertEqual(leads.mapped("name"), ["Fwd: Maria", "Fwd: Jose"])
        for lead in leads:
            self._assert_in_chatter("wants a Picanto", lead)
            self.assertEqual(lead.team_id, self.team)
            self.assertFalse(lead.email_from or lead.phone or lead.partner_id)
            self.assertFalse(lead.user_id or lead.first_attempt_date)
        self.assertFalse(self._rows_of_core())

    def test_a_mail_of_an_employee_is_merged_too(self):
        lead = self._new_lead(
            self.other_agent,
            contact_name=self.agent.name,
            email_from=self.agent.email,
        )
        self._receive_for_team("For me", sender=self.agent.email)
        self._assert_in_chatter("For me", lead)
