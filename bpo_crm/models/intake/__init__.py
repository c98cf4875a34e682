from . import (
    ir_http,
    crm_lead_source,
    crm_lead_source_delivery,
    crm_lead_source_resolve,
    crm_lead_enquiry,
    crm_lead_source_mail,
    crm_lead_kept_mail,
    crm_lead_team_mail,
    mail_gateway,
    crm_lead_intake,
    crm_lead_import,
    crm_lead_intake_core,
)
