from . import (
    crm_lead_first_attempt,
    crm_lead_first_conversation,
    crm_lead_response,
    crm_lead_response_warning,
)
