from . import crm_lead, crm_lead_enquiry_form, onboarding_website, website
