"""The address of a server, in the one form that every program reads alike.

Programs disagree about where the host name of an odd address begins and ends, and
which host an odd name means. So what is odd is refused, and what is returned is put
together anew from what was looked at: the program that connects cannot mean another
host than the one that was checked.
"""

import ipaddress
import re
from urllib.parse import urlsplit

import idna

from .errors import NotConfigured

#: What browsers and libraries leave out, or read as something else.
_MISREAD = re.compile(r"[\s\\\x00-\x1f\x7f-\x9f]")

_HOST_AND_PORT = re.compile(r"(\[[0-9a-fA-F:.]+\]|[^\[\]:]+)(?::([0-9]{1,5}))?")

_HOST_NAME = re.compile(r"[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*")

#: At the end of a host name: it is meant as a number, in one of many notations.
_NUMBER = re.compile(r"(.*\.)?([0-9]+|0x[0-9a-f]*)")

MAX_HOST_NAME = 253  # characters
MAX_PORT = 65535

_LOOPBACK = (ipaddress.ip_network("127.0.0.0/8"), ipaddress.ip_network("::1/128"))


def check_address(url, allow_http=False):
    """Return the address of an Odoo server in its canonical form.

    :param str url: what the user typed, such as ``https://odoo.dealer.example/``.
    :param bool allow_http: accept unencrypted ``http://`` to any host;
        loopback addresses may always be used without encryption.
    :return: the address as ``scheme://host[:port][/path]``, no trailing slash; the
        host in lower case, and in the characters that are sent.
    :rtype: str
    :raises NotConfigured: when the address is missing or must not be used.
    """
    try:
        parts = _split((url or "").strip())
        host, port = _read_netloc(parts.netloc)
    except ValueError as error:
        raise NotConfigured(f"The address is not valid: {error}.") from None
    if parts.scheme == "http" and not allow_http and not is_loopback(host):
        raise NotConfigured(
            "The address must start with https://, or the password would travel "
            "unencrypted."
        )
    path = parts.path.rstrip("/")
    return f"{parts.scheme}://{host}{port}{path}"


def is_loopback(host):
    """Tell whether a host is this machine for certain.

    :param str host: of an address that :func:`check_address` returned.
    :rtype: bool
    """
    if host == "localhost":
        return True
    try:
        address = ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return False
    return any(address in network for network in _LOOPBACK)


def _split(url):
    if _MISREAD.search(url):
        raise ValueError("it has a blank, a backslash or a control character")
    try:
        parts = urlsplit(url)
    except ValueError:
        # Its words may have the password in them that somebody typed.
        raise ValueError("it cannot be read") from None
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise NotConfigured("The address must look like https://odoo.example.com.")
    if "@" in parts.netloc:
        raise NotConfigured("The address must not contain a user name or a password.")
    if "?" in url or "#" in url:
        raise NotConfigured("The address must end after the host name.")
    return parts


def _read_netloc(netloc):
    """Return the host, and the port with its colon where there is one."""
    found = _HOST_AND_PORT.fullmatch(netloc)
    if not found:
        raise ValueError("it does not name a host, or a host and a port")
    host, port = found.groups()
    if port is None:
        return _read_host(host), ""
    if not 0 < int(port) <= MAX_PORT:
        raise ValueError("there is no such port")
    return _read_host(host), f":{int(port)}"


def _read_host(host):
    if host.startswith("["):
        return f"[{ipaddress.IPv6Address(host[1:-1])}]"
    # As `requests` does it: a name of other letters, digits or dots is sent as ASCII.
    is_ascii = host.isascii()
    name = host if is_ascii else idna.encode(host, uts46=True).decode("ascii")
    name = name.lower().removesuffix(".")
    if len(name) > MAX_HOST_NAME or not _HOST_NAME.fullmatch(name):
        raise ValueError("its host name cannot be one")
    if _NUMBER.fullmatch(name):
        return str(ipaddress.IPv4Address(name))
    return name
