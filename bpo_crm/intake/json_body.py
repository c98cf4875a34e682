"""Enquiries as JSON: what ``POST /bpo_crm/intake/<source>`` takes."""

import json

from .enquiry import Enquiry, InvalidEnquiry
from .timestamp import read_asked_on

#: What a sender may say. The moment is read from ``enquired_at``, with a zone or not.
_NAMES = Enquiry.get_names() - {"enquired_at", "local_time"}


def read_json(text):
    """Return the enquiry in a text of JSON.

    What has no field in :class:`Enquiry`, or does not fit into it, is kept in the
    message, so that nothing is lost that somebody asked.

    :param str text: an object.
    :rtype: Enquiry
    :raises InvalidEnquiry: when it is no JSON object.
    """
    try:
        values = json.loads(text, strict=False)
        if not isinstance(values, dict):
            raise InvalidEnquiry("The body must be a JSON object.")
        return _read_values(values)
    except InvalidEnquiry:
        raise
    except (ValueError, RecursionError):
        raise InvalidEnquiry("The body is not JSON.") from None


def _read_values(values):
    """Return the enquiry that a JSON object is.

    :param dict values: by name, in any case; what has no field becomes a line of the
        message.
    :rtype: Enquiry
    """
    known, others, asked_on = {}, [], {}
    for name, value in values.items():
        field, text = name.strip().lower(), _to_text(value)
        if field == "enquired_at" and not asked_on:
            asked_on = read_asked_on(text)
            is_read = bool(asked_on)
        else:
            is_read = field in _NAMES and field not in known and _is_plain(value)
            if is_read:
                known[field] = text
        if text and not is_read:
            others.append(f"{name}: {text}")
    message = "\n".join(filter(None, [known.pop("message", ""), *others]))
    return Enquiry(**known, **asked_on, message=message)


def _is_plain(value):
    return not isinstance(value, bool | list | dict)


def _to_text(value):
    """Return a value of JSON as the text that its sender meant.

    :param value: as JSON has it.
    :return: empty for null; of what is no text and no number, the JSON.
    :rtype: str
    """
    if value is None or isinstance(value, str):
        return value or ""
    if isinstance(value, float) and value.is_integer():
        # A phone number that went through a spreadsheet.
        value = int(value)
    return json.dumps(value, ensure_ascii=False)
