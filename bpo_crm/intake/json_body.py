"""Enquiries as JSON: an object, a list of them, or one a line."""

from .enquiry import MAX_ENQUIRIES, InvalidEnquiry
from .json_text import Repeated, dump_json, load_all
from .lead_forms import is_field_list, put_aside, read_object


def read_json(text, own_names=None):
    """Return the enquiries in a text of JSON.

    What has no field in :class:`Enquiry`, or does not fit into it, is kept in the
    message, so that nothing is lost that somebody asked.

    :param str text: an object or a list of objects, or several of either, such as one
        a line.
    :param dict own_names: what the names of one source mean, as of
        :func:`find_field`.
    :return: with a problem where one of several is no object.
    :rtype: list[Enquiry]
    :raises InvalidEnquiry: when there is no object in it, or too many.
    """
    values, broken = load_all(text)
    parts = [part for value in values for part in _split(value)]
    if not any(isinstance(part, dict) for part in parts):
        raise InvalidEnquiry("The body has no JSON object.")
    if len(parts) > MAX_ENQUIRIES:
        raise InvalidEnquiry(f"The body has more than {MAX_ENQUIRIES} enquiries.")
    found = [one for part in parts for one in _read_part(part, own_names)]
    return [*found, *(put_aside(line, "This is not JSON.") for line in broken)]


def _split(value):
    """Return the enquiries of which a list is; of anything else, itself."""
    if not isinstance(value, list) or isinstance(value, Repeated):
        return [value]
    return [{"data": value}] if is_field_list(value) else value


def _read_part(part, own_names):
    if isinstance(part, dict):
        return read_object(part, own_names)
    text = part if isinstance(part, str) else dump_json(part)
    return [put_aside(text, "This is no JSON object.")]
