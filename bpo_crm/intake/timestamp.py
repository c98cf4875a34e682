"""When a customer asked, as senders write it."""

import datetime
import re

from dateutil import parser

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

_MAX_LENGTH = 60


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

    :param str text: in ISO 8601, in RFC 2822, as in America (the month first), or as
        the seconds since 1970, and in what comes close to them.
    :return: with its zone, if there is one; None where it is no moment.
    :rtype: datetime.datetime | None
    """
    text = " ".join((text or "").split())
    if len(text) > _MAX_LENGTH:
        return None
    if re.fullmatch(r"\d{10}(\d{3})?", text):
        seconds = int(text[:10])
        return datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc)
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
    # A clock beside UTC is written GMT+8, which means the opposite to Unix.
    text = re.sub(r"(?:GMT|UTC) ?(?=[+-]\d)", "", text.replace("−", "-"))
    try:
        moment = parser.parse(text, default=default, tzinfos=_find_zone)
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
