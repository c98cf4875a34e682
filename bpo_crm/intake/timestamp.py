"""When a customer asked, as senders write it."""

import datetime
import re

import pytz
from dateutil import parser

from .timestamp_notations import is_day_first, make_readable

#: A date before or after that is none that somebody asked on: the first day of an
#: empty field, the birthday of a computer, a clock that was never set.
_LONGEST_AGO = datetime.timedelta(days=366)
_FURTHEST_AHEAD = datetime.timedelta(days=1)

#: Two days with nothing in common: what a text leaves open differs between them.
_DEFAULTS = (datetime.datetime(2000, 1, 1), datetime.datetime(2001, 2, 2))

#: Names of zones in America, where ADF comes from; hours from UTC.
_ZONES = {
    "EST": -5,
    "EDT": -4,
    "CST": -6,
    "CDT": -5,
    "MST": -7,
    "MDT": -6,
    "PST": -8,
    "PDT": -7,
}

_MAX_LENGTH = 120

_EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)

#: Digits of a moment since 1970, and the seconds that each unit takes.
_UNITS = {10: 1, 13: 10**3, 16: 10**6, 19: 10**9}

_NUMBER = re.compile(r"(\d{10}|\d{13}|\d{16}|\d{19})(?:[.,]\d+)?")

#: Of Microsoft's JSON. The offset says where it was, not when.
_TICKS = re.compile(r"[\\/]{0,2}Date\((\d{12,13})(?:[+-]\d{4})?\)[\\/]{0,2}")

#: Days of a spreadsheet, and the first of them.
_DAYS = re.compile(r"(\d{5})(?:[.,](\d{1,20}))?")
_FIRST_DAY = datetime.datetime(1899, 12, 30)

_PLACE = re.compile(r"[ \[]([A-Z]\w+/[\w/+-]+|UTC|GMT)\]?$")


def read_asked_on(text):
    """Return when a customer asked, as fields of an :class:`Enquiry`.

    :param str text: as it was sent.
    :return: ``enquired_at`` or, of a text without a zone, ``local_time``; nothing
        where it is no moment, or none on which somebody asked.
    :rtype: dict
    """
    moment = parse_timestamp(text)
    if not moment:
        return {}
    is_local = moment.tzinfo is None
    try:
        in_utc = to_utc(moment)
    except OverflowError:
        return {}
    now = to_utc(datetime.datetime.now(datetime.timezone.utc))
    if not now - _LONGEST_AGO < in_utc < now + _FURTHEST_AHEAD:
        return {}
    return {"local_time": in_utc.isoformat()} if is_local else {"enquired_at": in_utc}


def parse_timestamp(text):
    """Return a moment that somebody wrote.

    :param str text: in ISO 8601, in RFC 2822, as in America (the month first), with
        dots (the day first), as programs write it, or as a number: the seconds since
        1970 or parts of them, or the days of a spreadsheet.
    :return: with its zone, if there is one; None where it is no moment.
    :rtype: datetime.datetime | None
    """
    text = " ".join((text or "").split())
    if len(text) > _MAX_LENGTH:
        return None
    counted = _count(text)
    if counted:
        return counted
    place = _PLACE.search(text)
    if place:
        return _parse_in_place(text[: place.start()], place[1])
    return _parse_in_full(make_readable(text))


def _count(text):
    """Return a moment that is written as a number.

    :param str text: as in :func:`parse_timestamp`.
    :return: None where it is no such number.
    :rtype: datetime.datetime | None
    """
    number = _NUMBER.fullmatch(text) or _TICKS.fullmatch(text)
    if number:
        unit = _UNITS.get(len(number[1]), 1000)
        return _EPOCH + datetime.timedelta(seconds=int(number[1]) // unit)
    days = _DAYS.fullmatch(text)
    if not days:
        return None
    part_of_day = float(f"0.{days[2] or 0}")
    seconds = round(part_of_day * 24 * 60 * 60)
    return _FIRST_DAY + datetime.timedelta(days=int(days[1]), seconds=seconds)


def _parse_in_place(text, place):
    """Return a moment by the clock of a place, unless it says its own zone.

    :param str text: as in :func:`parse_timestamp`.
    :param str place: such as ``Asia/Manila``.
    :rtype: datetime.datetime | None
    """
    moment = _parse_in_full(make_readable(text))
    if not moment or moment.tzinfo:
        return moment
    try:
        return pytz.timezone(place).localize(moment)
    except (pytz.UnknownTimeZoneError, OverflowError):
        return moment


def _parse_in_full(text):
    """Return a moment of which a text leaves nothing open but the time of the day.

    :param str text: as in :func:`parse_timestamp`.
    :rtype: datetime.datetime | None
    """
    # Of one day, at midnight.
    readings = {_parse(text, default) for default in _DEFAULTS}
    return readings.pop() if len(readings) == 1 else None


def _parse(text, default):
    """Return a moment that somebody wrote, with what the text leaves open.

    :param str text: as in :func:`parse_timestamp`.
    :param datetime.datetime default: from which the missing parts are taken.
    :return: with its zone, if there is one; None where it is no moment.
    :rtype: datetime.datetime | None
    """
    try:
        moment = parser.parse(
            text, default=default, tzinfos=_find_zone, dayfirst=is_day_first(text)
        )
        # Of a zone more than a day away, it fails only here.
        moment.utcoffset()
        return moment
    except (ValueError, OverflowError, TypeError):
        return None


def _find_zone(name, offset):
    if offset is not None or name not in _ZONES:
        return offset
    return _ZONES[name] * 60 * 60


def to_utc(moment):
    """Return a moment in UTC.

    :param datetime.datetime moment: with a zone, or in UTC.
    :return: naive, to the second.
    :rtype: datetime.datetime
    :raises OverflowError: when there is no such moment in UTC.
    """
    if moment.tzinfo:
        moment = moment.astimezone(datetime.timezone.utc).replace(tzinfo=None)
    return moment.replace(microsecond=0)
