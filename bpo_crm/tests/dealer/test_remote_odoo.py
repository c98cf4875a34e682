import doctest
import socket
import time
from types import SimpleNamespace
from unittest.mock import patch

import requests

from odoo.tests import BaseCase, tagged
from odoo.tests.common import _super_send

from ... import remote_odoo
from ...remote_odoo import phone, replies, session, transport


@tagged("post_install", "-at_install")
class TestRemoteOdoo(BaseCase):
    """What needs no server; the client against real ones is in ``/tests``."""

    def test_the_examples_in_the_documentation_are_true(self):
        for module in (phone, replies, session):
            results = doctest.testmod(module)
            self.assertGreater(results.attempted, 0)
            self.assertEqual(results.failed, 0)

    def test_a_number_is_one_number_however_it_is_typed(self):
        for typed in ("0917 123 4567", "+63 (917) 123-4567", "0063 917.123.4567"):
            self.assertEqual(phone.list_e164(typed, "PH"), ["+639171234567"])
        for typed in ("", None, "call me", "12"):
            self.assertEqual(phone.list_e164(typed, "PH"), [])
        self.assertEqual(phone.list_e164("0917 123 4567", ""), [])

    def test_errors_are_told_apart_by_what_to_do(self):
        def kind(name, message="no"):
            reply = {"message": "x", "data": {"name": name, "message": message}}
            return type(transport.error_from_reply(reply)).__name__

        self.assertEqual(kind("odoo.exceptions.AccessDenied"), "Refused")
        self.assertEqual(kind("odoo.exceptions.AccessError"), "NotAllowed")
        self.assertEqual(kind("odoo.exceptions.UserError"), "Rejected")
        self.assertEqual(kind("psycopg2.errors.SerializationFailure"), "Contended")
        self.assertEqual(
            kind("psycopg2.OperationalError", 'database "x" does not exist'),
            "NotConfigured",
        )
        # It passes, and has nothing to do with what was asked.
        for name in ("psycopg2.pool.PoolError", "psycopg2.OperationalError"):
            self.assertEqual(kind(name), "Unreachable")
        self.assertEqual(type(transport.error_from_reply("x")).__name__, "NotOdoo")

    def test_what_is_no_answer_of_odoos_leaves_the_end_open(self):
        for error in ("x", [], 5, {}, {"data": "x"}, {"data": {"name": ["x"]}}):
            self.assertTrue(transport.error_from_reply(error).may_have_happened)
        data = {"name": "odoo.exceptions.UserError", "message": {"no": "text"}}
        answered = transport.error_from_reply({"data": data, "message": "Odoo Error"})
        self.assertFalse(answered.may_have_happened)
        self.assertEqual(answered.detail, "Odoo Error")

    def test_where_a_redirect_leads_is_told_whole(self):
        # A secret in it is blanked later, which takes all of it.
        target = f"http://elsewhere.example/{'x' * 500}"
        response = SimpleNamespace(
            is_redirect=True, status_code=307, headers={"Location": target}
        )
        connection = transport.Transport("http://localhost")
        with self.assertRaisesRegex(remote_odoo.NotOdoo, target):
            connection._parse_reply(response, b"")

    def test_no_call_goes_on_after_the_deadline(self):
        # Odoo's tests look at requests on their way, and want one timeout for all.
        direct = patch.object(requests.Session, "send", _super_send)
        with direct, socket.create_server(("127.0.0.1", 0)) as silent:
            address = f"http://127.0.0.1:{silent.getsockname()[1]}"
            connection = transport.Transport(address)
            connection.deadline = time.monotonic() + 0.5
            began = time.monotonic()
            # The first one is cut short, and the second one does not begin.
            for _call in range(2):
                with self.assertRaises(remote_odoo.TimedOut):
                    connection.call("common", "version", [])
            connection.close()
        self.assertLess(time.monotonic() - began, transport.READ_TIMEOUT / 2)
