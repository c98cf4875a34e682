from datetime import datetime

from odoo.tests import tagged

from ...intake import read_adf
from ..common import ReadingCase


def person(name="Ana"):
    return (
        f"<customer><contact><name>{name}</name><phone>1</phone></contact></customer>"
    )


@tagged("post_install", "-at_install")
class TestAdfDocument(ReadingCase):
    """What stands outside of the prospects, and by what each of them is known."""

    def _read(self, document):
        (enquiry,) = read_adf(document.encode())
        return enquiry

    # ------------------------------------------------------------
    # Outside of the prospects
    # ------------------------------------------------------------

    def test_what_stands_beside_the_only_prospect_is_meant_for_it(self):
        one = f"<prospect>{person()}</prospect>"
        for beside, field, value in (
            ("<vendor><vendorname>Kia Pasig</vendorname></vendor>", "dealership", 0),
            ("<vendor><id>KP</id></vendor>", "dealership", "KP"),
            ("<vehicle><make>Kia</make></vehicle>", "brand", "Kia"),
            ("<id source='P'>7</id>", "external_id", "P 7"),
            (
                "<customer><contact><email>a@b.c</email></contact></customer>",
                "",
                "a@b.c",
            ),
            ("<comments>Soon?</comments>", "", "Comments: Soon?"),
            ("<provider><name>Lots</name></provider>", "", "Provider name: Lots"),
            ("Call her", "", "Call her"),
        ):
            for document in (f"<adf>{one}{beside}</adf>", f"<adf>{beside}{one}</adf>"):
                with self.subTest(document):
                    enquiry = self._read(document)
                    self.assertEqual((enquiry.name, enquiry.phone), ("Ana", "1"))
                    if field:
                        found = getattr(enquiry, field)
                        self.assertEqual(found, value or "Kia Pasig")
                    else:
                        self.assertIn(value, enquiry.message)

    def test_a_date_beside_the_prospect_is_its_date(self):
        date = "<requestdate>2026-11-20T09:30:00+08:00</requestdate>"
        enquiry = self._read(f"<adf>{date}<prospect>{person()}</prospect></adf>")
        self.assertEqual(enquiry.enquired_at, datetime(2026, 11, 20, 1, 30))

    def test_what_is_in_the_prospect_counts_more(self):
        vendors = [f"<vendor><id>{code}</id></vendor>" for code in ("IN", "OUT")]
        inside, outside = vendors
        document = (
            f"<adf>{outside}<id>9</id>"
            f"<prospect><id source='P'>7</id>{person()}{inside}</prospect></adf>"
        )
        enquiry = self._read(document)
        self.assertEqual((enquiry.dealership, enquiry.external_id), ("IN", "P 7"))
        for text in ("Vendor id: OUT", "Id: 9"):
            self.assertIn(text, enquiry.message)

    def test_a_customer_without_a_prospect_is_one(self):
        for inside in (person(), person() + "<vehicle><make>Kia</make></vehicle>"):
            enquiry = self._read(f"<adf>{inside}</adf>")
            self.assertEqual((enquiry.name, enquiry.phone), ("Ana", "1"))

    def test_what_is_common_to_several_is_of_each(self):
        two = "".join(f"<prospect>{person(name)}</prospect>" for name in ("Ana", "Ben"))
        for place in ("{common}{two}", "{two}{common}"):
            common = (
                "<vendor><id>KP</id></vendor><provider><name>Lots</name></provider>"
                "<requestdate>2026-11-20T09:30:00Z</requestdate>"
            )
            inside = place.format(two=two, common=common)
            for enquiry in read_adf(f"<adf>{inside}</adf>".encode()):
                self.assertEqual(enquiry.dealership, "KP")
                self.assertTrue(enquiry.enquired_at)
                self.assertIn("Provider name: Lots", enquiry.message)

    def test_what_stands_beside_each_is_of_each(self):
        for place in ("{prospect}{vendor}{words}", "{vendor}{words}{prospect}"):
            inside = "".join(
                place.format(
                    prospect=f"<prospect>{person(name)}</prospect>",
                    vendor=f"<vendor><id>{name} Motors</id></vendor>",
                    words=f"<comments>{name} asks</comments>",
                )
                for name in ("Ana", "Ben", "Cora")
            )
            for enquiry in read_adf(f"<adf>{inside}</adf>".encode()):
                self.assertEqual(enquiry.dealership, f"{enquiry.name} Motors")
                self.assertEqual(enquiry.message, f"Comments: {enquiry.name} asks")

    def test_what_may_be_of_any_is_a_line_of_each(self):
        two = "".join(f"<prospect>{person(name)}</prospect>" for name in ("Ana", "Ben"))
        beside = (
            "<customer><contact><name>Cora</name><phone>2</phone></contact></customer>"
            "<vehicle><make>Kia</make></vehicle><id>9</id>"
        )
        for enquiry in read_adf(f"<adf>{two}{beside}</adf>".encode()):
            self.assertIn(enquiry.name, ("Ana", "Ben"))
            self.assertEqual((enquiry.brand, enquiry.external_id), ("", ""))
            self.assertEqual(enquiry.phones, ["1"])
            for text in ("Customer name: Cora", "Vehicle make: Kia", "Id: 9"):
                self.assertIn(text, enquiry.message)

    def test_what_is_long_is_not_written_a_thousand_times(self):
        words = "x" * 100_000
        document = f"<adf>{words}" + "<prospect/>" * 1000 + "</adf>"
        first, *others = read_adf(document.encode())
        self.assertIn(words, first.message)
        self.assertFalse(any(enquiry.message for enquiry in others))

    def test_a_text_around_the_document_is_not_lost(self):
        document = f"<adf><prospect>{person()}</prospect></adf>"
        for before, after, lines in (
            (
                "Please call.\n\n",
                "\nRegards,\n Pat",
                ["Please call.", "Regards,", "Pat"],
            ),
            ("<p>Please <b>call</b></p><br>", "<p>Pat</p>", ["Please call", "Pat"]),
            ('<?xml version="1.0"?>\n<!DOCTYPE adf>\n<?ADF VERSION "1.0"?>', "", []),
            ("xml=", "", []),
            ("<!-- made by -->", "", []),
        ):
            with self.subTest(before):
                enquiry = self._read(before + document + after)
                self.assertEqual(enquiry.message.splitlines(), lines)

    # ------------------------------------------------------------
    # By what it is known
    # ------------------------------------------------------------

    def _read_id(self, inside):
        enquiry = self._read(f"<adf><prospect>{inside}{person()}</prospect></adf>")
        return enquiry.external_id, enquiry.message

    def test_an_id_without_a_source_is_its_providers(self):
        for provider, name in (
            ("<provider><name>Autoportal</name></provider>", "Autoportal 42"),
            ("<provider>Autoportal</provider>", "Autoportal 42"),
            ("<provider><name part='full'>Two Words</name></provider>", "Two Words 42"),
            ("<provider><contact><name>Lots</name></contact></provider>", "Lots 42"),
            ("<provider><email>a@b.example</email></provider>", "42"),
            ("", "42"),
        ):
            found, message = self._read_id(f"<id>42</id>{provider}")
            self.assertEqual(found, name)
            self.assertEqual("Provider" in message, bool(provider))
        provider = "<provider><name>Lots</name></provider>"
        self.assertEqual(self._read_id(f"<id source='P'>42</id>{provider}")[0], "P 42")

    def test_of_several_ids_the_enquirys_counts(self):
        for source in (
            *(
                "Lead ID",
                "LeadID",
                "prospect",
                "Enquiry No",
                "inquiry-id",
                "Request ID",
            ),
        ):
            for form in ("Form", "Lead Form", "Lead Source", "Campaign", "Lead Type"):
                nodes = [
                    f"<id sequence='1' source='{form}'>Buy It Now</id>",
                    f"<id sequence='2' source='{source}'>s177</id>",
                ]
                for inside in ("".join(nodes), "".join(reversed(nodes))):
                    found, message = self._read_id(inside)
                    self.assertEqual(found, f"{source} s177")
                    self.assertIn("Buy It Now", message)

    def test_of_several_ids_none_of_which_is_the_enquirys_all_count(self):
        for inside, name in (
            ("<id source='Form'>F</id><id source='Key'>1</id>", "Form F Key 1"),
            ("<id>F</id><id>1</id>", "F 1"),
            ("<id/><id>1</id>", "1"),
            ("<id>F</id><id>1</id><provider><name>P</name></provider>", "P F 1"),
        ):
            self.assertEqual(self._read_id(inside)[0], name)

    def test_a_dealership_may_be_known_by_any_of_its_ids(self):
        for ids, names in (
            ("<id>1001</id><id source='Location'>MKT</id>", ["1001", "MKT", "Acme"]),
            ("<id>1</id><id>2</id><id>3</id>", ["1", "2", "3", "Acme"]),
            ("<id/><id>2</id>", ["2", "Acme"]),
            ("<contact><id>1</id></contact><id>1</id>", ["1", "Acme"]),
            ("", ["Acme"]),
        ):
            vendor = f"<vendor>{ids}<vendorname>Acme</vendorname></vendor>"
            enquiry = self._read(f"<adf><prospect>{person()}{vendor}</prospect></adf>")
            self.assertEqual(enquiry.dealership_names, names)
            for name in names[1:-1]:
                self.assertIn(f": {name}", enquiry.message)
