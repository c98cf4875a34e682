"""A plugin for pytest: Odoo's own tests, as far as they need no browser."""

import threading
import unittest

#: Why a test is passed over, in pytest's report.
NEEDS_BROWSER = "needs a browser"


def _pass_over(*_args, **_options):
    raise unittest.SkipTest(NEEDS_BROWSER)


def pytest_sessionstart():
    """Pass a test over in the moment in which it asks for a browser, as a tour does."""
    from odoo.tests.common import HttpCase, get_db_name

    HttpCase.browser_js = _pass_over
    # As Odoo does when it runs its tests; pytest-odoo does not.
    threading.current_thread().dbname = get_db_name()
