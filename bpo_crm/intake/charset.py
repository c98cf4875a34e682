"""Texts in whatever character set they were sent."""

import codecs
import re

from ..invisible import leave_out_invisible, leave_out_joiners

#: Character sets in which any bytes are a text, so that they prove nothing.
_SINGLE_BYTE = ("us-ascii", "iso-8859", "latin", "windows-125", "cp125")

#: Ways to write something down that Python knows beside the character sets. No sender
#: means them, and some of them take time out of proportion to the text.
_NO_CHARSETS = {
    "idna",
    "mbcs",
    "oem",
    "punycode",
    "raw-unicode-escape",
    "undefined",
    "unicode-escape",
}

#: Characters that no database takes, and that nobody typed.
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")

#: Full-width and small forms of what an address is made of.
_WIDE = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_SIGNS = {0xFE6B: "@", 0xFE52: ".", 0x3002: ".", 0xFF61: ".", 0x3000: " "}


def decode_text(body, charset=""):
    """Return a text that somebody sent, in whatever character set it is.

    :param bytes body: the text.
    :param str charset: the one that it came with, if any.
    :rtype: str
    """
    declared = re.search(rb'encoding\s*=\s*["\']([\w-]+)["\']', body[:300])
    charsets = [charset, "utf-8-sig", declared and declared[1].decode("ascii")]
    if charset.lower().startswith(_SINGLE_BYTE):
        charsets = ["utf-8-sig", charset]
    if body[:2] in (b"\xff\xfe", b"\xfe\xff"):
        charsets = ["utf-16"]
    for name in filter(is_charset, [*charsets, "cp1252"]):
        try:
            return leave_out_controls(body.decode(name))
        except (UnicodeError, LookupError):
            continue
    return leave_out_controls(body.decode("latin-1"))


def is_charset(name):
    """Whether a name is that of a character set.

    :param str name: as somebody sent it; may be None.
    :rtype: bool
    """
    if not (name and name.isascii()):
        # Python passes over what is not ASCII here, and fails at it there.
        return False
    try:
        # Python knows codecs of other things, too, and decodes no text with them.
        b"a".decode(name, "replace")
        return codecs.lookup(name).name not in _NO_CHARSETS
    except (LookupError, ValueError):
        return False


def leave_out_controls(text):
    """Return a text without the characters that no database takes.

    :param str text: any.
    :rtype: str
    """
    return _CONTROLS.sub("", text)


def put_on_one_line(text):
    """Return a text without line breaks, and without what no database takes.

    A name or an address with a line break in it would become another header of a mail.

    :param str text: any.
    :rtype: str
    """
    return " ".join(leave_out_invisible(leave_out_controls(text)).split())


def put_address_on_one_line(text):
    """Return an email address without what is written on other lines.

    Joined, the lines would be another address, or a second one that gets all mails.

    :param str text: any.
    :rtype: str
    """
    lines = leave_out_controls(text).splitlines()
    line = next((line for line in lines if "@" in line), text)
    return clean_address(put_on_one_line(line))


def clean_address(text):
    """Return an address without what nobody sees and without what ends a sentence.

    :param str text: as typed or sent, with or without the name of a person.
    :rtype: str
    """
    if text.isascii():
        return text.rstrip(" .,;") if text[-1:] in ".,;" else text
    text = leave_out_joiners(text).translate(_WIDE | _SIGNS)
    return text.rstrip(" .,;")
