import contextlib
import time

from odoo.tests import BaseCase, tagged

from ...intake import MAX_SIZE, InvalidEnquiry, read_adf

DOCUMENT = """<adf><prospect status="new"><id sequence="1" source="Site">7</id>
<vehicle interest="buy" status="new"><make>Kia</make><model>Rio</model></vehicle>
<customer><contact><name part="first">Juan</name><name part="last">Cruz</name>
<phone type="voice">0917 555 0102</phone></contact><comments>Blue</comments></customer>
<vendor><vendorname>Kia Pasig</vendorname></vendor></prospect></adf>"""


@tagged("post_install", "-at_install")
class TestAdfMarkup(BaseCase):
    """What senders get wrong in their markup, and what must not take long."""

    def _assert_is_read(self, document):
        (enquiry,) = read_adf(document.encode())
        self.assertEqual(enquiry.external_id, "Site 7")
        self.assertEqual((enquiry.brand, enquiry.vehicle), ("Kia", "Rio"))
        self.assertEqual((enquiry.name, enquiry.phone), ("Juan Cruz", "0917 555 0102"))
        self.assertEqual(enquiry.dealership, "Kia Pasig")
        return enquiry

    def _read_comments(self, text, where="<comments>Blue</comments>"):
        document = DOCUMENT.replace(where, f"<comments>{text}</comments>")
        enquiry = self._assert_is_read(document)
        return enquiry.message.splitlines()[0]

    def test_attributes_lack_their_quotes(self):
        for before, after in (
            ('sequence="1"', "sequence=1"),
            ('status="new"', "status=new"),
            ('type="voice"', "type=voice"),
            ('part="first"', "part=“first”"),
            ('part="first"', 'part=“first"'),
            ('part="first"', "part=‘first’"),
            ('"buy" status', '"buy"status'),
            ('part="first"', 'part = "first"'),
        ):
            with self.subTest(after):
                self._assert_is_read(DOCUMENT.replace(before, after))

    def test_html_is_in_a_text(self):
        self.assertEqual(self._read_comments("Nice<br>"), "Nice")
        self.assertEqual(self._read_comments("<p>A <b>nice</b> one</p>"), "A nice one")

    def test_html_is_in_any_text_of_the_vehicle(self):
        document = DOCUMENT.replace("<make>", "<comments>Nice<br>blue</comments><make>")
        self.assertIn("Nice blue", self._assert_is_read(document).message)

    def test_lines_of_a_mail_end_as_in_html(self):
        self._assert_is_read(
            DOCUMENT.replace("\n", "<br>\n").replace("<adf>", "<adf><p>")
        )

    def test_angle_brackets_are_in_a_text(self):
        for text in (
            "See <https://x.example/y> for it",
            "Write to <juan@x.example>",
            "price < 20000",
            "price < 20000 and > 1000",
            "Call <Juan> & me",
        ):
            self.assertEqual(self._read_comments(text), text)

    def test_an_element_of_somebodys_own_is_one(self):
        document = DOCUMENT.replace(
            "<vendor>", "<x:Lead-Type>hot</x:Lead-Type><vendor>"
        )
        self.assertIn("Lead-type: hot", self._assert_is_read(document).message)

    def test_elements_are_not_closed(self):
        for end in ("</phone>", "</contact>", "</customer>", "</make>", "</vehicle>"):
            with self.subTest(end):
                self._assert_is_read(DOCUMENT.replace(end, ""))

    def test_elements_are_closed_in_the_wrong_order(self):
        self._assert_is_read(
            DOCUMENT.replace("</contact>", "").replace(
                "</customer>", "</customer></contact>"
            )
        )

    def test_a_section_of_cdata_is_text(self):
        for text in ("Smith & Co", "A <b>bold</b> one", "&amp;"):
            self.assertEqual(self._read_comments(f"<![CDATA[{text}]]>"), text)
        self.assertEqual(
            self._read_comments("<![CDATA[One]]> <![CDATA[two]]>"), "One two"
        )

    def test_comments_of_the_programmer_are_nothing(self):
        self.assertEqual(self._read_comments("<!-- <name> -->Nice<!-- & -->"), "Nice")

    def test_a_web_address_keeps_its_parameters(self):
        text = "https://x.example/?a=1&region=2&copy=3"
        self.assertEqual(self._read_comments(text), text)

    def test_entities_are_characters(self):
        self.assertEqual(self._read_comments("A&nbsp;&eacute;&#233;&#xe9;"), "A ééé")
        self._read_comments("&#" + "5" * 5000 + ";")

    def test_an_escaped_document_with_a_huge_number_is_read(self):
        escaped = DOCUMENT.replace("<", "&lt;").replace(">", "&gt;")
        self._assert_is_read(f"<p>{escaped} &#{'5' * 5000}</p>")

    def test_an_odd_encoding_is_no_crash(self):
        for encoding in ("unicode_escape", "punycode", "idna", "utf-7", "rot13", "zip"):
            head = f'<?xml version="1.0" encoding="{encoding}"?>'.encode()
            self.assertTrue(read_adf(head + DOCUMENT.encode() + b"\\ud800\xff"))

    # ------------------------------------------------------------
    # In time
    # ------------------------------------------------------------

    def test_hostile_documents_take_no_time(self):
        for unit in (
            *("<", ">", "&", "&#", "<a ", "<a:", '<a a="', "<adf ", "<adf>", "<!--"),
            *("<!DOCTYPE ", "<?xml ", "<br ", "<![CDATA[", "<![CDATA[]]>", "<!---->"),
            *("&lt;adf", "<name>", "<zz>", "</zz>", "<prospect>", "a=", 'a="', "“"),
            *(" ", "\n", "/", "/ ", "a ", "a:", "< ", "&lt; "),
        ):
            for before, after in (
                *(("<adf>", ""), ("<adf ", ">"), ("", "</zz></adf>")),
                *(("<adf><", ">"), ("<adf></", ">"), ("<adf><a", "=1>")),
            ):
                room = MAX_SIZE - len((before + after).encode())
                body = before + unit * (room // len(unit.encode())) + after
                with self.subTest(unit, before=before):
                    self._assert_ends(body.encode())

    def test_a_tag_of_blanks_takes_no_time(self):
        started = time.process_time()
        for size in (4_000, 400_000):
            text = self._read_comments(f"Blue <{' ' * size}>")
            self.assertTrue(text.startswith("Blue <"))
        self.assertLess(time.process_time() - started, 6)

    def test_hostile_encodings_take_no_time(self):
        for encoding in ("punycode", "idna"):
            head = f'<?xml encoding="{encoding}"?><adf>'.encode()
            self._assert_ends(head + b"a" * (MAX_SIZE - len(head)))

    def _assert_ends(self, body):
        started = time.process_time()
        with contextlib.suppress(InvalidEnquiry):
            read_adf(body)
        self.assertLess(time.process_time() - started, 6)
