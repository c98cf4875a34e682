from . import (
    crm_next_step_mixin,
    crm_lead_plan_step,
    mail_activity_schedule,
)
