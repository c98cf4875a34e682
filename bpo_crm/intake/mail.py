"""Enquiries that come by mail: as ADF/XML in any part of it, or in somebody's words."""

import dataclasses
import re

from .adf import read_adf_text
from .adf_markup import has_adf
from .charset import decode_text
from .enquiry import MAX_SIZE, Enquiry, tell_apart
from .free_text import (
    collect,
    decode_part,
    html_to_text,
    is_nobodys,
    is_same,
    is_text,
    read_customer,
    read_free_text,
)
from .headers import parse_mail, read_address
from .timestamp import read_asked_on

#: What a document has, and a text that only mentions one has not.
_INSIDE = re.compile(
    r"(?:<|&lt;)\s*(?:\w{1,30}:)?(?:/\s*adf|/\s*prospect|customer|contact|vehicle)\b",
    re.IGNORECASE,
)

#: Ends of the names of files that may be ADF, whatever their type says.
_ADF_FILES = (".adf", ".xml", ".txt")

#: Headers that only automatic answers have. RFC 3834 has the first of them.
_AUTOMATIC = (
    ("Auto-Submitted", re.compile(r"auto-replied", re.IGNORECASE)),
    ("Precedence", re.compile(r"auto.?reply", re.IGNORECASE)),
    ("X-Autoreply", re.compile(r"")),
    ("X-Autorespond", re.compile(r"")),
    ("X-Auto-Reply", re.compile(r"")),
    ("Return-Path", re.compile(r"<>")),
)


def read_mail(original):
    """Return the enquiries in a mail.

    :param bytes original: the mail.
    :return: those of the ADF documents in it, or else the sender's own one; none
        for an automatic answer.
    :rtype: list[Enquiry]
    :raises InvalidEnquiry: when there is a document that cannot be read.
    """
    message = parse_mail(original)
    documents = _find_documents(message)
    if documents:
        enquiries = [found for text in documents for found in read_adf_text(text)]
    elif _is_automatic(message):
        return []
    else:
        enquiries = [read_free_text(message)]
    completed = [_complete(enquiry, message) for enquiry in enquiries]
    return tell_apart(completed, _read_name(message))


def is_sent_for_another(original):
    """Whether whoever sent a mail is not the one who asks in it.

    :param bytes original: the mail.
    :rtype: bool
    """
    message = parse_mail(original)
    _name, sender = read_address(message, "From")
    _name, customer = read_customer(message)
    return is_nobodys(sender) or not is_same(sender, customer)


def describe_mail(original):
    """Return who wrote a mail that cannot be read, and its text. Never fails.

    :param bytes original: the mail.
    :return: without a way to the customer, whom the mail does not tell.
    :rtype: Enquiry
    """
    try:
        message = parse_mail(original)
        written = read_free_text(message)
        name = _read_name(message)
    except Exception:  # noqa: BLE001
        # Whatever is wrong with it, nobody has to lose it.
        return Enquiry(message=decode_text(original[:MAX_SIZE]))
    sender = " ".join(filter(None, (written.name, written.email)))
    unknown = dataclasses.replace(written, external_id=name, name=sender, email="")
    return _complete(unknown, message)


def _complete(enquiry, message):
    """Return an enquiry with the date that only its mail says."""
    if enquiry.enquired_at or enquiry.local_time:
        return enquiry
    asked_on = read_asked_on(str(message.get("Date") or ""))
    return dataclasses.replace(enquiry, **asked_on)


def _read_name(message):
    return str(message.get("Message-Id") or "").strip()


def _is_automatic(message):
    """Whether a mail says of itself that a machine answered with it.

    :param email.message.EmailMessage message: the mail.
    :rtype: bool
    """
    return any(
        pattern.search(str(value))
        for header, pattern in _AUTOMATIC
        for value in message.get_all(header, [])
    )


def _find_documents(mail):
    """Return the ADF documents in a mail and in those that it forwards.

    What is attached to a mail counts more than its text, which only repeats it.

    :param email.message.EmailMessage mail: the mail.
    :return: the texts of the documents.
    :rtype: list[str]
    """
    found = collect(mail, _read_part)
    attached = [text for place, text in found if place == "attached"]
    written = [text for place, text in found if place == "written"]
    forwarded = [text for place, text in found if place == "forwarded"]
    return [*(attached or written), *forwarded]


def _read_part(part):
    """Return the documents in a part, as :func:`collect` takes them.

    :param email.message.EmailMessage part: without parts, or a mail that is forwarded.
    :return: pairs of the place in the mail (``attached``, ``written`` or ``forwarded``)
        and the text of a document.
    :rtype: list[tuple[str, str]]
    """
    if part.get_content_type() == "message/rfc822":
        inner = [text for mail in part.get_payload() for text in _find_documents(mail)]
        return [("forwarded", text) for text in inner]
    text = _read_document(part)
    if not (has_adf(text) and _INSIDE.search(text)):
        return []
    return [("attached" if part.get_filename() else "written", text)]


def _read_document(part):
    """Return the text of a part in which there may be a document.

    :param email.message.EmailMessage part: without parts.
    :return: empty where there can be none.
    :rtype: str
    """
    kind, file_name = part.get_content_type(), (part.get_filename() or "").lower()
    is_adf = kind.endswith(("xml", "adf")) or file_name.endswith(_ADF_FILES)
    if not (is_adf or is_text(part)):
        return ""
    text = decode_part(part)
    if kind == "text/html":
        # Somebody may have written the document as text.
        words = html_to_text(text)
        return words if has_adf(words) else text
    return text
