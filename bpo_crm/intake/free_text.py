"""What somebody wrote in a mail, and who it was."""

import re

from lxml import etree
from lxml import html as lxml_html

from .charset import decode_text
from .enquiry import MAX_SIZE, Enquiry
from .headers import find_address, read_address
from .sender import is_nobodys, is_same, leave_out_carrier

#: Of a text that is longer than is allowed, in any character set.
MAX_BYTES = 4 * MAX_SIZE + 4

_BLOCKS = re.compile(r"<(?:br|/p|/div|/tr|/li|/dd|/h\d)\b[^<>]*>", re.IGNORECASE)
_CELL_ENDS = re.compile(r"</(?:td|th|dt)\b[^<>]*>|<d[dt]\b[^<>]*>", re.IGNORECASE)
#: Where a line begins, and the value of a label.
_STARTS = re.compile(r"<(?:p|div|tr|li|dt|table|h\d)\b", re.IGNORECASE)
_VALUES = re.compile(r"<dd\b", re.IGNORECASE)
#: After what may be a label.
_LABEL_ENDS = re.compile(r"</(?:b|strong|dt)\b[^<>]*>", re.IGNORECASE)

#: The longest HTML whose tables are looked at, in characters.
_MAX_TABLES = 200_000
#: How many texts of a mail are looked through for labels.
_MAX_TEXTS = 20
#: The longest text of a cell that is a label, or a value that has one.
_MAX_CELL = 250  # characters


def read_free_text(message):
    """Return a mail as the enquiry of whoever wrote it.

    :param email.message.EmailMessage message: the mail.
    :return: without a way to the customer, where a machine wrote it.
    :rtype: Enquiry
    """
    name, address = read_customer(message)
    sender = ""
    if is_nobodys(address, name):
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
        # One that writes itself into the place of who wrote says so here.
        name, address = read_address(message, "X-Original-From")
    if not address:
        return sender_name, sender
    return name or leave_out_carrier(sender_name), address


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
    # Two cells are two words.
    root = _parse_html(_CELL_ENDS.sub(" ", _BLOCKS.sub("\n", text)))
    return "" if root is None else root.text_content().replace("\xa0", " ")


def _parse_html(text):
    """Return what is in HTML that people read.

    :param str text: HTML.
    :return: None for nothing.
    :rtype: lxml.html.HtmlElement | None
    """
    parser = lxml_html.HTMLParser(encoding="utf-8")
    try:
        root = lxml_html.document_fromstring(text.encode(errors="replace"), parser)
    except etree.ParserError:
        return None
    etree.strip_elements(root, "head", "script", "style", with_tail=False)
    return root


def list_texts(message):
    """Return the texts of a mail as labels are looked for in them.

    :param email.message.EmailMessage message: the mail.
    :return: of all forms of the same content; not of mails that it forwards.
    :rtype: list[str]
    """
    texts = []
    parts = [message]
    while parts and len(texts) < _MAX_TEXTS:
        part = parts.pop(0)
        if part.get_content_type() == "message/rfc822" or part.get_filename():
            continue
        if part.is_multipart():
            parts = [*part.get_payload(), *parts]
        elif is_text(part):
            text = decode_part(part)
            is_html = part.get_content_subtype() == "html"
            texts.append(html_to_rows(text) if is_html else text)
    return texts


def html_to_rows(text):
    """Return the text of HTML, with a tab between the cells of a table.

    :param str text: HTML.
    :return: lines, none of which is blank.
    :rtype: str
    """
    text = text[:_MAX_TABLES]
    if "<pre" not in text.lower():
        # Lines of the source are none of the text.
        text = re.sub(r"\s+", " ", text)
    lines = _STARTS.sub(r"\n\g<0>", _BLOCKS.sub(r"\g<0>\n", text))
    lines = _VALUES.sub(r"\t\g<0>", _LABEL_ENDS.sub(r"\g<0>\t", lines))
    root = _parse_html(lines)
    if root is None:
        return ""
    for row in root.iter("tr"):
        _join_cells(row)
    text = root.text_content().replace("\xa0", " ")
    return "\n".join(line for line in text.split("\n") if line.strip())


def _join_cells(row):
    """Write the cells of a row of a table in one line, unless it is a layout.

    :param lxml.html.HtmlElement row: of a table.
    """
    cells = list(row.iterchildren("td", "th"))
    for cell in cells:
        cell.tail = "\n"
    if next(row.iterdescendants("tr"), None) is not None:
        return
    cells = [cell.text_content() for cell in cells]
    lines = [[line for line in cell.split("\n") if line.strip()] for cell in cells]
    if any(len(cell) > 1 and any(":" in line for line in cell) for cell in lines):
        return
    texts = [" ".join(" ".join(cell).split()) for cell in lines if cell]
    if len(texts) < 2 or len(texts[0]) > _MAX_CELL:
        return
    tail = row.tail
    row.clear()
    row.text, row.tail = "\n" + "\t".join(texts) + "\n", tail


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
