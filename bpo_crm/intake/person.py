"""Telling the customers of two enquiries apart."""

import collections
import dataclasses
import difflib
import functools
import unicodedata

from ..invisible import leave_out_joiners
from .letters import fold_letters

#: How much alike two words of a name are that somebody mistyped.
_ALIKE = 0.81

#: What stands beside a name and is none, as :func:`_split` returns it.
_TITLES = frozenset(
    [
        "mr",
        "mrs",
        "ms",
        "miss",
        "mx",
        "dr",
        "atty",
        "engr",
        "arch",
        "prof",
        "sir",
        "madam",
        "maam",
        "jr",
        "sr",
        "ii",
        "iii",
        "iv",
        "sra",
        "srta",
        "don",
        "dona",
        "mme",
        "mlle",
        "monsieur",
        "madame",
        "herr",
        "frau",
        "via",
        "c",
        "o",
        "and",
        "y",
        "et",
    ]
)


#: What stands on a letter, and next to one.
_MARKS = ("Mc", "Mn")


@dataclasses.dataclass(frozen=True)
class Person:
    """Who asks, by what two enquiries can be compared.

    :param frozenset numbers: phone numbers in E.164 that are somebody's own.
    :param frozenset addresses: normalized email addresses that are somebody's own.
    :param str name: as it was written; empty where nobody said it.
    """

    numbers: frozenset = frozenset()
    addresses: frozenset = frozenset()
    name: str = ""

    @classmethod
    def of_keys(cls, keys, name):
        """Return a person of whom it is not said which key is what.

        :param keys: phone numbers in E.164 and normalized email addresses.
        :param str name: as it was written.
        :rtype: Person
        """
        keys = frozenset(keys)
        addresses = frozenset(key for key in keys if "@" in key)
        return cls(keys - addresses, addresses, name)

    def learn(self, other):
        """Return this person with what is known of another one, who is the same.

        :param Person other: who has the name if nobody said it yet.
        :rtype: Person
        """
        return Person(
            self.numbers | other.numbers,
            self.addresses | other.addresses,
            self.name or other.name,
        )

    def count_equal(self, other):
        """Return how many of the number, the address and the name are the same.

        :param Person other: of another enquiry or of a lead.
        :rtype: int
        """
        return (
            bool(self.numbers & other.numbers)
            + bool(self.addresses & other.addresses)
            + is_same_name(self.name, other.name)
        )

    def count_different(self, other):
        """Return how many of the number, the address and the name contradict.

        What only one of them has contradicts nothing.

        :param Person other: of another enquiry or of a lead.
        :rtype: int
        """
        return (
            _are_apart(self.numbers, other.numbers)
            + _are_apart(self.addresses, other.addresses)
            + is_other_name(self.name, other.name)
        )

    def is_other_than(self, other):
        """Whether a person would not take two for one, for all that is equal.

        One thing that two have in common and two in which they differ is a family's
        address, a clerk's number, or a word for *none*.

        :param Person other: of another enquiry or of a lead.
        :rtype: bool
        """
        return self.count_different(other) >= 2


@functools.lru_cache(maxsize=4096)
def is_other_name(one, other):
    """Whether two names are surely of two people.

    :param str one: a name, as it was written.
    :param str other: likewise.
    :return: False where one of them is missing, or where one may be a shorter or a
        mistyped way to write the other.
    :rtype: bool
    """
    words = sorted((_split(one), _split(other)), key=len)
    if not all(words) or "".join(words[0]) == "".join(words[1]):
        return False
    # Before another one's initial is taken for it.
    same = collections.Counter(words[0]) & collections.Counter(words[1])
    shorter, rest = ([*(collections.Counter(of) - same).elements()] for of in words)
    for word in shorter:
        found = next((known for known in rest if _is_same_word(word, known)), None)
        if found is None:
            return True
        rest.remove(found)
    return False


def is_same_name(one, other):
    """Whether two names are given, and may be one person's.

    :param str one: a name, as it was written.
    :param str other: likewise.
    :rtype: bool
    """
    return bool(one and other) and not is_other_name(one, other)


def fold(name):
    """Return a name as all ways to write it have in common, but for its words' order.

    :param str name: as it was written.
    :rtype: str
    """
    return " ".join(sorted(_split(name)))


def _are_apart(one, other):
    return bool(one and other) and one.isdisjoint(other)


def _split(name):
    """Return the words of a name, without its titles, as they compare.

    :param str name: as it was written.
    :rtype: list[str]
    """
    letters = fold_letters(leave_out_joiners(name))
    plain = letters.replace("'", "").replace("’", "")
    words = "".join(c if _is_of_word(c) else " " for c in plain).split()
    return [word for word in words if word not in _TITLES] or words


def _is_of_word(character):
    # A vowel of Hindi or Thai is a mark, and stands in the middle of its word.
    return character.isalnum() or unicodedata.category(character) in _MARKS


def _is_same_word(one, other):
    """Whether two words of names may be one: an initial, or mistyped.

    :param str one: a word, from :func:`_split`.
    :param str other: likewise.
    :rtype: bool
    """
    if one == other:
        return True
    if one.isdecimal() or other.isdecimal():
        return False
    if len(one) == 1 or len(other) == 1:
        # An initial.
        return one[0] == other[0]
    return difflib.SequenceMatcher(None, one, other).ratio() >= _ALIKE
