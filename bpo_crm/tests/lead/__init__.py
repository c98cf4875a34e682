from . import (
    test_enrich,
    test_forged_values,
    test_message_reach,
    test_phases,
    test_reference,
    test_revenue,
    test_stage,
    test_team,
    test_title,
)
