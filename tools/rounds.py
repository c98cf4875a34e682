"""What is run of the tests of several series, and what of it at the same time.

A round is a dict: pytest's arguments for each series that runs in it.
"""

from . import clocks, paths

ADDON_TESTS = "bpo_crm/tests"
SERVER_TESTS = "tests"
BROWSER_TESTS = "tests/browser"

SERVERS = (SERVER_TESTS, f"--ignore={BROWSER_TESTS}")

#: What of several series is run, part by part, and whether side by side. A person in a
#: browser does not act in the moment in which two series make the machine slow.
PARTS = (
    ((ADDON_TESTS,), True),
    ((BROWSER_TESTS,), False),
    (SERVERS, True),
)

#: What says the same on every series, as it asks no Odoo, or one that is ours to the
#: last byte. Only the first series runs it.
SAME_EVERYWHERE = (
    f"{ADDON_TESTS}/dealer/test_replies.py",
    f"{ADDON_TESTS}/intake/test_adf_markup.py",
    f"{ADDON_TESTS}/intake/test_reading_properties.py",
    f"{SERVER_TESTS}/test_clocks.py",
    f"{SERVER_TESTS}/test_documents.py",
    f"{SERVER_TESTS}/test_mail_sink.py",
    f"{SERVER_TESTS}/test_odd_replies.py",
    f"{SERVER_TESTS}/test_postgres.py",
)

#: What says the same at every hour, and takes long: who may do what, who gets past the
#: rules, and readers of documents. An ordinary run leaves it out under the other clock.
TIMELESS = (
    f"{ADDON_TESTS}/base/test_rights.py",
    f"{ADDON_TESTS}/base/test_screens.py",
    f"{ADDON_TESTS}/intake/test_adf_markup.py",
    f"{ADDON_TESTS}/intake/test_letters.py",
    f"{ADDON_TESTS}/intake/test_reading_properties.py",
    f"{ADDON_TESTS}/machine/test_machine.py",
)


def list_ordinary(all_series):
    """Return the rounds of a run of all tests, the addon's under another clock as well.

    What that clock finds is the addon's mistake, whatever the series: each series has
    a part of the tests then.

    :param list all_series: such as ``18.0``, of any number.
    :rtype: list[dict[str, list[str]]]
    """
    name, first = clocks.find_turn(all_series)
    in_turn = sorted(all_series, key=lambda series: series != first)
    areas = _list_areas()
    return [
        *_list_parts(all_series),
        {
            series: [
                *("--clock", name),
                *areas[place :: len(in_turn)],
                *_leave_out(TIMELESS),
            ]
            for place, series in enumerate(in_turn)
        },
    ]


def list_named(all_series):
    """Return the rounds in which tests are run that somebody named.

    :param list all_series: as of :func:`list_ordinary`.
    :return: one series after another, without arguments of its own.
    :rtype: list[dict[str, list[str]]]
    """
    return [{series: []} for series in all_series]


def list_clocks(all_series, names):
    """Return the rounds in which the addon's tests are run under other clocks.

    :param list all_series: as of :func:`list_ordinary`.
    :param list names: of the clocks.
    :rtype: list[dict[str, list[str]]]
    """
    return [{series: ["--clock", name] for series in all_series} for name in names]


def _list_parts(all_series):
    first, *others = all_series
    less = dict.fromkeys(others, _leave_out(SAME_EVERYWHERE))
    for part, is_together in PARTS:
        commands = {series: [*part, *less.get(series, ())] for series in all_series}
        if is_together:
            yield commands
        else:
            yield from ({series: options} for series, options in commands.items())


def _list_areas():
    """Return the folders of the addon's tests, each with those of an area."""
    inits = (paths.REPOSITORY / ADDON_TESTS).glob("*/__init__.py")
    return sorted(f"{ADDON_TESTS}/{init.parent.name}" for init in inits)


def _leave_out(files):
    return [f"--ignore={file}" for file in files]
