import json
import time
from urllib.parse import urlencode

from odoo.tests import tagged

from ...intake import Enquiry, InvalidEnquiry, read_body
from ..common import ReadingCase

MARIA = {"name": "Maria", "phone": "0917 555 0101"}
BEN = {"name": "Ben", "phone": "0917 555 0102"}
ADF = (
    "<adf><prospect><customer><contact><name>Maria</name><phone>0917 555 0101</phone>"
    "</contact></customer></prospect></adf>"
)
FORM = "application/x-www-form-urlencoded"


def multipart(*parts, boundary="XX"):
    """Return a form with files: of heads after ``form-data;`` and contents."""
    texts = (
        f"--{boundary}\r\nContent-Disposition: form-data; {head}\r\n\r\n{content}\r\n"
        for head, content in parts
    )
    return "".join(texts) + f"--{boundary}--\r\n"


@tagged("post_install", "-at_install")
class TestBodyFormats(ReadingCase):
    """Whatever a sender makes of an enquiry, it is read, or kept for people."""

    def _read(self, body, content_type=""):
        if not isinstance(body, bytes):
            text = body if isinstance(body, str) else json.dumps(body)
            body = text.encode()
        return read_body(body, content_type)

    def _assert_read(self, body, *customers, content_type=""):
        found = self._read(body, content_type)
        self.assertEqual([one.problem for one in found], [""] * len(customers))
        self.assertEqual(
            [(one.name, one.phone) for one in found],
            [(one["name"], one["phone"]) for one in customers],
        )
        return found[0]

    # ------------------------------------------------------------
    # JSON
    # ------------------------------------------------------------

    def test_a_list_is_several_enquiries(self):
        for body in (
            [MARIA, BEN],
            {"leads": [MARIA, BEN]},
            {"data": [MARIA, BEN], "paging": {"next": "x"}},
            {"result": {"items": [MARIA, BEN]}},
            {"payload": json.dumps([MARIA, BEN])},
        ):
            with self.subTest(body):
                self._assert_read(body, MARIA, BEN)

    def test_objects_one_after_the_other_are_several_enquiries(self):
        lines = list(map(json.dumps, (MARIA, BEN)))
        pretty = [json.dumps(one, indent=2) for one in (MARIA, BEN)]
        for between in ("\n", "\r\n", "\n\n", ",\n", "", ";"):
            with self.subTest(between):
                self._assert_read(between.join(lines), MARIA, BEN)
                self._assert_read(between.join(pretty) + "\n", MARIA, BEN)

    def test_a_line_that_is_broken_stops_no_other(self):
        lines = [json.dumps(MARIA), '{"name": "Cora", "phone": ', json.dumps(BEN)]
        found = self._read("\n".join(lines))
        self.assertEqual([one.name for one in found], ["Maria", "Ben", ""])
        self.assertTrue(found[2].problem)
        self.assertEqual(found[2].message, lines[1].strip())

    def test_json_in_a_text_of_json_is_read(self):
        inner = json.dumps(MARIA)
        for body in (
            json.dumps(inner),
            json.dumps(json.dumps(inner)),
            {"payload": inner},
            {"event": {"data": inner}},
        ):
            with self.subTest(body):
                self._assert_read(body, MARIA)

    def test_a_document_in_a_text_of_json_is_read(self):
        for body in (
            json.dumps(ADF),
            {"xml": ADF},
            {"lead": {"adf": ADF}},
            [{"a": ADF}],
        ):
            with self.subTest(body):
                self._assert_read(body, MARIA)

    def test_what_stands_beside_a_document_is_not_lost(self):
        enquiry = self._assert_read(
            {"id": 7, "phone": "02 8123 4567", "color": "red", "xml": ADF}, MARIA
        )
        self.assertEqual(enquiry.external_id, "7")
        self.assertIn("color: red", enquiry.message)
        self.assertIn("02 8123 4567", enquiry.message)

    def test_what_a_list_has_in_common_is_of_each_but_no_customers(self):
        leads = [MARIA, {"name": "Ben", "message": "b@c.example"}]
        body = {"leads": leads, "dealer": "Makati", "color": "red", "city": "Pasig"}
        for enquiry in self._read(body):
            self.assertEqual(enquiry.dealership, "Makati")
            self.assertEqual(enquiry.city, "")
            for text in ("color: red", "city: Pasig"):
                self.assertIn(text, enquiry.message)

    def test_a_name_that_comes_twice_loses_no_value(self):
        (enquiry,) = self._read(
            '{"phone": "1", "phone": "2", "name": "Ana", "name": "Ben", "x": {"y": 1, '
            '"y": 2}}'
        )
        self.assertEqual((enquiry.name, enquiry.phones), ("Ana", ["1", "2"]))
        for text in ("name: Ben", "x.y: 1", "x.y: 2"):
            self.assertIn(text, enquiry.message)

    def test_numbers_are_kept_as_they_were_meant(self):
        for sent, text in (
            ("639175550101.0", "639175550101"),
            ("6.39175550101e11", "639175550101"),
            ("6.39175550101E+11", "639175550101"),
            ("1500000.50", "1500000.50"),
            ("1e400", "1e400"),
            ("1E-2", "1E-2"),
            ("NaN", "NaN"),
            ("-Infinity", "-Infinity"),
            ("9" * 200, "9" * 200),
            ("0", "0"),
        ):
            with self.subTest(sent):
                (enquiry,) = self._read(f'{{"phone": {sent}}}')
                self.assertEqual(enquiry.phone, text)

    # ------------------------------------------------------------
    # Forms and tables
    # ------------------------------------------------------------

    def test_a_form_is_read(self):
        for form in (
            MARIA,
            {"customer[name]": "Maria", "customer[phones][]": "0917 555 0101"},
            {"payload": json.dumps(MARIA)},
            {"xml": ADF},
            {"lead.name": "Maria", "lead.phone": "0917 555 0101", "empty": ""},
        ):
            for kind in (FORM, f"{FORM}; charset=UTF-8", "", "application/json"):
                with self.subTest(form, kind=kind):
                    self._assert_read(urlencode(form), MARIA, content_type=kind)

    def test_a_form_is_read_in_its_character_set(self):
        for body, kind in (
            ("name=José&phone=1".encode(), FORM),
            (b"name=Jos%C3%A9&phone=1", FORM),
            (b"name=Jos%E9&phone=1", FORM),
            (b"name=Jos\xe9&phone=1", f"{FORM}; charset=iso-8859-1"),
        ):
            with self.subTest(body):
                (enquiry,) = self._read(body, kind)
                self.assertEqual((enquiry.name, enquiry.phone), ("José", "1"))

    def test_the_values_of_one_name_are_several(self):
        (enquiry,) = self._read("phone=1&phone=2&color=red&color=blue")
        self.assertEqual(enquiry.phones, ["1", "2"])
        self.assertIn("color: red, blue", enquiry.message)

    def test_a_form_with_files_is_read(self):
        fields = [('name="name"', "Maria"), ('name="phone"', "0917 555 0101")]
        quoted = 'multipart/form-data; boundary="a b:c"'
        for body, kind in (
            (multipart(*fields), "multipart/form-data; boundary=XX"),
            (multipart(*fields, boundary="a b:c"), quoted),
            (
                multipart(*fields).replace("\r\n", "\n"),
                "multipart/form-data; boundary=XX",
            ),
            # A sender that sets the type by hand forgets the boundary.
            (multipart(*fields), "multipart/form-data"),
            (multipart(*fields), "multipart/form-data; boundary=YY"),
            # Cut off.
            (multipart(*fields)[:-10], "multipart/form-data; boundary=XX"),
        ):
            with self.subTest(kind, body=body):
                self._assert_read(body, MARIA, content_type=kind)

    def test_what_is_in_a_text_file_is_read(self):
        kind = "multipart/form-data; boundary=XX"
        for name, content in (
            ("lead.json", json.dumps(MARIA)),
            ("lead.xml", ADF),
            ("lead.txt", ADF),
            ("leads.csv", "name,phone\nMaria,0917 555 0101"),
            ("leads.ndjson", json.dumps(MARIA) + "\n"),
        ):
            body = multipart(
                ('name="dealer"', "Makati"), (f'name=f; filename="{name}"', content)
            )
            with self.subTest(name):
                enquiry = self._assert_read(body, MARIA, content_type=kind)
                self.assertEqual(enquiry.dealership, "Makati")

    def test_other_files_are_named_in_the_message(self):
        kind = "multipart/form-data; boundary=XX"
        photo = 'name=f; filename="id card.jpg"\r\nContent-Type: image/jpeg'
        note = 'name=f; filename="note.txt"\r\nContent-Type: text/plain'
        fields = [('name="name"', "Maria"), ('name="phone"', "0917 555 0101")]
        body = multipart(*fields, (photo, "\x01\x02\x03"), (note, "Call after 5"))
        enquiry = self._assert_read(body, MARIA, content_type=kind)
        for text in ("id card.jpg (image/jpeg, 3 bytes)", "note.txt", "Call after 5"):
            self.assertIn(text, enquiry.message)

    def test_a_table_is_several_enquiries(self):
        rows = [["Full Name", "Phone Number", "Color"]]
        rows += [[one["name"], one["phone"], "red"] for one in (MARIA, BEN)]
        for between in (",", ";", "\t", "|"):
            for charset in ("utf-8", "utf-8-sig", "utf-16"):
                text = "\r\n".join(between.join(row) for row in rows)
                with self.subTest(between, charset=charset):
                    enquiry = self._assert_read(text.encode(charset), MARIA, BEN)
                    self.assertEqual(enquiry.message, "Color: red")

    def test_a_cell_without_a_name_is_not_lost(self):
        (enquiry,) = self._read('name,phone\n"Ma, ""ria""",1,"two\nlines"')
        self.assertEqual(enquiry.name, 'Ma, "ria"')
        self.assertIn("two\nlines", enquiry.message)

    # ------------------------------------------------------------
    # What cannot be understood
    # ------------------------------------------------------------

    def test_what_cannot_be_understood_waits_for_people(self):
        for body in (
            *("{", "[]", '"text"', '""', "5", "null", "<html>", "<adf/>", "Call me"),
            *("[" * 100_000, '{"a":' * 50_000, '["a"]', "a,b\nc,d", "<" * 9, "--x\r\n"),
            '{"a":' * 40 + "1" + "}" * 40,
            '[{"a": 1}, ' + "[" * 500 + "]" * 500 + "]",
            '<!DOCTYPE a [<!ENTITY x "y">]><adf><prospect/></adf>',
        ):
            for kind in ("", FORM, "multipart/form-data; boundary=x"):
                with self.subTest(body[:20], kind=kind):
                    found = self._read(body, kind)
                    self.assertTrue(any(one.problem for one in found))
                    message = "".join(one.message for one in found)
                    self.assertIn(body.strip()[-1:], message)

    def test_only_an_empty_body_is_refused(self):
        for body in (b"", b" \r\n", b"\x00", "\ufeff".encode(), "\n".encode("utf-16")):
            with self.assertRaisesRegex(InvalidEnquiry, "empty"):
                read_body(body)

    def test_more_than_anybody_sends_is_kept_as_one(self):
        one = json.dumps({"phone": "1"})
        for body in (
            f"[{','.join([one] * 1001)}]",
            "\n".join([one] * 1001),
            f"[{','.join([json.dumps({'leads': [MARIA, BEN]})] * 501)}]",
            "<adf>" + "<prospect/>" * 1001 + "</adf>",
            "phone,name\n" + "1,a\n" * 1001,
            "&".join(["phone=1"] * 1001),
            "{" + ",".join(f'"k{n}": 1' for n in range(5001)) + "}",
            multipart(*[("name=a", "1")] * 1001),
        ):
            with self.subTest(body[:30]):
                (enquiry,) = self._read(body, "multipart/form-data; boundary=XX")
                self.assertIn("more than", enquiry.problem)
        self.assertEqual(len(self._read(f"[{','.join([one] * 1000)}]")), 1000)

    def test_what_is_hostile_is_read_in_time(self):
        many = "<prospect/>" * 1000
        for body in (
            *("[\n" * 900 + "1," * 200_000, '{"a":' * 900 + "[" + "1," * 200_000),
            *('{"phone":' + "9" * 500_000 + "}", '{"a":1}\n[1,\n' * 40_000),
            "phone,name\n" + "1," * 250_000,
            "{" + ",".join(['"phone":1'] * 50_000) + "}",
            "<adf><vendor>" + "<id>1</id>" * 40_000 + f"</vendor>{many}</adf>",
            "<adf><prospect>" + "<id>1</id>" * 40_000,
            f"<adf>{'x' * 400_000}{many}</adf>",
            '{"k' + ".a" * 240_000 + '": 1}',
            "a[b]=1&" * 70_000,
            "--x\r\nContent-Disposition: form-data; name=a\r\n\r\n"
            + "\r\n--xy" * 70_000,
        ):
            for kind in ("", FORM, "multipart/form-data; boundary=x"):
                started = time.process_time()
                self._read(body, kind)
                self.assertLess(time.process_time() - started, 10, body[:30])

    def test_an_object_without_a_customer_is_no_mistake_of_the_format(self):
        self.assertEqual(self._read({}), [Enquiry()])
