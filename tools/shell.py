"""Odoo's shell on a database with the demo data."""

import subprocess

from . import paths, sources
from .servers import odoo_command, odoo_environ, write_config
from .stack import Stack


def run(series=None):
    """Open the shell; what is committed in it is gone when it ends.

    :param str series: of Odoo.
    :return: the shell's exit code.
    :rtype: int
    """
    source = sources.find_first(series)
    with Stack(source) as stack:
        database = stack.clone("demo")
        config = stack.folder / "shell.conf"
        options = {"addons": [paths.REPOSITORY], "log_level": "warn"}
        write_config(config, source, stack.postgres, options)
        command = odoo_command("shell", "-c", config, "-d", database, "--no-http")
        return subprocess.call(command, env=odoo_environ(source))
