from . import (
    crm_call_outcome,
    crm_call_log,
    crm_lead_call,
    crm_lead_last_call,
)
