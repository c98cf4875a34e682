"""Finding a phone number however somebody typed it."""

import phonenumbers

from .. import phone_number


def list_e164(text, region):
    """Return the phone numbers in a text in E.164, the form in which two compare.

    :param str text: as typed, such as ``(02) 8123-4567 / 0917 123 4567``, or nothing.
    :param str region: ISO 3166 country code for numbers without a country
        prefix, or an empty value.
    :return: such as ``+63281234567``.
    :rtype: list[str]
    """
    return list(map(phone_number.to_e164, _read(text, region)))


def search_pattern(number, region):
    """Return an SQL ``LIKE`` pattern that matches every notation of a number.

    The digits of the national number must follow each other, with anything in
    between; it finds too much rather than too little, so the result is to be
    compared in E.164.

    >>> search_pattern("0917 123 4567", "PH")
    '%9%1%7%1%2%3%4%5%6%7%'

    :param str number: as typed; of several, the first one counts.
    :param str region: ISO 3166 country code, or an empty value.
    :rtype: str | None
    """
    numbers = _read(number, region)
    if not numbers:
        return None
    return "%" + "%".join(str(numbers[0].national_number)) + "%"


def _read(text, region):
    # A dealer's contacts have old numbers, too, which only might be some.
    return phone_number.read_numbers(
        text or "", (region or "").upper(), phonenumbers.is_possible_number
    )
