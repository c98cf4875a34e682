from . import (
    crm_call_log_coaching,
    crm_team_member_coaching,
    digest_digest,
    crm_report,
    crm_dealer_report,
    crm_dealer_order_report,
    crm_floor,
    crm_floor_figures,
)
