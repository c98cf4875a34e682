"""The other clocks under which the addon's tests are run."""

import datetime
import os
import subprocess
import sys
from zoneinfo import ZoneInfo

import pytest

from tools import clocks, paths, programs, rounds, testing
from tools.console import LauncherError

UTC = datetime.timezone.utc
DAY = datetime.timedelta(days=1)
ALL_SERIES = ["18.0", "19.0"]

ADDON_TESTS = paths.REPOSITORY / "bpo_crm" / "tests"

#: A day like any other, and days that the clocks are named after.
TODAYS = (
    "2026-11-26T08:15",
    "2027-12-31T23:45",
    "2028-02-29T12:00",
    "2027-03-14T06:45",
)

PROGRAM = """
import threading, time
from tools import sleep
began = time.monotonic()
time.sleep(0.05)
threading.Event().wait(0.05)
assert 0.1 <= time.monotonic() - began < 5
print(time.time())
"""


@pytest.fixture(params=TODAYS)
def today(request, monkeypatch):
    """What the real clock shows."""
    now = datetime.datetime.fromisoformat(request.param).replace(tzinfo=UTC)
    monkeypatch.setattr(clocks, "_now", lambda: now)
    return now


def offset(moment, zone):
    return moment.astimezone(ZoneInfo(zone)).utcoffset()


def test_every_clock_is_what_its_name_says(today):
    every = clocks.find_all()
    for clock in every.values():
        assert clock.moment > today
        assert clock.ahead == clock.moment - today
    assert every["saturday"].moment.weekday() == 5
    leap_day = every["leap-day"].moment
    assert (leap_day.month, leap_day.day) == (2, 29)
    new_year = every["new-year"].moment
    assert (new_year.month, new_year.day, new_year.hour) == (12, 31, 23)
    assert every["next-year"].ahead == 365 * DAY
    for name, change in (("autumn", -1), ("spring", 1)):
        moment, zone = every[name].moment, every[name].zone
        soon = moment + datetime.timedelta(hours=1)
        assert offset(soon, zone) - offset(moment, zone) == datetime.timedelta(
            hours=change
        )


def test_in_time_every_clock_has_its_turn_on_every_series(monkeypatch):
    turns = set()
    for day in range(len(ALL_SERIES) * len(clocks.find_all())):
        now = datetime.datetime(2026, 11, 26, tzinfo=UTC) + day * DAY
        monkeypatch.setattr(clocks, "_now", lambda now=now: now)
        turns.add(clocks.find_turn(ALL_SERIES))
    assert len(turns) == len(ALL_SERIES) * len(clocks.find_all())


def list_files(options):
    """Return the files of tests that a round runs on a series."""
    named = [option for option in options if option.startswith(("bpo_crm", "tests"))]
    ignored = [option.partition("=")[2] for option in options if "=" in option]
    return {
        file
        for path in (paths.REPOSITORY / name for name in named)
        for file in ([path] if path.is_file() else path.rglob("test_*.py"))
        if not any(file.is_relative_to(paths.REPOSITORY / name) for name in ignored)
    }


def find_files(names):
    """Return files by their names, which are there."""
    files = {paths.REPOSITORY / name for name in names}
    assert files <= list_all_files()
    return files


def list_all_files():
    return {
        file
        for folder in ("bpo_crm/tests", "tests")
        for file in (paths.REPOSITORY / folder).rglob("test_*.py")
    }


def list_runs(listed):
    """Return pairs of a series and a file, each as often as it is run."""
    return [
        (series, file)
        for chosen in listed
        for series, options in chosen.items()
        for file in list_files(options)
    ]


