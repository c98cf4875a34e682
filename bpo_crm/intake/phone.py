"""Phone numbers among other words, as people write them into a field for one."""

import phonenumbers


def find_numbers(text, country):
    """Yield what are phone numbers in a text.

    :param str text: such as ``0917 555 0101 / 02 8123 4567 local 12``.
    :param str country: ISO 3166 code of two letters, of numbers without a prefix.
    """
    for match in phonenumbers.PhoneNumberMatcher(text, country or None):
        yield match.raw_string
