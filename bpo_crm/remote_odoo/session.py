"""An account on a remote Odoo server."""

import re

from .errors import Refused
from .replies import boolean, line, positive_id, read, record, records

VERSION = record(server_serie=line)

#: The series from which on a model tells by ``has_access`` what is allowed.
HAS_ACCESS_SINCE = (18, 0)


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
        series = read(answer, VERSION, "the version")["server_serie"]
        self.version = series_to_version(series)
        return series

    def authenticate(self):
        """Log in.

        :return: the account's id on the server.
        :rtype: int
        :raises Refused: when login or key are wrong.
        """
        arguments = [self._database, self._login, self._key, {}]
        uid = self._transport.call("common", "authenticate", arguments)
        if uid is False:
            raise Refused("Wrong login or password.")
        self._uid = read(uid, positive_id, "the login")
        self._is_uid_fresh = True
        return self._uid

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

    def search_read(self, model, domain, fields, among=None, limit=None, **options):
        """Read the records that match a domain.

        :param str model: such as ``sale.order``.
        :param list domain: of Odoo's.
        :param dict fields: the fields to read, each with the reader of its value.
        :param among: the ids of which alone there can be records, or None for any.
        :param int limit: how many to read at most, or None for all.
        :param options: further ones of Odoo's, such as ``order``.
        :return: a dict a record, with these fields and ``id``.
        :rtype: list[dict]
        :raises RemoteError: a subclass of it, for every failure.
        """
        if limit:
            options["limit"] = limit
        answer = self.call(model, "search_read", domain, list(fields), **options)
        return read(answer, records(fields, among, limit), model)

    def has_access(self, model, operation):
        """Tell whether the account may do something with a model at all.

        :param str model: such as ``sale.order``.
        :param str operation: ``read``, ``write``, ``create`` or ``unlink``.
        :rtype: bool
        :raises RemoteError: a subclass of it, for every failure.
        """
        if self.version and self.version < HAS_ACCESS_SINCE:
            answer = self.call(model, "check_access_rights", operation, False)
        else:
            answer = self.call(model, "has_access", [], operation)
        return read(answer, boolean, f"the rights on {model}")

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
    numbers = re.fullmatch(r"(?:.*~)?([0-9]{1,4})\.([0-9]{1,4})", series or "")
    return (int(numbers[1]), int(numbers[2])) if numbers else None
