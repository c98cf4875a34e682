"""What an enquiry is, and reading one from what others send: plain Python, no ORM."""

from .adf import read_adf
from .body import read_body
from .charset import (
    clean_address,
    decode_text,
    leave_out_controls,
    put_address_on_one_line,
    put_on_one_line,
)
from .country import find_country_code
from .enquiry import (
    MAX_SIZE,
    UNNAMED,
    Enquiry,
    InvalidEnquiry,
    make_name,
    tell_apart,
)
from .entry import Entry
from .field_names import find_field, fold_name
from .headers import mend_headers
from .json_body import read_json
from .lead_fields import ENQUIRY_NAMES, GUARDED_FIELDS
from .lead_file import MAX_ROWS, read_lead_file
from .mail import (
    describe_mail,
    is_plain_letter,
    list_mail_labels,
    read_forwarded_mail,
    read_mail,
)
from .meaning import LEFT_OUT, OF_LEAD
from .number import to_finite
from .person import Person, is_other_name, is_same_name
from .proof import KEY_MARK, find_keys, hide_keys, is_signed, take_key_out
from .raw_mail import mend_mail
from .sender import tell_name
from .word import fold_word

__all__ = [
    "ENQUIRY_NAMES",
    "GUARDED_FIELDS",
    "KEY_MARK",
    "LEFT_OUT",
    "MAX_ROWS",
    "MAX_SIZE",
    "OF_LEAD",
    "UNNAMED",
    "Enquiry",
    "Entry",
    "InvalidEnquiry",
    "Person",
    "clean_address",
    "decode_text",
    "describe_mail",
    "find_country_code",
    "find_field",
    "find_keys",
    "fold_name",
    "fold_word",
    "hide_keys",
    "is_other_name",
    "is_plain_letter",
    "is_same_name",
    "is_signed",
    "leave_out_controls",
    "list_mail_labels",
    "make_name",
    "mend_headers",
    "mend_mail",
    "put_address_on_one_line",
    "put_on_one_line",
    "read_adf",
    "read_body",
    "read_forwarded_mail",
    "read_json",
    "read_lead_file",
    "read_mail",
    "take_key_out",
    "tell_apart",
    "tell_name",
    "to_finite",
]
