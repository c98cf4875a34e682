"""Enquiries as pairs of a name and a value, whatever they were written in."""

from .enquiry import Enquiry
from .field_names import PARTS, find_field
from .timestamp import read_asked_on


def read_pairs(pairs, own_names=None):
    """Return the enquiry that pairs of a name and a value are.

    What has no field, does not fit, or comes a second time becomes a line of the
    message, so that nothing is lost that somebody asked.

    :param list pairs: of texts: what the sender calls it, and the value.
    :param dict own_names: what the names of one source mean, as of
        :func:`find_field`.
    :rtype: Enquiry
    """
    known, others = {}, []
    for name, text in pairs:
        if not text:
            continue
        field = find_field(name, own_names)
        values = read_asked_on(text) if field == "enquired_at" else {field: text}
        if field and values and not known.keys() & values.keys():
            known |= values
        else:
            others.append(f"{name}: {text}")
    parts = [known.pop(part, "") for part in PARTS]
    if any(parts):
        known.setdefault("name", " ".join(filter(None, parts)))
    message = "\n".join(filter(None, [known.pop("message", ""), *others]))
    return Enquiry(**known, message=message)
