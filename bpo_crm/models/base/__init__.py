from . import (
    server_only,
    base_lead_fields,
    crm_checked_afterwards,
    crm_company_data,
    resource_calendar,
    res_company,
    ir_attachment,
    ir_sequence,
    res_groups,
    onboarding_onboarding,
    res_config_settings,
    odoo_connection,
)
