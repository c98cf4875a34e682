"""JSON-RPC over HTTP, bounded in time and in size."""

import contextlib
import itertools
import json
import math
import socket
import ssl
import threading
import time
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError, HTTPError, LocationValueError
from urllib3.exceptions import TimeoutError as Urllib3TimeoutError

from .address import is_loopback
from .errors import (
    Contended,
    NotAllowed,
    NotConfigured,
    NotOdoo,
    Refused,
    Rejected,
    ReplyTooLong,
    TimedOut,
    Unreachable,
)

CONNECT_TIMEOUT = 5.0  # seconds
READ_TIMEOUT = 20.0  # seconds
MAX_REPLY_SIZE = 2 * 1024 * 1024  # bytes
CHUNK_SIZE = 64 * 1024  # bytes


class Transport:
    """One keep-alive HTTP session to one server's ``/jsonrpc``.

    Redirects are not followed (the key must not travel to a third party), the
    certificate is verified, and a call ends after ``connect_timeout +
    read_timeout`` however slowly the other side drips its answer.

    :param str url: an address that :func:`.address.check_address` returned.
    :param float connect_timeout: seconds until the connection must stand.
    :param float read_timeout: seconds until the reply must be complete.
    """

    def __init__(self, url, connect_timeout=CONNECT_TIMEOUT, read_timeout=READ_TIMEOUT):
        self.url = url
        self._timeout = (connect_timeout, read_timeout)
        #: Moment of :func:`time.monotonic` at which the last call is over.
        self.deadline = None
        self._ids = itertools.count(1)
        self._adapter = _InterruptibleAdapter()
        self._http = requests.Session()
        self._http.mount("http://", self._adapter)
        self._http.mount("https://", self._adapter)
        # A ~/.netrc of the server's user has no business here.
        self._http.auth = lambda request: request
        # An identity body cannot unpack to more than what was read.
        self._http.headers.update({"Accept-Encoding": "identity"})
        # No proxy gets to see what stays on this machine.
        direct = is_loopback(urlsplit(url).hostname)
        self._proxies = {"http": "", "https": ""} if direct else None

    def close(self):
        """Close the connection."""
        self._http.close()

    def call(self, service, method, args):
        """Call a method of an Odoo RPC service.

        :param str service: ``common`` or ``object``.
        :param str method: the service's method, such as ``execute_kw``.
        :param list args: its positional arguments.
        :return: the ``result`` of the reply.
        :raises RemoteError: a subclass of it, for every failure.
        """
        payload = {
            "jsonrpc": "2.0",
            "method": "call",
            "id": next(self._ids),
            "params": {"service": service, "method": method, "args": args},
        }
        left = self._get_time_left()
        timeouts = tuple(min(seconds, left) for seconds in self._timeout)
        deadline = _Deadline(min(sum(timeouts), left), self._adapter.interrupt)
        with deadline, self._translated_errors(deadline):
            response = self._http.post(
                f"{self.url}/jsonrpc",
                json=payload,
                timeout=timeouts,
                allow_redirects=False,
                stream=True,
                proxies=self._proxies,
            )
            with response:
                body = self._read_body(response)
            if deadline.expired:
                # Interrupted between two headers, it looks like a short reply.
                raise _too_late()
        return self._parse_reply(response, body)

    def _get_time_left(self):
        if self.deadline is None:
            return math.inf
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise TimedOut("No time is left for another call.")
        return left

    def _read_body(self, response):
        body = bytearray()
        for chunk in response.iter_content(CHUNK_SIZE):
            body += chunk
            if len(body) > MAX_REPLY_SIZE:
                raise _after_sending(
                    ReplyTooLong(f"The reply is longer than {MAX_REPLY_SIZE} bytes.")
                )
        return bytes(body)

    def _parse_reply(self, response, body):
        if response.is_redirect or 300 <= response.status_code < 400:
            target = response.headers.get("Location", "")
            # Cut here, the first half of a secret in it would not be known as one.
            raise NotOdoo(f"The server redirects to {target}.")
        try:
            reply = json.loads(body)
        except (ValueError, RecursionError):
            reply = None
        if not isinstance(reply, dict) or not {"result", "error"} & reply.keys():
            raise _after_sending(_unexpected_reply(response.status_code))
        if reply.get("error") is not None:
            raise error_from_reply(reply["error"])
        return reply.get("result")

    @contextlib.contextmanager
    def _translated_errors(self, deadline):
        try:
            yield
        except requests.exceptions.SSLError as error:
            raise Unreachable(_certificate_problem(error)) from None
        except (requests.exceptions.RequestException, HTTPError) as error:
            raise _connection_error(error, deadline.expired) from None


def _too_late():
    return _after_sending(TimedOut("No complete answer within the time allowed."))


def _unexpected_reply(status):
    if status >= 500:
        return Unreachable(f"The server answers with HTTP status {status}.")
    return NotOdoo(f"HTTP status {status} without a JSON-RPC reply.")


def _after_sending(error):
    """Mark an error that came after the request was handed over."""
    error.may_have_happened = True
    return error


