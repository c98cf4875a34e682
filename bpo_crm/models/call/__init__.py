from . import (
    crm_call_proposal,
    crm_call_outcome,
    crm_call_answer,
    crm_call_script,
    crm_call_log,
    crm_call_log_day,
    crm_call_scorecard,
    crm_call_review,
    crm_call_log_review,
    crm_lead_call,
    crm_lead_last_call,
    crm_lead_no_call,
)
