from odoo.tests import tagged

from ...email_address import read_address
from ...phone_number import read_numbers, to_e164
from ..common import BpoCase, ReadingCase

#: Ways in which people and programs write one number.
NOTATIONS = (
    "0917 700 0601",
    "0917-700-0601 (viber)",
    "0917 700 0601 / 0918 700 0601",
    "0917 700 0601 or 0918 700 0601",
    "0917 700 0601 local 5",
    "0917 700 0601 ext. 12",
    "0917_700_0601",
    "0917・700・0601",
    "0917|700|0601",
    "0917.700.0601",
    "0917/700/0601",
    "%2B639177000601",
    "++63 917 700 0601",
    "00639177000601",
    "639177000601",
    "9177000601.0",
    "639177000601.00",
    "p:+639177000601",
    "tel:+63-917-700-0601",
    "viber09177000601",
    "09177000601 Globe",
    "٠٩١٧٧٠٠٠٦٠١",
    "०९१७ ७०० ०६०१",
    "０９１７－７００－０６０１",
    "+63\u200b 917\u00a0700 0601\u202c",
    "\u202a+63 917 700 0601\u202c",
    "(+63) 917 700-0601",
)

#: Ways to write one address.
ADDRESSES = (
    "Inv.Z@customer.example",
    "inv.z\u200b@customer.example",
    "\u202ainv.z@customer.example\u202c",
    "inv.z@customer.example.",
    "inv.z@customer.example,",
    "inv\u00ad.z@customer\u2060.example",
    "ｉｎｖ．ｚ＠customer.example",
    "inv.z@customer。example",
    "\ufeffInv Z <inv.z@customer.example>",
)


@tagged("post_install", "-at_install")
class TestReaders(ReadingCase):
    """Numbers and addresses are read in one place, whichever way they came in."""

    def test_a_number_is_one_in_all_notations(self):
        for text in NOTATIONS:
            with self.subTest(text):
                numbers = read_numbers(text, "PH")
                self.assertEqual(to_e164(numbers[0]), "+639177000601")

    def test_two_numbers_in_one_field_are_two(self):
        for text in ("0917 700 0601 / 0918 700 0601", "09177000601;09187000601"):
            numbers = list(map(to_e164, read_numbers(text, "PH")))
            self.assertEqual(numbers, ["+639177000601", "+639187000601"])

    def test_words_are_no_number(self):
        for text in ("", "call me", "12", "9 to 5", "6.39177E+11", "x" * 10_000):
            self.assertEqual(read_numbers(text, "PH"), [], text)

    def test_a_long_text_takes_no_time(self):
        # Bounded: all of it would be looked at from each of its digits.
        self.assertEqual(read_numbers("1 (2) 3-" * 100_000, "PH"), [])

    def test_an_address_is_one_however_it_is_written(self):
        for text in ADDRESSES:
            with self.subTest(text):
                self.assertEqual(read_address(text), "inv.z@customer.example")

    def test_a_domain_is_one_in_its_script_and_in_ascii(self):
        for text in ("a@münchen.example", "A@xn--mnchen-3ya.example"):
            self.assertEqual(read_address(text), "a@münchen.example")

    def test_what_is_no_address(self):
        for text in ("", None, "none", "@", "a@", "@b.example", "a@.", "xn--@xn--"):
            self.assertFalse(read_address(text) and "@xn--" not in text, text)


@tagged("post_install", "-at_install")
class TestReadersOfLeads(BpoCase):
    """Forms by hand, contacts and imports read numbers by the same reader."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.company.country_id = cls.env.ref("base.ph")

    def test_a_lead_is_known_by_its_number_in_all_notations(self):
        lead = self._new_lead(phone=False)
        for text in NOTATIONS:
            with self.subTest(text):
                lead.phone = text
                self.assertEqual(lead.phone_sanitized, "+639177000601")
                self.assertEqual(lead.phone, text)

    def test_a_contact_is_the_customer_of_a_number_in_all_notations(self):
        lead = self._new_lead(phone="0917 700 0601")
        contacts = self.env["res.partner"].create(
            [{"name": "Juan", "phone": text} for text in NOTATIONS]
        )
        for contact in contacts:
            self.assertEqual(contact._find_leads_by_key(), lead, contact.phone)

    def test_what_stands_beside_a_number_is_not_lost_in_a_form(self):
        lead = self.env["crm.lead"].new({"phone": "0917 700 0601 (viber)"})
        lead._onchange_phone_validation()
        self.assertEqual(lead.phone, "0917 700 0601 (viber)")

    def test_rows_of_a_file_are_one_customers_in_all_notations(self):
        rows = [[f"row {i}", "Same Person", text] for i, text in enumerate(NOTATIONS)]
        self.env["crm.lead"].load(["name", "contact_name", "phone"], rows)
        found = self.env["crm.lead"].search([("phone_sanitized", "=", "+639177000601")])
        self.assertEqual(len(found), 1)

    def test_an_address_with_what_nobody_sees_is_the_same(self):
        lead = self._new_lead(phone=False)
        for text in ADDRESSES:
            lead.email_from = text
            self.assertEqual(lead.email_normalized, "inv.z@customer.example", text)
