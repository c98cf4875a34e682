"""Enquiries in the body of a request, in whatever format it is."""

from urllib.parse import unquote_plus

from .adf import read_adf_text
from .adf_markup import has_adf
from .charset import decode_text
from .enquiry import InvalidEnquiry
from .json_body import read_json

_FORM = "application/x-www-form-urlencoded"


def read_body(body, kind="", charset=""):
    """Return the enquiries in a body, by what it looks like.

    :param bytes body: JSON or ADF, or a text with ADF in it.
    :param str kind: the type that it came with.
    :param str charset: the character set that it came with, if any.
    :rtype: list[Enquiry]
    :raises InvalidEnquiry: when it is neither.
    """
    text = decode_text(body, charset)
    if kind == _FORM and "%3c" in text.lower():
        text = unquote_plus(text)
    if text.lstrip()[:1] == "<":
        return read_adf_text(text)
    try:
        return [read_json(text)]
    except InvalidEnquiry:
        if not has_adf(text):
            raise
    return read_adf_text(text)
