"""What can come of a call."""

from odoo.tools import SQL

CALL_RESULTS = [
    ("answered", "Answered"),
    ("no_answer", "No Answer"),
    ("busy", "Line Busy"),
    ("voicemail", "Voicemail"),
    ("wrong_number", "Wrong Number"),
]

#: Whether a call reached who was meant: a wrong number never does, whatever a manager
#: says of it. Of ``crm_call_log AS call``.
RIGHT_PARTY = SQL("call.is_contact IS TRUE AND call.result != 'wrong_number'")
