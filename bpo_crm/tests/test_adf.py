from datetime import datetime

from odoo.tests import BaseCase, tagged

from odoo.addons.bpo_crm.intake import MAX_SIZE, InvalidEnquiry, read_adf

#: Written after the description of the format, with every part that is read.
COMPLETE = """<?ADF VERSION "1.0"?>
<?XML VERSION "1.0"?>
<adf>
  <prospect status="new">
    <id sequence="1" source="CarSite">8841</id>
    <requestdate>2026-11-20T09:30:00+08:00</requestdate>
    <vehicle interest="buy" status="new">
      <year>2026</year><make>Toyota</make><model>Vios</model><trim>1.3 G</trim>
      <vin>VIN123</vin><stock>S-77</stock>
      <colorcombination><exteriorcolor>Red</exteriorcolor></colorcombination>
      <price type="quote" currency="PHP">1,050,000</price>
      <comments>Seen on the site</comments>
    </vehicle>
    <vehicle interest="trade-in" status="used">
      <year>2015</year><make>Honda</make><model>City</model>
      <odometer units="km">90000</odometer>
    </vehicle>
    <customer>
      <contact>
        <name part="first">Maria</name><name part="last">Santos</name>
        <email>maria@customer.example</email>
        <phone type="fax">02 8111 1111</phone>
        <phone type="voice" time="day">02 8123 4567</phone>
        <phone type="cellphone">0917 555 0101</phone>
        <address>
          <street line="2">Barangay 5</street><street line="1">12 Rizal Street</street>
          <apartment>3B</apartment>
          <city>Pasig</city><postalcode>1600</postalcode><country>PH</country>
        </address>
      </contact>
      <timeframe><description>This month</description></timeframe>
      <comments>Is the red one there?</comments>
    </customer>
    <vendor><id source="dms">PSG</id><vendorname>Toyota Pasig</vendorname></vendor>
    <provider><name part="full">CarSite</name></provider>
  </prospect>
</adf>"""

CONTACT = "<contact><name>Juan Cruz</name><phone>0917 555 0102</phone></contact>"


def prospect(inside=f"<customer>{CONTACT}</customer>"):
    return f"<adf><prospect>{inside}</prospect></adf>"


