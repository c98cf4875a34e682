"""The connection between a server and its PostgreSQL, which can be cut."""

import contextlib
import socket
import socketserver
import threading

from tests.loopback import LoopbackServer


class Wire(LoopbackServer):
    """Carries what a server and its PostgreSQL say to each other.

    :param Postgres postgres: where the wire ends.
    """

    def __init__(self, postgres):
        super().__init__(_Handler)
        self.postgres = postgres
        self.is_cut = False
        self.open = set()

    @property
    def options(self):
        """What a server is started with to use the wire."""
        return {"db_host": "127.0.0.1", "db_port": self.server_address[1]}

    @contextlib.contextmanager
    def cut(self):
        """Let nothing through, and end what is under way."""
        self.is_cut = True
        for end in list(self.open):
            _hang_up(end)
        try:
            yield
        finally:
            self.is_cut = False


class _Handler(socketserver.BaseRequestHandler):
    def handle(self):
        if self.server.is_cut:
            return
        with _connect(self.server.postgres) as there:
            ends = {self.request, there}
            self.server.open |= ends
            back = threading.Thread(target=_carry, args=(there, self.request))
            back.start()
            _carry(self.request, there)
            back.join()
            self.server.open -= ends


def _connect(postgres):
    if not postgres.host.startswith("/"):
        return socket.create_connection((postgres.host, postgres.port))
    there = socket.socket(socket.AF_UNIX)
    there.connect(f"{postgres.host}/.s.PGSQL.{postgres.port}")
    return there


def _carry(source, target):
    """Carry what comes out of a socket into another one, until it ends."""
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
    _hang_up(source)
    _hang_up(target)


def _hang_up(end):
    with contextlib.suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
