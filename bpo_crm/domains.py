"""Domains, orders and names of fields that several behaviours of leads share."""

#: The flags of a stage in which leads are closed.
CLOSING_FLAGS = ("is_won", "is_lost")

#: Of the stages in which leads are worked.
OPEN_STAGE = [(flag, "=", False) for flag in CLOSING_FLAGS]

#: Of the leads that are neither won nor lost.
OPEN_LEAD = [(f"stage_id.{flag}", "=", False) for flag in CLOSING_FLAGS]

#: Of no record at all.
NEVER = [("id", "=", 0)]

#: The pool, the most urgent lead first: by priority, then by age.
POOL_ORDER = "priority desc, enquiry_date, id"

#: The fields of a lead with what may belong to a company.
COMPANY_DATA = (
    "dealership_id",
    "brand_id",
    "vehicle_model_id",
    "intake_source_id",
    "vehicle_interest_ids",
)

#: Leads with one of these in common are of the same customer.
CUSTOMER_KEYS = ("phone_sanitized", "email_normalized")
