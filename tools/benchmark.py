"""Measuring against plain Odoo and with a million leads, in one run and by turns."""

import json
import statistics

from . import paths, sources
from .console import LauncherError, say, step
from .stack import Stack

FOLDER = paths.REPOSITORY / "bench"

#: What fills a database before something is measured with it.
PREPARE = FOLDER / "prepare"

#: What is measured with a million leads as well.
GROWING = FOLDER / "intake.py"

#: How often each side is measured. The median counts.
ROUNDS = 3

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
        sides = {"bpo_crm": stack.clone("bpo"), "plain Odoo": stack.clone("plain")}
        for script in sorted(FOLDER.glob("*.py")):
            _compare(stack, sides, script)
        sides = {"a million leads": stack.clone("bpo"), "none": stack.clone("bpo")}
        with step("Making a million leads"):
            run_script(stack, sides["a million leads"], PREPARE / "million_leads.py")
        _compare(stack, sides, GROWING)
    return 0


def _compare(stack, sides, script):
    """Measure a script on two databases by turns, and print the ratio.

    :param dict sides: the names of the databases, by what is said of them.
    """
    results = {side: [] for side in sides}
    with step(f"Measuring {script.stem}"):
        for _round in range(ROUNDS):
            for side, database in sides.items():
                results[side].append(run_script(stack, database, script))
    _report(f"Odoo {stack.source.series}, {script.stem}", results)


def run_script(stack, database, script, environ=None):
    """Run a script in Odoo's shell, and return what it found out.

    :param Stack stack: where the database is.
    :param str database: its name.
    :param Path script: of ``bench/``, which prints its result as JSON.
    :param dict environ: what else it finds in its environment.
    :return: the result.
    :rtype: dict
    :raises LauncherError: when it fails.
    """
    output = stack.run_script(database, script, environ=environ)
    lines = [line for line in output.splitlines() if MARK in line]
    if not lines:
        raise LauncherError(f"{script.name} failed:\n{output[-4000:]}")
    return json.loads(lines[-1].split(MARK, 1)[1])


def _report(title, results):
    (side, ours), (other, theirs) = results.items()
    say(f"{title}: seconds with {side} against {other}, median of {ROUNDS}")
    for name in ours[0]:
        first, second = (
            statistics.median(result[name] for result in rounds)
            for rounds in (ours, theirs)
        )
        say(f"  {name}: {first:.2f} against {second:.2f}, ratio {first / second:.2f}")
