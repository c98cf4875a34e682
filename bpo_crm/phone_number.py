"""One reader of phone numbers, for every way in, the matching and the dealer's search.

People write other words beside a number, two numbers in one field, and what joins its
digits in whatever way; programs add to that what their formats do to it.
"""

import re
import unicodedata

import phonenumbers

from .invisible import leave_out_joiners

#: The fewest digits that somebody is called by.
MIN_DIGITS = 7

#: The longest text that numbers are looked for in.
MAX_LENGTH = 500  # characters

#: What joins the digits of a number, and no library knows.
_JOINTS = re.compile(r"[_|・·•‧∙]")

#: What a form left of a plus, and what a spreadsheet made of a number.
_PLUS = re.compile(r"%2b|\+{2,}", re.IGNORECASE)
_FRACTION = re.compile(r"(?<=\d{7})\.0+(?!\d)")

_LETTER = re.compile(r"[^\W\d_]")

#: What may be a number, stuck to other words.
_RUN = re.compile(r"\+?[\d(][\d ().\-]{5,30}\d")

#: What stands between two numbers in one field.
_BETWEEN = re.compile(r"[/;,&\n]")


def read_numbers(text, region, check=phonenumbers.is_valid_number):
    """Return the phone numbers in a text, in their order.

    :param str text: as typed or sent, such as ``0917 555 0101 (viber) / 8123 4567``.
    :param str region: ISO 3166 code of the country of numbers without a prefix; empty
        for none.
    :param check: takes a number, and returns whether it is one that counts.
    :rtype: list[phonenumbers.PhoneNumber]
    """
    clean = _clean(text)
    has_words = _LETTER.search(clean)
    ways = [_find_among_words, _find_runs] if has_words else [_split, _find_among_words]
    for find in [*ways, _take_whole]:
        found = [_parse(part, region, check) for part in find(clean, region)]
        if any(found):
            return list(filter(None, found))
    return []


def read_number(text, region, check=phonenumbers.is_valid_number):
    """Return the first phone number in a text, None for none.

    :param str text: as in :func:`read_numbers`, or nothing.
    :param str region: as in :func:`read_numbers`.
    :param check: as in :func:`read_numbers`.
    :rtype: phonenumbers.PhoneNumber | None
    """
    return next(iter(read_numbers(text or "", region, check)), None)


def is_alone(text):
    """Whether there is nothing beside a number in a text.

    :param str text: with one number in it, as typed or sent.
    :rtype: bool
    """
    return not re.search(r"[^\d\s+().\-]", _clean(text))


def to_international(number):
    """Return a phone number as people of any country read it.

    :param phonenumbers.PhoneNumber number: one that was read.
    :return: such as ``+63 917 555 0101``.
    :rtype: str
    """
    form = phonenumbers.PhoneNumberFormat.INTERNATIONAL
    return phonenumbers.format_number(number, form)


def to_e164(number):
    """Return a phone number in the form in which two of them compare.

    :param phonenumbers.PhoneNumber number: one that was read.
    :return: such as ``+639175550101``.
    :rtype: str
    """
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _clean(text):
    """Return a text in which only digits of ASCII are left, and what joins them.

    :param str text: as in :func:`read_numbers`.
    :rtype: str
    """
    text = text[:MAX_LENGTH].strip()
    if not text.isascii():
        text = unicodedata.normalize("NFKC", leave_out_joiners(text))
        text = "".join(map(to_ascii_digit, text))
    return _FRACTION.sub("", _JOINTS.sub(" ", _PLUS.sub("+", text)))


def to_ascii_digit(letter):
    """Return a digit of any script as one of ASCII; anything else as it is.

    :param str letter: one character.
    :rtype: str
    """
    digit = unicodedata.decimal(letter, None)
    return letter if digit is None else str(digit)


def _split(text, _region):
    """Return the parts of a text of which each may be a number; else all of it.

    :param str text: from :func:`_clean`.
    :rtype: list[str]
    """
    parts = _BETWEEN.split(text)
    # What stands between two numbers stands between the digits of one, too.
    are_numbers = all(len(re.findall(r"\d", part)) >= MIN_DIGITS for part in parts)
    return parts if are_numbers else [text]


def _find_among_words(text, region):
    matches = phonenumbers.PhoneNumberMatcher(text, region or None)
    return [match.raw_string for match in matches]


def _find_runs(text, _region):
    return _RUN.findall(text)


def _take_whole(text, _region):
    # The letters of some numbers stand for digits.
    return [text]


def _parse(text, region, check):
    """Return the number that a text is, None for none.

    :param str text: from :func:`_clean`.
    :param str region: as in :func:`read_numbers`.
    :param check: as in :func:`read_numbers`.
    :rtype: phonenumbers.PhoneNumber | None
    """
    text = text.strip()
    number = _parse_once(text, region)
    if number is None:
        return None
    reason = phonenumbers.is_possible_number_with_reason(number)
    if reason == phonenumbers.ValidationResult.TOO_LONG and not text.startswith("+"):
        # With the country's code, and without what stands before one.
        number = _parse_once(f"+{text.removeprefix('00')}", region)
    return number if number is not None and check(number) else None


def _parse_once(text, region):
    """Return the number that a text is, whether it is a valid one or not.

    :param str text: from :func:`_clean`.
    :param str region: as in :func:`read_numbers`.
    :rtype: phonenumbers.PhoneNumber | None
    """
    try:
        number = phonenumbers.parse(text, region or None)
        # What was corrected in the numbers of a country is so in this form only.
        international = phonenumbers.format_number(
            number, phonenumbers.PhoneNumberFormat.INTERNATIONAL
        )
        return phonenumbers.parse(international, region or None)
    except phonenumbers.NumberParseException:
        return None
