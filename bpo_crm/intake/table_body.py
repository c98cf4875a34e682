"""Enquiries as a table: a line of names, and a line for each enquiry."""

import csv

from .enquiry import MAX_ENQUIRIES, InvalidEnquiry
from .field_names import find_field
from .lead_forms import read_object

_DELIMITERS = ",;\t|"


def read_table(text, own_names=None, max_rows=MAX_ENQUIRIES):
    """Return the enquiries in a table.

    :param str text: with commas, semicolons, tabs or bars between the columns.
    :param dict own_names: as of :func:`find_field`.
    :param int max_rows: how many rows it may have below the names.
    :rtype: list[Enquiry]
    :raises InvalidEnquiry: when it is none of customers, or has too many.
    """
    rows = _read_rows(text)
    if len(rows) < 2 or not _is_head(rows[0], own_names):
        raise InvalidEnquiry("The body is neither JSON nor ADF, a form nor a table.")
    if len(rows) > max_rows + 1:
        raise InvalidEnquiry(f"The table has more than {max_rows} rows.")
    head, *others = rows
    found = [one for row in others for one in read_object(_name(head, row), own_names)]
    if not any(one.is_reachable for one in found):
        raise InvalidEnquiry("The table has no phone number and no email address.")
    return found


def _read_rows(text):
    """Return the rows of a table that have something in them.

    :param str text: as of :func:`read_table`.
    :rtype: list[list[str]]
    :raises InvalidEnquiry: when it is no table.
    """
    first = text.lstrip().partition("\n")[0]
    delimiter = max(_DELIMITERS, key=first.count)
    lines = text.strip().splitlines(keepends=True)
    try:
        rows = list(csv.reader(lines, delimiter=delimiter))
    except csv.Error as problem:
        raise InvalidEnquiry(f"The table cannot be read: {problem}.") from None
    return [row for row in rows if any(cell.strip() for cell in row)]


def _is_head(row, own_names):
    fields = {find_field(name, own_names) for name in row}
    return len(row) > 1 and bool(fields & {"phone", "email", "contact", "other_phones"})


def _name(head, row):
    """Return the cells of a row by the names of their columns.

    :param list head: the names.
    :param list row: its cells; those behind the last name are columns of a number.
    :rtype: dict[str, list[str]]
    """
    cells = {}
    for number, cell in enumerate(row, 1):
        name = head[number - 1].strip() if number <= len(head) else ""
        cells.setdefault(name or f"column {number}", []).append(cell)
    return cells
