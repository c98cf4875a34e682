from . import (
    test_enrich,
    test_forged_values,
    test_lead_form,
    test_message_reach,
    test_phases,
    test_reference,
    test_revenue,
    test_set_aside,
    test_stage,
    test_team,
    test_title,
)
