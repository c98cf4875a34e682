"""What can come of a call."""

CALL_RESULTS = [
    ("answered", "Answered"),
    ("no_answer", "No Answer"),
    ("busy", "Line Busy"),
    ("voicemail", "Voicemail"),
    ("wrong_number", "Wrong Number"),
]
