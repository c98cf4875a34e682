"""What senders call countries."""

import functools

import babel
from babel.core import get_global

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
    name = " ".join(text.lower().replace(".", "").split()).removeprefix("the ")
    return _list_names().get(name, "")


@functools.cache
def _list_names():
    names = {
        alias.lower(): codes[0]
        for alias, codes in get_global("territory_aliases").items()
        # Of what is several countries by now, it is not known which.
        if len(codes) == 1
    }
    for code, name in babel.Locale("en").territories.items():
        if len(code) == 2:
            names |= {code.lower(): code, name.lower(): code}
    return names | _OTHER_NAMES
