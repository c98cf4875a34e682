"""Running other programs. Only the standard library: see ``environment``."""

import ctypes
import signal
import subprocess
import sys

PR_SET_PDEATHSIG = 1  # of <sys/prctl.h>


def die_with_parent():
    """Ask Linux to end this process when the launcher dies, however it does."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def capture(command, **options):
    """Run a program and keep all that it prints.

    :param list command: the program and its arguments.
    :param options: further ones of :func:`subprocess.run`.
    :return: with ``returncode``, and the output of both streams in ``stdout``.
    :rtype: subprocess.CompletedProcess
    """
    return subprocess.run(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        **options,
    )
