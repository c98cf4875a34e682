from . import (
    crm_dealership,
    crm_dealership_advice,
    crm_dealership_counts,
    crm_dealership_failure,
    crm_dealer_push,
    crm_lead_win,
    crm_lead_failed_win,
    mail_activity_failure,
    onboarding_dealership,
)
