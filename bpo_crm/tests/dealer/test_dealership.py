import psycopg2

from odoo.tests import tagged
from odoo.tools import mute_logger

from ..common import BpoCase


@tagged("post_install", "-at_install")
class TestDealership(BpoCase):
    @mute_logger("odoo.sql_db")
    def test_codes_are_unique(self):
        for values, model in (
            ({"name": "Twin", "code": "PSG-T"}, "crm.dealership"),
            ({"name": "Twin", "code": "KIA-T"}, "crm.brand"),
        ):
            with self.assertRaises(psycopg2.IntegrityError), self.cr.savepoint():
                self.env[model].create(values)

    @mute_logger("odoo.sql_db")
    def test_an_external_reference_is_unique_within_its_brand(self):
        models = self.env["crm.vehicle.model"]
        values = {"name": "Rio", "brand_id": self.brand.id, "external_ref": "rio"}
        models.create(values)
        other = self.env["crm.brand"].create({"name": "Mazda", "code": "MAZ-T"})
        models.create({**values, "brand_id": other.id})
        with self.assertRaises(psycopg2.IntegrityError), self.cr.savepoint():
            models.create(values)

    def test_a_vehicle_shows_its_brand(self):
        self.assertEqual(self.vehicle.display_name, "Kia Picanto")
