import time

from odoo.tests import tagged

from ...intake import read_forwarded_mail, read_mail
from ..common import ReadingCase

PORTAL = "Autoportal <relay@portal.example>"
JUAN = "Juan Cruz <juan@customer.example>"

#: The same in the languages of our translations, and in Tagalog.
LANGUAGES = (
    "Full Name: {name}\nMobile Number: {phone}\nEmail Address: {email}",
    "Your name: {name}\nContact No.: {phone}\nE-mail: {email}",
    "Nombre completo: {name}\nTeléfono: {phone}\nCorreo electrónico: {email}",
    "Nombre: Maria\nApellidos: Ñáñez\nCelular: {phone}\nCorreo: {email}",
    "Nom : Ñáñez\nPrénom : Maria\nTéléphone : {phone}\nAdresse e-mail : {email}",
    "Nom complet : {name}\nPortable : {phone}\nCourriel : {email}",
    "이름: {name}\n전화번호: {phone}\n이메일: {email}",
    "성함: {name}\n휴대폰 번호: {phone}\n이메일 주소: {email}",
    "Pangalan: {name}\nTelepono: {phone}\nEmail: {email}",
    "Buong pangalan: {name}\nNumero ng telepono: {phone}\nEmail: {email}",
)

#: One person, as forms and portals write it down.
TEXTS = (
    "Name: {name}\nPhone: {phone}\nEmail: {email}",
    "Name: {name} / Phone: {phone} / Email: {email}",
    "Name: {name} | Phone: {phone} | Email: {email}",
    "Name: {name}, Phone: {phone}, Email: {email}",
    "Name：{name}\nPhone：{phone}\nEmail：{email}",
    "Name = {name}\nPhone = {phone}\nEmail = {email}",
    "Name - {name}\nPhone - {phone}\nEmail - {email}",
    "Name :{name}\nPhone :{phone}\nEmail :{email}",
    "*Name:* {name}\n*Phone:* {phone} <tel:+639175559401>\n"
    "*Email:* {email} <mailto:{email}>",
    "- Name: {name}\n- Phone: {phone}\n- Email: {email}",
    "• Name: {name}\n• Phone: {phone}\n• Email: {email}",
    "1. Name: {name}\n2. Phone: {phone}\n3) Email: {email}",
    "Name\n{name}\nPhone\n{phone}\nEmail\n{email}",
    "Name:\n{name}\n\nPhone:\n{phone}\n\nEmail:\n{email}",
    "NAME (required): {name}\nPhone *: {phone}\nE-mail: {email}",
    "Name\t{name}\nPhone\t{phone}\nEmail\t{email}",
    "Name\tPhone\tEmail\n{name}\t{phone}\t{email}",
    "First Name: Maria\nLast Name: Ñáñez\nPhone: {phone}\nEmail: {email}",
    "A new lead for you\n\nComments: Call me\nafter five, please.\n\nName: {name}\n"
    "Phone: {phone}\nEmail: {email}\n\nDo not reply to this mail.",
    "Name: {name}\nPhone: {phone}\nEmail: {email}\nComments: my wife's is\n"
    "Phone: 0917 555 9409",
    "Customer Details\nName: {name}\nPhone: {phone}\nEmail: {email}\n\n"
    "Dealer Details\nName: Big Motors\nPhone: 02 8123 4567",
    "Seller\nName: Big Motors\nPhone: 02 8123 4567\n\n"
    "Buyer\nName: {name}\nPhone: {phone}\nEmail: {email}",
    "Name: n/a\nPhone: none\nName: {name}\nPhone: {phone}\nEmail: {email}",
)

