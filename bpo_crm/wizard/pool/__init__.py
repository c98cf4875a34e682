from . import crm_lead_leave_owner_window
