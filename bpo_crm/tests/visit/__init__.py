from . import (
    test_closing_cancels,
    test_dealership_clock,
    test_meeting_reach,
    test_visit,
)
