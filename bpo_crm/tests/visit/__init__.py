from . import (
    test_meeting_reach,
    test_visit,
)
