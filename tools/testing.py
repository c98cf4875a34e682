"""Every test, on every series of Odoo that can be had."""

import dataclasses
import os
import subprocess
import sys
import xml.etree.ElementTree as ET

from . import chromium, paths, side_by_side, sources
from .console import say, step
from .servers import odoo_environ, write_config
from .stack import Stack

ADDON_TESTS = "bpo_crm/tests"
SERVER_TESTS = "tests"
BROWSER_TESTS = "tests/browser"

#: What is run of several series, part by part: pytest's arguments, and whether side
#: by side. A person in a browser does not act in the moment in which two series
#: make the machine slow.
PARTS = (
    ([ADDON_TESTS], True),
    ([BROWSER_TESTS], False),
    ([SERVER_TESTS, f"--ignore={BROWSER_TESTS}"], True),
)

#: How an argument begins that names tests.
PATHS = (ADDON_TESTS, SERVER_TESTS)

NOTHING_COLLECTED = 5  # pytest's exit code


@dataclasses.dataclass
class Count:
    """The outcomes of tests."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0

    def __add__(self, other):
        return Count(
            self.passed + other.passed,
            self.failed + other.failed,
            self.skipped + other.skipped,
        )

    def __str__(self):
        skipped = f", {self.skipped} skipped" if self.skipped else ""
        return f"{self.passed} passed, {self.failed} failed{skipped}"


#: Read by ``bpo_crm/tests/machine``, and handed on to the launcher of each series.
TRIES = "BPO_TRIES"


def run(series, arguments, tries=None):
    """Run the tests and sum up in the last line.

    :param str series: only this one, or None for all that can be had.
    :param list arguments: pytest's own.
    :param int tries: of the machine that tries to get past the rules.
    :return: 0 when all tests passed, and there were any.
    :rtype: int
    """
    if tries is not None:
        os.environ[TRIES] = str(tries)
    kinds = _chosen_kinds(arguments)
    path, reason = chromium.find() if SERVER_TESTS in kinds else (None, "")
    environ = {"BPO_CHROMIUM": path or "", "BPO_CHROMIUM_MISSING": reason}
    found = sources.find_all(series)
    if len(found) > 1:
        counts = _run_parts(found, arguments)
    else:
        counts = _run_series(found[0], kinds, arguments, environ)
    say("\n".join(f"Odoo {name}: {count}" for name, count in counts.items()))
    total = sum(counts.values(), Count())
    say(str(total))
    return 0 if total.passed and not total.failed else 1


def _run_parts(found, arguments):
    """Run what was asked for of all series; everything is run part by part."""
    all_series = [source.series for source in found]
    counts = dict.fromkeys(all_series, Count())
    is_named = any(argument.startswith(PATHS) for argument in arguments)
    for paths_of_part, is_together in [([], False)] if is_named else PARTS:
        for group in [all_series] if is_together else [[name] for name in all_series]:
            results = side_by_side.run(group, [*paths_of_part, *arguments])
            for series, numbers in results.items():
                counts[series] += Count(*numbers)
    return counts


def _run_series(source, kinds, arguments, environ):
    counts = {}
    with Stack(source) as stack:
        for kind in kinds:
            say(f"— Odoo {source.series}: {kind}")
            count = _run_kind(stack, kind, arguments, environ)
            counts[f"{source.series}, {kind}"] = count
            if count.failed:
                stack.keep_folder = True
                say(f"Logs: {stack.folder}")
    return counts


def _chosen_kinds(arguments):
    """Return which of the two folders the arguments name; both by default."""
    named = [
        kind
        for kind in (ADDON_TESTS, SERVER_TESTS)
        if any(argument.startswith(kind) for argument in arguments)
    ]
    return named or [ADDON_TESTS, SERVER_TESTS]


def _run_kind(stack, kind, arguments, environ):
    report = stack.folder / "junit.xml"
    report.unlink(missing_ok=True)
    named = any(argument.startswith(kind) for argument in arguments)
    chosen = [a for a in arguments if not _is_of_other_kind(a, kind)]
    prepare = _prepare_addon_run if kind == ADDON_TESTS else _prepare_server_run
    options, variables = prepare(stack)
    command = [sys.executable, "-m", "pytest", f"--junitxml={report}", *options]
    result = subprocess.run(
        [*command, *([] if named else [kind]), *chosen],
        cwd=paths.REPOSITORY,
        env={**variables, **environ},
        check=False,
    )
    count = _read(report)
    if result.returncode not in (0, NOTHING_COLLECTED) and not count.failed:
        # It ended before it could count.
        count.failed = 1
    return count


def _is_of_other_kind(argument, kind):
    other = SERVER_TESTS if kind == ADDON_TESTS else ADDON_TESTS
    return argument.startswith(other)


def _prepare_addon_run(stack):
    """In one process with Odoo, on a database that has the addon."""
    with step("Preparing the database"):
        database = stack.clone("bpo")
    config = stack.folder / "pytest.conf"
    options = {
        "addons": [paths.REPOSITORY],
        "db_name": database,
        "max_cron_threads": 0,
        "http_interface": "127.0.0.1",
    }
    write_config(config, stack.source, stack.postgres, options)
    variables = odoo_environ(stack.source, TZ="UTC")
    return [f"--odoo-config={config}", "--odoo-log-level=critical"], variables


def _prepare_server_run(stack):
    """Against real servers, which the tests start; no Odoo in this process."""
    stack.prepare("demo", "dealer", "nosales")
    variables = {**stack.environ(), "BPO_LOGS": str(stack.folder / "servers")}
    return ["-p", "no:odoo"], {**os.environ, **variables}


def _read(report):
    if not report.exists():
        return Count()
    count = Count()
    for suite in ET.parse(report).getroot().iter("testsuite"):  # noqa: S314 - ours
        failed = int(suite.get("failures")) + int(suite.get("errors"))
        skipped = int(suite.get("skipped"))
        count += Count(int(suite.get("tests")) - failed - skipped, failed, skipped)
    return count
