"""An account on a remote Odoo server."""

from .errors import NotOdoo, Refused


class OdooSession:
    """Calls methods of models as one user of one database.

    :param Transport transport: the connection to the server.
    :param str database: name of the database there.
    :param str login: the account's login.
    :param str key: its password or an API key.
    :param int uid: the account's id where it is known already, which saves the
        round trip that asks for it; ``None`` otherwise.
    :param tuple version: ``(major, minor)`` of the server where it is known.
    """

    def __init__(self, transport, database, login, key, uid=None, version=None):
        self._transport = transport
        self._database = database
        self._login = login
        self._key = key
        self._uid = uid
        self._is_uid_fresh = not uid
        self.version = version

    def __enter__(self):
        return self

    def __exit__(self, *exc_info):
        self._transport.close()

    def __repr__(self):
        # The default of a debugger or a log must not show the key.
        return f"<OdooSession {self._login!r} at {self._transport.url!r}>"

    def end_by(self, deadline):
        """Let no call take longer than until a moment.

        :param float deadline: of :func:`time.monotonic`.
        """
        self._transport.deadline = deadline

    @property
    def uid(self):
        """The account's id on the server, asked for when it is not known yet.

        :rtype: int
        :raises Refused: when login or key are wrong.
        """
        return self._uid or self.authenticate()

    def fetch_version(self):
        """Ask the server for its version.

        :return: the series, such as ``18.0`` or ``saas~18.2``.
        :rtype: str
        :raises NotOdoo: when the answer is not that of an Odoo server.
        """
        answer = self._transport.call("common", "version", [])
        if not isinstance(answer, dict) or not answer.get("server_serie"):
            raise NotOdoo("The server does not tell a version.")
        self.version = series_to_version(answer["server_serie"])
        return answer["server_serie"]

    def authenticate(self):
        """Log in.

        :return: the account's id on the server.
        :rtype: int
        :raises Refused: when login or key are wrong.
        """
        arguments = [self._database, self._login, self._key, {}]
        uid = self._transport.call("common", "authenticate", arguments)
        if not uid or not isinstance(uid, int):
            raise Refused("Wrong login or password.")
        self._uid, self._is_uid_fresh = uid, True
        return uid

    def call(self, model, method, *args, **kwargs):
        """Call a public method of a model.

        :param str model: such as ``sale.order``.
        :param str method: such as ``search_read``.
        :return: what the method returns, as JSON carries it.
        :raises RemoteError: a subclass of it, for every failure.
        """
        try:
            return self._execute(model, method, args, kwargs)
        except Refused:
            if self._is_uid_fresh:
                raise
            # The account may have been made anew since its id was noted.
            self.authenticate()
            return self._execute(model, method, args, kwargs)

    def search_read(self, model, domain, fields, **kwargs):
        """Read the records that match a domain.

        :param str model: such as ``sale.order``.
        :param list domain: of Odoo's.
        :param list fields: the fields to read.
        :return: a dict a record, with these fields and ``id``.
        :rtype: list[dict]
        :raises RemoteError: a subclass of it, for every failure.
        """
        rows = self.call(model, "search_read", domain, fields, **kwargs)
        wanted = {"id", *fields}
        if not isinstance(rows, list) or not all(
            isinstance(row, dict) and wanted <= row.keys() for row in rows
        ):
            raise NotOdoo("The answer to a search has no known form.")
        return rows

    def _execute(self, model, method, args, kwargs):
        arguments = [self._database, self.uid, self._key, model, method, args, kwargs]
        return self._transport.call("object", "execute_kw", arguments)


def series_to_version(series):
    """Return the numbers of an Odoo series.

    >>> series_to_version("18.0"), series_to_version("saas~18.2")
    ((18, 0), (18, 2))

    :param str series: as a server tells it.
    :return: ``(major, minor)``, or ``None`` where the text has another form.
    :rtype: tuple | None
    """
    major, _dot, minor = (series or "").rpartition("~")[2].partition(".")
    if not (major.isdigit() and minor.isdigit()):
        return None
    return int(major), int(minor)
