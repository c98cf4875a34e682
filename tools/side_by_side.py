"""The tests of several series at the same time, each by a launcher of its own.

A run of one series mostly waits: for the browser, for servers that start, for
answers that are late on purpose.
"""

import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from . import paths
from .process import die_with_parent

#: How a launcher that ran tests ends.
LAST_LINE = re.compile(r"^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$", re.M)

INTERVAL = 0.5  # seconds


def run(commands):
    """Run tests of each series, and show what each launcher says in its turn.

    :param dict commands: pytest's own arguments, by the series, such as ``18.0``.
    :return: how many passed, failed and were skipped in each; a launcher that did
        not come to its end has a failure more.
    :rtype: dict[str, tuple[int, int, int]]
    """
    with tempfile.TemporaryDirectory() as folder:
        launchers = {
            series: _Launcher(series, arguments, Path(folder) / f"{series}.log")
            for series, arguments in commands.items()
        }
        try:
            for launcher in launchers.values():
                launcher.follow()
        finally:
            for launcher in launchers.values():
                launcher.end()
        return {series: launcher.count() for series, launcher in launchers.items()}


class _Launcher:
    """A launcher that runs the tests of one series."""

    def __init__(self, series, arguments, log_file):
        self._log_file = log_file
        script = paths.REPOSITORY / "bpo"
        with log_file.open("wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, script, "test", "--series", series, *arguments],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                preexec_fn=die_with_parent,
            )

    def follow(self):
        """Show what it says until it ends."""
        with self._log_file.open(errors="replace") as log:
            while self._process.poll() is None:
                self._show(log)
                time.sleep(INTERVAL)
            self._show(log)

    def _show(self, log):
        sys.stdout.write(log.read())
        sys.stdout.flush()

    def end(self):
        """End it if it goes on."""
        self._process.terminate()
        self._process.wait()

    def count(self):
        """Return how many tests passed, failed and were skipped."""
        endings = LAST_LINE.findall(self._log_file.read_text(errors="replace"))
        # One that did not come to its end has failed.
        numbers = endings[-1] if endings else (0, 1, 0)
        return tuple(int(number or 0) for number in numbers)
