"""Making a list of calls shorter that breaks a rule: pure Python, knows no Odoo."""

import dataclasses
import time

#: How long it may take, in seconds.
PATIENCE = 20


def shorten(calls, breaks, patience=PATIENCE):
    """Return the shortest list found of calls that still break the rule.

    :param list calls: of :class:`calls.Call`.
    :param breaks: takes such a list, and tells whether it breaks the rule.
    :param float patience: how long it may take, in seconds.
    """
    end = time.monotonic() + patience
    candidates = _shorter(calls)
    while time.monotonic() < end:
        candidate = next(candidates, None)
        if candidate is None:
            break
        if breaks(candidate):
            calls, candidates = candidate, _shorter(candidate)
    return calls


def _shorter(calls):
    """Yield lists of calls with a bit less in them."""
    for index in range(len(calls) - 1):
        yield calls[:index] + calls[index + 1 :]
    for index, call in enumerate(calls):
        for args, kwargs in _smaller([call.args, call.kwargs], minimum=2):
            smaller = dataclasses.replace(call, args=args, kwargs=kwargs)
            yield [*calls[:index], smaller, *calls[index + 1 :]]


def _smaller(value, minimum=0):
    """Yield values with one item less, somewhere."""
    if isinstance(value, dict):
        for key in value:
            yield {name: item for name, item in value.items() if name != key}
        for key, item in value.items():
            for smaller in _smaller(item):
                yield {**value, key: smaller}
    if isinstance(value, list):
        if len(value) > minimum:
            for index in range(len(value)):
                yield value[:index] + value[index + 1 :]
        for index, item in enumerate(value):
            for smaller in _smaller(item):
                yield [*value[:index], smaller, *value[index + 1 :]]
