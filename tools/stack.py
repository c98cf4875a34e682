"""One run's databases and servers, which end with it."""

import os
import shutil
import time
import uuid
from pathlib import Path

from . import paths, postgres, sources
from .databases import Databases
from .servers import OdooServer

#: Of the names of a run's databases.
RUN_PREFIX = "bpo_run"

#: In a run's folder: the process that ends what it started.
LAUNCHER_PID = "launcher.pid"

#: By its identity and the id of a lead, a dealer knows whose an order is. Two copies of
#: one template would take each other's, as Odoo's own copies do not.
OWN_IDENTITY = """
    UPDATE ir_config_parameter SET value = gen_random_uuid()
     WHERE key = 'database.uuid'
"""


class Stack:
    """What one run needs, apart from every other run.

    :param OdooSource source: which Odoo.
    """

    def __init__(self, source):
        self.source = source
        self.postgres = postgres.start()
        self._id = f"{time.strftime('%m%d_%H%M%S')}_{uuid.uuid4().hex[:6]}"
        self.folder = paths.RUNS / self._id
        self.folder.mkdir(parents=True)
        (self.folder / LAUNCHER_PID).write_text(str(os.getpid()))
        self._all = Databases(source, self.postgres)
        self._databases = []
        self._servers = []
        #: Leave the logs for somebody to read.
        self.keep_folder = False

    @classmethod
    def from_environment(cls):
        """Return the stack of a test run that the launcher started.

        :rtype: Stack
        """
        series, tree = os.environ["BPO_SERIES"], os.environ["BPO_PYTHON_PATH"]
        return cls(sources.OdooSource(series, Path(tree), "given"))

    def __enter__(self):
        return self

    def __exit__(self, exc_type, *_exc_info):
        self.keep_folder = self.keep_folder or exc_type is not None
        self.close()

    def environ(self):
        """Return the variables from which :meth:`from_environment` is made.

        :rtype: dict
        """
        return {
            "BPO_SERIES": self.source.series,
            "BPO_PYTHON_PATH": str(self.source.python_path),
        }

    def prepare(self, *layers):
        """Make the templates of databases before they are needed.

        :param layers: kinds of databases.
        """
        for layer in layers:
            self._all.ensure_template(layer)

    def clone(self, layer):
        """Make a database with an identity of its own.

        :param str layer: what kind, such as ``demo``.
        :return: its name.
        :rtype: str
        """
        prefix = RUN_PREFIX + self.postgres.mark
        name = f"{prefix}_{self._id}_{layer}_{len(self._databases)}"
        self._all.clone(layer, name)
        self._databases.append(name)
        with self.postgres.connect(name) as cursor:
            cursor.execute(OWN_IDENTITY)
        return name

    def take_over(self, database):
        """Let a database end with this run that something else has made.

        :param str database: its name.
        """
        self._databases.append(database)

    def run_odoo(self, database, *arguments, addons=None):
        """Run Odoo on a database until it has done something.

        :param str database: its name.
        :param arguments: of the command line, such as ``-u`` and a module.
        :param list addons: folders with addons, instead of the repository.
        :return: the warnings and errors of its log.
        :rtype: str
        """
        return self._all.run_odoo(database, *arguments, addons=addons)

    def run_script(self, database, script, addons=None, environ=None):
        """Run a script in Odoo's shell.

        :param str database: its name.
        :param script: a file of ``scripts/``, or the path of another one.
        :param list addons: folders with addons, instead of the repository.
        :param dict environ: what else the script finds in its environment.
        :return: what it printed.
        :rtype: str
        """
        return self._all.run_script(database, script, addons, environ)

    def server(self, database, name=None, **options):
        """Return a server for a database, not started yet.

        :param str database: its name.
        :param str name: for its log; the database's by default.
        :param options: of :class:`~tools.servers.OdooServer`.
        :rtype: OdooServer
        """
        server = OdooServer(
            self.source,
            self.postgres,
            database,
            self.folder,
            name or f"{database}_{len(self._servers)}",
            **options,
        )
        self._servers.append(server)
        return server

    def bpo_server(self, database, **options):
        """Return a server with the addon, not started yet."""
        return self.server(database, addons=[paths.REPOSITORY], **options)

    def close(self):
        """Stop the servers, remove the databases and, mostly, the logs."""
        for server in self._servers:
            server.close()
        for database in self._databases:
            self._all.drop(database)
        self._servers, self._databases = [], []
        if not self.keep_folder:
            shutil.rmtree(self.folder, ignore_errors=True)
