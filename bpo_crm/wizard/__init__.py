from . import (
    base_partner_merge,
    crm_next_step_mixin,
    crm_lead_log_call,
    crm_lead_lost,
    crm_lead_plan_step,
    crm_lead_win_report,
    crm_pipeline_settings,
    mail_activity_schedule,
    mail_compose_message,
)
