"""How senders prove who they are, where they do not send a token in a header."""

import base64
import hashlib
import hmac
import re

#: What keys begin with, which tells them from tokens, and finds them among other words.
KEY_MARK = "bk_"

_KEY = re.compile(rf"{KEY_MARK}[\w-]{{43}}(?![\w-])", re.ASCII)
_LIKE_KEY = re.compile(rf"{KEY_MARK}[\w-]+", re.ASCII)

#: As what a key may be written.
_CHARSETS = ("utf-8", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be")


def find_keys(text):
    """Return what may be a key, wherever it stands.

    :param str text: a body or a query.
    :return: each once, in their order.
    :rtype: list[str]
    """
    return list(dict.fromkeys(_KEY.findall(text)))


def hide_keys(text):
    """Return a text in which no key can be read."""
    return _LIKE_KEY.sub(f"{KEY_MARK}…", text)


def take_key_out(body, key, text):
    """Return a body without a key.

    :param bytes body: as it was sent.
    :param str key: that it may have, any number of times.
    :param str text: the body, decoded.
    :rtype: bytes
    """
    if key not in text:
        return body
    without = body
    for charset in _CHARSETS:
        without = without.replace(key.encode(charset), b"")
    # Written in a way that nobody foresaw.
    return text.replace(key, "").encode() if without == body else without


def is_signed(body, signature, secret, name):
    """Whether somebody who has a secret has signed a body.

    :param bytes body: as it was sent.
    :param str signature: the HMAC, in hexadecimal digits or in Base64, with or without
        the name of the hash before it (``sha256=``).
    :param str secret: that only the two of us have.
    :param str name: of the hash, as :mod:`hashlib` calls it.
    :rtype: bool
    """
    made = hmac.new(secret.encode(), body, getattr(hashlib, name)).digest()
    sent = signature.strip()
    if sent.lower().startswith(f"{name}="):
        sent = sent[len(name) + 1 :]
    in_hex = hmac.compare_digest(made.hex().encode(), sent.lower().encode())
    in_base64 = hmac.compare_digest(base64.b64encode(made), sent.encode())
    return in_hex or in_base64
