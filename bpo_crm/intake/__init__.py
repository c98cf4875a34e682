"""What an enquiry is, and reading one from what others send: plain Python, no ORM."""

from .adf import read_adf
from .enquiry import MAX_SIZE, Enquiry, InvalidEnquiry
from .json_body import read_json

__all__ = ["MAX_SIZE", "Enquiry", "InvalidEnquiry", "read_adf", "read_json"]
