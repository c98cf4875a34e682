"""The hours of the demo's floor, by its own clock. Moments are naive."""

from datetime import datetime, time, timedelta

#: Manila's clock, which is never changed, is so far ahead of UTC.
AHEAD = timedelta(hours=8)

OPENS = time(9)

#: The last moment at which anybody begins anything; the floor closes at six.
LAST = time(17, 45)

SATURDAY, SUNDAY = 5, 6


def to_manila(moment):
    """Return what Manila's clock shows.

    :param datetime moment: in UTC, naive.
    :rtype: datetime.datetime
    """
    return moment + AHEAD


def to_utc(local):
    """Return the moment in UTC at which Manila's clock shows something.

    :param datetime local: what it shows.
    :rtype: datetime.datetime
    """
    return local - AHEAD


def is_open(local):
    """Whether the floor works."""
    return local.weekday() < SATURDAY and OPENS <= local.time() <= LAST


def find_open(local, minutes=0):
    """Return the first moment from one on in which the floor works.

    :param datetime local: any.
    :param int minutes: how long after the opening it is where the floor has to open
        first.
    :rtype: datetime.datetime
    """
    if is_open(local):
        return local
    day = local.date() + timedelta(days=local.time() > LAST)
    while day.weekday() >= SATURDAY:
        day += timedelta(days=1)
    return datetime.combine(day, OPENS) + timedelta(minutes=minutes)


def add_open_days(local, days):
    """Return the same time of the day, a number of working days later or before.

    :param datetime local: within the hours of the floor.
    :param int days: negative for days before.
    :rtype: datetime.datetime
    """
    step = timedelta(days=1 if days > 0 else -1)
    for _unused in range(abs(days)):
        local += step
        while local.weekday() >= SATURDAY:
            local += step
    return local
