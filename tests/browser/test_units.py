"""The web client's units: the addon's Hoot tests, which core's own page runs."""

import re

import pytest

from tests.browser.conftest import DESKTOP, FIRST_PAGE_TIMEOUT
from tests.browser.web_client import MISSING_LIBRARY
from tools import paths

SUITE = "@bpo_crm"

UNITS = paths.ADDON / "static" / "tests"

RUN_TIMEOUT = 180_000  # milliseconds
TEST_TIMEOUT = 15_000  # milliseconds

#: What Hoot says last, in either series.
LAST_WORDS = ("suite succeeded", "Some tests failed", "no tests to run")

#: How Hoot colours what it says.
COLOURS = re.compile(r"%c|color:#\w+;\s*font-weight:\s*bold\s*")


def hash_name(name):
    """Return the id that Hoot gives to the suite with a name."""
    value = 0
    for char in name:
        value = ((value << 5) - value + ord(char)) & 0xFFFFFFFF
    return f"{value:08x}"


class Units:
    """What the page of tests has said."""

    def __init__(self):
        self.lines = []
        #: What failed, each with its name and its reasons.
        self.failures = []
        self.is_over = False

    def note(self, message):
        """Take in what was written to the browser's console."""
        if MISSING_LIBRARY in message.text:
            return
        text = COLOURS.sub("", message.text).strip()
        self.lines.append(text)
        if message.type == "error" and "Some tests failed" not in text:
            self.failures.append(text)
        self.is_over = self.is_over or any(words in text for words in LAST_WORDS)

    def note_crash(self, error):
        """Take in an error that no test has caught."""
        self.failures.append(str(error))

    @property
    def ended(self):
        """The names of the suites that were run to their end."""
        matches = [re.search(r'"([^"]+)" ended', line) for line in self.lines]
        return {match[1] for match in matches if match}


@pytest.fixture
def page(profiles):
    page = profiles("admin", DESKTOP).new_page()
    yield page
    page.close()


def run_units(page, server, series_18):
    """Run the addon's suite and no other; return what came of it."""
    units = Units()
    page.on("console", units.note)
    page.on("pageerror", units.note_crash)
    suite = f"{'suite' if series_18 else 'id'}={hash_name(SUITE)}"
    options = f"headless&loglevel=2&preset=desktop&timeout={TEST_TIMEOUT}"
    page.goto(f"{server.url}/web/tests?{options}&{suite}", timeout=FIRST_PAGE_TIMEOUT)
    for _second in range(RUN_TIMEOUT // 1000):
        if units.is_over:
            break
        page.wait_for_timeout(1000)
    return units


def test_the_units_of_the_web_client(page, web, stack):
    units = run_units(page, web, stack.source.is_18)
    if units.failures:
        pytest.fail("\n\n".join(units.failures), pytrace=False)
    said = "\n".join(units.lines)
    assert units.is_over, f"It did not come to an end:\n{said}"
    files = UNITS.rglob("*.test.js")
    names = [
        path.relative_to(UNITS).as_posix().removesuffix(".test.js") for path in files
    ]
    assert {f"{SUITE}/{name}" for name in names} <= units.ended, said
