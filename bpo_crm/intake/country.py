"""What senders call countries."""

import functools

import babel
from babel.core import get_global

from .word import fold_word

#: What is neither a code nor a name in the standards, and said nevertheless.
_OTHER_NAMES = {
    "america": "US",
    "britain": "GB",
    "england": "GB",
    "great britain": "GB",
    "hong kong": "HK",
    "korea": "KR",
    "macau": "MO",
    "republic of korea": "KR",
    "russian federation": "RU",
    "scotland": "GB",
    "turkey": "TR",
    "uae": "AE",
    "united states of america": "US",
    "viet nam": "VN",
    "wales": "GB",
}


def find_country_code(text):
    """Return the country that somebody means.

    :param str text: a name in English, or a code of two or three letters.
    :return: its ISO 3166 code of two letters; empty where it is none.
    :rtype: str
    """
    return _list_names().get(_fold(text), "")


def _fold(text):
    text = text.replace(".", "").replace("&", " and ")
    return fold_word(text).removeprefix("the ")


@functools.cache
def _list_names():
    names = {
        _fold(alias): codes[0]
        for alias, codes in get_global("territory_aliases").items()
        # Of what is several countries by now, it is not known which.
        if len(codes) == 1
    }
    for code, name in babel.Locale("en").territories.items():
        if len(code) == 2:
            names |= {_fold(code): code, _fold(name): code}
    return names | _OTHER_NAMES
