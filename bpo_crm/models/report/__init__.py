from . import (
    crm_call_log_coaching,
    crm_team_member_coaching,
    digest_digest,
    crm_report,
    crm_dealer_report,
    crm_dealer_order_report,
    crm_speed_report,
    crm_call_report,
    crm_ladder_report,
    crm_agent_report,
    crm_missed_report,
)
