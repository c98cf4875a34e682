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
    is_text,
    list_texts,
    read_free_text,
)
from .headers import parse_mail, read_address
from .labelled_text import list_labels
from .letter import read_forwarded, read_letter
from .sender import is_same
from .timestamp import read_asked_on

#: What a document has, and a text that only mentions one has not.
_INSIDE = re.compile(
    r"(?:<|&lt;)\s*(?:\w{1,30}:)?(?:/\s*adf|/\s*prospect|customer|contact|vehicle)\b",
    re.IGNORECASE,
)

#: Ends of the names of files that may be ADF, whatever their type says.
_ADF_FILES = (".adf", ".xml", ".txt")


def read_mail(original, own_names=None):
    """Return the enquiries in a mail.

    :param bytes original: the mail.
    :param dict own_names: what the labels of its source mean, as of
        :func:`field_names.find_field`.
    :return: those of the ADF documents in it, or else one of the person whom its text
        names, or who sent it, as of :func:`read_letter`; none for what no person wrote.
    :rtype: list[Enquiry]
    :raises InvalidEnquiry: when there is a document that cannot be read.
    """
    message = parse_mail(original)
    documents = _find_documents(message)
    if documents:
        enquiries = [found for text in documents for found in read_adf_text(text)]
    else:
        enquiries = read_letter(message, own_names)
    completed = [_complete(enquiry, message) for enquiry in enquiries]
    return tell_apart(completed, _read_name(message))


def read_forwarded_mail(original, own_names=None):
    """Return the enquiry in a mail that somebody forwards who is no customer.

    :param bytes original: the mail.
    :param dict own_names: as of :func:`read_mail`.
    :return: of whoever wrote what is forwarded, or is named there; None where nobody
        can tell.
    :rtype: Enquiry | None
    """
    message = parse_mail(original)
    found = read_forwarded(message, own_names)
    if not found:
        return None
    (named,) = tell_apart([_complete(found, message)], _read_name(message))
    return named


def is_plain_letter(original, enquiries):
    """Whether a mail says no more of its customer than who sent it.

    :param bytes original: the mail.
    :param list enquiries: what :func:`read_mail` has read in it.
    :rtype: bool
    """
    if len(enquiries) != 1:
        return False
    (enquiry,) = enquiries
    _name, sender = read_address(parse_mail(original), "From")
    is_senders = enquiry.is_free_text and is_same(sender, enquiry.email)
    return is_senders and not (enquiry.phone or enquiry.problem)


def list_mail_labels(original):
    """Return what the text of a mail has by labels, whatever they mean.

    :param bytes original: the mail.
    :return: of labels and values.
    :rtype: list[tuple[str, str]]
    """
    texts = list_texts(parse_mail(original))
    return [pair for text in texts for pair in list_labels(text)]


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
