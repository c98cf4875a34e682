"""Ending what an earlier launcher left behind, and giving the disk back."""

import contextlib
import os
import shutil
import signal

import psutil

from . import databases, paths, postgres
from .console import LauncherError, say
from .stack import LAUNCHER_PID, RUN_PREFIX


def stop():
    """End servers whose launcher is gone, and the embedded PostgreSQL.

    PostgreSQL goes on while another run needs it.

    :return: 0
    :rtype: int
    """
    going_on = _runs_going_on()
    for folder in _run_folders():
        if folder not in going_on:
            _stop_servers(folder)
    if going_on:
        say(f"{len(going_on)} other run(s) go on, and PostgreSQL with them.")
    else:
        postgres.stop()
        say("Nothing of ours is running any more.")
    return 0


def clean(everything=False):
    """Remove databases, their files and the run folders.

    :param bool everything: the downloaded sources and environments as well.
    :return: 0
    :rtype: int
    :raises LauncherError: while another run goes on.
    """
    if _runs_going_on():
        raise LauncherError("Another run is going on. End it first, with Ctrl-C.")
    if os.environ.get("PGHOST"):
        _drop_databases(postgres.start())
    stop()
    postgres.STAMP.unlink(missing_ok=True)
    doomed = [paths.RUNS, paths.CLUSTER, paths.DATA]
    if everything:
        doomed = [paths.CACHE]
    for folder in doomed:
        shutil.rmtree(folder, ignore_errors=True)
    say("Removed " + ", ".join(str(folder) for folder in doomed))
    return 0


def _drop_databases(server):
    for prefix in (databases.PREFIX, RUN_PREFIX):
        for name in server.list_databases(f"{prefix}{server.mark}_"):
            server.drop(name)


def _run_folders():
    return [file.parent for file in paths.RUNS.glob(f"*/{LAUNCHER_PID}")]


def _runs_going_on():
    return [
        folder
        for folder in _run_folders()
        if _is_running(_read_pid(folder / LAUNCHER_PID), "bpo", "pytest")
    ]


def _stop_servers(folder):
    for file in folder.glob("*.pid"):
        pid = _read_pid(file)
        if _is_running(pid, "odoo_server.py"):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(pid, signal.SIGTERM)
        file.unlink(missing_ok=True)


def _read_pid(file):
    text = file.read_text()
    return int(text) if text.isdigit() else 0


def _is_running(pid, *marks):
    """Tell whether a process is one of ours; its id may be another's now."""
    try:
        command = " ".join(psutil.Process(pid).cmdline())
    except psutil.Error:
        return False
    return any(mark in command for mark in marks)