def _connection_error(error, expired):
    """Turn a failure of ``requests`` into the error that the user can act upon."""
    causes = list(_chain(error))

    def is_caused_by(*classes):
        return any(isinstance(cause, classes) for cause in causes)

    # In urllib3, a connection that could not be made is a kind of time-out.
    if is_caused_by(socket.gaierror):
        return Unreachable("The host name is not known.")
    if is_caused_by(ConnectionRefusedError):
        return Unreachable("The connection was refused.")
    if is_caused_by(requests.exceptions.InvalidURL, LocationValueError):
        return NotConfigured("The address is not valid.")
    if is_caused_by(ConnectTimeoutError):
        return TimedOut("No connection within the time allowed.")
    if expired or is_caused_by(Urllib3TimeoutError, TimeoutError):
        return _too_late()
    return _after_sending(Unreachable("The connection was cut off."))


def _chain(error):
    """Yield an exception and everything that it was made from."""
    seen, queue = set(), [error]
    while queue:
        current = queue.pop()
        if not isinstance(current, BaseException) or id(current) in seen:
            continue
        seen.add(id(current))
        yield current
        # urllib3 keeps the cause in `reason`, requests in `args`.
        queue += [current.__cause__, current.__context__]
        queue += [getattr(current, "reason", None), *current.args]


def _certificate_problem(error):
    for cause in _chain(error):
        if isinstance(cause, ssl.SSLCertVerificationError):
            return f"The certificate is not valid: {cause.verify_message}."
    return "No secure connection could be made."


#: Exceptions of a server that cannot reach, or has too little of, what it works with.
_DATABASE_FAULTS = {
    "MemoryError",
    "builtins.MemoryError",
    "psycopg2.InterfaceError",
    "psycopg2.OperationalError",
    "psycopg2.errors.AdminShutdown",
    "psycopg2.errors.CannotConnectNow",
    "psycopg2.errors.CrashShutdown",
    "psycopg2.errors.DiskFull",
    "psycopg2.errors.OutOfMemory",
    "psycopg2.errors.QueryCanceled",
    "psycopg2.errors.TooManyConnections",
    "psycopg2.pool.PoolError",
}


def error_from_reply(error):
    """Return the exception for the ``error`` member of a JSON-RPC reply.

    :param dict error: as ``odoo/http.py`` (``serialize_exception``) writes it:
        ``data.name`` is the dotted name of the exception on the server.
    :rtype: RemoteError
    """
    if not isinstance(error, dict):
        return _after_sending(NotOdoo("The error in the reply has no known form."))
    data = error.get("data") if isinstance(error.get("data"), dict) else {}
    name = _get_text(data, "name")
    message = (_get_text(data, "message") or _get_text(error, "message")).strip()
    if is_contention(name) or is_contention(message):
        return Contended(message)
    if name.endswith(".AccessDenied"):
        return Refused(message)
    if name.endswith(".AccessError"):
        return NotAllowed(message)
    if "database" in message and "does not exist" in message:
        return NotConfigured("The server has no database of that name.")
    if name in _DATABASE_FAULTS:
        # It has nothing to do with what was asked, and passes.
        return _after_sending(Unreachable(message))
    if not name:
        # Not Odoo's own words, which would mean that nothing was kept.
        return _after_sending(Rejected(message))
    return Rejected(message)


def _get_text(value, name):
    found = value.get(name)
    return found if isinstance(found, str) else ""


def is_contention(text):
    """Tell whether a server's message or exception name means a lost race.

    :param str text: an exception name or a message of PostgreSQL's.
    :rtype: bool
    """
    return any(
        mark in text
        for mark in (
            "could not serialize access",
            "SerializationFailure",
            "DeadlockDetected",
            "deadlock detected",
            "LockNotAvailable",
        )
    )


class _Deadline:
    """Call ``interrupt`` when the time is over, from a thread of its own."""

    def __init__(self, seconds, interrupt):
        self._end = time.monotonic() + seconds
        self._timer = threading.Timer(seconds, interrupt)
        self._timer.daemon = True

    @property
    def expired(self):
        return time.monotonic() >= self._end

    def __enter__(self):
        self._timer.start()
        return self

    def __exit__(self, *exc_info):
        self._timer.cancel()


class _InterruptibleAdapter(HTTPAdapter):
    """An adapter that knows its sockets, so that a blocked read can be ended.

    A socket's own timeout starts anew with every byte; a server that drips its
    answer would hold the caller for as long as it likes.
    """

    def __init__(self):
        self._sockets = []
        super().__init__(max_retries=0)

    def init_poolmanager(self, *args, **kwargs):
        result = super().init_poolmanager(*args, **kwargs)
        self._record_sockets(self.poolmanager)
        return result

    def proxy_manager_for(self, *args, **kwargs):
        manager = super().proxy_manager_for(*args, **kwargs)
        self._record_sockets(manager)
        return manager

    def _record_sockets(self, manager):
        manager.pool_classes_by_scheme = {
            "http": self._recording_pool(HTTPConnectionPool, HTTPConnection),
            "https": self._recording_pool(HTTPSConnectionPool, HTTPSConnection),
        }

    def _recording_pool(self, pool_class, connection_class):
        sockets = self._sockets

        class Connection(connection_class):
            def connect(self):
                result = super().connect()
                sockets.append(self.sock)
                return result

        return type(pool_class.__name__, (pool_class,), {"ConnectionCls": Connection})

    def interrupt(self):
        for sock in self._sockets:
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
