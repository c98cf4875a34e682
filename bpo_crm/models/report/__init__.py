from . import (
    crm_call_log_coaching,
    crm_team_member_coaching,
    digest_digest,
    crm_report,
    crm_dealer_report,
    crm_dealer_order_report,
    crm_funnel_report,
    crm_funnel_period_report,
    crm_stay_report,
    crm_forecast_report,
)
