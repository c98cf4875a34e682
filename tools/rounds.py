"""What is run of the tests of several series, and what of it at the same time.

A round is a dict: pytest's arguments for each series that runs in it.
"""

from . import clocks, paths

ADDON_TESTS = "bpo_crm/tests"
SERVER_TESTS = "tests"
BROWSER_TESTS = "tests/browser"

#: What says the same on every series, as it asks no Odoo, or one that is ours to the
#: last byte. Only the first series runs it.
SAME_EVERYWHERE = (
    f"{ADDON_TESTS}/dealer/test_replies.py",
    f"{ADDON_TESTS}/intake/test_adf_markup.py",
    f"{ADDON_TESTS}/intake/test_reading_properties.py",
    f"{SERVER_TESTS}/test_clocks.py",
    f"{SERVER_TESTS}/test_documents.py",
    f"{SERVER_TESTS}/test_mail_sink.py",
    f"{SERVER_TESTS}/test_postgres.py",
)


#: What tries everything that there is, and takes minutes.
LONGEST = (
    f"{ADDON_TESTS}/machine/test_machine.py",
    f"{ADDON_TESTS}/base/test_rights.py",
    f"{ADDON_TESTS}/base/test_screens.py",
    f"{ADDON_TESTS}/follow_up/test_follow_up_batch.py",
)

#: What takes a minute or more of the rest: of two neighbours, each series has one, and
#: all of its own take about as long as the other's.
LONG = tuple(
    f"{SERVER_TESTS}/test_{name}.py"
    for name in (
        *("odoos_own", "feed"),
        *("intake", "odd_replies"),
        *("exactly_once", "administration"),
        *("bad_answers", "read_back"),
        *("follow_up", "distribution"),
        *("claim", "intake_trouble"),
    )
)

#: What is about Odoo itself, and what it does with the addon: how it installs and
#: upgrades it, what it answers to clients, what other addons of its do.
ABOUT_ODOO = tuple(
    f"{SERVER_TESTS}/test_{name}.py"
    for name in (
        "adoption",
        "demo",
        "lifecycle",
        "package",
        "reach",
        "rpc_doors",
        "security_page",
        "translations",
        "upgrade",
        "used_database",
        "website",
    )
)


def list_ordinary(all_series):
    """Return the rounds of a run of all tests, each of them on one series at least.

    On every series runs what only needs the ORM, on one of them under another clock,
    and what is about Odoo. Of the others and the longest, each file runs on one series,
    and on another one the next day.

    :param list all_series: such as ``18.0``, of any number.
    :rtype: list[dict[str, list[str]]]
    """
    clock, other = clocks.find_turn(all_series)
    addon, servers = _list_parts(all_series)
    addon[other] += ["--clock", clock]
    for files, chosen in ((LONGEST, addon), (_list_between_servers(), servers)):
        for series, share in _share(files, all_series, other).items():
            chosen[series] += _leave_out(file for file in files if file not in share)
    browser = _share(_list_browser_files(), all_series, other)
    return [addon, servers, *({series: files} for series, files in browser.items())]


def list_whole(all_series):
    """Return the rounds of a run of every test on every series, as before a release.

    :param list all_series: as of :func:`list_ordinary`.
    :rtype: list[dict[str, list[str]]]
    """
    browser = [{series: [BROWSER_TESTS]} for series in all_series]
    clock, other = clocks.find_turn(all_series)
    return [
        *_list_parts(all_series),
        *browser,
        {other: [ADDON_TESTS, "--clock", clock]},
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
    """Return the rounds that all series run side by side: the addon's, the servers'."""
    first, *others = all_series
    less = dict.fromkeys(others, _leave_out(SAME_EVERYWHERE))
    parts = ((ADDON_TESTS,), (SERVER_TESTS, *_leave_out([BROWSER_TESTS])))
    return [
        {series: [*part, *less.get(series, ())] for series in all_series}
        for part in parts
    ]


def _share(files, all_series, begins):
    """Give each file to one of the series.

    :param list files: in an order in which neighbours take about as long.
    :param list all_series: as of :func:`list_ordinary`.
    :param str begins: the series that has the first file.
    :return: the files of each series.
    :rtype: dict[str, list[str]]
    """
    in_turn = sorted(all_series, key=lambda series: series != begins)
    return {
        series: files[place :: len(in_turn)] for place, series in enumerate(in_turn)
    }


def _list_between_servers():
    """Return the files of the tests between servers that one series is enough for."""
    all_files = _list_files(SERVER_TESTS)
    shared = [file for file in all_files if file not in ABOUT_ODOO + SAME_EVERYWHERE]
    return [*LONG, *(file for file in shared if file not in LONG)]


def _list_browser_files():
    """Return the files of the tests with a browser.

    A person in a browser does not act in the moment in which two series make the
    machine slow: they do not run side by side.
    """
    return _list_files(BROWSER_TESTS)


def _list_files(folder):
    files = (paths.REPOSITORY / folder).glob("test_*.py")
    return sorted(f"{folder}/{file.name}" for file in files)


def _leave_out(files):
    return [f"--ignore={file}" for file in files]
