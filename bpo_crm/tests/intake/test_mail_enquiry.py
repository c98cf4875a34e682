import base64
import email.policy
import time
from datetime import datetime
from email.message import EmailMessage

from odoo.tests import tagged

from ...intake import (
    MAX_SIZE,
    InvalidEnquiry,
    describe_mail,
    mend_mail,
    read_mail,
)
from ..common import ReadingCase

ADF = """<?ADF VERSION "1.0"?>
<?xml version="1.0"?>
<adf>
 <prospect>
  <vehicle><make>Kia</make><model>Picanto</model></vehicle>
  <customer><contact>
   <name part="full">María Ñáñez</name><phone>0917 555 9401</phone>
  </contact></customer>
 </prospect>
</adf>
"""


@tagged("post_install", "-at_install")
class TestMailEnquiry(ReadingCase):
    """Enquiries by mail, as senders put them into one."""

    def _mail(self, text="Please see the attachment.", **headers):
        mail = EmailMessage(policy=email.policy.SMTP)
        for name, value in {
            "From": "Portal <noreply@portal.example>",
            "To": "leads@bpo.example",
            "Subject": "New lead",
            "Date": "Fri, 20 Nov 2026 09:30:00 +0800",
            "Message-ID": "<1@portal.example>",
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }.items():
            mail[name] = value
        if text is not None:
            mail.set_content(text)
        return mail

    def _read(self, mail):
        """Read a mail as it comes from the wire."""
        original = mail if isinstance(mail, bytes) else mail.as_bytes()
        return read_mail(original)

    def test_what_is_encoded_in_a_header_becomes_no_other_one(self):
        for sent in (
            "=?utf-8?q?Juan=0ABcc=3A_x=40evil=2Eexample?=",
            "=?utf-8?q?Juan=0D=0ABcc=3A_x=40evil=2Eexample?=",
            "=?utf-8?q?Juan=00=0ABcc=3A_x=40evil=2Eexample?=",
        ):
            original = (
                f"From: {sent} <juan@customer.example>\nSubject: {sent}\n"
                "Message-ID: <1@x.example>\n\nHello\n"
            )
            with self.subTest(sent=sent):
                (enquiry,) = self._read(original.encode())
                self.assertEqual(enquiry.email, "juan@customer.example")
                self.assertNotRegex(enquiry.name + enquiry.email, r"[\n\r\0]")
                self.assertIn("Juan Bcc: x@evil.example\nHello", enquiry.message)

    def _assert_is_maria(self, mail):
        (enquiry,) = self._read(mail)
        self.assertEqual(enquiry.name, "María Ñáñez")
        self.assertEqual(enquiry.phone, "0917 555 9401")
        self.assertEqual(enquiry.vehicle, "Picanto")
        self.assertEqual(enquiry.external_id, "<1@portal.example>")
        self.assertEqual(enquiry.enquired_at, datetime(2026, 11, 20, 1, 30))

    # ------------------------------------------------------------
    # A document
    # ------------------------------------------------------------

    def test_a_document_is_the_text_of_the_mail(self):
        self._assert_is_maria(self._mail(ADF))
        self._assert_is_maria(self._mail(f"A lead for you:\n\n{ADF}\n-- \nPortal"))

    def test_a_document_is_attached_under_many_types(self):
        for kind, name in (
            ("application/xml", "lead.xml"),
            ("text/xml", "lead.xml"),
            ("application/x-adf", "lead"),
            ("application/adf+xml", "lead"),
            ("application/octet-stream", "LEAD.ADF"),
            ("application/octet-stream", "lead.xml"),
            ("text/plain", "adf.txt"),
        ):
            mail = self._mail()
            main, sub = kind.split("/")
            mail.add_attachment(ADF.encode(), maintype=main, subtype=sub, filename=name)
            with self.subTest(kind):
                self._assert_is_maria(mail)

    def test_a_document_comes_in_any_transfer_encoding(self):
        for encoding in ("base64", "quoted-printable", "8bit"):
            mail = self._mail(None)
            mail.set_content(ADF, subtype="xml", cte=encoding)
            with self.subTest(encoding):
                self._assert_is_maria(mail)

    def test_a_document_comes_in_odd_character_sets(self):
        for declared, real in (
            ("iso-8859-1", "iso-8859-1"),
            ("windows-1252", "cp1252"),
            ("utf-16", "utf-16"),
            ("x-unknown", "utf-8"),
            ("us-ascii", "utf-8"),
            ("iso-8859-1", "utf-8"),
            ("utf-8", "cp1252"),
        ):
            body = base64.encodebytes(ADF.encode(real))
            mail = (
                b"Message-ID: <1@portal.example>\r\n"
                b"Date: Fri, 20 Nov 2026 09:30:00 +0800\r\n"
                b'Content-Type: text/plain; charset="' + declared.encode() + b'"\r\n'
                b"Content-Transfer-Encoding: base64\r\n\r\n" + body
            )
            with self.subTest(declared, real=real):
                self._assert_is_maria(mail)

    def test_a_document_is_written_in_html(self):
        escaped = ADF.replace("<", "&lt;").replace(">", "&gt;")
        for html in (
            f"<html><body><pre>{escaped}</pre></body></html>",
            "<div>" + escaped.replace("\n", "<br>\n&nbsp;") + "</div>",
            "<p>" + escaped.replace("\n", "</p>\n<p>") + "</p>",
            f"<html><head><style>p {{}}</style></head><body>{ADF}</body></html>",
        ):
            mail = self._mail(None)
            mail.set_content(html, subtype="html")
            self._assert_is_maria(mail)

    def test_a_document_in_two_forms_is_one_enquiry(self):
        mail = self._mail(ADF)
        mail.add_alternative(
            "<pre>" + ADF.replace("<", "&lt;").replace(">", "&gt;") + "</pre>",
            subtype="html",
        )
        self._assert_is_maria(mail)
        for name in ("lead.xml", "lead.adf"):
            mail.add_attachment(
                ADF.encode(), maintype="application", subtype="xml", filename=name
            )
        self._assert_is_maria(mail)

    def test_a_forwarded_mail_is_looked_into(self):
        outer = self._mail("Fwd", From="Ana <ana@bpo.example>")
        outer.add_attachment(self._mail(ADF))
        self._assert_is_maria(outer)

    def _forward(self, *mails):
        outer = self._mail("Fwd", From="Ana <ana@bpo.example>")
        for mail in mails:
            outer.add_attachment(mail)
        return [enquiry.phone for enquiry in self._read(outer)]

    def test_every_forwarded_mail_is_looked_into(self):
        other = self._mail(ADF.replace("9401", "9402"))
        attached = self._mail()
        attached.add_attachment(
            ADF.replace("9401", "9403").encode(), "text", "xml", filename="lead.xml"
        )
        self.assertEqual(
            self._forward(self._mail(ADF), other, attached, self._mail(ADF)),
            ["0917 555 9401", "0917 555 9402", "0917 555 9403"],
        )

    def test_every_part_of_the_text_is_looked_into(self):
        mail = self._mail(ADF)
        mail.make_mixed()
        part = EmailMessage(policy=email.policy.SMTP)
        part.set_content(ADF.replace("9401", "9402"))
        mail.attach(part)
        phones = [enquiry.phone for enquiry in self._read(mail)]
        self.assertEqual(phones, ["0917 555 9401", "0917 555 9402"])

    def test_a_letter_that_mentions_the_format_is_a_letter(self):
        mail = self._mail(
            "Do you take <ADF> with a <prospect> in it?", From="j@customer.example"
        )
        mail.add_attachment(b"<ADF>", "text", "plain", filename="format.txt")
        (enquiry,) = self._read(mail)
        self.assertEqual(enquiry.email, "j@customer.example")
        self.assertIn("Do you take <ADF>", enquiry.message)

    def test_the_prospects_of_one_mail_are_told_apart(self):
        other = ADF.replace("0917 555 9401", "0917 555 9402")
        mail = self._mail()
        for text in (ADF, other):
            mail.add_attachment(
                text.encode(), maintype="application", subtype="xml", filename="a.xml"
            )
        names = [enquiry.external_id for enquiry in self._read(mail)]
        self.assertEqual(names, ["<1@portal.example>", "<1@portal.example> 2"])

    def test_prospects_of_one_name_are_told_apart(self):
        one = ADF.replace("<prospect>", "<prospect><id>77</id>")
        two = one.replace("9401", "9402")
        names = [enquiry.external_id for enquiry in self._read(self._mail(one + two))]
        self.assertEqual(names, ["77", "77 2"])

    def test_prospects_of_a_mail_with_a_long_name_are_told_apart(self):
        two = ADF.replace("9401", "9402")
        mail = self._mail(ADF + two, Message_ID=f"<{'x' * 300}@portal.example>")
        self.assertEqual(len({found.external_id for found in self._read(mail)}), 2)

    def test_a_name_of_its_own_counts_more_than_the_mails(self):
        mail = self._mail(ADF.replace("<prospect>", "<prospect><id>77</id>"))
        self.assertEqual(self._read(mail)[0].external_id, "77")

    def test_what_cannot_be_read_says_why(self):
        for text, reason in (
            ("<adf></adf>", "no prospect"),
            ('<!DOCTYPE adf [<!ENTITY x "y">]>' + ADF, "entities"),
            (ADF + " " * MAX_SIZE, "longer than"),
        ):
            with self.assertRaisesRegex(InvalidEnquiry, reason):
                self._read(self._mail(text))

    # ------------------------------------------------------------
    # Somebody's words
    # ------------------------------------------------------------

    def test_a_letter_is_an_enquiry_of_its_sender(self):
        (enquiry,) = self._read(
            self._mail(
                "Is the Picanto in stock?",
                From='"Cruz, Juan" <juan@customer.example>',
                Subject="Kia Picanto",
            )
        )
        self.assertEqual(enquiry.name, "Cruz, Juan")
        self.assertEqual(enquiry.email, "juan@customer.example")
        self.assertEqual(enquiry.message, "Kia Picanto\nIs the Picanto in stock?")
        self.assertEqual(enquiry.external_id, "<1@portal.example>")
        self.assertEqual(enquiry.enquired_at, datetime(2026, 11, 20, 1, 30))

    def test_a_letter_in_html_is_read_as_text(self):
        mail = self._mail(None, From="juan@customer.example", Subject="Hi")
        mail.set_content(
            "<style>p {color: red}</style><p>Is it <b>there</b>?</p><p>Juan</p>",
            subtype="html",
        )
        self.assertEqual(self._read(mail)[0].message, "Hi\nIs it there?\nJuan")

    def test_a_blank_text_hides_no_html(self):
        mail = self._mail(" \n", From="juan@customer.example", Subject="Hi")
        mail.add_alternative("<p>Is it there?</p>", subtype="html")
        self.assertEqual(self._read(mail)[0].message, "Hi\nIs it there?")

    def test_a_machine_is_no_customer(self):
        for sender in ("noreply", "no-reply+7", "Do.Not.Reply", "postmaster"):
            mail = self._mail("Call Juan", From=f"Portal <{sender}@portal.example>")
            (enquiry,) = self._read(mail)
            self.assertEqual((enquiry.name, enquiry.email), ("Portal", ""))
            self.assertIn(f"{sender}@portal.example", enquiry.message)

    def test_a_web_form_writes_for_its_customer(self):
        mail = self._mail("Call me", Reply_To="李小龙 <lee@customer.example>")
        (enquiry,) = self._read(mail)
        self.assertEqual(enquiry.name, "李小龙")
        self.assertEqual(enquiry.email, "lee@customer.example")

    def test_a_mailing_list_is_no_customer(self):
        mail = self._mail(
            "Call me", From="lee@customer.example", Reply_To="Leads@bpo.example"
        )
        self.assertEqual(self._read(mail)[0].email, "lee@customer.example")

    def test_an_automatic_answer_is_no_enquiry(self):
        for header, value in (
            ("Auto_Submitted", "auto-replied (vacation)"),
            ("Precedence", "auto_reply"),
            ("X_Autoreply", "yes"),
            ("Return_Path", "<>"),
        ):
            mail = self._mail("I am away.", **{header: value})
            with self.subTest(header):
                self.assertEqual(self._read(mail), [])

    def test_what_a_machine_sends_of_itself_is_an_enquiry(self):
        mail = self._mail(ADF, Auto_Submitted="auto-generated", Return_Path="<>")
        self._assert_is_maria(mail)
        mail = self._mail("Call me", Auto_Submitted="auto-generated")
        self.assertEqual(len(self._read(mail)), 1)

    def test_an_empty_or_broken_mail_is_no_crash(self):
        for original in (
            b"",
            b"\r\n\r\n",
            b"From: <<<\r\nDate: soon\r\nContent-Type: text/html\r\n\r\n",
            b"From: a@b.example\r\nContent-Type: multipart/mixed\r\n\r\nno boundary",
            b"Content-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\n%%",
            b"Subject: =?utf-8?q?=FF=FE?=\r\nFrom: \xff\xfe@x\r\n\r\n\x00\xff",
        ):
            (enquiry,) = read_mail(original)
            self.assertFalse(enquiry.phone)
            self.assertFalse(describe_mail(original).phone)

    def test_an_address_that_python_fails_at_is_read(self):
        for address, reached in (
            ("juan@", ""),
            ("a:b;c <m@x.example>", "m@x.example"),
            ("Maria :) <m@x.example>", "m@x.example"),
            ("Cruz, Juan <m@x.example>", "m@x.example"),
            ("Juan Cruz m@x.example", "m@x.example"),
            ("<mailto:m@x.example>", "m@x.example"),
            ("Juan <m@x.example", "m@x.example"),
            ("Juan <m@x.example> <", "m@x.example"),
            ("N/A", ""),
            ("(", ""),
            ("@@@", ""),
            ('"', ""),
        ):
            original = f"From: {address}\nReply-To: {address}\n\nHello".encode()
            with self.subTest(address):
                (enquiry,) = read_mail(original)
                self.assertEqual(enquiry.email, reached)
                self.assertIn("Hello", enquiry.message)
                self.assertIn("Hello", describe_mail(original).message)

    def test_a_name_is_written_as_it_is(self):
        for charset in ("utf-8", "cp1252"):
            original = "From: José Ñáñez <j@x.example>\n\nHello".encode(charset)
            self.assertEqual(read_mail(original)[0].name, "José Ñáñez")

    def test_parts_that_nobody_can_tell_apart_are_a_text(self):
        for kind in ("multipart/mixed", 'multipart/mixed; boundary="b"'):
            head = f"From: a@b.example\nContent-Type: {kind}\n\n".encode()
            (enquiry,) = read_mail(head + "Grüße, Ana".encode())
            self.assertIn("Grüße, Ana", enquiry.message)
            (enquiry,) = read_mail(head + ADF.encode())
            self.assertEqual(enquiry.phone, "0917 555 9401")

    def test_a_hostile_header_takes_no_time(self):
        started = time.process_time()
        for name in ("X-Nothing", "Subject", "Reply-To"):
            header = f"{name}: " + "a a a a a a a a\r\n " * 30_000
            mail = f"From: maria@customer.example\r\n{header}a\r\n\r\nIs it there?"
            (enquiry,) = read_mail(mail.encode())
            self.assertIn("Is it there?", enquiry.message)
        self.assertLess(time.process_time() - started, 6)

    def test_python_reads_no_long_header(self):
        """Its time grows with the square of the length."""
        soup = 'x"' + '"' * 100_000
        for name, longest in (
            ("Bcc", 2_000),
            ("Cc", 2_000),
            ("Content-Disposition", 2_000),
            ("Content-Transfer-Encoding", 2_000),
            ("Content-Type", 2_000),
            ("Date", 2_000),
            ("From", 2_000),
            ("Message-ID", 2_000),
            ("Resent-Sender", 2_000),
            ("Subject", 20_000),
            ("To", 2_000),
            ("X-Nothing", 4_000),
        ):
            for text in (soup, "a " * 60_000, "(" * 19_000):
                head = f"{name}: {text}\r\n"
                for mail in self._with_header(head):
                    mended = mend_mail(mail.encode())
                    self.assertLess(len(mended) - len(mail) + len(head), longest + 50)
                    self.assertTrue(mended.endswith(mail[-30:].encode()))

    def _with_header(self, head):
        """Return mails that have a header, on top or in one of their parts."""
        top = "From: maria@customer.example\r\n"
        mixed = f"{top}Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n"
        digest = mixed.replace("mixed", "digest")
        text = "\r\nIs it there? To: you, and me.\r\n"
        return (
            head + top + text,
            f"{mixed}{head}{text}--b--\r\n",
            f"{mixed}Content-Type: message/rfc822\r\n\r\n{head}{text}--b--\r\n",
            f"{digest}\r\n{head}{text}--b--\r\n",
        )

    def test_python_reads_a_bounded_part_of_a_mail(self):
        header = "X-Nothing: nothing\r\n" * 100_000
        to = ('To: x"' + '"' * 1_900 + "\r\n") * 1_000
        for name, head in (("others", header), ("to", to)):
            mended = mend_mail(f"{head}\r\nHello".encode())
            self.assertLess(len(mended), 400_000, name)
            self.assertTrue(mended.endswith(b"\r\nHello"), name)
        self.assertLess(len(mend_mail(f"{to}\r\nHello".encode())), 25_000)
        parts = "--b\r\n\r\n" * 100_000
        mixed = "Content-Type: multipart/mixed; boundary=b\r\n\r\n"
        self.assertEqual(mend_mail((mixed + parts).encode()).count(b"--b"), 1_000)

    def test_what_python_can_read_is_left_as_it_is(self):
        line = f"To: {'you and me, ' * 1_000}"
        for original in (
            self._mail(ADF).as_bytes(),
            b"From: a@b.example\nTo: c@d.example\n\n" + line.encode() + b"\n--\n" * 9,
            b'Content-Type: text/plain; name="a b.txt"\n\nContent-Type: x"""\n',
        ):
            self.assertEqual(
                mend_mail(original).replace(b'"utf-8"', b"utf-8"),
                original.replace(b'"utf-8"', b"utf-8"),
            )

    def test_parts_are_found_whatever_their_type_looks_like(self):
        for kind in (
            "multipart/mixed; boundary=b",
            'multipart/mixed; (a comment) boundary="b" (another one)',
            "(a comment) multipart/mixed; boundary=b",
            "Multipart/Mixed;\r\n\tBOUNDARY = b",
            "multipart/mixed; boundary*0=b",
            "multipart/mixed; boundary*=us-ascii''b",
            'multipart/mixed; boundary="<b>"',
            'multipart/mixed; charset=""; boundary=b; boundary=c',
        ):
            mail = (
                f"From: a@b.example\r\nContent-Type: {kind}\r\n\r\n--b\r\n"
                f"Content-Type: text/html; charset=\r\n\r\n<p>Gr\u00fc\u00dfe</p>\r\n"
                f"--b\r\nContent-Type: text/xml; name=a file.xml\r\n\r\n{ADF}--b--\r\n"
            )
            with self.subTest(kind):
                self.assertEqual(read_mail(mail.encode())[0].vehicle, "Picanto")

    def test_a_date_beyond_time_is_none(self):
        mail = self._mail("Hello", Date="Fri, 31 Dec 9999 23:59:59 -1200")
        (enquiry,) = self._read(mail)
        self.assertIsNone(enquiry.enquired_at)
