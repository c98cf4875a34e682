from . import (
    test_address,
    test_connection,
    test_dealer_push,
    test_dealership,
    test_dealership_page,
    test_failed_win,
    test_manager_address,
    test_read_back,
    test_remote_odoo,
    test_replies,
    test_win,
)
