"""One reader of email addresses, for every way in and the matching."""

import idna

from odoo.tools import email_normalize

from .invisible import leave_out_joiners

#: Full-width and small forms of what an address is made of.
_WIDE = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_SIGNS = {0xFE6B: "@", 0xFE52: ".", 0x3002: ".", 0xFF61: ".", 0x3000: " "}


def clean_address(text):
    """Return an address without what nobody sees and without what ends a sentence.

    :param str text: as typed or sent, with or without the name of a person.
    :rtype: str
    """
    if text.isascii():
        return text.rstrip(" .,;") if text[-1:] in ".,;" else text
    text = leave_out_joiners(text).translate(_WIDE | _SIGNS)
    return text.rstrip(" .,;")


def read_address(text):
    """Return the first address in a text, as two of them compare.

    :param str text: as typed or sent, or nothing.
    :return: in lower case, with a domain in its own script; False for none.
    :rtype: str | bool
    """
    address = email_normalize(clean_address(text or ""), strict=False)
    if not address:
        return False
    local, _at, domain = address.rpartition("@")
    domain = domain.strip(".")
    if not (local and domain):
        return False
    return f"{local}@{_decode(domain) if 'xn--' in domain else domain}"


def _decode(domain):
    try:
        return idna.decode(domain)
    except (idna.IDNAError, UnicodeError):
        return domain
