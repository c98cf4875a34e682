import json
from datetime import datetime

from odoo.tests import tagged

from ...intake import read_body
from ..common import ReadingCase

ANSWERS = [
    {"type": "text", "text": "Ana Cruz", "field": {"id": "a", "ref": "r1"}},
    {"type": "phone_number", "phone_number": "+639175550101", "field": {"id": "b"}},
    {"type": "email", "email": "ana@c.example", "field": {"id": "x"}},
    {"type": "choice", "choice": {"label": "Vios"}, "field": {"id": "c"}},
    {"type": "boolean", "boolean": True, "field": {"id": "d", "ref": "newsletter"}},
]
TITLES = [
    {"id": "a", "title": "Your full name", "type": "short_text"},
    {"id": "b", "title": "Where can we reach you?", "type": "phone_number"},
    {"id": "c", "title": "Preferred model", "type": "multiple_choice"},
]


@tagged("post_install", "-at_install")
class TestLeadForms(ReadingCase):
    """The shapes in which common lead forms send their answers."""

    def _read(self, values):
        (enquiry,) = read_body(json.dumps(values).encode())
        self.assertFalse(enquiry.problem)
        return enquiry

    def _assert_is_ana(self, values):
        enquiry = self._read(values)
        self.assertEqual(enquiry.name, "Ana Cruz")
        self.assertEqual(enquiry.phone, "+639175550101")
        self.assertEqual(enquiry.email, "ana@c.example")
        return enquiry

    def test_lists_of_labels_and_answers(self):
        answers = {
            "full_name": "Ana Cruz",
            "phone_number": "+639175550101",
            "email": "ana@c.example",
            "Which color?": "Red",
        }
        for label, answer, is_list in (
            ("name", "values", True),
            ("name", "value", False),
            ("column_id", "string_value", False),
            ("question", "answer", False),
            ("label", "value", False),
            ("title", "response", False),
            ("key", "value", False),
            ("fieldName", "answers", True),
        ):
            items = [
                {label: name, answer: [text] if is_list else text, "id": 5}
                for name, text in answers.items()
            ]
            for values in (
                {"field_data": items},
                {"entry": {"user_column_data": items}},
                {"form": 1, "answers": json.dumps(items)},
                items,
            ):
                with self.subTest(label=label, values=values):
                    enquiry = self._assert_is_ana(values)
                    self.assertIn("Which color?: Red", enquiry.message)

    def test_one_of_facebook(self):
        enquiry = self._assert_is_ana(
            {
                "id": "9911",
                "created_time": "2026-11-20T01:30:00+0000",
                "campaign_name": "November",
                "field_data": [
                    {"name": "full_name", "values": ["Ana Cruz"]},
                    {"name": "phone_number", "values": ["+639175550101", "0282"]},
                    {"name": "email", "values": ["ana@c.example"]},
                    {"name": "car_model", "values": ["Vios"]},
                ],
            }
        )
        self.assertEqual(enquiry.external_id, "9911")
        self.assertEqual(enquiry.enquired_at, datetime(2026, 11, 20, 1, 30))
        self.assertEqual(enquiry.other_phones, "0282")
        self.assertEqual((enquiry.model, enquiry.utm_campaign), ("Vios", "November"))

    def test_one_of_google(self):
        enquiry = self._assert_is_ana(
            {
                "lead_id": "T1",
                "campaign_id": 55,
                "google_key": "a secret",
                "is_test": False,
                "user_column_data": [
                    {"column_id": "FULL_NAME", "string_value": "Ana Cruz"},
                    {"column_id": "PHONE_NUMBER", "string_value": "+639175550101"},
                    {
                        "column_name": "Work Email",
                        "column_id": "WORK_EMAIL",
                        "string_value": "ana@c.example",
                    },
                    {"column_id": "POSTAL_CODE", "string_value": "1600"},
                ],
            }
        )
        self.assertEqual((enquiry.external_id, enquiry.zip), ("T1", "1600"))
        self.assertIn("campaign_id: 55", enquiry.message)
        self.assertNotIn("secret", enquiry.to_content())
        self.assertFalse(enquiry.is_test)

    def test_a_test_is_told_from_a_customer(self):
        for values in (
            {"is_test": True},
            {"isTest": "true"},
            {"is_test": 1},
            {
                "field_data": [
                    {"name": "x", "values": ["<test lead: dummy data for x>"]}
                ]
            },
        ):
            enquiry = self._read({"phone": "1", **values})
            self.assertTrue(enquiry.is_test, values)
            self.assertIn("test", enquiry.message.lower())
        self.assertFalse(self._read({"phone": "1", "is_test": "no"}).is_test)

    def test_answers_by_their_type(self):
        answers = {"token": "t1", "answers": ANSWERS}
        for values in (
            {"form_response": {**answers, "definition": {"fields": TITLES}}},
            {"form_response": {"definition": {"fields": TITLES}, **answers}},
        ):
            enquiry = self._assert_is_ana(values)
            self.assertEqual((enquiry.external_id, enquiry.model), ("t1", "Vios"))
            self.assertIn("newsletter: true", enquiry.message)

    def test_names_with_numbers_and_parts(self):
        form = {
            "q3_name": {"first": "Ana", "last": "Cruz"},
            "q4_email": "ana@c.example",
            "q5_phoneNumber": {"full": "+639175550101"},
            "q6_color": "Red",
        }
        for values in (form, {"rawRequest": json.dumps(form), "formID": "7"}):
            self.assertIn("q6_color: Red", self._assert_is_ana(values).message)
        phone = {"phone": {"area": "917", "phone": "5550101"}}
        self.assertEqual(self._read(phone).phone, "917 5550101")

    def test_fields_that_are_described_one_by_one(self):
        described = {
            "3": ("yourName", "Name", {"first": "Ana", "last": "Cruz"}),
            "4": ("tel", "Phone Number", {"full": "+639175550101"}),
            "5": ("mail", "E-mail", "ana@c.example"),
        }
        by_number = {
            number: {"name": name, "text": text, "type": "control", "answer": answer}
            for number, (name, text, answer) in described.items()
        }
        self._assert_is_ana({"answers": by_number})
        by_name = {
            "firstname": {"value": "Ana"},
            "lastname": {"value": "Cruz"},
            "mobilephone": {"value": "+639175550101", "versions": []},
            "email": {"value": "ana@c.example"},
            "score": {"value": "9"},
        }
        self.assertIn("score", self._assert_is_ana({"properties": by_name}).message)
        titled = {
            key: {"id": key, "title": "T", "value": value, "type": "text"}
            for key, value in {
                "name": "Ana Cruz",
                "phone": "+639175550101",
                "email": "ana@c.example",
            }.items()
        }
        self._assert_is_ana({"fields": titled})

    def test_objects_in_objects(self):
        for values in (
            {"contact": {"fullName": "Ana Cruz"}},
            {"customer": {"contact": {"firstName": "Ana", "lastName": "Cruz"}}},
            {"lead": {"data": {"name": "Ana Cruz"}}},
            {"prospect": {"Full Name": "Ana Cruz"}},
            {"customer": [{"name": "Ana Cruz"}]},
        ):
            ways = {"phone": "+639175550101", "email": ["ana@c.example", "b@c.example"]}
            enquiry = self._assert_is_ana({**values, "customer_info": ways})
            self.assertIn("customer_info.email: b@c.example", enquiry.message)

    def test_vehicles_dealerships_and_places_in_objects(self):
        enquiry = self._read(
            {
                "vehicle": {
                    "make": "Kia",
                    "model": "Sonet",
                    "trim": "LX",
                    "year": 2026,
                },
                "dealer": {"id": "D1", "name": "Kia Pasig", "phone": "02 8123 4567"},
                "customer": {
                    "id": 5,
                    "phones": ["0917 555 0101", "0917 555 0102"],
                    "address": {"street": "Rizal", "city": "Pasig", "zip": 1600},
                },
            }
        )
        self.assertEqual(
            (enquiry.brand, enquiry.vehicle, enquiry.model),
            ("Kia", "Sonet LX", "Sonet"),
        )
        self.assertEqual(enquiry.dealership_names, ["D1", "Kia Pasig"])
        self.assertEqual(enquiry.phones, ["0917 555 0101", "0917 555 0102"])
        self.assertEqual(
            (enquiry.street, enquiry.city, enquiry.zip), ("Rizal", "Pasig", "1600")
        )
        self.assertEqual(enquiry.external_id, "")
        for text in ("vehicle.year: 2026", "dealer.phone: 02", "customer.id: 5"):
            self.assertIn(text, enquiry.message)

    def test_the_name_of_a_form_is_nobodys(self):
        for name in ("name", "Name"):
            form = {
                name: "Contact us",
                "data": {"Name": "Ana", "Phone": "0917 555 0101"},
            }
            for values in (form, {"payload": form}):
                enquiry = self._read(values)
                self.assertEqual(enquiry.name, "Ana")
                self.assertIn("Contact us", enquiry.message)

    def test_what_a_customer_buys_is_no_list_of_customers(self):
        items = [{"sku": "A1", "price": 5}, {"sku": "B2", "price": 6}]
        enquiry = self._read({"phone": "0917 555 0101", "items": items})
        for text in ("items.sku: A1", "items.2.sku: B2", "items.2.price: 6"):
            self.assertIn(text, enquiry.message)
