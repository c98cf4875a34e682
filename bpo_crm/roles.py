"""The roles of the product, each of which implies the one before it."""

AGENT = "bpo_crm.group_bpo_agent"
SUPERVISOR = "bpo_crm.group_bpo_supervisor"
MANAGER = "bpo_crm.group_bpo_manager"
