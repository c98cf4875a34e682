"""Which values are ids of records."""

from .limits import MAX_INTEGER


def is_id(value):
    """Whether a value can be the id of a record that is saved; True is none.

    :param value: whatever was sent.
    :rtype: bool
    """
    return type(value) is int and 0 < value <= MAX_INTEGER
