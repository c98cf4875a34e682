"""One reader of email addresses, for every way in and the matching."""

import idna

from odoo.tools import email_normalize

from .intake import clean_address


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
