from datetime import datetime

from odoo.tests import tagged

from ...intake import MAX_SIZE, InvalidEnquiry, read_adf
from ..common import ReadingCase

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
class TestAdf(ReadingCase):
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
        self.assertEqual(enquiry.external_id, "CarSite 8841")
        self.assertEqual(enquiry.enquired_at, datetime(2026, 11, 20, 1, 30))
        self.assertEqual(enquiry.name, "Maria Santos")
        self.assertEqual(enquiry.phone, "0917 555 0101")
        self.assertEqual(enquiry.email, "maria@customer.example")
        self.assertEqual(enquiry.street, "12 Rizal Street, Barangay 5, 3B")
        self.assertEqual(
            (enquiry.city, enquiry.zip, enquiry.country), ("Pasig", "1600", "PH")
        )
        self.assertEqual((enquiry.brand, enquiry.vehicle), ("Toyota", "Vios 1.3 G"))
        self.assertEqual(enquiry.model, "Vios")
        self.assertEqual(
            (enquiry.dealership, enquiry.dealership_name), ("PSG", "Toyota Pasig")
        )
        self.assertEqual(enquiry.other_phones, "02 8123 4567\n02 8111 1111")
        self.assertEqual(
            enquiry.message.splitlines(),
            [
                "Is the red one there?",
                "Vehicle: interest buy, status new",
                "Vehicle year: 2026",
                "Vehicle vin: VIN123",
                "Vehicle stock: S-77",
                "Vehicle colorcombination exteriorcolor: Red",
                "Vehicle price (type quote, currency PHP): 1,050,000",
                "Vehicle comments: Seen on the site",
                "Vehicle: interest trade-in, status used",
                "Vehicle year: 2015",
                "Vehicle make: Honda",
                "Vehicle model: City",
                "Vehicle odometer (units km): 90000",
                "Customer phone (type fax): 02 8111 1111",
                "Customer phone (type voice, time day): 02 8123 4567",
                "Customer timeframe description: This month",
                "Provider name (part full): CarSite",
            ],
        )

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

    def test_with_a_date_of_any_kind(self):
        enquiry = self._read(
            prospect("<requestdate>2026-11-20T09:30:00+08:00</requestdate>")
        )
        self.assertEqual(enquiry.enquired_at, datetime(2026, 11, 20, 1, 30))
        enquiry = self._read(prospect("<requestdate>11/20/2026 9:30</requestdate>"))
        self.assertIsNone(enquiry.enquired_at)
        self.assertEqual(enquiry.local_time, "2026-11-20T09:30:00")
        self.assertEqual(enquiry.message, "")

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
        self.assertIn("Vehicle make: Honda", enquiry.message)

    def test_with_nothing_in_it(self):
        enquiry = self._read("<adf><prospect/></adf>")
        self.assertEqual((enquiry.phones, enquiry.email), ([], ""))

    # ------------------------------------------------------------
    # What a sender has more of than we have fields
    # ------------------------------------------------------------

    def _read_contact(self, inside):
        contact = f"<contact>{inside}</contact>"
        return self._read(prospect(f"<customer>{contact}</customer>"))

    def test_everything_without_a_field_is_in_the_message(self):
        enquiry = self._read(
            prospect(
                "<requestdate>some day</requestdate>"
                "<vehicle><make>Kia</make><model>Rio</model><bodystyle>Van</bodystyle>"
                "<option><optionname>Roof rack</optionname><weighting>80</weighting>"
                "</option><finance><method>loan</method><amount type='monthly'>9000"
                "</amount></finance><imagetag width='80'>http://i.example/1</imagetag>"
                "</vehicle><vehicle><make>Kia</make><model>Picanto</model></vehicle>"
                "<customer><contact><name>Ana</name><email>a@customer.example</email>"
                "<email>b@customer.example</email><phone time='evening'>1</phone>"
                "<address><regioncode>NCR</regioncode></address></contact>"
                "<timeframe><earliestdate>2026-12-01</earliestdate></timeframe>"
                "<comments>Mine</comments></customer>"
                "<vendor><id>99</id><vendorname>Kia Pasig</vendorname><contact>"
                "<name>Ben</name></contact></vendor>"
                "<provider><service>Web</service><url>http://p.example</url></provider>"
                "<campaign>Spring</campaign><comments>Ours</comments>"
            )
        )
        self.assertEqual(
            enquiry.message.splitlines(),
            [
                "Mine",
                "Requestdate: some day",
                "Vehicle bodystyle: Van",
                "Vehicle option optionname: Roof rack",
                "Vehicle option weighting: 80",
                "Vehicle finance method: loan",
                "Vehicle finance amount (type monthly): 9000",
                "Vehicle imagetag (width 80): http://i.example/1",
                "Vehicle make: Kia",
                "Vehicle model: Picanto",
                "Customer email: b@customer.example",
                "Customer phone (time evening): 1",
                "Customer address regioncode: NCR",
                "Customer timeframe earliestdate: 2026-12-01",
                "Vendor name: Ben",
                "Provider service: Web",
                "Provider url: http://p.example",
                "Campaign: Spring",
                "Comments: Ours",
            ],
        )

    def test_comments_keep_their_lines(self):
        enquiry = self._read(
            prospect("<customer><comments>One<br>two\n\n  three</comments></customer>")
        )
        self.assertEqual(enquiry.message, "One\ntwo\nthree")

    def test_the_surname_is_a_last_name(self):
        enquiry = self._read_contact(
            "<name part='first'>Juan</name><name part='surname'>Cruz</name>"
        )
        self.assertEqual(enquiry.name, "Juan Cruz")

    def test_a_name_in_elements_of_its_own_is_one(self):
        enquiry = self._read_contact(
            "<name><first>Juan</first><last>Cruz</last></name><name part='suffix'/>"
        )
        self.assertEqual((enquiry.name, enquiry.message), ("Juan Cruz", ""))

    def test_a_person_counts_more_than_a_business(self):
        for person in (
            "<name part='full' type='individual'>Juan Cruz</name>",
            "<name part='first'>Juan</name><name part='last'>Cruz</name>",
        ):
            business = "<name part='full' type='business'>Cruz Trading</name>"
            for inside in (person + business, business + person):
                enquiry = self._read_contact(inside)
                self.assertEqual(enquiry.name, "Juan Cruz")
                self.assertIn("Cruz Trading", enquiry.message)
        self.assertEqual(self._read_contact(business).name, "Cruz Trading")

    def test_an_empty_part_takes_nothing_away(self):
        enquiry = self._read_contact(
            "<name part='first'>Juan</name><name part='first'/>"
            "<phone/><phone>0917 555 0102</phone><email/><email>j@c.example</email>"
        )
        self.assertEqual((enquiry.name, enquiry.phone), ("Juan", "0917 555 0102"))
        self.assertEqual(enquiry.email, "j@c.example")

    def test_a_vehicle_to_be_traded_in_is_not_wanted(self):
        for interest in ("tradein", "Trade-In", "trade in", "sell"):
            enquiry = self._read(
                prospect(f"<vehicle interest='{interest}'><make>Kia</make></vehicle>")
            )
            self.assertEqual(enquiry.brand, "")

    def test_phones_are_found_wherever_the_customer_has_them(self):
        for inside in (
            "<contact><name>Juan Cruz</name></contact><phone>0917 555 0102</phone>",
            "<contact><name>Juan Cruz</name></contact>"
            "<contact><phone>0917 555 0102</phone></contact>",
        ):
            self._assert_juan(prospect(f"<customer>{inside}</customer>"))
        enquiry = self._read_contact("<phone type='fax'>02 8123 4567</phone>")
        self.assertEqual(enquiry.phone, "02 8123 4567")
        enquiry = self._read(
            prospect("<provider><phone>02 8123 4567</phone></provider>")
        )
        self.assertEqual(enquiry.phones, [])

    def test_names_of_two_providers_are_two(self):
        names = [
            self._read(prospect(f"<id source='{source}'>1</id>")).external_id
            for source in "AB"
        ]
        self.assertEqual(names, ["A 1", "B 1"])

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

    def test_more_prospects_than_anybody_sends_are_refused(self):
        with self.assertRaisesRegex(InvalidEnquiry, "more than"):
            read_adf(b"<adf>" + b"<prospect/>" * 1001 + b"</adf>")

    def test_a_deep_document_ends(self):
        depth = 20_000
        with self.assertRaises(InvalidEnquiry):
            read_adf(b"<adf>" + b"<a>" * depth + b"</a>" * depth + b"</adf>")
