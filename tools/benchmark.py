"""Measuring against plain Odoo, in one run and by turns."""

import json
import statistics

from . import paths, sources
from .console import LauncherError, say, step
from .process import capture
from .servers import odoo_command, odoo_environ, write_config
from .stack import Stack

FOLDER = paths.REPOSITORY / "bench"

#: How often each side is measured. The median counts.
ROUNDS = 3

TIMEOUT = 1800  # seconds

MARK = "RESULT "


def run(series=None):
    """Run every benchmark and print the ratios.

    :param str series: of Odoo.
    :return: 0
    :rtype: int
    :raises LauncherError: when a script fails.
    """
    source = sources.find_first(series)
    with Stack(source) as stack:
        databases = {"bpo_crm": stack.clone("bpo"), "plain": stack.clone("plain")}
        for script in sorted(FOLDER.glob("*.py")):
            with step(f"Measuring {script.stem}"):
                results = _measure(stack, databases, script)
            _report(source, script, results)
    return 0


def _measure(stack, databases, script):
    """Return the results of every round of each side."""
    results = {side: [] for side in databases}
    for _round in range(ROUNDS):
        for side, database in databases.items():
            results[side].append(_run_script(stack, database, script))
    return results


def _run_script(stack, database, script):
    config = stack.folder / "bench.conf"
    options = {
        "addons": [paths.REPOSITORY],
        "max_cron_threads": 0,
        "log_level": "warn",
    }
    write_config(config, stack.source, stack.postgres, options)
    with script.open() as file:
        result = capture(
            odoo_command("shell", "-c", config, "-d", database, "--no-http"),
            env=odoo_environ(stack.source),
            stdin=file,
            timeout=TIMEOUT,
        )
    lines = [line for line in result.stdout.splitlines() if MARK in line]
    if not lines:
        raise LauncherError(f"{script.name} failed:\n{result.stdout[-4000:]}")
    return json.loads(lines[-1].split(MARK, 1)[1])


def _report(source, script, results):
    say(f"Odoo {source.series}, {script.stem}: seconds, median of {ROUNDS}")
    for name in results["plain"][0]:
        ours, plain = (
            statistics.median(result[name] for result in results[side])
            for side in ("bpo_crm", "plain")
        )
        say(f"  {name}: {ours:.2f} against {plain:.2f}, ratio {ours / plain:.2f}")
