"""Every test, on every series of Odoo that can be had."""

import dataclasses
import os
import subprocess
import sys
import xml.etree.ElementTree as ET

from . import clocks, paths, programs, rounds, side_by_side, sources
from .console import LauncherError, fail, say, step
from .rounds import ADDON_TESTS, SERVER_TESTS
from .servers import odoo_environ, write_config
from .stack import Stack

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


def run(series, arguments, clock_names=(), tries=None, is_whole=False):
    """Run the tests and sum up in the last line.

    :param str series: only this one, or None for all that can be had.
    :param list arguments: pytest's own.
    :param list clock_names: the clocks under which the addon's tests run, and no
        others. By default, all that is asked for runs under the real one. Where nothing
        is named, the addon's run under the one whose turn it is, too: on one of several
        series, or once more on a single one.
    :param int tries: of the machine that tries to get past the rules.
    :param bool is_whole: whether each test runs on each series where nothing is named.
    :return: 0 when all tests passed, and there were any.
    :rtype: int
    :raises LauncherError: when other tests are named for another clock, or tests that
        are not there.
    """
    _check_there(arguments)
    if clock_names and SERVER_TESTS in _named_kinds(arguments):
        raise LauncherError(f"Under another clock, only {ADDON_TESTS} can be run.")
    if tries is not None:
        os.environ[TRIES] = str(tries)
    found = sources.find_all(series)
    if len(found) > 1:
        counts = _run_rounds(found, arguments, clock_names, is_whole)
    else:
        counts = _run_series(found[0], arguments, clock_names)
    say("\n".join(f"Odoo {name}: {count}" for name, count in counts.items()))
    total = sum(counts.values(), Count())
    say(str(total))
    return 0 if total.passed and not total.failed else 1


def _run_rounds(found, arguments, clock_names, is_whole):
    """Run what was asked for of several series, each by a launcher of its own."""
    all_series = [source.series for source in found]
    counts = dict.fromkeys(all_series, Count())
    for chosen in _list_rounds(all_series, arguments, clock_names, is_whole):
        commands = {
            series: [*options, *arguments] for series, options in chosen.items()
        }
        for series, numbers in side_by_side.run(commands).items():
            counts[series] += Count(*numbers)
    return counts


def _list_rounds(all_series, arguments, clock_names, is_whole):
    if clock_names:
        return rounds.list_clocks(all_series, clock_names)
    if _named_kinds(arguments):
        return rounds.list_named(all_series)
    if is_whole:
        return rounds.list_whole(all_series)
    return rounds.list_ordinary(all_series)


def _run_series(source, arguments, clock_names):
    counts = {}
    with Stack(source) as stack:
        for kind, name in _list_runs(source.series, arguments, clock_names):
            title = f"{source.series}: {kind}" + (f", {name}" if name else "")
            say(f"— Odoo {title}")
            try:
                count = _run_kind(stack, kind, name, arguments)
            except LauncherError as error:
                # The rest can be run.
                fail(error)
                count = Count(failed=1)
            counts[title] = count
            if count.failed:
                stack.keep_folder = True
                say(f"Logs: {stack.folder}")
    return counts


def _list_runs(series, arguments, clock_names):
    """Return pairs of a folder and the name of a clock, None for the real one."""
    if clock_names:
        return [(ADDON_TESTS, name) for name in clock_names]
    named = _named_kinds(arguments)
    if named:
        return [(kind, None) for kind in named]
    name, _series = clocks.find_turn([series])
    return [(ADDON_TESTS, None), (SERVER_TESTS, None), (ADDON_TESTS, name)]


def _check_there(arguments):
    """Refuse files and folders of tests that are not there.

    :param list arguments: pytest's own.
    :raises LauncherError: naming the first one.
    """
    for argument in arguments:
        name = argument.partition("::")[0]
        is_path = name.startswith((ADDON_TESTS, SERVER_TESTS))
        if is_path and not (paths.REPOSITORY / name).exists():
            raise LauncherError(f"There is no {name}.")


def _named_kinds(arguments):
    """Return which of the two folders the arguments name."""
    return [
        kind
        for kind in (ADDON_TESTS, SERVER_TESTS)
        if any(argument.startswith(kind) for argument in arguments)
    ]


def _run_kind(stack, kind, clock_name, arguments):
    report = stack.folder / "junit.xml"
    report.unlink(missing_ok=True)
    chosen = [a for a in arguments if not _is_of_other_kind(a, kind)]
    if kind == ADDON_TESTS:
        clock = clocks.find(clock_name) if clock_name else None
        options, variables = _prepare_addon_run(stack, clock)
    else:
        options, variables = _prepare_server_run(stack)
    command = [sys.executable, "-m", "pytest", f"--junitxml={report}", *options]
    result = subprocess.run(
        [*command, *([] if kind in _named_kinds(arguments) else [kind]), *chosen],
        cwd=paths.REPOSITORY,
        env=variables,
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


def _prepare_addon_run(stack, clock):
    """In one process with Odoo, on a database that has the addon."""
    with step("Preparing the database"):
        database = stack.clone("bpo")
    variables = odoo_environ(stack.source, TZ="UTC")
    if clock:
        say(f"The clock says: {clock}")
        variables.update(clock.environ())
        clock.set(stack.postgres, database)
    return join_odoo(stack, database, stack.folder / "pytest.conf"), variables


def join_odoo(stack, database, config):
    """Return pytest's arguments for tests that run in one process with Odoo.

    :param Stack stack: which Odoo.
    :param str database: its name.
    :param Path config: a file for Odoo's configuration, to be written.
    :rtype: list[str]
    """
    options = {
        "addons": [paths.REPOSITORY],
        "db_name": database,
        "max_cron_threads": 0,
        "http_interface": "127.0.0.1",
    }
    write_config(config, stack.source, stack.postgres, options)
    plugin = ["-p", "tools.older_python"]
    return [*plugin, f"--odoo-config={config}", "--odoo-log-level=critical"]


def _prepare_server_run(stack):
    """Against real servers, which the tests start; no Odoo in this process."""
    stack.prepare("floor", "demo", "dealer", "nosales")
    browser, reason = programs.find_chromium()
    variables = {
        **stack.environ(),
        "BPO_LOGS": str(stack.folder / "servers"),
        # How many seconds a worker waits for the rest of a request: tests that send
        # one on a machine that is busy have other things to do for a while.
        "ODOO_HTTP_SOCKET_TIMEOUT": "10",
        "BPO_CHROMIUM": browser or "",
        "BPO_CHROMIUM_MISSING": reason,
    }
    return ["-p", "no:odoo"], {**os.environ, **variables}


def _read(report):
    if not report.exists():
        return Count()
    # What fails and cannot be cleared away either is there twice, and one test.
    outcomes = {}
    for case in ET.parse(report).getroot().iter("testcase"):  # noqa: S314 - ours
        name = (case.get("classname"), case.get("name"))
        outcomes.setdefault(name, set()).update(part.tag for part in case)
    kinds = [_tell(tags) for tags in outcomes.values()]
    return Count(*map(kinds.count, ("passed", "failed", "skipped")))


def _tell(tags):
    """Return what came of a test, by the marks that its report has for it."""
    if tags & {"failure", "error"}:
        return "failed"
    return "skipped" if "skipped" in tags else "passed"
