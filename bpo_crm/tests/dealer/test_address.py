import itertools
from urllib.parse import urlsplit

import requests
from urllib3.util import parse_url

from odoo.tests import BaseCase, tagged

from ...remote_odoo import NotConfigured, address, check_address

#: What somebody who wants a password sent in the clear may write in place of a host.
ODD_HOSTS = (
    "",
    ".",
    "[::1].evil.example",
    "[::1]evil.example",
    "[::1",
    "::1",
    "[::1%25lo]",
    "[::1%lo]",
    "[fe80::1%25eth0]",
    "[v1.x]",
    "127.1",
    "127.0.1",
    "2130706433",
    "0x7f000001",
    "0x7f.1",
    "0x7f.0.0.0x1",
    "0177.0.0.1",
    "017700000001",
    "127.0.0.01",
    "127.0.0.1.2",
    "127.0.0.256",
    "1.2.3.4.5",
    "evil.0x1",
    "localhost..",
    ".localhost",
    "localhost,evil.example",
    "localhost;evil.example",
    "localhost&evil.example",
    "localhost%2eevil.example",
    "localhost%00.evil.example",
    "localhost%0a",
    "local%68ost",
    "loc alhost",
    "loc\talhost",
    "localhost\n.evil.example",
    "local\rhost",
    "localhost\u3000.example",
    "localhost\x00",
    "localhost\x85x",
    "localhost\\.evil.example",
    "localhost\\@evil.example",
    "evil.example\\@localhost",
    "evil.example\\localhost",
    "localhost@evil.example",
    "evil.example@localhost",
    "@localhost",
    ":@localhost",
    "localhost:@evil.example",
    "localhost:0",
    "localhost:",
    "localhost:65536",
    "localhost:80:80",
    "localhost:+80",
    "localhost:8_0",
    "localhost:\u0661",
    "localhost:\uff18\uff10",
    "localhost\uff1a80",
    "localhost\uff03",
    "localhost\uff0fevil.example",
    "localhost\u2100",
    "localhost\u2044evil.example",
    "[\uff1a\uff1a1]",
    "\u202elocalhost",
    "\ud800",
    "a" * 64,
    ".".join(["a" * 50] * 6),
    "*.localhost",
    "$HOME",
)

#: What is read as another, plain host; that one is checked, and connected to.
SAME_HOSTS = {
    "LocalHost": "localhost",
    "localhost.": "localhost",
    "127.0.0.1.": "127.0.0.1",
    "[0:0:0:0:0:0:0:1]": "[::1]",
    "[::0001]": "[::1]",
    "\uff11\uff12\uff17.0.0.1": "127.0.0.1",
    "127\u30020\u30020\u30021": "127.0.0.1",
    "127\uff0e0\uff0e0\uff0e1": "127.0.0.1",
    "\uff4cocalhost": "localhost",
    "\u24dbocalhost": "localhost",
    "loc\u00adalhost": "localhost",
    "localhost:080": "localhost:80",
}

#: Not this machine for certain, however much they look like it.
OTHER_HOSTS = (
    "localhost.evil.example",
    "127.0.0.1.evil.example",
    "127.0.0.1.nip.io",
    "foo.localhost",
    "localhost.localdomain",
    "0.0.0.0",  # noqa: S104 - nothing is bound to it
    "128.0.0.1",
    "10.0.0.1",
    "[::]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[::127.0.0.1]",
    "[64:ff9b::7f00:1]",
    "[::2]",
    "[fe80::1]",
    "xn--localhost-.example",
    "ip6-localhost",
)


def connects_to(url):
    """Return what the libraries that connect make of an address."""
    prepared = requests.Request("POST", f"{url}/jsonrpc").prepare().url
    return parse_url(prepared).host.strip("[]"), urlsplit(prepared).hostname


@tagged("post_install", "-at_install")
class TestAddress(BaseCase):
    """An address means one host, and the one that is checked is connected to."""

    def _assert_refused(self, url, **options):
        with self.assertRaises(NotConfigured, msg=ascii(url)) as caught:
            check_address(url, **options)
        return caught.exception.detail

    def test_a_host_that_can_be_misread_is_refused(self):
        for scheme, host in itertools.product(("http", "https"), ODD_HOSTS):
            for tail in ("", "/", "/odoo"):
                self._assert_refused(f"{scheme}://{host}{tail}", allow_http=True)

    def test_a_host_in_another_notation_is_connected_to_by_its_plain_name(self):
        for typed, plain in SAME_HOSTS.items():
            self.assertEqual(check_address(f"http://{typed}"), f"http://{plain}")

    def test_only_this_machine_is_spoken_to_without_encryption(self):
        for host in OTHER_HOSTS:
            detail = self._assert_refused(f"http://{host}")
            self.assertIn("must start with https", detail)
            self.assertEqual(check_address(f"https://{host}")[:8], "https://")
        for host in ("localhost", "127.0.0.1", "127.8.9.10", "[::1]"):
            for port in ("", ":8069"):
                url = f"http://{host}{port}"
                self.assertEqual(check_address(url), url)

    def test_what_was_checked_is_what_is_connected_to(self):
        hosts = (*ODD_HOSTS, *SAME_HOSTS, *OTHER_HOSTS)
        around = itertools.product(("", "@", "u:p@"), hosts, ("", ":80", "/x", "/@y"))
        accepted = 0
        for before, host, after in around:
            try:
                url = check_address(f"http://{before}{host}{after}")
            except NotConfigured:
                continue
            accepted += 1
            for target in connects_to(url):
                self.assertTrue(address.is_loopback(target), ascii(host))
        self.assertGreater(accepted, len(SAME_HOSTS))

    def test_names_in_other_scripts_are_sent_in_ascii(self):
        url = check_address("https://B\u00fccher.example/odoo")
        self.assertEqual(url, "https://xn--bcher-kva.example/odoo")
        self.assertEqual(set(connects_to(url)), {"xn--bcher-kva.example"})
        # Not the domain of somebody who registered it with two letters instead.
        self.assertIn("xn--", check_address("https://stra\u00dfe.example"))

    def test_what_is_no_address_is_refused(self):
        for url in (
            "",
            None,
            "   ",
            "odoo.example.com",
            "ftp://odoo.example.com",
            "http:localhost",
            "http:/localhost",
            "http:///localhost",
            "//localhost",
            "javascript://localhost/%0aalert(1)",
            "https://odoo.example.com?",
            "https://odoo.example.com/#",
            "https://odoo.example.com/?db=x",
        ):
            self._assert_refused(url, allow_http=True)

    def test_a_password_in_an_address_is_not_told(self):
        for host in ("odoo.example.com", "[::1", "odoo\u2100.example"):
            detail = self._assert_refused(f"https://me:s3cret@{host}")
            self.assertNotIn("s3cret", detail)

    def test_addresses_are_canonical(self):
        for typed, url in (
            (" https://odoo.example.com/ ", "https://odoo.example.com"),
            ("HTTPS://Odoo.Example.COM//", "https://odoo.example.com"),
            ("https://my_dealer:8443/odoo/", "https://my_dealer:8443/odoo"),
            ("https://[2001:DB8::1]:443", "https://[2001:db8::1]:443"),
        ):
            self.assertEqual(check_address(typed), url)
            self.assertEqual(check_address(url), url)
