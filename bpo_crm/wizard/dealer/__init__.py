from . import crm_lead_win_report
