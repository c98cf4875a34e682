"""Addresses that people enter, to which mails are sent."""

import re

from odoo.tools import email_normalize

#: One address, and nothing that a mail server would take for a second one or for
#: another header.
_ADDRESS = re.compile(
    r"[^\s@,;:<>()\[\]\\\"]+@[^\s@,;:<>()\[\]\\\"]+\.[^\s@,;:<>()\[\]\\\".]+"
)


def is_one_address(text):
    """Whether a text is one email address, without a name.

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
