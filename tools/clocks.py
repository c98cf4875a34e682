"""Other clocks than the real one, for the addon's tests.

No test may depend on when it runs. Debian's ``faketime`` shifts the clock of a
process. PostgreSQL's server is everybody's and goes right, so the database gets a
``now()`` of its own: what Odoo reads in Python and in SQL is one time, as it is
wherever Odoo runs.
"""

import dataclasses
import datetime
import itertools
import zoneinfo

from psycopg2 import sql

from . import programs
from .console import LauncherError
from .process import capture

UTC = datetime.timezone.utc
DAY = datetime.timedelta(days=1)
HALF_HOUR = datetime.timedelta(minutes=30)

#: Found before PostgreSQL's own, since the database says where to look first.
NOW = """
    CREATE FUNCTION public.now() RETURNS timestamptz LANGUAGE sql STABLE
    AS $$ SELECT pg_catalog.now() + interval '{} seconds' $$
"""


@dataclasses.dataclass(frozen=True)
class Clock:
    """A clock that goes on from another moment than now.

    :param str name: how it is chosen.
    :param datetime.datetime moment: that it shows at first, in UTC.
    :param datetime.timedelta ahead: of the real clock.
    :param str zone: where the company is; an empty text for where it is anyway.
    """

    name: str
    moment: datetime.datetime
    ahead: datetime.timedelta
    zone: str = ""

    def __str__(self):
        place = f", the company in {self.zone}" if self.zone else ""
        return f"{self.name} ({self.moment:%A, %Y-%m-%d %H:%M} UTC{place})"

    def environ(self):
        """Return the variables under which a program sees this clock.

        :rtype: dict
        :raises LauncherError: when there is no faketime.
        """
        path, reason = programs.find_faketime()
        if not path:
            raise LauncherError(reason)
        return {
            # For the program itself: faketime's command would stand between it and
            # the signals of who started it.
            "LD_PRELOAD": _find_library(path),
            "FAKETIME": f"{self.ahead.total_seconds():+.0f}",
            # How long something takes is measured by another clock, which goes right.
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "PYTEST_PLUGINS": "tools.sleep",
            **({"PGTZ": self.zone} if self.zone else {}),
        }

    def set(self, postgres, database):
        """Let a database have this clock, and its company this zone.

        :param Postgres postgres: where it is.
        :param str database: its name.
        """
        with postgres.connect(database) as cursor:
            cursor.execute(NOW.format(round(self.ahead.total_seconds())))
            cursor.execute(
                sql.SQL(
                    "ALTER DATABASE {} SET search_path = public, pg_catalog"
                ).format(sql.Identifier(database))
            )
            if self.zone:
                cursor.execute("UPDATE res_partner SET tz = %s", [self.zone])
                cursor.execute("UPDATE resource_calendar SET tz = %s", [self.zone])


def find_all():
    """Return the clocks under which everything has to pass, by name.

    All are ahead, as a database is older than what is done in it.

    :rtype: dict[str, Clock]
    """
    now = _now()
    noon, late = datetime.time(12), datetime.time(23, 30)
    moments = {
        "saturday": (_find_day(now, noon, lambda day: day.weekday() == 5), ""),
        "leap-day": (_find_day(now, noon, lambda day: _date(day) == (2, 29)), ""),
        # In Manila it is next year already.
        "new-year": (_find_day(now, late, lambda day: _date(day) == (12, 31)), ""),
        "next-year": (now + 365 * DAY, ""),
        # The hour that comes twice, and the last one before an hour that is left out.
        "autumn": _find_change(now, "Europe/Paris", -1),
        "spring": _find_change(now, "America/New_York", 1),
    }
    return {
        name: Clock(name, moment, moment - now, zone)
        for name, (moment, zone) in moments.items()
    }


def find(name):
    """Return a clock.

    :param str name: one of :func:`find_all`, or a moment in UTC, in ISO 8601.
    :rtype: Clock
    :raises LauncherError: when it is neither.
    """
    clocks = find_all()
    if name in clocks:
        return clocks[name]
    try:
        moment = datetime.datetime.fromisoformat(name).replace(tzinfo=UTC)
    except ValueError:
        names = ", ".join(clocks)
        raise LauncherError(
            f"{name} is no clock. Choose one of {names}, or a moment in UTC such as "
            "2027-01-09T12:00."
        ) from None
    return Clock(name, moment, moment - _now())


def find_turn(all_series):
    """Return whose turn it is in an ordinary run: another one every day.

    :param list all_series: of Odoo.
    :return: the name of a clock, and one of the series.
    :rtype: tuple[str, str]
    """
    turns = list(itertools.product(find_all(), all_series))
    return turns[_now().toordinal() % len(turns)]


def _now():
    # In whole seconds, as a clock is set.
    return datetime.datetime.now(UTC).replace(microsecond=0)


def _find_library(path):
    command = [path, "-m", "-f", "+0", "printenv", "LD_PRELOAD"]
    return capture(command).stdout.strip()


def _date(day):
    return day.month, day.day


def _find_day(now, time, is_wanted):
    """Return a time of the first day to come that is wanted."""
    days = (now.date() + number * DAY for number in itertools.count(1))
    day = next(filter(is_wanted, days))
    return datetime.datetime.combine(day, time, UTC)


def _find_change(now, zone, direction):
    """Return half an hour before a zone's clocks change, and the zone.

    :param int direction: 1 where they are put forward, -1 where back.
    """
    info = zoneinfo.ZoneInfo(zone)
    moment = now.replace(minute=30, second=0, microsecond=0)
    while True:
        moment += HALF_HOUR
        before, after = (
            at.astimezone(info).utcoffset() for at in (moment, moment + HALF_HOUR)
        )
        if (after - before) * direction > datetime.timedelta():
            return moment, zone
