"""What must be true after every call, whoever made it."""

from . import (
    rules_of_customers,
    rules_of_orders,
    rules_of_owners,
    rules_of_settings,
    rules_of_stages,
    rules_of_time,
    rules_of_work,
)

MODULES = (
    rules_of_stages,
    rules_of_orders,
    rules_of_owners,
    rules_of_customers,
    rules_of_work,
    rules_of_time,
    rules_of_settings,
)

RULES = [
    check
    for module in MODULES
    for check in vars(module).values()
    if hasattr(check, "broken")
]


def find_broken(step):
    """Return what a step broke.

    :param Step step: a call.
    :return: pairs of what was broken, and what is wrong.
    :rtype: list[tuple[str, str]]
    """
    return [(check.broken, problem) for check in RULES for problem in check(step)]
