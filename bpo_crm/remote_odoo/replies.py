"""What a server's answers must look like, said once.

A *reader* takes a value as JSON carries it and returns what may be used of it, or
raises :class:`Misfit`. What it returns can be stored: ids and counts are integers of
PostgreSQL's, and no text has a character that no database takes.

What does not fit is told by our names for it. A server may echo a secret, so nothing
that it says becomes a part of an error.
"""

import math

from ..intake import leave_out_controls
from ..limits import MAX_INTEGER
from .errors import NotOdoo

#: More records than these no model has.
MAX_COUNT = 10**9

#: Beyond these, JSON's readers disagree about what an integer is.
MAX_NUMBER = 2**63

#: The longest text of one line that is kept, such as the number of an order.
MAX_LINE = 250


class Misfit(ValueError):
    """A value is not what it must be.

    :param str problem: what is wrong with it, after its name: ``is no text``.
    :param str name: where it is, by our names; empty for the whole answer.
    """

    def __init__(self, problem, name=""):
        super().__init__(f"{name or 'it'} {problem}")
        self.problem = problem
        self.name = name


def read(answer, reader, about):
    """Return what may be used of an answer.

    :param answer: as JSON carries it.
    :param reader: what it must look like.
    :param str about: what was asked about, such as a model.
    :raises NotOdoo: when any part of it is something else.
    """
    try:
        return reader(answer)
    except Misfit as misfit:
        raise NotOdoo(
            f"The answer about {about} has no known form: {misfit}."
        ) from None


# Single values


def anything(value):
    """Read what is looked at later, or by nobody."""
    return value


def boolean(value):
    """Read true or false."""
    if not isinstance(value, bool):
        raise Misfit("is neither true nor false")
    return value


def positive_id(value):
    """Read the id of a record."""
    if not (_is_integer(value) and 0 < value <= MAX_INTEGER):
        raise Misfit("is no id")
    return value


def count(value):
    """Read how many there are of something."""
    if not (_is_integer(value) and 0 <= value <= MAX_COUNT):
        raise Misfit("is no count")
    return value


def number(value):
    """Read a number, such as an amount of money."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Misfit("is no number")
    if not -MAX_NUMBER < value < MAX_NUMBER:
        raise Misfit("is no number that can be stored")
    return float(value)


def text(value):
    """Read a text, which may be empty and have several lines."""
    if not isinstance(value, str):
        raise Misfit("is no text")
    return leave_out_controls(value)


def line(value):
    r"""Read a text of one line that can be shown, and is not empty.

    >>> line(" S00042\x00\n(copy)")
    'S00042 (copy)'
    """
    words = ["".join(filter(str.isprintable, word)) for word in text(value).split()]
    shown = " ".join(filter(None, words))[:MAX_LINE].strip()
    if not shown:
        raise Misfit("is empty")
    return shown


def related(value):
    """Read the record that a field leads to: its id and its name, or False."""
    if value is None or value is False:
        return False
    if not isinstance(value, list) or len(value) != 2:
        raise Misfit("is no id with a name")
    return [positive_id(value[0]), optional(text)(value[1])]


def field_value(value):
    """Read the value of a field of a type that a text can say."""
    return related(value) if isinstance(value, list) else scalar(value)


def scalar(value):
    """Read a text, a number, true, false or nothing."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return text(value)
    if _is_integer(value) and -MAX_NUMBER < value < MAX_NUMBER:
        return value
    if isinstance(value, float) and math.isfinite(value):
        return value
    raise Misfit("has a value of no known form")


def _is_integer(value):
    # In Python, True is one, too.
    return isinstance(value, int) and not isinstance(value, bool)


# Readers made of others


def optional(reader, empty=""):
    """Return a reader of what may be missing, which Odoo says by ``false``.

    :param reader: of what is not missing.
    :param empty: what to return in its place.
    """

    def read_optional(value):
        return empty if value is None or value is False else reader(value)

    return read_optional


def lenient(reader, empty):
    """Return a reader of what is used where it is there and fits, and not missed.

    :param reader: of what fits.
    :param empty: what to return in the place of all else.
    """

    def read_lenient(value):
        try:
            return optional(reader, empty)(value)
        except Misfit:
            return empty

    read_lenient.may_lack = True
    return read_lenient


def list_of(reader, length=None):
    """Return a reader of a list.

    :param reader: of each of its items.
    :param int length: how many there must be, or None for any number.
    """

    def read_list(value):
        if not isinstance(value, list):
            raise Misfit("is no list")
        if length is not None and len(value) != length:
            raise Misfit("has another length")
        return [reader(item) for item in value]

    return read_list


def mapping(value):
    """Read an object with any names, and anything in it."""
    if not isinstance(value, dict):
        raise Misfit("is no object")
    return value


def record(**readers):
    """Return a reader of an object.

    :param readers: of its values, by name. What is missing reads as ``false``, and
        other names are left out.
    """

    def read_record(value):
        named = mapping(value)
        return {
            name: _read_named(name, reader, named.get(name, False))
            for name, reader in readers.items()
        }

    return read_record


def records(readers, among=None, limit=None):
    """Return a reader of the records that a search found.

    :param dict readers: of the values of each, by field; all must be there but those
        of a :func:`lenient` reader.
    :param among: the ids of the records that were asked for, or None for any.
    :param int limit: how many were asked for at most, or None for any number.
    """
    wanted = {"id"} | {
        name for name in readers if not getattr(readers[name], "may_lack", False)
    }
    read_record = record(**{**readers, "id": positive_id})

    def read_records(value):
        rows = list_of(mapping)(value)
        if limit is not None and len(rows) > limit:
            raise Misfit("has more records than were asked for")
        if not all(wanted <= row.keys() for row in rows):
            raise Misfit("has a record without the fields that were asked for")
        rows = [read_record(row) for row in rows]
        ids = {row["id"] for row in rows}
        if len(ids) < len(rows):
            raise Misfit("has a record twice")
        if among is not None and not ids <= set(among):
            raise Misfit("has a record that was not asked for")
        return rows

    return read_records


def _read_named(name, reader, value):
    try:
        return reader(value)
    except Misfit as misfit:
        path = ".".join(filter(None, [name, misfit.name]))
        raise Misfit(misfit.problem, path) from None
