from . import (
    crm_team,
    crm_team_member,
    crm_lead_claim,
    crm_lead_pool_statistics,
    crm_lead_distribution,
    crm_lead_given_at_once,
    crm_lead_pool_news,
    crm_lead_pool_return,
    crm_lead_queue,
    crm_lead_my_day,
    crm_lead_team_day,
    res_users_at_work,
)
