from . import crm_lead_enquiry_correct, crm_lead_file, crm_lead_source_map
