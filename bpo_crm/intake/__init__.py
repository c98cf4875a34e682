"""What an enquiry is, and reading one from what others send: plain Python, no ORM."""

from .adf import MAX_ADF_SIZE, read_adf
from .enquiry import Enquiry, InvalidEnquiry
from .json_body import read_json

__all__ = ["MAX_ADF_SIZE", "Enquiry", "InvalidEnquiry", "read_adf", "read_json"]
