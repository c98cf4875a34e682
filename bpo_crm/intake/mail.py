"""Enquiries that come by mail: as ADF/XML in any part of it, or in somebody's words."""

import dataclasses
import re
from email.utils import parseaddr, parsedate_to_datetime

from lxml import etree
from lxml import html as lxml_html

from .adf import read_adf
from .enquiry import MAX_SIZE, Enquiry, decode_text, to_utc

_ADF = re.compile(r"<\s*(?:\w+:)?(?:adf|prospect)\b", re.IGNORECASE)

_BLOCKS = re.compile(r"<(?:br|/p|/div|/tr|/li|/h\d)\b[^>]*>", re.IGNORECASE)

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


def read_mail(message):
    """Return the enquiries in a mail.

    :param email.message.EmailMessage message: the mail.
    :return: those of the ADF documents in it, or else the sender's own one; none
        for an automatic answer.
    :rtype: list[Enquiry]
    :raises InvalidEnquiry: when there is a document that cannot be read.
    """
    documents = _find_documents(message)
    if documents:
        enquiries = [found for body in documents for found in read_adf(body.encode())]
    elif _is_automatic(message):
        return []
    else:
        enquiries = [_read_letter(message)]
    # The same document may be attached twice.
    distinct = dict.fromkeys(enquiries)
    return [_complete(enquiry, message, n) for n, enquiry in enumerate(distinct)]


def describe_mail(message):
    """Return who wrote a mail that cannot be read, and its text.

    :param email.message.EmailMessage message: the mail.
    :return: without a way to the customer, whom the mail does not tell.
    :rtype: Enquiry
    """
    letter = _read_letter(message)
    sender = " ".join(filter(None, (letter.name, letter.email)))
    unknown = dataclasses.replace(letter, name=sender, email="")
    return _complete(unknown, message, 0)


def _complete(enquiry, message, number):
    """Return an enquiry with what only its mail says."""
    name = (message.get("Message-Id") or "").strip()
    if name and number:
        name = f"{name} {number + 1}"
    return dataclasses.replace(
        enquiry,
        external_id=enquiry.external_id or name,
        enquired_at=enquiry.enquired_at or _read_date(message),
    )


def _read_date(message):
    try:
        return to_utc(parsedate_to_datetime(message.get("Date") or ""))
    except (TypeError, ValueError, OverflowError):
        return None


def _is_automatic(message):
    return any(
        pattern.search(str(value))
        for header, pattern in _AUTOMATIC
        for value in message.get_all(header, [])
    )


# Its parts


def _find_documents(message):
    """Return the ADF documents, of the attached files before the mail's text."""
    attached, written = [], []
    for part in message.walk():
        text = _read_part(part)
        if _ADF.search(text):
            (attached if part.get_filename() else written).append(text)
    # The text may be there in two forms, plain and HTML.
    return attached or written[:1]


def _read_part(part):
    """Return the text of a part in which there may be a document."""
    kind, file_name = part.get_content_type(), (part.get_filename() or "").lower()
    is_text = part.get_content_maintype() == "text"
    if not (is_text or kind.endswith(("xml", "adf")) or file_name.endswith(_ADF_FILES)):
        return ""
    text = _decode(part)
    if kind == "text/html" and not _ADF.search(text):
        # Somebody has written the document as text.
        return _to_text(text)
    return text


def _decode(part):
    body = part.get_payload(decode=True) or b""
    return decode_text(body, part.get_content_charset() or "")


def _to_text(html):
    """Return the text of HTML, with its lines."""
    lines = _BLOCKS.sub("\n", html[:MAX_SIZE])
    parser = lxml_html.HTMLParser(encoding="utf-8")
    try:
        root = lxml_html.document_fromstring(lines.encode(errors="replace"), parser)
    except etree.ParserError:
        return ""
    etree.strip_elements(root, "head", "script", "style", with_tail=False)
    return root.text_content().replace("\xa0", " ")


# What somebody wrote


def _read_letter(message):
    name, email = _read_address(message, "From")
    # A web form sends for the customer, and says so here.
    reply_name, reply_email = _read_address(message, "Reply-To")
    text = re.sub(r"\n{3,}", "\n\n", _read_text(message)).strip()
    subject = str(message.get("Subject") or "")
    return Enquiry(
        name=reply_name or name,
        email=reply_email or email,
        message="\n".join(filter(None, (subject, text))),
    )


def _read_address(message, header):
    value = message.get(header)
    first = next(iter(getattr(value, "addresses", ())), None)
    if first:
        return first.display_name, first.addr_spec
    return parseaddr(str(value or ""))


def _read_text(message):
    by_kind = {}
    for part in message.walk():
        if part.get_content_maintype() == "text" and not part.get_filename():
            by_kind.setdefault(part.get_content_subtype(), part)
    if "plain" in by_kind:
        return _decode(by_kind["plain"])
    return _to_text(_decode(by_kind["html"])) if "html" in by_kind else ""
