from . import crm_lead_log_call, crm_lead_lost, crm_lead_win_report
