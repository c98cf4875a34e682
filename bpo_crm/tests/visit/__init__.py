from . import (
    test_closing_cancels,
    test_meeting_reach,
    test_visit,
)
