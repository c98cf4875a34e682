"""What Odoo's log says of a delivery: not what its address has beside the path."""

import logging

from ..intake import hide_keys
from .come_again import DOOR


class QueryFilter(logging.Filter):
    """Leaves out the query of an address at which enquiries are delivered.

    Werkzeug logs the line of each request whole, and a key may be in it, or what was
    meant to be one.
    """

    def filter(self, record):
        if isinstance(record.args, tuple):
            record.args = tuple(map(_leave_out_query, record.args))
        record.msg = _leave_out_query(record.msg)
        return True


def _leave_out_query(text):
    """Return a part of a log's line without the query of our door, and without keys.

    :param text: the part; what is no text stays as it is.
    """
    if not isinstance(text, str):
        return text
    before, door, rest = text.partition(DOOR)
    if door and "?" in rest:
        path, _mark, query = rest.partition("?")
        # The version of the protocol follows it.
        _query, blank, after = query.rpartition(" ")
        rest = f"{path}?…{blank}{after}"
    return hide_keys(f"{before}{door}{rest}")


def add_filter():
    """Let the log of this process leave out what may be a key."""
    logger = logging.getLogger("werkzeug")
    if not any(isinstance(one, QueryFilter) for one in logger.filters):
        logger.addFilter(QueryFilter())
