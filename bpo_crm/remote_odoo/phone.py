"""Finding a phone number however somebody typed it."""

import phonenumbers


def to_e164(number, region):
    """Return a phone number in E.164, the form in which two of them compare.

    :param str number: as typed, such as ``(02) 8123-4567``.
    :param str region: ISO 3166 country code for numbers without a country
        prefix, or an empty value.
    :return: such as ``+63281234567``, or ``None`` where it is not a number.
    :rtype: str | None
    """
    parsed = _parse(number, region)
    if parsed is None:
        return None
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def search_pattern(number, region):
    """Return an SQL ``LIKE`` pattern that matches every notation of a number.

    The digits of the national number must follow each other, with anything in
    between; it finds too much rather than too little, so the result is to be
    compared in E.164.

    >>> search_pattern("0917 123 4567", "PH")
    '%9%1%7%1%2%3%4%5%6%7%'

    :param str number: as typed.
    :param str region: ISO 3166 country code, or an empty value.
    :rtype: str | None
    """
    parsed = _parse(number, region)
    if parsed is None:
        return None
    return "%" + "%".join(str(parsed.national_number)) + "%"


def _parse(number, region):
    try:
        parsed = phonenumbers.parse(number or "", (region or "").upper() or None)
    except phonenumbers.NumberParseException:
        return None
    return parsed if phonenumbers.is_possible_number(parsed) else None
