from odoo.tests import tagged

from ...intake import Enquiry, read_adf
from ..common import SourceCase


@tagged("post_install", "-at_install")
class TestKnownEnquiry(SourceCase):
    """Known means the same name of an enquiry, and the same person."""

    def _take_in(self, *enquiries):
        return self.env["crm.lead"]._take_in(self.source, list(enquiries))

    def test_the_same_again_is_known(self):
        sent = Enquiry(external_id="7", name="Ana Cruz", phone="0917 700 0101")
        row, _new = self._take_in(sent)
        for again in (
            sent,
            Enquiry(external_id="7", name="CRUZ Ana", phone="+639177000101"),
            Enquiry(external_id="7", phone="0917-700-0101", message="Now?"),
            Enquiry(external_id="7", name="Ana", email="ana@customer.example"),
        ):
            self.assertEqual(self._take_in(again), (row, row.browse()), again)

    def test_the_same_name_of_another_person_is_another_enquiry(self):
        self._take_in(Enquiry(external_id="7", name="Ana Cruz", phone="0917 700 0101"))
        for other in (
            Enquiry(external_id="7", name="Ben Lim", phone="0917 700 0102"),
            Enquiry(external_id="7", name="Ana Cruz", phone="0917 700 0103"),
            Enquiry(external_id="7", name="Ben Lim", phone="0917 700 0101"),
            Enquiry(external_id="7", phone="0917 700 0104", message="Hi"),
        ):
            with self.subTest(other):
                row, new = self._take_in(other)
                self.assertEqual(row, new)
                self.assertTrue(row.lead_id)
                self.assertTrue(row.external_id.startswith("7 "))
                # Whoever asks is known by then.
                self.assertEqual(self._take_in(other), (row, row.browse()))

    def test_another_address_under_the_same_name_is_another_enquiry(self):
        sent = Enquiry(external_id="8", email="ana@customer.example")
        other = Enquiry(external_id="8", email="ben@customer.example")
        rows = [self._take_in(one)[0] for one in (sent, other, sent, other)]
        self.assertEqual(rows[:2], rows[2:])
        self.assertEqual(len(rows[0].lead_id | rows[1].lead_id), 2)

    def test_a_constant_name_keeps_all_of_a_delivery_apart(self):
        for start in (0, 5):
            for number in range(start, start + 5):
                _row, new = self._take_in(
                    Enquiry(external_id="form", phone=f"0917 700 02{number:02}")
                )
                self.assertEqual(new.state, "created")
        rows = self.env["crm.lead.enquiry"].search([("source_id", "=", self.source.id)])
        self.assertEqual(len(rows.lead_id), 10)

    def test_what_waits_in_quarantine_comes_in_corrected(self):
        row, _new = self._take_in(Enquiry(external_id="9", name="Ana", phone="12"))
        self.assertEqual(row.state, "quarantined")
        corrected = Enquiry(external_id="9", name="Ana Cruz", phone="0917 700 0109")
        self.assertEqual(self._take_in(corrected)[1], row)
        self.assertEqual(row.state, "created")

    def test_bodies_that_nobody_can_read_are_all_kept_under_one_name(self):
        texts = [f"Customer {number} called, 12{number}" for number in range(3)]
        sent = [Enquiry(external_id="key", message=text, problem="?") for text in texts]
        rows = [self._take_in(one)[0] for one in sent]
        self.assertEqual([row._read_content().message for row in rows], texts)
        self.assertEqual([self._take_in(one)[0] for one in sent], rows)

    def test_what_waits_in_quarantine_is_not_written_over_by_a_stranger(self):
        row, _new = self._take_in(
            Enquiry(external_id="9", name="Ana", message="Mine", phone="12")
        )
        other, _new = self._take_in(
            Enquiry(external_id="9", name="Ben", phone="0917 700 0110")
        )
        self.assertEqual((row.state, other.state), ("quarantined", "created"))
        self.assertIn("Mine", row.content)

    def test_what_nobody_could_read_is_not_written_over(self):
        garbled = Enquiry(external_id="form", message="?!", problem="Unreadable")
        row, _new = self._take_in(garbled)
        other, _new = self._take_in(
            Enquiry(external_id="form", name="Ben", phone="0917 700 0113", message="Hi")
        )
        self.assertEqual((row.state, other.state), ("quarantined", "created"))
        self.assertIn("?!", row.content)

    def test_long_names_stay_within_their_room(self):
        name = "x" * 250
        for phone in ("0917 700 0111", "0917 700 0112"):
            row, _new = self._take_in(Enquiry(external_id=name, phone=phone))
            self.assertLessEqual(len(row.external_id), 250)
            self.assertEqual(row.state, "created")

    def test_a_constant_id_of_a_document_loses_nobody(self):
        document = (
            '<adf><prospect><id source="LeadId">8059</id><customer><contact>'
            '<name part="full">%s</name><phone>%s</phone></contact></customer>'
            "</prospect></adf>"
        )
        for name, phone in (("Ana One", "0917 700 0121"), ("Ben Two", "0917 700 0122")):
            (sent,) = read_adf((document % (name, phone)).encode())
            row, _new = self._take_in(sent)
            self.assertEqual(row.state, "created")
            self.assertEqual(row.lead_id.contact_name, name)
