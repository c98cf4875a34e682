"""Enquiries and what was sent beside them, which may be meant for them."""

import dataclasses

from .enquiry import Enquiry

#: What several customers may have in common.
_COMMON = frozenset(
    [
        "brand",
        "dealership",
        "dealership_name",
        "enquired_at",
        "is_test",
        "local_time",
        "model",
        "other_dealerships",
        "utm_campaign",
        "utm_medium",
        "utm_source",
        "vehicle",
    ]
)

_ALL = Enquiry.get_names()

_MOMENTS = ("enquired_at", "local_time")

#: What is longer stands in the first of several messages only.
MAX_REPEATED = 2000  # characters


def complete_all(enquiries, beside):
    """Return enquiries with what was sent beside them.

    :param list[Enquiry] enquiries: at least one.
    :param Enquiry beside: what was read beside them. Of several customers, it is
        nobody's number.
    :rtype: list[Enquiry]
    """
    if beside == Enquiry() and not beside.pairs:
        return enquiries
    names = Enquiry.get_names() if len(enquiries) == 1 else _COMMON
    first, *others = enquiries
    completed = [_complete(first, beside, names)]
    if others and len(_describe(beside, _ALL)) > MAX_REPEATED:
        beside = Enquiry()
    return completed + [_complete(enquiry, beside, names) for enquiry in others]


def _complete(enquiry, beside, names):
    """Return an enquiry with what was sent beside it.

    :param Enquiry enquiry: to which something is added.
    :param Enquiry beside: what was sent beside it.
    :param frozenset names: of the fields that may be meant for it.
    """
    taken = {
        name: value
        for name in names - {"message"}
        if (value := getattr(beside, name)) and not _has(enquiry, name)
    }
    others = _ALL - taken.keys() - {"message"}
    lines = _describe(beside, others, enquiry)
    message = "\n".join(filter(None, [enquiry.message, lines, beside.message]))
    return dataclasses.replace(
        enquiry,
        **taken,
        message=message,
        texts={**beside.texts, **enquiry.texts},
        pairs=(*beside.pairs, *enquiry.pairs),
    )


def _has(enquiry, name):
    fields = _MOMENTS if name in _MOMENTS else (name,)
    return any(getattr(enquiry, field) for field in fields)


def _describe(beside, names, enquiry=None):
    """Return the fields of what was sent beside enquiries, a line each.

    :param Enquiry beside: that is described.
    :param frozenset names: of its fields.
    :param Enquiry enquiry: what it says is left out.
    :rtype: str
    """
    return "\n".join(
        f"{name}: {value}"
        for name in sorted(names)
        if (value := getattr(beside, name))
        and value != (enquiry and getattr(enquiry, name))
    )
