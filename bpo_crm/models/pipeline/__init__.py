from . import (
    crm_lead_stage_history,
    crm_lead_pipeline,
    crm_lead_stay,
    crm_lead_lose,
    crm_stage_lost,
    crm_lead_lost_before,
    crm_stage_takeover,
    crm_lead_scoring,
    crm_stage_order,
)
