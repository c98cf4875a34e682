import json
from datetime import datetime
from urllib.parse import quote_plus

from odoo.tests import tagged

from ...intake import Enquiry, InvalidEnquiry, read_body, read_json
from ...intake.enquiry import MAX_LINE
from ..common import ReadingCase


@tagged("post_install", "-at_install")
class TestJsonEnquiry(ReadingCase):
    def _read(self, **values):
        (enquiry,) = read_json(json.dumps(values))
        return enquiry

    def test_the_fields_are_read(self):
        enquiry = self._read(
            external_id="8841",
            enquired_at="2026-11-20T09:30:00+08:00",
            name="Maria Santos",
            phone="0917 555 0101",
            vehicle="Vios",
            message="Is it there?",
        )
        self.assertEqual(enquiry.external_id, "8841")
        self.assertEqual(enquiry.enquired_at, datetime(2026, 11, 20, 1, 30))
        self.assertEqual(enquiry.name, "Maria Santos")
        self.assertEqual(enquiry.message, "Is it there?")

    def test_a_number_is_taken_for_its_text(self):
        enquiry = self._read(external_id=8841, phone=639175550101)
        self.assertEqual(enquiry.external_id, "8841")
        self.assertEqual(enquiry.phone, "639175550101")

    def test_nothing_is_lost_that_has_no_field(self):
        enquiry = self._read(phone="1", message="Hi", budget=5, options=["red", "blue"])
        for text in ("Hi", "budget: 5", "options: red, blue"):
            self.assertIn(text, enquiry.message)

    def test_null_is_nothing(self):
        enquiry = self._read(name=None, phone="1")
        self.assertEqual(enquiry.name, "")

    def test_what_no_database_takes_is_left_out(self):
        enquiry = self._read(name="Ma\x00ria\x07 ", phone="1")
        self.assertEqual(enquiry.name, "Maria")

    def test_names_and_addresses_are_one_line_each(self):
        others = {"email", "enquired_at", "is_test", "local_time", "message"}
        several = {"other_dealerships", "other_phones"}
        for name in sorted(Enquiry.get_names() - others - several):
            for end in ("\n", "\r\n", "\r", "\u2028", "\x85", "\n\n"):
                with self.subTest(name=name, end=end):
                    enquiry = self._read(**{name: f" a{end}Bcc: b@c.example{end}"})
                    self.assertEqual(getattr(enquiry, name), "a Bcc: b@c.example")
        enquiry = self._read(email="Maria\na@b.example\nBcc: b@c.example")
        self.assertEqual(enquiry.email, "a@b.example")
        self.assertIn("Bcc: b@c.example", enquiry.message)
        enquiry = self._read(message="One\nTwo", other_phones="1\n2", phone="3")
        self.assertEqual(enquiry.message, "One\nTwo")
        self.assertEqual(enquiry.phones, ["3", "1", "2"])

    def test_half_a_character_is_left_out(self):
        (enquiry,) = read_json(
            '{"name": "Ma\\ud800ria", "\\udfff": "x", "message": "\\ud83d"}'
        )
        self.assertEqual((enquiry.name, enquiry.message), ("Maria", ": x"))

    def test_names_that_differ_in_their_blanks_are_two(self):
        names = {self._read(external_id=name).external_id for name in ("a b", "a  b")}
        self.assertEqual(len(names), 2)

    def test_long_texts_are_cut_and_kept(self):
        enquiry = self._read(name="x" * 9999, phone="1", message="y" * 99_999, z="end")
        self.assertEqual(len(enquiry.name), MAX_LINE)
        self.assertIn("x" * 9999, enquiry.message)
        self.assertIn("y" * 99_999, enquiry.message)
        self.assertIn("z: end", enquiry.message)

    def test_long_names_that_differ_at_their_ends_are_two(self):
        names = {self._read(external_id="x" * 300 + end).external_id for end in "ab"}
        self.assertEqual({len(name) for name in names}, {MAX_LINE})
        self.assertEqual(len(names), 2)

    def test_names_are_read_in_any_case(self):
        enquiry = self._read(Phone="1", EMAIL="a@b.example", phone="2")
        self.assertEqual((enquiry.phone, enquiry.email), ("1", "a@b.example"))
        self.assertEqual(enquiry.other_phones, "2")

    def test_a_phone_from_a_spreadsheet_is_one(self):
        self.assertEqual(self._read(phone=639175550101.0).phone, "639175550101")

    def test_what_is_no_enquiry(self):
        for text in ("", "{", "[]", '"text"', "\ufffe", "[" * 100_000):
            with self.assertRaises(InvalidEnquiry):
                read_json(text)
        for depth in range(300, 1100, 10):
            text = '{"a":' * depth + "1" + "}" * depth
            try:
                read_json(text)
            except InvalidEnquiry:
                continue

    def test_what_does_not_fit_is_in_the_message(self):
        for values, text in (
            ({"vehicle": {"doors": 5}}, "vehicle.doors: 5"),
            ({"name": ["Ana", "Ben"]}, "name: Ben"),
            ({"external_id": True}, "external_id: true"),
            ({"enquired_at": "soon"}, "enquired_at: soon"),
            ({"enquired_at": "9999-12-31T23:00:00-12:00"}, "enquired_at: 9999"),
            ({"enquired_at": "0001-01-01T00:00:00"}, "enquired_at: 0001"),
            ({"local_time": "now"}, "local_time: now"),
        ):
            enquiry = self._read(phone="1", **values)
            self.assertIn(text, enquiry.message)
            self.assertIsNone(enquiry.enquired_at)

    def test_a_moment_is_read_as_people_write_it(self):
        enquiry = self._read(phone="1", enquired_at="11/20/2026 09:30")
        self.assertEqual(enquiry.local_time, "2026-11-20T09:30:00")
        enquiry = self._read(phone="1", enquired_at=1795138200)
        self.assertEqual(enquiry.enquired_at, datetime(2026, 11, 20, 1, 30))

    def test_half_characters_do_no_harm(self):
        self.assertEqual(self._read(name="Ana \ud83d", phone="1").name, "Ana")

    # ------------------------------------------------------------
    # The body of a request
    # ------------------------------------------------------------

    def test_a_body_is_read_by_what_it_looks_like(self):
        adf = "<adf><prospect><customer><name>Ольга</name></customer></prospect></adf>"
        form = "application/x-www-form-urlencoded"
        for body, kind in (
            (json.dumps({"name": "Ольга"}).encode(), ""),
            (json.dumps({"name": "Ольга"}).encode(), form),
            (
                json.dumps({"name": "Ольга"}, ensure_ascii=False).encode("cp1251"),
                "application/json; charset=windows-1251",
            ),
            (adf.encode("cp1251"), 'text/xml; charset="windows-1251"'),
            (adf.encode("utf-16"), ""),
            (f"A lead:\n{adf}".encode(), ""),
            (f"xml={adf}".encode(), form),
            (f"xml={quote_plus(adf)}".encode(), form),
        ):
            with self.subTest(body[:30], kind=kind):
                (enquiry,) = read_body(body, kind)
                self.assertEqual(enquiry.name, "Ольга")
