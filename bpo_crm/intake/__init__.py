"""What an enquiry is, and reading one from what others send: plain Python, no ORM."""

from .adf import read_adf
from .enquiry import MAX_SIZE, Enquiry, InvalidEnquiry
from .json_body import read_json
from .mail import describe_mail, read_mail

__all__ = [
    "MAX_SIZE",
    "Enquiry",
    "InvalidEnquiry",
    "describe_mail",
    "read_adf",
    "read_json",
    "read_mail",
]
