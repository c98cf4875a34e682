from . import (
    test_contact_reach,
    test_history,
    test_known_customer,
    test_merge,
    test_second_request,
)
