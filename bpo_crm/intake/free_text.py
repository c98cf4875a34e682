"""What somebody wrote in a mail, and who it was."""

import re

from lxml import etree
from lxml import html as lxml_html

from .charset import decode_text
from .enquiry import MAX_SIZE, Enquiry
from .headers import find_address, read_address

#: Of a text that is longer than is allowed, in any character set.
MAX_BYTES = 4 * MAX_SIZE + 4

_BLOCKS = re.compile(r"<(?:br|/p|/div|/tr|/li|/h\d)\b[^<>]*>", re.IGNORECASE)

#: Who sends mails for others and reads none, without punctuation.
_NOBODYS = ("noreply", "donotreply", "nepasrepondre", "mailerdaemon", "postmaster")


def read_free_text(message):
    """Return a mail as the enquiry of whoever wrote it.

    :param email.message.EmailMessage message: the mail.
    :return: without a way to the customer, where a machine wrote it.
    :rtype: Enquiry
    """
    name, address = read_customer(message)
    sender = ""
    if is_nobodys(address):
        # Two customers of one portal must not be taken for one.
        address, sender = "", address
    text = re.sub(r"\n{3,}", "\n\n", _read_text(message)).strip()
    subject = str(message.get("Subject") or "")
    return Enquiry(
        name=name,
        email=address,
        message="\n".join(filter(None, (subject, text, sender))),
        is_free_text=True,
    )


def read_customer(message):
    """Return who asks in a mail, which a web form sends for the customer.

    :param email.message.EmailMessage message: the mail.
    :return: the name and the address of whom it says to answer, or else of its sender;
        both may be empty.
    :rtype: tuple[str, str]
    """
    sender_name, sender = read_address(message, "From")
    name, address = read_address(message, "Reply-To")
    # A mailing list wants to be answered itself.
    if not address or is_same(address, find_address(message, "To")):
        return sender_name, sender
    return name or sender_name, address


def is_same(address, other):
    """Whether two addresses are one, in whatever case.

    :param str address: of a mail.
    :param str other: of a mail.
    :rtype: bool
    """
    return address.lower() == other.lower()


def is_nobodys(address):
    """Whether an address sends mails for others and reads none.

    :param str address: of a sender.
    :rtype: bool
    """
    words = re.sub("[^a-z]", "", address.partition("@")[0].lower())
    return words.startswith(_NOBODYS)


# Its text


def collect(part, read):
    """Return what is found in the parts of a mail.

    :param email.message.EmailMessage part: the mail, or a part of it.
    :param read: returns a list of what is in a part that has no parts, or in a mail
        that is forwarded.
    :return: of parts with the same content, what is in the first that has something.
    :rtype: list
    """
    kind = part.get_content_type()
    if kind == "message/rfc822" or not part.is_multipart():
        return read(part)
    found = (collect(inner, read) for inner in part.get_payload())
    if kind == "multipart/alternative":
        return next(filter(None, found), [])
    return [one for of_part in found for one in of_part]


def is_text(part):
    """Whether a part is a text, or has parts that nobody can tell from each other.

    :param email.message.EmailMessage part: of a mail.
    :rtype: bool
    """
    return part.get_content_maintype() in ("text", "multipart")


def decode_part(part):
    """Return the text of a part; of a very long one, more than may be read.

    :param email.message.EmailMessage part: of a mail.
    :rtype: str
    """
    body = part.get_payload(decode=True) or b""
    return decode_text(body[:MAX_BYTES], part.get_content_charset() or "")


def html_to_text(text):
    """Return the text of HTML, with its lines.

    :param str text: HTML.
    :rtype: str
    """
    lines = _BLOCKS.sub("\n", text)
    parser = lxml_html.HTMLParser(encoding="utf-8")
    try:
        root = lxml_html.document_fromstring(lines.encode(errors="replace"), parser)
    except etree.ParserError:
        return ""
    etree.strip_elements(root, "head", "script", "style", with_tail=False)
    return root.text_content().replace("\xa0", " ")


def _read_text(part):
    return "\n".join(collect(part, _list_texts))


def _list_texts(part):
    """Return the text of a part, as :func:`collect` takes it.

    :param email.message.EmailMessage part: without parts, or a mail that is forwarded.
    :return: one text, or none for a file and for what is no text.
    :rtype: list[str]
    """
    if part.get_content_type() == "message/rfc822":
        return [_read_text(mail) for mail in part.get_payload()]
    if part.get_filename() or not is_text(part):
        return []
    text = decode_part(part)
    if part.get_content_subtype() == "html":
        text = html_to_text(text)
    return [text] if text.strip() else []
