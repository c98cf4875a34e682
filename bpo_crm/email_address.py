"""One reader of email addresses, for every way in and the matching."""

import re

import idna

from odoo.tools import email_normalize, email_split

from .intake import clean_address

#: One address, and nothing that a mail server would take for a second one or for
#: another header.
_ADDRESS = re.compile(
    r"[^\s@,;:<>()\[\]\\\"]+@[^\s@,;:<>()\[\]\\\"]+\.[^\s@,;:<>()\[\]\\\".]+"
)


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


def list_addresses(text):
    """Return all addresses in a text, each as :func:`read_address` has it.

    :param str text: as typed or sent, or nothing.
    :rtype: list[str]
    """
    return list(filter(None, map(read_address, email_split(text or ""))))


def is_one_address(text):
    """Whether a text is one email address to which mails can be sent, without a name.

    :param str text: as somebody entered it.
    :rtype: bool

    >>> is_one_address(" manager@dealer.example ")
    True
    >>> is_one_address("a@dealer.example, b@dealer.example")
    False
    """
    address = text.strip(" ")
    is_written = bool(_ADDRESS.fullmatch(address)) and address.isprintable()
    return is_written and bool(email_normalize(address))


def _decode(domain):
    try:
        return idna.decode(domain)
    except (idna.IDNAError, UnicodeError):
        return domain
