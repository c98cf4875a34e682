from datetime import datetime

from odoo.tests import tagged

from ...intake import read_adf
from ..common import ReadingCase

#: As the format is shown to people: short, and with an offset of one digit.
SHORT = """<?ADF VERSION "1.0"?>
<?XML VERSION "1.0"?>
<adf>
  <prospect>
    <requestdate>2026-11-19T17:30:00-08:0</requestdate>
    <vehicle>
      <year>2025</year>
      <make>Mazda</make>
      <model>CX-5</model>
    </vehicle>
    <customer>
      <contact>
        <name part="full">Ana Reyes</name>
        <phone>02 8555 0199</phone>
      </contact>
    </customer>
    <vendor>
      <contact>
        <name part="full">Mazda Cebu</name>
      </contact>
    </vendor>
  </prospect>
</adf>"""

#: As a portal sends it: no quotes, hours of one digit, and the name in parts.
PORTAL = """<?xml version="1.0"?><?adf version="1.0"?>
<adf><prospect status=new>
<id sequence=1 source="Lots">L-31</id>
<requestdate>2026-11-20T9:30:00+08:00</requestdate>
<vehicle interest="buy" status="used">
<id source="Lots">V-8</id><year>2019</year><make>Ford</make><model>Everest</model>
<trim>Trend</trim><stock>U-19</stock></vehicle>
<customer><contact primarycontact="1">
<name part="first" type="individual">Ben</name>
<name part="last" type="individual">Lim</name>
<email preferredcontact="1">ben@customer.example</email>
<phone type="voice" time="nopreference">02 8555 0123</phone>
<phone type="cellphone" time="evening">0917 555 0123</phone>
<address type="home"><street line="1">8 Mabini</street><city>Cebu</city>
<regioncode>CEB</regioncode><postalcode>6000</postalcode><country>PHL</country>
</address></contact>
<comments>Still there?<br>Call after 5</comments></customer>
<vendor><id source="Lots">D-4</id><vendorname>Ford Cebu</vendorname></vendor>
<provider><name part="full" type="business">Lots</name><service>Used</service>
<email>help@lots.example</email></provider>
</prospect></adf>"""

#: With most of what the format has.
LONG = """<?xml version="1.0" encoding="utf-8"?><?adf version="1.0"?>
<adf><prospect status="new"><id sequence="1" source="Desk">551</id>
<requestdate>2026-11-20T09:30:00+08:00</requestdate>
<vehicle interest="lease" status="new"><year>2026</year><make>Subaru</make>
<model>Forester</model><trim>Sport</trim><doors>5</doors><bodystyle>SUV</bodystyle>
<transmission>CVT</transmission><odometer status="original" units="km">9</odometer>
<condition>excellent</condition>
<colorcombination><interiorcolor>Tan</interiorcolor>
<exteriorcolor>White</exteriorcolor><preference>1</preference></colorcombination>
<colorcombination><exteriorcolor>Green</exteriorcolor><preference>2</preference>
</colorcombination>
<imagetag width="80" height="60" alttext="front">http://img.example/9</imagetag>
<price type="offer" currency="PHP" delta="absolute">1,900,000</price>
<pricecomments>With plates</pricecomments>
<option><optionname>Roof box</optionname><price type="msrp">30,000</price></option>
<finance><method>loan</method><amount type="downpayment">400,000</amount>
<balance type="finance">1,500,000</balance></finance></vehicle>
<vehicle interest="trade-in" status="used"><year>2016</year><make>Isuzu</make>
<model>MU-X</model><vin>TRADEVIN7</vin><condition>fair</condition>
<price type="appraisal">500,000</price><comments>One owner</comments></vehicle>
<customer><contact><name part="first">Cora</name><name part="middle">D.</name>
<name part="surname">Uy</name><email>cora@customer.example</email>
<email>work@customer.example</email><phone type="fax">02 8555 0177</phone></contact>
<timeframe><description>Soon</description><earliestdate>2026-12-01</earliestdate>
<latestdate>2026-12-31</latestdate></timeframe></customer>
<vendor><vendorname>Subaru Manila</vendorname><url>http://dealer.example</url>
<contact><name part="full">Desk 2</name><email>desk@dealer.example</email></contact>
</vendor></prospect></adf>"""


@tagged("post_install", "-at_install")
class TestAdfSamples(ReadingCase):
    """Whole documents, in the shapes in which the format is shown and sent."""

    def _read(self, document):
        (enquiry,) = read_adf(document.encode())
        return enquiry

    def test_a_short_one(self):
        enquiry = self._read(SHORT)
        self.assertEqual(enquiry.enquired_at, datetime(2026, 11, 20, 1, 30))
        self.assertEqual((enquiry.name, enquiry.phone), ("Ana Reyes", "02 8555 0199"))
        self.assertEqual((enquiry.brand, enquiry.vehicle), ("Mazda", "CX-5"))
        self.assertEqual(enquiry.dealership, "Mazda Cebu")
        self.assertEqual(enquiry.message, "Vehicle year: 2025")

    def test_one_of_a_portal(self):
        enquiry = self._read(PORTAL)
        self.assertEqual(enquiry.external_id, "Lots L-31")
        self.assertEqual(enquiry.enquired_at, datetime(2026, 11, 20, 1, 30))
        self.assertEqual((enquiry.name, enquiry.phone), ("Ben Lim", "0917 555 0123"))
        self.assertEqual(enquiry.other_phones, "02 8555 0123")
        self.assertEqual(enquiry.email, "ben@customer.example")
        self.assertEqual(
            (enquiry.street, enquiry.city, enquiry.zip, enquiry.country),
            ("8 Mabini", "Cebu", "6000", "PHL"),
        )
        self.assertEqual((enquiry.vehicle, enquiry.model), ("Everest Trend", "Everest"))
        self.assertEqual(
            (enquiry.dealership, enquiry.dealership_name), ("D-4", "Ford Cebu")
        )
        self.assertTrue(enquiry.message.startswith("Still there?\nCall after 5\n"))
        for text in ("V-8", "used", "2019", "U-19", "CEB", "evening", "help@lots"):
            self.assertIn(text, enquiry.message)

    def test_a_long_one(self):
        enquiry = self._read(LONG)
        self.assertEqual(enquiry.name, "Cora D. Uy")
        self.assertEqual(enquiry.phone, "02 8555 0177")
        self.assertEqual(enquiry.email, "cora@customer.example")
        self.assertEqual((enquiry.brand, enquiry.vehicle), ("Subaru", "Forester Sport"))
        for text in (
            *("lease", "5", "SUV", "CVT", "km", "excellent", "Tan", "White", "Green"),
            *("http://img.example/9", "1,900,000", "offer", "With plates", "Roof box"),
            *("30,000", "loan", "400,000", "1,500,000", "Isuzu", "TRADEVIN7", "fair"),
            *("500,000", "One owner", "work@customer", "Soon", "2026-12-01"),
            *("2026-12-31", "http://dealer.example", "Desk 2", "desk@dealer.example"),
        ):
            self.assertIn(text, enquiry.message)
