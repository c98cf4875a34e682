"""Ending what an earlier launcher left behind, and giving the disk back."""

import contextlib
import os
import shutil
import signal

import psutil

from . import paths, postgres
from .console import say


def stop():
    """End servers whose launcher is gone, and the embedded PostgreSQL.

    :return: 0
    :rtype: int
    """
    for file in paths.RUNS.glob("*/*.pid"):
        _stop_server(int(file.read_text() or 0))
        file.unlink(missing_ok=True)
    postgres.stop()
    say("Nothing of ours is running any more.")
    return 0


def clean(everything=False):
    """Remove databases and run folders.

    :param bool everything: the downloaded sources and environments as well.
    :return: 0
    :rtype: int
    """
    stop()
    doomed = [paths.RUNS, paths.CLUSTER, paths.DATA]
    if everything:
        doomed = [paths.CACHE]
    for folder in doomed:
        shutil.rmtree(folder, ignore_errors=True)
    say("Removed " + ", ".join(str(folder) for folder in doomed))
    return 0


def _stop_server(pid):
    """End a process if it is one of our servers; its id may be another's now."""
    with contextlib.suppress(psutil.Error, ProcessLookupError):
        process = psutil.Process(pid)
        if "odoo_server.py" in " ".join(process.cmdline()):
            os.killpg(pid, signal.SIGTERM)
