from . import (
    crm_placeholder,
    crm_own_reach,
    crm_lead_customer,
    crm_lead_reader,
    crm_lead_other_reach,
    crm_lead_second_request,
    crm_lead_known_customer,
    crm_lead_merge,
    crm_lead_contact_merge,
    crm_lead_history,
    res_partner,
    res_partner_bank,
)
