from . import (
    crm_lead_feed,
    crm_lead_feed_field,
    crm_lead_feed_record,
    crm_lead_feed_write_back,
    crm_lead_feed_pull,
    crm_lead_feed_first_sync,
    crm_lead_feed_kept,
    crm_lead_feed_catalogue,
    crm_brand_distributor,
    crm_brand_identity,
    crm_lead_enquiry_feed,
)
