"""Numbers as others send them."""

import math


def to_finite(value):
    """Return a number that a database takes.

    :param value: a number or a text.
    :rtype: float
    :raises ValueError: when it is none.
    """
    number = float(value)
    if not math.isfinite(number):
        raise ValueError(value)
    return number
