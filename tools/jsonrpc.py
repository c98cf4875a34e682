"""Talking to an Odoo server as a browser does, and as an external program does."""

import http.cookiejar
import json
import urllib.request

TIMEOUT = 180  # seconds


class RpcError(Exception):
    """The server answered with an error.

    :param str name: the dotted name of the exception on the server.
    :param str message: what it says.
    """

    def __init__(self, name, message):
        super().__init__(f"{name}: {message}")
        self.name = name
        self.message = message


class WebSession:
    """A user in the web client: a session cookie and ``call_kw``.

    :param str url: the server's address.
    """

    def __init__(self, url):
        self.url = url
        self.uid = None
        self.cookies = http.cookiejar.CookieJar()
        # No proxy of the machine's: the servers are on loopback.
        self._opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}),
            urllib.request.HTTPCookieProcessor(self.cookies),
        )

    @classmethod
    def of(cls, server, login):
        """Log in at a server as somebody whose password is the login.

        :param OdooServer server: where.
        :param str login: of the user.
        :rtype: WebSession
        :raises RpcError: when the server refuses.
        """
        return cls(server.url).login(server.database, login, login)

    @property
    def session_id(self):
        """The cookie that tells the server who this is."""
        return next(c.value for c in self.cookies if c.name == "session_id")

    def login(self, database, login, password):
        """Log in.

        :param str database: which database.
        :param str login: the user's login.
        :param str password: the user's password.
        :return: the session itself.
        :raises RpcError: when the server refuses.
        """
        params = {"db": database, "login": login, "password": password}
        self.uid = self.post("/web/session/authenticate", params)["uid"]
        return self

    def call(self, model, method, *args, **kwargs):
        """Call a public method of a model.

        :param str model: such as ``crm.lead``.
        :param str method: such as ``search_read``.
        :return: what the method returns.
        :raises RpcError: when it fails.
        """
        params = {"model": model, "method": method, "args": args, "kwargs": kwargs}
        return self.post(f"/web/dataset/call_kw/{model}/{method}", params)

    def find(self, xml_id):
        """Return the id of a record of a module.

        :param str xml_id: such as ``base.group_user``.
        :rtype: int
        :raises RpcError: when the user may not read such names.
        """
        module, _dot, name = xml_id.partition(".")
        domain = [("module", "=", module), ("name", "=", name)]
        (row,) = self.call("ir.model.data", "search_read", domain, ["res_id"])
        return row["res_id"]

    def post(self, path, params):
        """Send a JSON-RPC request.

        :param str path: such as ``/web/session/authenticate``.
        :param dict params: of the request.
        :return: the result.
        :raises RpcError: when the server answers with an error.
        """
        body = {"jsonrpc": "2.0", "method": "call", "id": 1, "params": params}
        request = urllib.request.Request(
            self.url + path,
            json.dumps(body).encode(),
            {"Content-Type": "application/json"},
        )
        with self._opener.open(request, timeout=TIMEOUT) as response:
            reply = json.load(response)
        if reply.get("error"):
            data = reply["error"].get("data") or {}
            raise RpcError(
                data.get("name", ""), data.get("message") or reply["error"]["message"]
            )
        return reply.get("result")
