from . import (
    crm_brand,
    crm_vehicle_model,
    crm_stage,
    crm_lead,
    crm_lead_company,
    crm_lead_precomputed,
    crm_lead_team,
    crm_lead_reach,
    crm_lead_chatter,
    mail_message,
    mail_notification,
    mail_tracking_value,
)
