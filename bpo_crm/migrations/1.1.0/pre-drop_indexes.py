from odoo.tools.sql import drop_index

#: Made by hand until 1.0. Odoo leaves an index without a comment as it is, so that
#: one which changed would never be made anew.
MADE_BY_HAND = (
    "crm_lead_email_normalized_idx",
    "crm_lead_enquiry_feed_idx",
    "crm_lead_enquiry_unread_idx",
    "crm_lead_enquiry_unwritten_idx",
    "crm_lead_next_step_idx",
    "crm_lead_owner_stage_idx",
    "crm_lead_pool_idx",
    "crm_lead_response_idx",
    "mail_activity_crm_stage_uniq",
)


def migrate(cr, version):
    """Let the indexes be made as the models declare them."""
    for name in MADE_BY_HAND:
        drop_index(cr, name, None)
