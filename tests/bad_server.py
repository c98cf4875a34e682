"""Servers that answer as no dealer's Odoo should."""

import contextlib
import json
import socketserver
import ssl
import time

from tests.loopback import LoopbackServer

LIMIT = 40  # seconds until even an endless answer ends


class BadServer(LoopbackServer):
    """Answers every connection with the same behaviour.

    :param answer: a function of the connection, called when the request is in.
    :param tuple certificate: paths of a certificate and its key, for TLS.
    """

    def __init__(self, answer, certificate=None):
        super().__init__(_Handler)
        self.answer = answer
        self.hits = 0
        if certificate:
            self.scheme = "https"
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*certificate)
            self.socket = context.wrap_socket(self.socket, server_side=True)


class _Handler(socketserver.StreamRequestHandler):
    def handle(self):
        length = 0
        while (line := self.rfile.readline()).strip():
            name, _colon, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        self.rfile.read(length)
        self.server.hits += 1
        with contextlib.suppress(OSError):
            self.server.answer(self.wfile)


def reply(body, status="200 OK", *headers):
    """Return a behaviour that answers properly framed.

    :param str body: of the answer.
    :param str status: of HTTP.
    :param headers: further lines.
    """
    lines = [
        f"HTTP/1.1 {status}",
        "Content-Type: text/html",
        f"Content-Length: {len(body.encode())}",
        "Connection: close",
        *headers,
    ]
    data = ("\r\n".join(lines) + "\r\n\r\n" + body).encode()
    return lambda connection: connection.write(data)


def nest(depth):
    """Return a list in a list in a list, as JSON.

    :param int depth: how many.
    """
    return "[" * depth + "]" * depth


def rpc_error(name, message):
    """Return a behaviour that answers with an error of JSON-RPC."""
    error = {
        "code": 200,
        "message": "Odoo Server Error",
        "data": {"name": name, "message": message, "debug": "Traceback …"},
    }
    return reply(json.dumps({"jsonrpc": "2.0", "id": 1, "error": error}))


def silent(connection):
    """Never answer."""
    time.sleep(LIMIT)


def endless(connection):
    """Send more than anybody wants."""
    connection.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n")
    end = time.monotonic() + LIMIT
    while time.monotonic() < end:
        connection.write(b" " * 65536)


def dripping(connection):
    """Send a byte now and then, so that no single read times out."""
    _drip(connection, b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n", b" ")


def dripping_headers(connection):
    """Send one header after the other, slowly."""
    _drip(connection, b"HTTP/1.1 200 OK\r\n", b"X-Wait: a little\r\n")


def _drip(connection, beginning, drop):
    connection.write(beginning)
    end = time.monotonic() + LIMIT
    while time.monotonic() < end:
        connection.write(drop)
        connection.flush()
        time.sleep(0.2)
