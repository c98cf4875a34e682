"""All families of calls: one for each way to get somewhere."""

from . import (
    calls_of_leads,
    calls_of_settings,
    calls_of_words,
    calls_of_work,
    calls_that_read,
)
from .calls import Family

MODULES = (
    calls_of_leads,
    calls_of_work,
    calls_of_words,
    calls_of_settings,
    calls_that_read,
)


def build(catalogue, names=()):
    """Return the families of calls, those that weigh more several times.

    :param Catalogue catalogue: what there is.
    :param names: of some families; all of them by default.
    :return: strategies of lists of calls that belong together, by name.
    :rtype: dict
    """
    return {
        f"{name}_{number}": family.build(catalogue)
        for module in MODULES
        for name, family in vars(module).items()
        if isinstance(family, Family) and (not names or name in names)
        for number in range(family.weight)
    }
