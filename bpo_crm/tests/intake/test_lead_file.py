import base64

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import tagged

from ...intake import InvalidEnquiry, read_lead_file
from ..common import ReadingCase, SourceCase

FACEBOOK = (
    "id\tcreated_time\tad_id\tad_name\tform_name\tis_organic\tplatform\tfull_name\t"
    "phone_number\temail\tlead_status\r\n"
    "l:1201\t2026-11-23T21:00:00+0800\tag:1\tAd\tForm\tfalse\tfb\tMar\u00eda Santos\t"
    "p:+639177001401\tmaria@x.example\tCREATED\r\n"
    "l:1202\t11/23/2026 9:00pm\tag:1\tAd\tForm\tfalse\tig\tBen Lim\t"
    "p:09177001402\t\tCREATED\r\n"
)
GOOGLE = (
    "Lead ID,GCLID,Campaign ID,Lead Submit Time,Full Name,User Email,User Phone\n"
    "1201,Cj0,7,2026-11-23 13:00:00 UTC,Mar\u00eda Santos,maria@x.example,"
    "+63 917 700 1401\n"
)
TIKTOK = (
    "lead_id;created_time;ad_name;form_name;Name;Phone number;Email\n"
    "73;2026-11-23T13:00:00Z;Ad;Form;Mar\u00eda Santos;(+63)9177001401;"
    "maria@x.example\n"
)
LINKEDIN = (
    '"First Name"|"Last Name"|"Email Address"|"Phone Number"|"Submitted At"\n'
    '"Mar\u00eda"|"Santos"|"maria@x.example"|"0063 917 700 1401"|'
    '"2026-11-23T13:00:00.000Z"\n'
)


@tagged("post_install", "-at_install")
class TestLeadFileReading(ReadingCase):
    """A file of lead forms is read as its owner exports it."""

    def test_the_exports_of_lead_forms_are_read(self):
        for content in (
            FACEBOOK.encode("utf-16"),
            FACEBOOK.encode("utf-16-be").join([b"\xfe\xff", b""]),
            FACEBOOK.encode("utf-8-sig"),
            GOOGLE.encode(),
            TIKTOK.encode("cp1252"),
            LINKEDIN.encode(),
        ):
            with self.subTest(content):
                first, *_others = read_lead_file(content)
                self.assertEqual(first.name, "Mar\u00eda Santos")
                self.assertEqual(first.email, "maria@x.example")
                self.assertEqual(str(first.enquired_at), "2026-11-23 13:00:00")
                self.assertTrue(first.phone.endswith("1401"), first.phone)
                self.assertTrue(first.external_id)

    def test_a_row_without_an_id_has_the_same_name_again(self):
        first, again = (read_lead_file(LINKEDIN.encode())[0] for _ in range(2))
        self.assertEqual(first.external_id, again.external_id)
        other = read_lead_file(LINKEDIN.replace("1401", "1402").encode())[0]
        self.assertNotEqual(first.external_id, other.external_id)

    def test_what_is_no_table_is_refused(self):
        for content in (
            b"PK\x03\x04\x14\x00",
            b"\x89PNG\r\n\x1a\n\x00",
            b"Just a text.",
            b"a,b,c\n1,2,3\n",
            b"name,phone\n" + b"Ada,0917 700 1403\n" * 20_001,
        ):
            with self.subTest(content[:20]), self.assertRaises(InvalidEnquiry):
                read_lead_file(content)

    def test_other_formats_of_a_delivery_are_read_too(self):
        (enquiry,) = read_lead_file(b'[{"name": "Ada", "phone": "0917 700 1403"}]')
        self.assertEqual(enquiry.name, "Ada")


@tagged("post_install", "-at_install")
class TestLeadFile(SourceCase):
    """A file comes in by the same door as a delivery."""

    def _take_in(self, content, user=None):
        """Import a file; return its window."""
        windows = self.env["crm.lead.file"].with_user(user or self.manager)
        window = windows.create(
            {
                "source_id": self.source.id,
                "file": base64.b64encode(content),
                "file_name": "leads.csv",
            }
        )
        with self._deliveries_shared():
            action = window.action_take_in()
        self.assertEqual(action["res_id"], window.id)
        return window

    def _assert_counts(self, window, created=0, merged=0, known=0, quarantined=0):
        self.assertTrue(window.is_taken_in)
        self.assertEqual(
            [
                window.created_count,
                window.merged_count,
                window.known_count,
                window.quarantined_count,
            ],
            [created, merged, known, quarantined],
        )

    def test_every_row_is_an_enquiry_in_the_pool(self):
        window = self._take_in(FACEBOOK.encode("utf-16"))
        self._assert_counts(window, created=2)
        rows = self.source.enquiry_ids
        self.assertEqual(set(rows.mapped("external_id")), {"l:1201", "l:1202"})
        leads = rows.lead_id
        self.assertFalse(leads.user_id)
        self.assertEqual(leads.intake_source_id, self.source)
        self.assertEqual(
            set(leads.mapped("phone_sanitized")), {"+639177001401", "+639177001402"}
        )

    def test_the_sources_own_names_of_columns_are_known(self):
        lines = [
            {"sent_field": "Reach At", "meaning": "phone"},
            {"sent_field": "Whom", "meaning": "name"},
        ]
        self.source.field_ids = [Command.create(line) for line in lines]
        window = self._take_in(b"Whom,Reach At\nAda Cruz,0917 700 1409\n")
        self._assert_counts(window, created=1)
        self.assertEqual(self.source.enquiry_ids.lead_id.contact_name, "Ada Cruz")

    def test_the_same_file_again_brings_nothing_new(self):
        for content in (FACEBOOK.encode("utf-16"), LINKEDIN.encode()):
            window = self._take_in(content)
            count = window.created_count + window.merged_count
            self.assertTrue(count)
            before = self.source.enquiry_ids
            self._assert_counts(self._take_in(content), known=count)
            self.assertEqual(self.source.enquiry_ids, before)

    def test_a_known_customer_is_merged_and_nobody_waits(self):
        lead = self._new_lead(self.agent, phone="+639177001402", contact_name="Ben Lim")
        content = FACEBOOK + "l:1203\t\t\t\t\t\t\tCy Go\tp:12\tnone\tCREATED\r\n"
        window = self._take_in(content.encode("utf-16"))
        self._assert_counts(window, created=1, merged=1, quarantined=1)
        self._assert_in_chatter("asked again", lead)
        action = window.action_view_enquiries()
        kept = self.env["crm.lead.enquiry"].search(
            [*action["domain"], ("state", "=", "quarantined")]
        )
        self.assertEqual(kept.external_id, "l:1203")

    def test_only_managers_import_files(self):
        for user in (self.agent, self.supervisor):
            with self.assertRaises(AccessError):
                self._take_in(GOOGLE.encode(), user)
        window = self._take_in(GOOGLE.encode())
        with self.assertRaises(AccessError):
            window.with_user(self.supervisor).read(["source_id"])

    def test_what_cannot_be_read_says_what_to_do(self):
        for content, words in (
            (b"", "Choose a file"),
            (b"PK\x03\x04\x14", "Save it as CSV"),
            (b"Just a text.", "Save it as CSV"),
        ):
            with self._refused(words):
                self._take_in(content)
        self.assertFalse(self.source.enquiry_ids)
