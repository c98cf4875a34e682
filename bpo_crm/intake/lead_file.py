"""Enquiries in a file that somebody has downloaded from the owner of a lead form."""

import dataclasses
import hashlib

from .body import read_body
from .charset import decode_text
from .enquiry import InvalidEnquiry, tell_apart
from .table_body import read_table

#: The most rows of a file.
MAX_ROWS = 20_000


def read_lead_file(content, own_names=None):
    """Return the enquiries in a file, each with a name of its own.

    One without an id is called by all that it says, so that the same file again brings
    nothing new.

    :param bytes content: a table, in whatever character set and with whatever stands
        between its columns; or anything else that :func:`read_body` reads.
    :param dict own_names: as of :func:`find_field`.
    :rtype: list[Enquiry]
    :raises InvalidEnquiry: when it cannot be read.
    """
    if content.startswith(b"PK\x03\x04"):
        raise InvalidEnquiry("It is a spreadsheet or an archive.")
    try:
        found = read_table(decode_text(content), own_names, MAX_ROWS)
    except InvalidEnquiry as problem:
        found = read_body(content, "", own_names)
        if any(enquiry.problem for enquiry in found):
            raise InvalidEnquiry(str(problem)) from None
    return tell_apart([_with_name(enquiry) for enquiry in found])


def _with_name(enquiry):
    """Return an enquiry that is called by all that it says, if it has no name.

    :param Enquiry enquiry: as it was read.
    :rtype: Enquiry
    """
    if enquiry.external_id:
        return enquiry
    said = f"{enquiry.to_content()} {enquiry.enquired_at}"
    digest = hashlib.sha256(said.encode()).hexdigest()
    return dataclasses.replace(enquiry, external_id=f"row-{digest[:32]}")
