"""Headers of mails, in which Python's own reader of them fails at some mistakes."""

import email
import email.policy
import re

_ADDRESS = re.compile(r"[^\s<>()\[\],;:\"@]{1,64}@[^\s<>()\[\],;:\"@]{1,250}")


def parse_mail(original):
    """Return a mail whose headers can be read.

    :param bytes original: the mail.
    :rtype: email.message.EmailMessage
    """
    message = email.message_from_bytes(original, policy=email.policy.SMTP)
    mend_headers(message)
    return message


def mend_headers(message):
    """Replace the headers of a mail that cannot be read by the address in them.

    :param email.message.EmailMessage message: the mail; those without an address are
        taken away.
    """
    for part in message.walk():
        for name, raw in list(part.raw_items()):
            if not _is_readable(part, name, raw):
                del part[name]
                found = _ADDRESS.search(str(raw))
                if found:
                    part[name] = found[0]


def _is_readable(part, name, raw):
    try:
        part.policy.header_fetch_parse(name, raw)
    except Exception:  # noqa: BLE001
        # It fails in many ways, none of which is documented.
        return False
    return True
