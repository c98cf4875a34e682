from . import (
    test_coaching,
    test_dealer_report,
    test_digest,
    test_export,
    test_funnel,
)
