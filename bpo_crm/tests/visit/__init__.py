from . import (
    test_closing_cancels,
    test_dealership_clock,
    test_declined,
    test_invitation,
    test_meeting_lines,
    test_meeting_reach,
    test_recurrence,
    test_visit,
    test_withdrawn,
)