@tagged("post_install", "-at_install")
class TestAdf(BaseCase):
    def _read(self, document):
        if isinstance(document, str):
            document = document.encode()
        (enquiry,) = read_adf(document)
        return enquiry

    def _assert_juan(self, document):
        enquiry = self._read(document)
        self.assertEqual((enquiry.name, enquiry.phone), ("Juan Cruz", "0917 555 0102"))
        return enquiry

    def test_every_part_is_read(self):
        enquiry = self._read(COMPLETE)
        self.assertEqual(enquiry.external_id, "8841")
        self.assertEqual(enquiry.enquired_at, datetime(2026, 11, 20, 1, 30))
        self.assertEqual(enquiry.name, "Maria Santos")
        self.assertEqual(enquiry.phone, "0917 555 0101")
        self.assertEqual(enquiry.email, "maria@customer.example")
        self.assertEqual(enquiry.street, "12 Rizal Street, Barangay 5, 3B")
        self.assertEqual(
            (enquiry.city, enquiry.zip, enquiry.country), ("Pasig", "1600", "PH")
        )
        self.assertEqual((enquiry.brand, enquiry.vehicle), ("Toyota", "Vios 1.3 G"))
        self.assertEqual(enquiry.dealership, "PSG")
        for text in (
            "Is the red one there?",
            "Red",
            "1,050,000",
            "S-77",
            "VIN123",
            "Seen on the site",
            "This month",
            "2015 Honda City 90000",
            "CarSite",
        ):
            self.assertIn(text, enquiry.message)

    # ------------------------------------------------------------
    # What real senders do
    # ------------------------------------------------------------

    def test_without_any_prolog(self):
        self._assert_juan(prospect())

    def test_with_a_proper_prolog_and_a_doctype(self):
        self._assert_juan(
            '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE adf SYSTEM "adf.dtd">'
            + prospect()
        )

    def test_with_blank_lines_and_a_byte_order_mark_in_front(self):
        self._assert_juan("\ufeff\r\n\r\n" + prospect())

    def test_with_upper_case_names(self):
        self._assert_juan(
            "<ADF><PROSPECT><CUSTOMER><CONTACT><NAME PART='FULL'>Juan Cruz</NAME>"
            "<PHONE TYPE='VOICE'>0917 555 0102</PHONE></CONTACT></CUSTOMER></PROSPECT>"
            "</ADF>"
        )

    def test_with_a_namespace(self):
        self._assert_juan(
            prospect().replace("<adf>", '<adf xmlns="http://adf.example">')
        )

    def test_with_bare_ampersands_and_entities_of_html(self):
        enquiry = self._assert_juan(
            prospect(
                f"<customer>{CONTACT}<comments>Price &amp; colour & wheels&nbsp;&copy; "
                "a&b</comments></customer>"
            )
        )
        self.assertIn("Price & colour & wheels", enquiry.message)
        self.assertIn("a&b", enquiry.message)

    def test_with_the_name_in_parts_that_say_nothing(self):
        enquiry = self._read(
            prospect(
                "<customer><contact><name part='first'>Juan</name>"
                "<name part='middle'></name><name part='last'>Cruz</name>"
                "<name part='suffix'>Jr.</name></contact></customer>"
            )
        )
        self.assertEqual(enquiry.name, "Juan Cruz Jr.")

    def test_with_the_contact_right_in_the_customer(self):
        self._assert_juan(
            prospect(
                "<customer><name>Juan Cruz</name>"
                "<phone>0917 555 0102</phone></customer>"
            )
        )

    def test_with_cdata(self):
        self._assert_juan(
            prospect(
                "<customer><contact><name><![CDATA[Juan Cruz]]></name>"
                "<phone><![CDATA[0917 555 0102]]></phone></contact></customer>"
            )
        )

    def test_with_tags_that_are_never_closed(self):
        self._assert_juan(
            "<adf><prospect><customer><contact><name>Juan Cruz</name>"
            "<phone>0917 555 0102</phone></contact>"
        )

    def test_without_the_frame(self):
        self._assert_juan(prospect().removeprefix("<adf>").removesuffix("</adf>"))

    def test_in_a_mail_with_text_around_it(self):
        self._assert_juan(f"A new lead!\n\n{prospect()}\n-- \nCarSite")

    def test_escaped_by_a_mail_client(self):
        escaped = prospect().replace("<", "&lt;").replace(">", "&gt;")
        self._assert_juan(f"<html><body><pre>{escaped}</pre></body></html>")

    def test_in_the_encoding_of_old_windows(self):
        document = prospect(
            "<customer><contact><name>Iñigo Muñoz</name></contact></customer>"
        )
        self.assertEqual(self._read(document.encode("cp1252")).name, "Iñigo Muñoz")
        declared = f'<?xml version="1.0" encoding="iso-8859-1"?>{document}'
        self.assertEqual(self._read(declared.encode("latin-1")).name, "Iñigo Muñoz")
        self.assertEqual(self._read(document.encode("utf-16")).name, "Iñigo Muñoz")

    def test_with_names_in_any_script(self):
        for name in ("李小龙", "محمد", "Ольга", "ナカムラ"):
            document = prospect(
                f"<customer><contact><name>{name}</name></contact></customer>"
            )
            self.assertEqual(self._read(document).name, name)

    def test_with_dates_as_people_write_them(self):
        for text in (
            "2026-11-20T09:30:00+08:00",
            "2026-11-20 09:30:00 +0800",
            "2026-11-20T01:30:00Z",
            "2026-11-20 01:30",
        ):
            enquiry = self._read(prospect(f"<requestdate>{text}</requestdate>"))
            self.assertEqual(enquiry.enquired_at, datetime(2026, 11, 20, 1, 30), text)
        enquiry = self._read(prospect("<requestdate>yesterday</requestdate>"))
        self.assertIsNone(enquiry.enquired_at)

    def test_with_the_vendor_by_name_only(self):
        enquiry = self._read(
            prospect("<vendor><vendorname>Toyota Pasig</vendorname></vendor>")
        )
        self.assertEqual(enquiry.dealership, "Toyota Pasig")

    def test_with_more_than_one_prospect(self):
        one = prospect().removeprefix("<adf>").removesuffix("</adf>")
        self.assertEqual(len(read_adf(f"<adf>{one}{one}</adf>".encode())), 2)

    def test_with_a_trade_in_first(self):
        enquiry = self._read(
            prospect(
                "<vehicle interest='trade-in'><make>Honda</make></vehicle>"
                "<vehicle interest='buy'><make>Toyota</make><model>Vios</model>"
                "</vehicle>"
            )
        )
        self.assertEqual(enquiry.brand, "Toyota")
        self.assertIn("Trade-in: Honda", enquiry.message)

    def test_with_nothing_in_it(self):
        enquiry = self._read("<adf><prospect/></adf>")
        self.assertFalse(enquiry.is_reachable)

    # ------------------------------------------------------------
    # What is refused
    # ------------------------------------------------------------

    def test_what_is_not_adf(self):
        for body in (b"", b"Hello", b"<html/>", b"<adf></adf>", b"\x00\xff\xfe", b"<"):
            with self.assertRaises(InvalidEnquiry):
                read_adf(body)

    def test_entities_are_refused(self):
        for declaration in (
            '<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">',
            '<!ENTITY a SYSTEM "file:///etc/passwd">',
        ):
            with self.assertRaisesRegex(InvalidEnquiry, "entities"):
                read_adf(f"<!DOCTYPE adf [{declaration}]>{prospect()}".encode())

    def test_a_document_without_end_is_refused(self):
        with self.assertRaisesRegex(InvalidEnquiry, "longer than"):
            read_adf(b"<adf>" + b" " * MAX_SIZE)

    def test_a_deep_document_ends(self):
        depth = 20_000
        with self.assertRaises(InvalidEnquiry):
            read_adf(b"<adf>" + b"<a>" * depth + b"</a>" * depth + b"</adf>")
