"""Enquiries as JSON: what ``POST /bpo_crm/intake/<source>`` takes."""

import json

from .enquiry import Enquiry, InvalidEnquiry, parse_moment

_NAMES = Enquiry.get_names()


def read_json(body):
    """Return the enquiry in a JSON body.

    Names that are no field of :class:`Enquiry` are kept in the message, so that
    nothing is lost that somebody asked.

    :param bytes body: an object.
    :rtype: Enquiry
    :raises InvalidEnquiry: when it is no JSON object, or a value has a type that
        the field cannot have.
    """
    try:
        values = json.loads(body)
    except (ValueError, RecursionError):
        raise InvalidEnquiry("The body is not JSON.") from None
    if not isinstance(values, dict):
        raise InvalidEnquiry("The body must be a JSON object.")
    texts = {name: _read_text(name, value) for name, value in values.items()}
    enquired_at = texts.pop("enquired_at", "")
    moment = parse_moment(enquired_at)
    if enquired_at and not moment:
        raise InvalidEnquiry('"enquired_at" must be a moment in ISO 8601.')
    known = {name: text for name, text in texts.items() if name in _NAMES}
    others = [f"{name}: {text}" for name, text in texts.items() if name not in _NAMES]
    message = "\n".join(filter(None, [known.pop("message", ""), *others]))
    return Enquiry(**known, message=message, enquired_at=moment)


def _read_text(name, value):
    if value is None or isinstance(value, str):
        return value or ""
    if isinstance(value, bool) or not isinstance(value, int | float):
        if name in _NAMES:
            raise InvalidEnquiry(f'"{name}" must be a text.')
        return json.dumps(value, ensure_ascii=False)
    return str(value)
