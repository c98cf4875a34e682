import uuid

from odoo.exceptions import ValidationError
from odoo.modules.module import get_manifest
from odoo.tests import tagged
from odoo.tools.misc import file_open

from ...remote_odoo import NotConfigured, Rejected
from ..common import CONNECTION, BpoCase


@tagged("post_install", "-at_install")
class TestConnection(BpoCase):
    def test_an_address_must_be_safe(self):
        for url in (
            "odoo.dealer.example",
            "ftp://odoo.dealer.example",
            "http://odoo.dealer.example",
            "https://user:pass@odoo.dealer.example",
            "https://odoo.dealer.example/?db=x",
            "https://odoo.dealer.example:notaport",
            "https://[abc",
            "http://[::1].evil.example",
            "http://@localhost",
        ):
            with self.assertRaises(ValidationError):
                self.dealership.odoo_url = url

    def test_an_administrator_may_allow_unencrypted_addresses(self):
        parameters = self.env["ir.config_parameter"]
        parameters.set_param("bpo_crm.allow_http", "True")
        self.dealership.odoo_url = "http://odoo.dealer.example"
        self.assertEqual(self.dealership._get_address(), "http://odoo.dealer.example")

    def test_a_change_makes_the_last_test_void(self):
        for name in CONNECTION:
            self.dealership.write({"connection_state": "connected", "odoo_uid": 7})
            self.dealership.write({name: "https://other.dealer.example"})
            self.assertEqual(self.dealership.connection_state, "untested")
            self.assertFalse(self.dealership.odoo_uid)

    def test_what_is_missing_is_named(self):
        self.dealership.write({"odoo_db": False, "odoo_login": False})
        with self.assertRaises(NotConfigured) as caught:
            self.dealership._open_session()
        self.assertIn("Database, Login", caught.exception.detail)
        result = self.dealership.with_user(self.manager).action_test_connection()
        self.assertEqual(self.dealership.connection_state, "failed")
        self.assertIn("Database, Login", result["params"]["message"])
        self.assertTrue(self.dealership.connection_date)

    def test_no_message_and_no_representation_shows_the_password(self):
        text = self.dealership._explain(Rejected("bad key a-secret-key given"))
        self.assertIn("bad key *** given", text)
        with self.dealership._open_session() as session:
            self.assertNotIn("a-secret-key", repr(session) + str(session))

    def test_a_password_with_characters_in_between_is_not_shown_either(self):
        for echo in ("a-sec\x00ret-key", "a-secret\ud800-key", "a\x7f-secret-key"):
            text = self.dealership._explain(Rejected(f"bad key {echo} given"))
            self.assertIn("bad key *** given", text)

    def test_what_no_database_takes_is_left_out_of_messages(self):
        text = self.dealership._explain(Rejected("No\x00thing\ud800 here"))
        self.assertIn("Nothing here", text)

    def test_timeouts_are_settings(self):
        self.assertEqual(self.dealership._get_timeout("connect"), 5)
        self.assertEqual(self.dealership._get_timeout("read"), 20)
        parameters = self.env["ir.config_parameter"]
        for value, seconds in (("7.5", 7.5), ("0", 20), ("soon", 20)):
            parameters.set_param("bpo_crm.read_timeout", value)
            self.assertEqual(self.dealership._get_timeout("read"), seconds)

    def test_a_copy_has_no_credentials(self):
        copied = self.dealership.copy({"code": "PSG-C"})
        self.assertFalse(any(copied[name] for name in CONNECTION))

    def test_a_neutralized_database_reaches_nobody(self):
        self.brand.write(CONNECTION)
        source = self.env["crm.lead.source"].create({"name": "Web", "code": "web"})
        token = source._make_token()
        self.env.flush_all()
        with file_open("bpo_crm/data/neutralize.sql") as script:
            self.env.cr.execute(script.read())
        self.env.invalidate_all()
        for record in (self.dealership, self.brand):
            self.assertFalse(any(record[name] for name in CONNECTION))
            self.assertEqual(record.connection_state, "untested")
        self.assertFalse(source._accepts_token(token))

    def test_a_neutralized_database_is_another_one(self):
        """Dealers tell by it whose an order is."""
        uuids = [("key", "=", "database.uuid")]
        parameter = self.env["ir.config_parameter"].sudo().search(uuids)
        original = parameter.value
        self.env.flush_all()
        with file_open("bpo_crm/data/neutralize.sql") as script:
            self.env.cr.execute(script.read())
        self.env.invalidate_all()
        self.assertEqual(str(uuid.UUID(parameter.value)), parameter.value)
        self.assertNotEqual(parameter.value, original)

    def test_the_version_is_for_every_series(self):
        self.assertRegex(get_manifest("bpo_crm")["version"], r"^\d+\.0\.\d+\.\d+\.\d+$")
