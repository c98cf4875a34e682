from . import (
    test_contact_reach,
    test_history,
    test_merge,
)
