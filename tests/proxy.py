"""A proxy before a server, on which requests and replies get lost."""

import contextlib
import http.client
import threading
from http.server import BaseHTTPRequestHandler

from tests.loopback import LoopbackServer

TIMEOUT = 60  # seconds
DELAY = 2  # seconds


def is_order_load(body):
    """Tell whether a request makes the order."""
    return b'"sale.order"' in body and b'"load"' in body


def is_about_order(body):
    """Tell whether a request has to do with orders at all."""
    return b'"sale.order"' in body


class FaultProxy(LoopbackServer):
    """Forwards HTTP requests, except where a fault was planned.

    :param int port: of the server behind it, on loopback.
    """

    def __init__(self, port):
        super().__init__(_Handler)
        self.target_port = port
        self.requests = []
        self._faults = []
        self._lock = threading.Lock()

    def plan(self, fault, matches=is_order_load, times=1):
        """Let something go wrong with the next requests that match.

        :param fault: ``cut`` (before the server), ``swallow`` (the reply, after
            the server did its work), ``hold`` (the reply, for long), ``delay``
            (the reply, for a moment), ``error`` (HTTP 502 instead of the reply); a
            function to call before the server gets the request; or what to reply,
            in bytes, instead of what the server does.
        :param matches: tells by the body whether it is the request.
        :param int times: how often.
        """
        self._faults += [(fault, matches)] * times

    def take_fault(self, body):
        """Return the fault that is planned for a request, or None."""
        with self._lock:
            self.requests.append(body)
            for planned in self._faults:
                if planned[1](body):
                    self._faults.remove(planned)
                    return planned[0]
        return None


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        fault = self.server.take_fault(body)
        if callable(fault):
            fault()
        if fault == "cut":
            self._hang_up()
            return
        status, reply = self._forward(body)
        if fault == "hold":
            threading.Event().wait(TIMEOUT)
        if fault == "delay":
            threading.Event().wait(DELAY)
        if fault in ("swallow", "hold"):
            self._hang_up()
            return
        if fault == "error":
            status, reply = 502, b"Bad gateway"
        if isinstance(fault, bytes):
            reply = fault
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(reply)))
        self.end_headers()
        self.wfile.write(reply)

    def _forward(self, body):
        connection = http.client.HTTPConnection(
            "127.0.0.1", self.server.target_port, timeout=TIMEOUT
        )
        with contextlib.closing(connection):
            sent = ("Content-Type", "Cookie")
            headers = {name: self.headers[name] for name in sent if self.headers[name]}
            connection.request("POST", self.path, body, headers)
            response = connection.getresponse()
            return response.status, response.read()

    def _hang_up(self):
        self.close_connection = True
        self.connection.close()

    def log_message(self, *args):
        """Say nothing."""
