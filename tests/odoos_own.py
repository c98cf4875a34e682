"""Running the tests that come with Odoo's own addons."""

import dataclasses
import subprocess
import sys
import xml.etree.ElementTree as ET

from tests.without_browser import NEEDS_BROWSER
from tools import paths
from tools.console import LauncherError
from tools.process import die_with_parent
from tools.servers import odoo_environ
from tools.testing import join_odoo

TIMEOUT = 1800  # seconds


@dataclasses.dataclass
class Outcomes:
    """What came of tests: names such as ``crm.tests.test_digest.TestCrmDigest.test_x``.

    Tests that need a browser are in none of these.
    """

    passed: set = dataclasses.field(default_factory=set)
    failed: set = dataclasses.field(default_factory=set)
    #: For another reason than a browser.
    skipped: set = dataclasses.field(default_factory=set)


def find_tests(source, module):
    """Return the folder with the tests of an addon of Odoo's.

    :param OdooSource source: which Odoo.
    :param str module: name of the addon.
    :return: it need not be there.
    :rtype: Path
    """
    folders = [source.python_path / "odoo" / "addons", *source.addons]
    addons = (folder / module for folder in folders)
    # Debian's package has all of them twice, and Odoo takes the first.
    return next(addon for addon in addons if addon.exists()) / "tests"


def run(stack, database, targets, report):
    """Run tests of Odoo's as its own runs do, but those that need a browser.

    :param Stack stack: which Odoo.
    :param str database: its name.
    :param list targets: folders, files, or what pytest calls node ids.
    :param Path report: a file to be written.
    :rtype: Outcomes
    :raises LauncherError: when pytest did not come to its end.
    """
    joined = join_odoo(stack, database, report.with_suffix(".conf"))
    log_file = report.with_suffix(".log")
    with log_file.open("w") as log:
        subprocess.run(
            [
                *(sys.executable, "-m", "pytest", "-p", "no:cacheprovider"),
                *joined,
                *("-p", "tests.without_browser"),
                *("--rootdir", stack.source.python_path, f"--junitxml={report}"),
                # Without it, no test is run that asks for a page.
                "--odoo-http",
                *map(str, targets),
            ],
            cwd=paths.REPOSITORY,
            env=odoo_environ(stack.source, TZ="UTC"),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            check=False,
            timeout=TIMEOUT,
            preexec_fn=die_with_parent,
        )
    if not report.exists():
        raise LauncherError(f"pytest failed:\n{log_file.read_text()[-4000:]}")
    return _read(report)


def _read(report):
    outcomes = Outcomes()
    for case in ET.parse(report).getroot().iter("testcase"):
        classname = case.get("classname").split("addons.")[-1]
        name = f"{classname}.{case.get('name')}"
        marks = {mark.tag: mark.get("message") for mark in case}
        if {"failure", "error"} & marks.keys():
            outcomes.failed.add(name)
        elif "skipped" not in marks:
            outcomes.passed.add(name)
        elif marks["skipped"] != NEEDS_BROWSER:
            outcomes.skipped.add(name)
    # What failed at its end, too, passed as well.
    outcomes.passed -= outcomes.failed
    return outcomes
