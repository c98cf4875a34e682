"""Servers that run in a thread while a test needs them."""

import socketserver
import threading


class LoopbackServer(socketserver.ThreadingTCPServer):
    """A server on a free port of loopback, for use in a ``with`` statement.

    :param handler: the class that handles a connection.
    """

    allow_reuse_address = True
    daemon_threads = True
    scheme = "http"

    def __init__(self, handler):
        super().__init__(("127.0.0.1", 0), handler)

    def __enter__(self):
        threading.Thread(target=self.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *exc_info):
        self.shutdown()
        self.server_close()

    @property
    def url(self):
        """The server's address."""
        return f"{self.scheme}://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, request, client_address):
        """Say nothing: connections that break are what these are for."""
