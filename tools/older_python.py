"""A plugin for pytest: unittest of Python 3.10, as pytest-odoo calls it."""

import sys
from unittest import case

#: The first Python whose unittest is called so by itself.
NEWER = (3, 11)


def _accept_subtest(original):
    def execute(outcome, test_case, isTest=False, subTest=False):
        # 3.10 is told whether it is a test, and does the same with either.
        return original(outcome, test_case, isTest)

    return execute


# Read by pytest-odoo when it puts its own in front of it.
if sys.version_info < NEWER:
    case._Outcome.testPartExecutor = _accept_subtest(case._Outcome.testPartExecutor)
