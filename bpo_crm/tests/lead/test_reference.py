from unittest.mock import patch

from freezegun import freeze_time

from odoo.exceptions import ValidationError
from odoo.tests import tagged

from ..common import BpoCase


@tagged("post_install", "-at_install")
class TestReference(BpoCase):
    def test_leads_are_numbered_by_year(self):
        with freeze_time("2025-12-31 23:59:59"):
            leads = self.env["crm.lead"].create([{"name": "A"}, {"name": "B"}])
        first, second = leads
        self.assertRegex(first.reference, r"^LEAD/2025/\d{5,}$")
        number = int(first.reference.rpartition("/")[2])
        self.assertEqual(int(second.reference.rpartition("/")[2]), number + 1)

    def test_many_are_drawn_whatever_else_is_read(self):
        sequences = self.registry["ir.sequence"]
        read_prefix = sequences._get_prefix_suffix

        def read_more(sequence, *args, **kwargs):
            # As core does where the cache does not know the user's time zone.
            sequence.env.cr.execute("SELECT 1 WHERE FALSE")
            return read_prefix(sequence, *args, **kwargs)

        with patch.object(sequences, "_get_prefix_suffix", read_more):
            leads = self.env["crm.lead"].create([{"name": name} for name in "ABC"])
        self.assertEqual(len(set(leads.mapped("reference"))), 3)

    def test_a_reference_is_not_chosen(self):
        lead = self._new_lead(reference="LEAD/1999/00001")
        self.assertNotEqual(lead.reference, "LEAD/1999/00001")

    def test_a_lead_is_found_by_its_reference(self):
        lead = self._new_lead(self.agent)
        found = self.env["crm.lead"].with_user(self.agent).name_search(lead.reference)
        self.assertEqual([row[0] for row in found], lead.ids)

    def test_the_vehicle_brings_its_brand(self):
        self.assertEqual(self._new_lead().brand_id, self.brand)

    def test_a_vehicle_of_another_brand_is_refused(self):
        other = self.env["crm.brand"].create({"name": "Mazda", "code": "MAZ-T"})
        with self.assertRaisesRegex(ValidationError, "is not a model of Mazda"):
            self._new_lead().brand_id = other
