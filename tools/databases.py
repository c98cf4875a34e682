"""Databases that are made once and cloned.

A template is named by what went into it. One layer is built upon another, so
that a change of the addon costs the installation of the addon alone.
"""

import dataclasses
import os
import re
import shutil
import subprocess
import time

from . import paths
from .console import LauncherError, step
from .process import capture
from .servers import data_dir, odoo_command, odoo_environ, write_config

SCRIPTS = paths.REPOSITORY / "tools" / "scripts"

PREFIX = "bpo_template"

#: Odoo's own that bring others along: with events and with chats come those that make
#: leads of them.
APPS = (
    "base_automation",
    "sale_crm",
    "event_crm",
    "crm_livechat",
    "website_crm_partner_assign",
    "mass_mailing_crm",
)

#: How many templates of a layer stay, the newest ones.
KEPT = 4

INSTALL_TIMEOUT = 1800  # seconds


@dataclasses.dataclass(frozen=True)
class Layer:
    """A kind of database.

    :param str name: such as ``dealer``.
    :param str below: the layer that it is built upon, or an empty text.
    :param tuple modules: what is installed.
    :param tuple scripts: what then runs in Odoo's shell, files of ``scripts/``.
    :param tuple content: paths on whose content it depends.
    :param bool is_of_now: whether it is made anew every hour, since what is in it
        happened some minutes ago.
    """

    name: str
    below: str
    modules: tuple
    scripts: tuple = ()
    content: tuple = ()
    is_of_now: bool = False


def _addon_depends():
    manifest = (paths.ADDON / "__manifest__.py").read_text()
    depends = re.search(r'"depends":\s*\[([^]]*)\]', manifest)[1]
    return tuple(re.findall(r'"(\w+)"', depends))


def layers():
    """Return the kinds of databases by name.

    :rtype: dict[str, Layer]
    """
    addon = (paths.ADDON,)
    return {
        layer.name: layer
        for layer in (
            Layer("plain", "", _addon_depends()),
            Layer("bpo", "plain", ("bpo_crm",), (), addon),
            Layer("demo", "bpo", (), ("load_demo.py",), addon, is_of_now=True),
            Layer("floor", "bpo", (), ("set_up_floor.py",), addon),
            # With both there, Odoo installs what is between them by itself.
            Layer(
                "dashboard",
                "demo",
                ("spreadsheet_dashboard",),
                (),
                (paths.DASHBOARD_ADDON,),
            ),
            Layer("site", "plain", ("website_crm", "spreadsheet_dashboard")),
            Layer("website", "site", ("bpo_crm",), (), paths.ADDONS),
            # All that makes leads, or does something with them.
            Layer("apps", "site", APPS),
            Layer("sales", "", ("sale_management",)),
            Layer("dealer", "sales", (), ("set_up_account.py", "set_up_dealer.py")),
            Layer(
                "distributor",
                "plain",
                ("product",),
                ("set_up_account.py", "set_up_distributor.py"),
            ),
            Layer("nosales", "", ("contacts",), ("set_up_account.py",)),
        )
    }