PAGES = (
    "<p>Name: {name}<br>Phone: {phone}<br>Email: <a href='mailto:{email}'>{email}</a>",
    "<p><b>Name:</b> {name}</p><p><b>Phone:</b> {phone}</p><p><b>Email:</b> {email}",
    "<p><strong>Name</strong> {name}<br><strong>Phone</strong> {phone}<br>"
    "<strong>Email</strong> {email}</p>",
    "<p><strong>Name</strong><br>{name}</p><p><strong>Phone</strong><br>{phone}</p>"
    "<p><strong>Email</strong><br>{email}</p>",
    "<table><tr><th>Name</th><td>{name}</td></tr>\n<tr><th>Phone</th>\n<td>{phone}"
    "</td></tr><tr><th>Email</th><td>{email}</td></tr></table>",
    "<table><tr><td><p>Name:</p></td>\n<td><p>{name}</p></td></tr><tr><td><p>Phone:</p>"
    "</td><td><p>{phone}</p></td></tr><tr><td>Email:</td><td>{email}</td></tr></table>",
    "<table><thead><tr><th>Name</th><th>Phone</th><th>Email</th></tr></thead>"
    "<tr><td>{name}</td><td>{phone}</td><td>{email}</td></tr></table>",
    "<table><tr><td><strong>Name</strong></td></tr><tr><td>&nbsp;</td><td>{name}</td>"
    "</tr><tr><td><strong>Phone</strong></td></tr><tr><td>&nbsp;</td><td>{phone}</td>"
    "</tr><tr><td><strong>Email</strong></td></tr><tr><td>&nbsp;</td><td>{email}</td>"
    "</tr></table>",
    "<table><tr><td>Logo</td><td>Name: {name}<br>Phone: {phone}<br>Email: {email}</td>"
    "</tr></table>",
    "<table><tr><td><table><tr><td>Name</td><td>{name}</td></tr><tr><td>Phone</td>"
    "<td>{phone}</td></tr><tr><td>Email</td><td>{email}</td></tr></table></td></tr>"
    "</table>",
    "<dl><dt>Name</dt><dd>{name}</dd><dt>Phone</dt><dd>{phone}</dd><dt>Email</dt>"
    "<dd>{email}</dd></dl>",
    "<dl><dt>Name<dd>{name}<dt>Phone<dd>{phone}<dt>Email<dd>{email}</dl>",
    "<ul><li>Name: {name}</li><li>Phone: {phone}</li><li>Email: {email}</li></ul>",
    "<pre>Name: {name}\nPhone: {phone}\nEmail: {email}</pre>",
)

MARIA = {
    "name": "Maria Ñáñez",
    "phone": "0917 555 9401",
    "email": "maria@customer.example",
}


