"""JSON as it was meant: no number is too long, and no value is lost."""

import json
import re

from .enquiry import MAX_ENQUIRIES, InvalidEnquiry

#: After so many lines that cannot be read, the rest is not JSON.
_MAX_BROKEN = 10

_BETWEEN = re.compile(r"[\s,;]*")

_EXPONENT = re.compile(r"(-?)(\d{1,40})\.?(\d{0,40})e\+?(\d{1,2})", re.IGNORECASE)


class Repeated(list):
    """The values of a name that an object has several times."""


def load_json(text):
    """Return the value in a text.

    :param str text: of JSON.
    :return: with numbers as the texts that somebody meant, and the values of a name
        that comes several times as :class:`Repeated`.
    :raises InvalidEnquiry: when it is no JSON.
    """
    try:
        return _DECODER.decode(text)
    except (ValueError, RecursionError):
        raise InvalidEnquiry("The body is not JSON.") from None


def load_all(text):
    """Return the values in a text, one after the other, such as one a line.

    :param str text: of JSON.
    :return: the values as of :func:`load_json`, and the lines that are none.
    :rtype: tuple[list, list[str]]
    :raises InvalidEnquiry: when there is none, or there are too many.
    """
    values, broken = [], []
    position = _BETWEEN.match(text).end()
    while position < len(text) and len(values) <= MAX_ENQUIRIES:
        try:
            value, end = _DECODER.raw_decode(text, position)
            values.append(value)
        except (ValueError, RecursionError):
            end = _find_end(text, position, len(broken))
            broken.append(text[position:end].strip())
        position = _BETWEEN.match(text, end).end()
    if not values:
        raise InvalidEnquiry("The body is not JSON.")
    if len(values) > MAX_ENQUIRIES:
        raise InvalidEnquiry(f"The body has more than {MAX_ENQUIRIES} values.")
    return values, broken


def dump_json(value):
    """Return a value of :func:`load_json` as a text.

    :rtype: str
    """
    return json.dumps(value, ensure_ascii=False)


def _find_end(text, position, broken_before):
    """Return where the line ends that cannot be read; at last, where the text does."""
    end = text.find("\n", position) if broken_before < _MAX_BROKEN else -1
    return len(text) if end < 0 else end


def _join_pairs(pairs):
    """Return an object of which no value is lost.

    :param list pairs: of names and values.
    :rtype: dict
    """
    values = dict(pairs)
    if len(values) == len(pairs):
        return values
    by_name = {}
    for name, value in pairs:
        by_name.setdefault(name, Repeated()).append(value)
    return {
        name: several if len(several) > 1 else several[0]
        for name, several in by_name.items()
    }


def _write_number(text):
    """Return a number with a point or an exponent as somebody meant it.

    :param str text: of JSON.
    :return: without either, where it is a phone number that went through a spreadsheet.
    :rtype: str
    """
    whole, _point, fraction = text.partition(".")
    if "e" in text.lower():
        return _shift(text) or text
    return text if fraction.strip("0") else whole


def _shift(text):
    """Return a whole number that was written with an exponent.

    :param str text: of JSON.
    :return: empty for any other number.
    :rtype: str
    """
    match = _EXPONENT.fullmatch(text)
    if not match or len(match[3].rstrip("0")) > int(match[4]):
        return ""
    fraction = match[3].rstrip("0").ljust(int(match[4]), "0")
    return f"{match[1]}{match[2]}{fraction}"


_DECODER = json.JSONDecoder(
    object_pairs_hook=_join_pairs,
    parse_constant=str,
    parse_float=_write_number,
    parse_int=str,
    strict=False,
)
