from . import (
    test_contact_change,
    test_contact_reach,
    test_history,
    test_known_customer,
    test_merge,
    test_one_customer,
    test_phone_number,
    test_placeholders,
    test_second_request,
)