def _write(text, sender=PORTAL, kind="text/plain", **headers):
    """Return a mail as it comes from the wire."""
    lines = {
        "Message-ID": "<1@portal.example>",
        "From": sender,
        "To": "leads@bpo.example",
        "Subject": "New lead",
        "Content-Type": f"{kind}; charset=utf-8",
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    head = "\n".join(f"{name}: {value}" for name, value in lines.items())
    return f"{head}\n\n{text}\n".encode()


@tagged("post_install", "-at_install")
class TestLabelledText(ReadingCase):
    """The customer of a mail is the person whom its labels name."""

    def _read(self, text, *args, own_names=None, **values):
        (enquiry,) = read_mail(_write(text, *args, **values), own_names)
        return enquiry

    def _assert_reaches(self, enquiry, name="", phone="", email="", problem=""):
        self.assertEqual(
            (enquiry.name, enquiry.phone, enquiry.email, enquiry.problem),
            (name, phone, email, problem),
        )

    def test_a_person_is_named_by_labels_in_many_ways(self):
        for sender in (PORTAL, JUAN, "sales@portal.example"):
            for text in TEXTS:
                text = text.format(**MARIA)
                with self.subTest(text, sender=sender):
                    enquiry = self._read(text, sender)
                    self._assert_reaches(enquiry, **MARIA)
                    # Nothing is lost of what was written.
                    self.assertIn(text, enquiry.message)
                    self.assertIn(sender.split()[-1].strip("<>"), enquiry.message)

    def test_a_person_is_named_by_labels_in_many_languages(self):
        for text in LANGUAGES:
            for form in (text, text.replace(": ", "\n"), text.replace("\n", " | ")):
                form = form.format(**MARIA)
                with self.subTest(form):
                    self._assert_reaches(self._read(form), **MARIA)

    def test_a_person_is_named_by_labels_in_many_pages(self):
        for text in PAGES:
            with self.subTest(text):
                enquiry = self._read(text.format(**MARIA), kind="text/html")
                self._assert_reaches(enquiry, **MARIA)
                for value in MARIA.values():
                    self.assertIn(value, enquiry.message)

    def test_the_cells_of_a_table_are_words_of_their_own(self):
        text = "<table><tr><td>Name</td><td>Ana</td></tr></table>"
        self.assertIn("Name Ana", self._read(text, kind="text/html").message)

    def test_a_page_is_looked_at_where_the_text_beside_it_says_nothing(self):
        text = (
            "--b\nContent-Type: text/plain\n\nYour mail program shows no pages.\n"
            f"--b\nContent-Type: text/html; charset=utf-8\n\n{PAGES[4].format(**MARIA)}"
            "\n--b--"
        )
        enquiry = self._read(text, kind="multipart/alternative; boundary=b")
        self._assert_reaches(enquiry, **MARIA)

    def test_labels_of_its_own_are_those_of_a_source(self):
        own_names = {"cname": "name", "line": "phone", "phone": ""}
        enquiry = self._read(
            "C-Name: Maria\nPhone: 02 8123 4567\nLine: 0917 555 9401",
            own_names=own_names,
        )
        self._assert_reaches(enquiry, "Maria", "0917 555 9401")

    def test_a_second_number_is_another_one(self):
        enquiry = self._read("Name: Maria\nMobile: 0917 555 9401\nTel: 02 8123 4567")
        self._assert_reaches(enquiry, "Maria", "0917 555 9401")
        self.assertEqual(enquiry.other_phones, "02 8123 4567")

    def test_further_labels_fill_in_the_enquiry(self):
        enquiry = self._read(
            "Name: Maria\nPhone: 0917 555 9401\nCity: Cebu\nBrand: Kia\n"
            "Model: Picanto\nDealership: Big Motors"
        )
        self.assertEqual(
            (enquiry.city, enquiry.brand, enquiry.model, enquiry.dealership),
            ("Cebu", "Kia", "Picanto", "Big Motors"),
        )

    def test_who_writes_a_colon_fills_in_no_form(self):
        for text in (
            "Note: I come at 10:30",
            "Re: that\nName: the one on the picture, which I have seen at your place "
            "on Monday and would like to try",
            "My name: see below\nPhone: later",
            "Name:\nPhone:\nEmail:",
            "Please email: me",
            "Please <b>email</b> me at once, my <b>name</b> is there",
            "http://shop.example/name: 0917 555 9401",
            "Name: Vios",
        ):
            with self.subTest(text):
                enquiry = self._read(text, JUAN)
                self._assert_reaches(
                    enquiry, "Juan Cruz", email="juan@customer.example"
                )
                self.assertTrue(enquiry.is_free_text)

    # ------------------------------------------------------------
    # Whose address it is
    # ------------------------------------------------------------

    def test_the_table_of_whom_a_mail_is_of(self):
        """As ``docs/intake.md`` has it, under *By mail*."""
        form = "Name: Juan Cruz\nPhone: 0917 555 9402"
        for claim, sender, text, expected in (
            (
                "the sender fits the name",
                JUAN,
                form,
                ("Juan Cruz", "0917 555 9402", "juan@customer.example"),
            ),
            (
                "the sender has no name, and the address fits",
                "cruz.j@customer.example",
                form,
                ("Juan Cruz", "0917 555 9402", "cruz.j@customer.example"),
            ),
            (
                "the sender is somebody else",
                "Pedro Reyes <pedro@customer.example>",
                form,
                ("Juan Cruz", "0917 555 9402", ""),
            ),
            (
                "nobody knows who the sender is",
                "portal@portal.example",
                form,
                ("Juan Cruz", "0917 555 9402", ""),
            ),
            (
                "a signature",
                JUAN,
                "Is it there?\n\nBest regards,\nJuan\nTel: 0917 555 9402\n"
                "Email: juan.cruz@work.example",
                ("Juan Cruz", "0917 555 9402", "juan@customer.example"),
            ),
            (
                "a number only",
                JUAN,
                "Is it there?\nMobile: 0917 555 9402",
                ("Juan Cruz", "0917 555 9402", "juan@customer.example"),
            ),
            (
                "the same address once more",
                JUAN,
                "Tel: 0917 555 9402\nEmail: Juan@customer.example",
                ("Juan Cruz", "0917 555 9402", "juan@customer.example"),
            ),
            (
                "another address, and no name",
                "Info <info@portal.example>",
                "Phone: 0917 555 9402\nEmail: jc@customer.example",
                ("", "0917 555 9402", "jc@customer.example"),
            ),
            (
                "a machine, and a number only",
                PORTAL,
                "Call me back\nPhone: 0917 555 9402",
                ("", "0917 555 9402", ""),
            ),
            (
                "a web form with its own line",
                "WordPress <wordpress@dealer.example>",
                "From: Juan Cruz <jc@customer.example>\nSubject: Vios\n\n"
                "Message Body:\nIs it there?\n\n-- \nThis e-mail was sent from a form",
                ("Juan Cruz", "", "jc@customer.example"),
            ),
            (
                "what is answered was said before",
                JUAN,
                "Thanks.\n\nOn Mon, 1 Jan 2026, Leads wrote:\n"
                "> Name: Ana\n> Phone: 0917 555 9403",
                ("Juan Cruz", "", "juan@customer.example"),
            ),
            (
                "what Outlook answers was said before",
                JUAN,
                "Thanks.\n\nFrom: Leads <leads@bpo.example>\nSent: Monday\n"
                "To: Juan Cruz\nSubject: Vios\n\nName: Ana\nPhone: 0917 555 9403",
                ("Juan Cruz", "", "juan@customer.example"),
            ),
        ):
            with self.subTest(claim):
                name, phone, address = expected
                self._assert_reaches(self._read(text, sender), name, phone, address)

    def test_whom_to_answer_is_the_customer_whom_labels_name(self):
        enquiry = self._read(
            "Name: Juan Cruz\nPhone: 0917 555 9402",
            "Portal <portal@portal.example>",
            Reply_To="Portal <jc@customer.example>",
        )
        self._assert_reaches(
            enquiry, "Juan Cruz", "0917 555 9402", "jc@customer.example"
        )

    def test_several_people_wait_for_somebody(self):
        for text in (
            "Name: Ana\nPhone: 0917 555 9401\n\nName: Ben\nPhone: 0917 555 9402",
            "Name\tPhone\nAna\t0917 555 9401\nBen\t0917 555 9402",
        ):
            enquiry = self._read(text)
            self.assertEqual((enquiry.problem, enquiry.phone), ("several people", ""))
        twice = self._read("Name: Ana\nPhone: 0917 555 9401\n" * 2)
        self._assert_reaches(twice, "Ana", "0917 555 9401")

    # ------------------------------------------------------------
    # Forwarded
    # ------------------------------------------------------------

    FORWARDED = (
        (
            "Fwd: Vios",
            "FYI\n\n---------- Forwarded message ---------\n"
            "From: Ana Reyes <ana@customer.example>\nDate: Mon, Nov 23, 2026 at 9:00 AM"
            "\nSubject: Vios\nTo: <info@dealer.example>\n\nIs it there?\n",
        ),
        (
            "FW: Vios",
            "\nFrom: Ana Reyes <ana@customer.example>\nSent: Monday, 23 November 2026\n"
            "To: Info <info@dealer.example>\nSubject: Vios\n\nIs it there?\n",
        ),
        (
            "Fwd: Vios",
            "\nBegin forwarded message:\n\n> From: Ana Reyes <ana@customer.example>\n"
            "> Subject: Vios\n> Date: 23 November 2026\n> To: info@dealer.example\n>\n"
            "> Is it there?\n",
        ),
        (
            "RV: Vios",
            "________________________________\nDe: Ana Reyes <ana@customer.example>\n"
            "Enviado: lunes\nPara: info@dealer.example\nAsunto: Vios\n\n¿Está?\n",
        ),
        (
            "TR : Vios",
            "De : Ana Reyes <ana@customer.example>\nEnvoyé : lundi\n"
            "À : info@dealer.example\nObjet : Vios\n\nEst-elle là ?\n",
        ),
        (
            "전달: Vios",
            "-----원본 메시지-----\n보낸 사람: Ana Reyes <ana@customer.example>\n"
            "보낸 날짜: 2026-11-23\n받는 사람: info@dealer.example\n\n있나요?\n",
        ),
    )

    def test_who_forwards_a_mail_is_not_taken_for_its_customer(self):
        for subject, text in self.FORWARDED:
            mail = _write(text, "Sol <sol@dealer.example>", Subject=subject)
            with self.subTest(subject):
                (enquiry,) = read_mail(mail)
                self.assertEqual(enquiry.problem, "forward")
                found = read_forwarded_mail(mail)
                self._assert_reaches(found, "Ana Reyes", email="ana@customer.example")
                self.assertIn(text.strip()[-6:], found.message)

    def test_whom_a_forwarded_form_names_is_the_customer(self):
        for subject, text in self.FORWARDED:
            text = f"{text}\nName: Maria Ñáñez\nPhone: 0917 555 9401"
            with self.subTest(subject):
                enquiry = self._read(text, "sol@dealer.example", Subject=subject)
                self._assert_reaches(enquiry, "Maria Ñáñez", "0917 555 9401")

    def test_a_mail_in_a_mail_is_forwarded(self):
        inner = _write("Is it there?", "Ana Reyes <ana@customer.example>").decode()
        mail = _write(
            f"--b\n\nFYI\n--b\nContent-Type: message/rfc822\n\n{inner}\n--b--",
            "sol@dealer.example",
            "multipart/mixed; boundary=b",
            Subject="Fwd: Vios",
        )
        self.assertEqual(read_mail(mail)[0].problem, "forward")
        found = read_forwarded_mail(mail)
        self._assert_reaches(found, "Ana Reyes", email="ana@customer.example")

    def test_an_answer_forwards_nothing(self):
        _subject, text = self.FORWARDED[1]
        mail = _write(f"Thank you.\n{text}", JUAN, Subject="Re: Vios")
        self._assert_reaches(
            read_mail(mail)[0], "Juan Cruz", email="juan@customer.example"
        )
        self.assertIsNone(read_forwarded_mail(mail))

    # ------------------------------------------------------------
    # Hostile
    # ------------------------------------------------------------

    def test_a_hostile_text_takes_no_time(self):
        count = 500_000
        started = time.process_time()
        for line in (
            ":",
            "Name: x, Phone: 0917 555 0101, ",
            "Name\n",
            "Name\tPhone\n",
            "* - ",
            "(" * 39 + ": x\n",
            "Email: " + "<mailto:" * 240 + "\n",
            "Email: " + "a@" * 900 + "\n",
            "From: a@b.example\n",
            "On 1 wrote\n",
            "-" * 80 + " forwarded messag\n",
            "best " * 400 + "\n",
        ):
            read_mail(_write(line * (count // len(line))))
        for tags in ("<table><tr><td>", "<td>Name</td><td>x</td>", "<", "</b ", "<br "):
            read_mail(_write(tags * (count // len(tags)), kind="text/html"))
        self.assertLess(time.process_time() - started, 10)
