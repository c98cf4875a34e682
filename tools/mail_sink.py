"""An outgoing mail server on loopback that sends nothing on, and keeps every mail."""

import itertools
import re
import socketserver
import threading

GREETING = b"220 Mails are kept here, and go nowhere.\r\n"


class _Conversation(socketserver.StreamRequestHandler):
    """What a mail client says, as far as Odoo says it (RFC 5321)."""

    def handle(self):
        self.wfile.write(GREETING)
        for line in self.rfile:
            verb = line.strip().upper()
            if verb == b"DATA":
                self._answer(b"354 Go on.")
                self.server.keep(self._read_mail())
            self._answer(b"221 Bye." if verb == b"QUIT" else b"250 OK")
            if verb == b"QUIT":
                break

    def _answer(self, text):
        self.wfile.write(text + b"\r\n")

    def _read_mail(self):
        lines = itertools.takewhile(lambda line: line.strip() != b".", self.rfile)
        # A line that begins with a dot has got another one.
        return b"".join(re.sub(rb"^\.", b"", line) for line in lines)


class MailSink(socketserver.ThreadingTCPServer):
    """Takes mails from servers of this machine, and keeps each in a file.

    :param Path folder: where they are kept, as ``.eml``, in the order in which they
        came.
    """

    daemon_threads = True

    def __init__(self, folder):
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self._numbers = itertools.count(1)
        super().__init__(("127.0.0.1", 0), _Conversation)

    def __enter__(self):
        threading.Thread(target=self.serve_forever, daemon=True).start()
        return super().__enter__()

    def __exit__(self, *exc_info):
        self.shutdown()
        return super().__exit__(*exc_info)

    def get_options(self):
        """Return the options of an Odoo server that sends its mails here.

        :rtype: dict
        """
        host, port = self.server_address
        return {"smtp_server": host, "smtp_port": port}

    def keep(self, mail):
        """Keep a mail.

        :param bytes mail: as it was sent.
        """
        path = self.folder / f"{next(self._numbers):04}.eml"
        path.write_bytes(mail)
