import json
import logging

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from ...controllers.access_log import QueryFilter
from ...intake import find_keys, hide_keys, is_signed, take_key_out
from ..common import BpoCase, ReadingCase

KEY = "bk_" + "aB3_-" * 8 + "xyz"


class TestProof(ReadingCase):
    """What proves who sends is found, and found nowhere afterwards."""

    def test_a_key_is_found_whatever_it_stands_in(self):
        for text in (
            KEY,
            f"key={KEY}&a=b",
            f"a%3D{KEY}%26",
            json.dumps({"google_key": KEY}),
            f"<id>{KEY}</id>",
            f"the key is {KEY}.",
        ):
            self.assertEqual(find_keys(text), [KEY], text)
        for text in ("", "bk_", KEY[:-1], f"{KEY}x", f"{KEY}-", KEY.upper()):
            self.assertEqual(find_keys(text), [], text)

    def test_a_key_is_taken_out_of_a_body(self):
        text = f'{{"key": "{KEY}", "again": "{KEY}", "name": "Ana"}}'
        for charset in ("utf-8", "utf-16", "utf-16-le", "utf-32-be"):
            body = take_key_out(text.encode(charset), KEY, text)
            self.assertEqual(
                json.loads(body.decode(charset)),
                {"key": "", "again": "", "name": "Ana"},
            )
        odd = take_key_out(text.encode("utf-7").replace(b"_", b"+AF8-"), KEY, text)
        self.assertNotIn(KEY.encode(), odd)
        self.assertEqual(json.loads(odd)["name"], "Ana")

    def test_a_body_without_the_key_stays_as_it_is(self):
        self.assertEqual(
            take_key_out(b"\xff\x00 as it is", KEY, "as it is"), b"\xff\x00 as it is"
        )

    def test_nothing_signs_without_a_signature(self):
        for signature in ("", " ", "sha256=", "=", "\xe9", "0" * 64):
            self.assertFalse(is_signed(b"body", signature, "secret", "sha256"))

    def test_the_log_has_no_query_of_the_door(self):
        path = "/bpo_crm/intake/site"
        for line, expected in (
            (f"POST {path}?key={KEY} HTTP/1.1", f"POST {path}?… HTTP/1.1"),
            (f"POST {path}?key=a b HTTP/1.1", f"POST {path}?… HTTP/1.1"),
            (f"GET {path}?a=1&b={KEY} HTTP/1.0", f"GET {path}?… HTTP/1.0"),
            (f"POST {path} HTTP/1.1", f"POST {path} HTTP/1.1"),
            (f"GET /web?key={KEY} HTTP/1.1", "GET /web?key=bk_… HTTP/1.1"),
            ("GET /web?debug=1 HTTP/1.1", "GET /web?debug=1 HTTP/1.1"),
        ):
            record = self._log(line)
            self.assertEqual(record.getMessage(), f'"{expected}" 200 -')
        self.assertEqual(hide_keys(f"x{KEY}x"), "xbk_…")

    def _log(self, line):
        arguments = ('"%s" %s %s', (line, "200", "-"), None)
        record = logging.LogRecord("werkzeug", logging.INFO, "", 0, *arguments)
        self.assertTrue(QueryFilter().filter(record))
        return record


@tagged("post_install", "-at_install")
class TestSourceProof(BpoCase):
    """What a manager sets of it; how it works is in ``/tests``."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.source = cls.env["crm.lead.source"].create({"name": "Web", "code": "web-p"})

    def test_another_way_forgets_what_was_made_for_the_last_one(self):
        source = self.source.with_user(self.manager)
        token = source._make_token()
        source.write({"proof": "token", "name": "Web 2"})
        self.assertTrue(source._accepts_token(token))
        source.proof = "key"
        self.assertFalse(source._accepts_token(token))
        self.assertFalse(source.token_date)
        source.write({"proof": "signature", "typed_secret": "s" * 16})
        self.assertEqual(self.source.secret, "s" * 16)
        source.proof = "token"
        self.assertFalse(self.source.secret)

    def test_a_secret_goes_in_and_never_comes_out(self):
        source = self.source.with_user(self.manager)
        source.write({"proof": "signature", "typed_secret": " a-secret-of-theirs "})
        self.assertEqual(self.source.secret, "a-secret-of-theirs")
        self.assertTrue(source.token_date)
        for user in (self.manager, self.env.ref("base.user_admin")):
            seen = self.source.with_user(user)
            seen.invalidate_recordset()
            self.assertFalse(seen.typed_secret)
            with self.assertRaises(AccessError):
                seen.read(["secret"])
            for name in ("secret", "token_hash"):
                with self.assertRaises(UserError):
                    seen.export_data([name])
        copied = source.copy({"code": "web-c"})
        self.assertFalse(copied.sudo().secret)

    def test_a_short_secret_and_an_odd_header_are_refused(self):
        source = self.source.with_user(self.manager)
        for values, words in (
            ({"typed_secret": "short"}, "at least 16"),
            ({"signature_header": "X Signature"}, "name of the header"),
            ({"signature_header": "X-Sig\r\nX"}, "name of the header"),
            ({"signature_header": False}, "name of the header"),
            ({"signature_header": "é"}, "name of the header"),
            ({"signature_hash": False}, "hash"),
        ):
            with self.subTest(values=values), self._refused(words, ValidationError):
                source.write({"proof": "signature", **values})

    def test_the_token_of_a_challenge_is_none_of_the_secret(self):
        source = self.source.with_user(self.manager)
        source.write(
            {"proof": "signature", "typed_secret": "s" * 20, "has_challenge": True}
        )
        params = source.action_make_token()["params"]
        self.assertFalse(params["token"])
        self.assertTrue(params["verify_token"])
        self.assertEqual(self.source.secret, "s" * 20)
        self.assertIn("YOUR SECRET", params["example"])
        source.action_revoke_token()
        self.assertFalse(self.source.secret or self.source.token_hash)

    def test_only_managers_say_how_a_sender_proves_who_it_is(self):
        for user in (self.agent, self.supervisor):
            for values in ({"proof": "key"}, {"typed_secret": "s" * 16}):
                with self.assertRaises(AccessError):
                    self.source.with_user(user).write(values)
