"""Headers of mails, in which Python's own reader of them fails at some mistakes."""

import email
import email.policy
import re

from .charset import decode_text, leave_out_controls, put_on_one_line
from .raw_mail import MAX_TEXT, mend_mail

_WORD = r"[^\s<>()\[\],;:\"@]"
_ADDRESS = re.compile(rf"{_WORD}{{1,64}}@{_WORD}{{1,200}}\.{_WORD}{{1,60}}")


def parse_mail(original):
    """Return a mail whose headers can be read.

    :param bytes original: the mail.
    :rtype: email.message.EmailMessage
    """
    mended = mend_mail(original)
    message = email.message_from_bytes(mended, policy=email.policy.SMTP)
    mend_headers(message)
    return message


def mend_headers(message):
    """Replace the headers of a mail that cannot be read by the address in them.

    :param email.message.EmailMessage message: the mail, whose text was mended; headers
        without an address are taken away.
    """
    for part in message.walk():
        if part.get_content_maintype() == "multipart" and not part.is_multipart():
            # Core looks for the parts that it says it has.
            del part["Content-Type"]
            part.set_raw("Content-Type", 'text/plain; charset="utf-8"')
        headers = list(part.raw_items())
        mended = [(name, _mend(part.policy, name, raw)) for name, raw in headers]
        if mended == headers:
            continue
        for name, _raw in headers:
            del part[name]
        for name, raw in mended:
            if raw:
                part.set_raw(name, raw)


def read_address(message, header):
    """Return the first address in a header.

    :param email.message.EmailMessage message: the mail.
    :param str header: its name.
    :return: the name of whose it is, and the address; both may be empty.
    :rtype: tuple[str, str]
    """
    for address in getattr(message.get(header), "addresses", ()):
        if _ADDRESS.fullmatch(address.addr_spec):
            return address.display_name, address.addr_spec
    return "", find_address(message, header)


def find_address(message, header):
    """Return the first thing in a header that looks like an address, in no time.

    :param email.message.EmailMessage message: the mail.
    :param str header: its name.
    :return: it may be empty.
    :rtype: str
    """
    sent = (raw for name, raw in message.raw_items() if name.lower() == header.lower())
    return search_address(next(sent, ""))


def search_address(text):
    """Return the first thing in a text that looks like an address, in no time.

    :param str text: any.
    :return: it may be empty.
    :rtype: str
    """
    found = _ADDRESS.search(text)
    return found[0] if found else ""


def _mend(policy, name, raw):
    """Return a header that Python can read, and Odoo can repeat.

    :param email.policy.Policy policy: with which the mail was read.
    :param str name: of the header.
    :param str raw: its value, as it came.
    :return: as it was, or what can be read of it: of one that fails, the address in it;
        it may be empty.
    :rtype: str
    """
    # Some write their names as they are, in a character set that nobody tells.
    text = raw if raw.isascii() else decode_text(raw.encode(errors="surrogateescape"))
    text = text[:MAX_TEXT]
    try:
        header = policy.header_fetch_parse(name, text)
    except Exception:  # noqa: BLE001
        # It fails in many ways, none of which is documented.
        return search_address(text)
    decoded = str(header)
    if len(decoded.splitlines()) < 2 and leave_out_controls(decoded) == decoded:
        return text
    # What is encoded in it would become another header, or is no text at all.
    is_address = hasattr(header, "addresses")
    return search_address(decoded) if is_address else put_on_one_line(decoded)
