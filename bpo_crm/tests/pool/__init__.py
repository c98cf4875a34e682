from . import (
    test_claim,
    test_distribution,
    test_leave_owner,
    test_my_day,
    test_pool_batch,
    test_pool_news,
    test_team_day,
)