class Databases:
    """The databases of one series of Odoo.

    :param OdooSource source: which Odoo.
    :param Postgres postgres: where they are.
    """

    def __init__(self, source, postgres):
        self._source = source
        self._postgres = postgres
        self._layers = layers()

    def clone(self, layer, name):
        """Make a database.

        :param str layer: what kind of database.
        :param str name: its name.
        :raises LauncherError: when its template cannot be made.
        """
        # Nobody may drop the template as an old one before it is copied.
        with self._lock(layer):
            self._copy(self._find_or_build(self._layers[layer]), name)

    def drop(self, name):
        """Remove a database and its files.

        :param str name: of the database.
        """
        self._postgres.drop(name)
        shutil.rmtree(self._filestore(name), ignore_errors=True)

    def run_odoo(self, database, *arguments, addons=None):
        """Run Odoo on a database until it has done something.

        :param str database: its name.
        :param arguments: of the command line, such as ``-u`` and a module.
        :param list addons: folders with addons, instead of the repository.
        :return: the warnings and errors of its log.
        :rtype: str
        :raises LauncherError: when it fails; with its log's end.
        """
        command = [*arguments, "--stop-after-init"]
        return self._run_odoo(database, command, addons=addons)

    def run_script(self, database, script, addons=None, environ=None):
        """Run a script in Odoo's shell.

        :param str database: its name.
        :param script: a file of ``scripts/``, or the path of another one.
        :param list addons: folders with addons, instead of the repository.
        :param dict environ: what else the script finds in its environment.
        :return: what it printed.
        :rtype: str
        :raises LauncherError: when it fails; with its log's end.
        """
        with (SCRIPTS / script).open() as file:
            return self._run_odoo(database, [], "shell", file, addons, environ)

    def ensure_template(self, layer):
        """Return the name of a template, which is made if there is none.

        :param str layer: what kind of database.
        :raises LauncherError: when an installation fails; with its log's end.
        """
        with self._lock(layer):
            return self._find_or_build(self._layers[layer])

    # How a template is made

    def _lock(self, layer):
        return paths.lock(f"template-{self._source.series}-{layer}")

    def _find_or_build(self, layer):
        name = self._template_name(layer)
        if name not in self._postgres.list_databases(name):
            self._build(layer, name)
        return name

    def _build(self, layer, name):
        self._drop_older(layer)
        # Under another name until it is complete.
        building = f"{name}_building"
        self.drop(building)
        with step(f"Making the {layer.name} database of Odoo {self._source.series}"):
            if layer.below:
                self.clone(layer.below, building)
            else:
                self._postgres.create(building)
            if layer.modules:
                self._install(building, layer.modules)
            for script in layer.scripts:
                self.run_script(building, script)
        files = self._filestore(building)
        if files.exists():
            shutil.rmtree(self._filestore(name), ignore_errors=True)
            files.rename(self._filestore(name))
        self._postgres.rename(building, name)

    def _template_name(self, layer):
        return f"{self._template_prefix(layer)}{self._digest(layer)}"

    def _template_prefix(self, layer):
        series = self._source.series.replace(".", "_")
        return f"{PREFIX}{self._postgres.mark}_{series}_{layer.name}_"

    def _digest(self, layer):
        scripts = [SCRIPTS / script for script in layer.scripts]
        below = self._digest(self._layers[layer.below]) if layer.below else ""
        return paths.digest(
            self._source.python_path.name,
            str(self._source.python_path),
            # A database has a list of all addons that there are.
            *(addon.name for addon in paths.ADDONS),
            *layer.modules,
            *scripts,
            *layer.content,
            below,
            *([time.strftime("%Y-%m-%d %H")] if layer.is_of_now else []),
        )

    def _drop_older(self, layer):
        # Other checkouts on this machine use some of the others.
        for name in self._postgres.list_databases(self._template_prefix(layer))[KEPT:]:
            self.drop(name)

    def _copy(self, template, name):
        self._postgres.create(name, template)
        files = self._filestore(template)
        if files.exists():
            # Odoo never changes a file of the store, so links will do.
            shutil.copytree(files, self._filestore(name), copy_function=os.link)

    def _filestore(self, database):
        return data_dir(self._source, self._postgres) / "filestore" / database

    def _install(self, database, modules):
        # 18.0 brings demo data unless told otherwise, 19.0 only when told.
        demo = ["--without-demo=all"] if self._source.is_18 else []
        arguments = ["-i", ",".join(modules), "--stop-after-init", *demo]
        self._run_odoo(database, arguments)

    def _run_odoo(
        self, database, arguments, command=None, stdin=None, addons=None, environ=None
    ):
        folder = paths.RUNS / "templates"
        folder.mkdir(parents=True, exist_ok=True)
        config = folder / f"{database}.conf"
        options = {
            "addons": addons or [paths.REPOSITORY],
            "max_cron_threads": 0,
            "log_level": "warn",
        }
        write_config(config, self._source, self._postgres, options)
        name = [command] if command else []
        result = capture(
            odoo_command(*name, "-c", config, "-d", database, "--no-http", *arguments),
            env={**odoo_environ(self._source), **(environ or {})},
            stdin=stdin or subprocess.DEVNULL,
            timeout=INSTALL_TIMEOUT,
        )
        config.unlink()
        # The shell goes on after an error in a script.
        if result.returncode or "Traceback (most recent call last)" in result.stdout:
            raise LauncherError(f"Odoo failed:\n{result.stdout[-4000:]}")
        return result.stdout
