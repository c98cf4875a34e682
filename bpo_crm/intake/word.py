"""What two ways to write the name of a thing have in common."""

import functools
import re
import unicodedata

from ..invisible import leave_out_joiners
from .letters import fold_letters

#: Signs beside a name that say nothing.
_MARKS = dict.fromkeys(map(ord, "®©™℠"), None)

#: What stands between two words, whether there is a blank or not.
_BETWEEN = re.compile(r"[()\[\]{}<>;|\"“”«»]|[,:](?!\d)")

#: Other ways to write a hyphen and an apostrophe.
_ALIKE = str.maketrans("’‘`´−", "''''-")


@functools.lru_cache(2**15)
def fold_word(text):
    """Return the name of a thing as all ways to write it have in common.

    :param str text: of a dealership, a brand, a vehicle or a country, or a code.
    :return: without case, accents, what nobody sees, what stands around its words, and
        with one blank between these. What is in a word, and a plus, counts.
    :rtype: str
    """
    text = fold_letters(leave_out_joiners(text).translate(_MARKS))
    text = "".join(map(_write_alike, text)).translate(_ALIKE)
    words = map(_strip, _BETWEEN.sub(" ", text).split())
    return " ".join(filter(None, words))


def _write_alike(letter):
    return "-" if unicodedata.category(letter) == "Pd" else letter


def _strip(word):
    """Return a word without the signs around it.

    :param str word: without blanks.
    :rtype: str
    """
    start, end = 0, len(word)
    while start < end and _is_sign(word[start]):
        start += 1
    while end > start and _is_sign(word[end - 1]):
        end -= 1
    return word[start:end]


def _is_sign(letter):
    category = unicodedata.category(letter)
    return category[0] == "P" or category in ("So", "Sk")
