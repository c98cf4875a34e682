"""Starting, watching and ending Odoo servers."""

import configparser
import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

from . import paths
from .console import LauncherError
from .process import die_with_parent

STOP_TIMEOUT = 15  # seconds
START_TIMEOUT = 120  # seconds

#: The first file that is asked for makes Odoo read the manifests of all addons, which
#: fails in Python 3.11 where a browser asks for several at once.
FIRST_FILE = "/web/static/img/favicon.ico"


def reserve_port():
    """Return a port on loopback, and the socket that keeps it until it is closed.

    Nobody who asks for any free port is given this one. A server that asks for it by
    its number, with ``SO_REUSEADDR`` as Odoo does, can listen on it all the same.

    :rtype: tuple[int, socket.socket]
    """
    reserved = socket.socket()
    reserved.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    reserved.bind(("127.0.0.1", 0))
    return reserved.getsockname()[1], reserved


def data_dir(source, postgres):
    """Return the folder with the files that belong to databases.

    :param OdooSource source: which Odoo.
    :param Postgres postgres: where the databases are.
    :rtype: Path
    """
    # The socket of the embedded server may be here today and there tomorrow.
    place = postgres.host if postgres.mark else str(paths.CLUSTER)
    server = paths.digest(place, postgres.port)
    return paths.DATA / f"{source.series}-{server}"


def write_config(path, source, postgres, options):
    """Write a configuration file for Odoo.

    :param Path path: the file.
    :param OdooSource source: which Odoo.
    :param Postgres postgres: where the databases are.
    :param dict options: further options of Odoo's; a list becomes a path.
    """
    addons = [*source.addons, *options.pop("addons", [])]
    values = {
        "db_host": postgres.host,
        "db_port": postgres.port,
        "db_user": postgres.user,
        "db_password": postgres.password or False,
        "data_dir": data_dir(source, postgres),
        "list_db": False,
        **({"addons_path": ",".join(map(str, addons))} if addons else {}),
        # Nothing leaves this machine: mail stays queued.
        "smtp_server": "127.0.0.1",
        "smtp_port": 9,
        **options,
    }
    # Interpolation would trip over a % in a password.
    config = configparser.ConfigParser(interpolation=None)
    config["options"] = {name: str(value) for name, value in values.items()}
    with path.open("w") as file:
        path.chmod(0o600)
        config.write(file)


def odoo_command(*arguments):
    """Return the command that runs Odoo.

    :param arguments: of Odoo's own.
    :rtype: list[str]
    """
    script = paths.REPOSITORY / "tools" / "odoo_server.py"
    return [sys.executable, str(script), *map(str, arguments)]


def odoo_environ(source, **further):
    """Return the environment in which Odoo is found.

    :param OdooSource source: which Odoo.
    :param further: more variables.
    :rtype: dict
    """
    return {
        **os.environ,
        "PYTHONPATH": str(source.python_path),
        # Where Odoo makes a folder before it reads where its own one is.
        "XDG_DATA_HOME": str(paths.DATA),
        **further,
    }


class OdooServer:
    """An Odoo server on a port of loopback.

    :param OdooSource source: which Odoo.
    :param Postgres postgres: where its database is.
    :param str database: the one database that it serves.
    :param Path folder: for its configuration, log and process id.
    :param str name: of those files.
    :param int workers: processes; 0 for threads in one process.
    :param int port: to listen on; a free one by default.
    :param dict environ: further environment variables.
    :param options: further options of Odoo's.
    """

    def __init__(
        self,
        source,
        postgres,
        database,
        folder,
        name,
        *,
        workers=0,
        port=None,
        environ=None,
        **options,
    ):
        self.database = database
        # They are its own between a stop and the next start, too.
        (web, gevent), self._reserved = zip(reserve_port(), reserve_port(), strict=True)
        self.port = port or web
        self.log_file = folder / f"{name}.log"
        self._pid_file = folder / f"{name}.pid"
        self._config = folder / f"{name}.conf"
        self._environ = odoo_environ(source, **(environ or {}))
        self._process = None
        options = {
            "http_interface": "127.0.0.1",
            "http_port": self.port,
            "gevent_port": gevent,
            "workers": workers,
            "max_cron_threads": 0,
            "db_name": database,
            "dbfilter": f"^{database}$",
            "db_maxconn": 32,
            **options,
        }
        write_config(self._config, source, postgres, options)

    @property
    def url(self):
        """The server's address."""
        return f"http://127.0.0.1:{self.port}"

    def start(self):
        """Start the server and wait until it answers.

        :return: the server itself.
        :raises LauncherError: when it does not; with the end of its log.
        """
        with self.log_file.open("ab") as log:
            self._process = subprocess.Popen(
                odoo_command("--config", self._config),
                env=self._environ,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=die_with_parent,
            )
        self._pid_file.write_text(str(self._process.pid))
        self._wait_until_ready()
        return self

    def stop(self):
        """End the server; at once when it takes too long."""
        if not self._process:
            return
        self._process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(STOP_TIMEOUT)
        self.kill()

    def close(self):
        """End the server, and give its ports away."""
        self.stop()
        for reserved in self._reserved:
            reserved.close()

    def kill(self):
        """End the server and its workers the way a power cut does."""
        if not self._process:
            return
        kill_group(self._process.pid)
        self._process.wait()
        self._process = None
        self._pid_file.unlink(missing_ok=True)

    def get_peak_memory(self):
        """Return the most memory that the process ever had, without its workers.

        :return: bytes.
        :rtype: int
        """
        lines = Path(f"/proc/{self._process.pid}/status").read_text().splitlines()
        (peak,) = (line for line in lines if line.startswith("VmHWM:"))
        return int(peak.split()[1]) * 1024

    def read_log(self):
        """Return all that the server logged.

        :rtype: str
        """
        return self.log_file.read_text(errors="replace")

    def _answers(self):
        try:
            with urllib.request.urlopen(self.url + FIRST_FILE, timeout=30):
                return True
        except OSError:
            return False

    def _wait_until_ready(self):
        deadline = time.monotonic() + START_TIMEOUT
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                break
            if self._answers():
                return
            time.sleep(0.1)
        tail = "\n".join(self.read_log().splitlines()[-20:])
        self.kill()
        raise LauncherError(f"Odoo did not start ({self.log_file}):\n{tail}")


def kill_group(pid):
    """Kill a process and all that it started.

    :param int pid: the leader of a process group.
    """
    with contextlib.suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)
