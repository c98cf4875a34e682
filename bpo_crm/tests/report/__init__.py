from . import (
    test_agent_report,
    test_call_report,
    test_coaching,
    test_dealer_report,
    test_digest,
    test_export,
    test_floor,
    test_funnel,
    test_ladder_report,
    test_missed_report,
    test_speed_report,
    test_weekly_report,
)