def test_an_ordinary_run_has_the_addons_tests_under_the_clock_whose_turn_it_is(today):
    name, other = clocks.find_turn(ALL_SERIES)
    options = [
        chosen for run in rounds.list_ordinary(ALL_SERIES) for chosen in run.items()
    ]
    shifted = [(series, given) for series, given in options if "--clock" in given]
    ((series, given),) = shifted
    assert (series, given[0]) == (other, "bpo_crm/tests")
    assert given[given.index("--clock") + 1] == name
    runs = testing._list_runs("18.0", ["-x"], [])
    assert len([name for _kind, name in runs if name]) == 1
    named = ["tests/test_clocks.py"]
    assert testing._list_runs("18.0", named, []) == [("tests", None)]


def test_an_ordinary_run_has_every_test_and_the_addons_on_every_series(today):
    runs = list_runs(rounds.list_ordinary(ALL_SERIES))
    assert len(runs) == len(set(runs))
    assert {file for _series, file in runs} == list_all_files()
    addon, same, longest, about_odoo = (
        {file for file in list_all_files() if file.is_relative_to(ADDON_TESTS)},
        find_files(rounds.SAME_EVERYWHERE),
        find_files(rounds.LONGEST),
        find_files(rounds.ABOUT_ODOO),
    )
    for file in same:
        assert [series for series, run in runs if run == file] == ALL_SERIES[:1]
    for file in (addon | about_odoo) - same - longest:
        assert [series for series, run in runs if run == file] == ALL_SERIES


def test_what_ran_on_one_series_runs_on_the_other_the_day_after(monkeypatch):
    now, runs = clocks._now(), []
    for day in range(2):
        monkeypatch.setattr(clocks, "_now", lambda day=day: now + day * DAY)
        runs += list_runs(rounds.list_ordinary(ALL_SERIES))
    for file in list_all_files() - find_files(rounds.SAME_EVERYWHERE):
        assert {series for series, run in runs if run == file} == set(ALL_SERIES)


def test_a_whole_run_has_every_test_on_every_series_that_can_differ(today):
    listed = rounds.list_whole(ALL_SERIES)
    runs = list_runs(listed)
    same = find_files(rounds.SAME_EVERYWHERE)
    expected = {(series, file) for series in ALL_SERIES for file in list_all_files()}
    assert set(runs) == expected - {("19.0", file) for file in same}
    (*_others, other_clock) = listed
    assert [
        run for run in listed if any("--clock" in given for given in run.values())
    ] == [other_clock]


def test_a_moment_is_a_clock(today):
    clock = clocks.find("2031-05-06T07:08")
    assert clock.moment == datetime.datetime(2031, 5, 6, 7, 8, tzinfo=UTC)
    with pytest.raises(LauncherError, match="saturday, leap-day"):
        clocks.find("sunday")


def test_servers_do_not_run_under_another_clock():
    with pytest.raises(LauncherError, match="only bpo_crm/tests"):
        testing.run(None, ["tests/test_clocks.py"], ["saturday"])


def test_a_program_has_the_clock():
    clock = clocks.find("2031-05-06T07:08")
    result = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        cwd=paths.REPOSITORY,
        env={**os.environ, **clock.environ()},
        stdout=subprocess.PIPE,
        check=True,
    )
    assert 0 <= float(result.stdout) - clock.moment.timestamp() < 60


def test_a_database_has_the_clock_and_its_company_the_zone(stack):
    database = stack.clone("plain")
    clocks.find("spring").set(stack.postgres, database)
    spring = clocks.find("spring").moment
    with stack.postgres.connect(database) as cursor:
        cursor.execute("SELECT now(), current_schema(), count(*) FROM res_users")
        now, schema, _count = cursor.fetchone()
        assert datetime.timedelta() <= now - spring < datetime.timedelta(minutes=1)
        # Where Odoo looks for its tables.
        assert schema == "public"
        cursor.execute("SELECT DISTINCT tz FROM resource_calendar")
        assert cursor.fetchall() == [("America/New_York",)]


def test_without_faketime_it_is_said_how_to_get_it(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(LauncherError, match="apt install faketime"):
        clocks.find("saturday").environ()
    assert programs.find_chromium() == (
        None,
        "Chromium is missing. Install it, on Debian: apt install chromium",
    )
