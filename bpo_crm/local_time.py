"""Between Odoo's naive UTC and the time of the day where a user is."""

import pytz


def to_local(moment, user):
    """Return a moment as the user's clock shows it.

    :param datetime.datetime moment: in UTC, naive.
    :param res.users user: whose zone counts; UTC without one.
    :return: with the zone.
    :rtype: datetime.datetime
    """
    return to_zone(moment, user.sudo().tz)


def to_zone(moment, zone):
    """Return a moment as the clocks in a zone show it.

    :param datetime.datetime moment: in UTC, naive.
    :param str zone: a name of the IANA database, as in ``res.users.tz``; UTC
        without one, and for a name that is not there.
    :return: with the zone.
    :rtype: datetime.datetime
    """
    return pytz.utc.localize(moment).astimezone(_get_clock(zone))


def to_utc(local, user):
    """Return the moment at which the user's clock shows a time.

    :param datetime.datetime local: naive.
    :param res.users user: whose zone counts; UTC without one.
    :return: in UTC, naive.
    :rtype: datetime.datetime
    """
    return from_zone(local, user.sudo().tz)


def from_zone(local, zone):
    """Return the moment at which the clocks in a zone show a time.

    :param datetime.datetime local: naive.
    :param str zone: a name of the IANA database; UTC without one.
    :return: in UTC, naive.
    :rtype: datetime.datetime
    """
    local = _get_clock(zone).localize(local)
    return local.astimezone(pytz.utc).replace(tzinfo=None)


def find_only_zone(country_code):
    """Return the zone of a country whose clocks all show the same.

    :param str country_code: of ISO 3166; False for no country.
    :return: a name of the IANA database; None where there are several, or none.
    :rtype: str | None
    """
    zones = pytz.country_timezones.get(country_code or "", ())
    return zones[0] if len(zones) == 1 else None


def _get_clock(zone):
    try:
        return pytz.timezone(zone or "UTC")
    except pytz.UnknownTimeZoneError:
        # One user's zone, such as of another server, must not stop all others.
        return pytz.utc
