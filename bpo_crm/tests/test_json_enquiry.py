import json
from datetime import datetime

from odoo.tests import BaseCase, tagged

from odoo.addons.bpo_crm.intake import InvalidEnquiry, read_json
from odoo.addons.bpo_crm.intake.enquiry import MAX_LINE


@tagged("post_install", "-at_install")
class TestJsonEnquiry(BaseCase):
    def _read(self, **values):
        return read_json(json.dumps(values).encode())

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
        for text in ("Hi", "budget: 5", 'options: ["red", "blue"]'):
            self.assertIn(text, enquiry.message)

    def test_null_is_nothing(self):
        enquiry = self._read(name=None, phone="1")
        self.assertEqual(enquiry.name, "")

    def test_what_no_database_takes_is_left_out(self):
        enquiry = self._read(name="Ma\x00ria\x07 ", phone="1")
        self.assertEqual(enquiry.name, "Maria")

    def test_long_texts_are_cut(self):
        self.assertEqual(len(self._read(name="x" * 9999, phone="1").name), MAX_LINE)

    def test_what_is_no_enquiry(self):
        for body in (b"", b"{", b"[]", b'"text"', b"\xff\xfe\x00", b"[" * 100_000):
            with self.assertRaises(InvalidEnquiry):
                read_json(body)

    def test_wrong_types_are_named(self):
        for name in ("name", "phone", "external_id"):
            for value in ([], {}, True):
                with self.assertRaisesRegex(InvalidEnquiry, f'"{name}"'):
                    self._read(**{name: value})
        with self.assertRaisesRegex(InvalidEnquiry, "enquired_at"):
            self._read(enquired_at="soon")

    def test_half_characters_and_moments_beyond_time_do_no_harm(self):
        self.assertEqual(self._read(name="Ana \ud83d", phone="1").name, "Ana")
        for moment in ("9999-12-31T23:00:00-12:00", "0001-01-01T00:00:00+14:00"):
            with self.assertRaises(InvalidEnquiry):
                self._read(phone="1", enquired_at=moment)
