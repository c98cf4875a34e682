from . import (
    test_agent_report,
    test_coaching,
    test_dealer_report,
    test_digest,
    test_export,
    test_missed_report,
)
