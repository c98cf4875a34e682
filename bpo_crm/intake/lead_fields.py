"""What an enquiry and a lead call the same thing."""

#: What an enquiry calls the fields of a lead that intake looks into.
ENQUIRY_NAMES = {
    "brand_id": "brand",
    "city": "city",
    "contact_name": "name",
    "country_id": "country",
    "dealership_id": "dealership",
    "description": "message",
    "email_from": "email",
    "enquiry_date": "enquired_at",
    "mobile": "phone",
    "phone": "phone",
    "street": "street",
    "vehicle_model_id": "vehicle",
    "zip": "zip",
}

#: Fields of a lead that have rules of their own, and take nothing from outside.
GUARDED_FIELDS = {
    "active",
    "email_normalized",
    "email_state",
    "phone_sanitized",
    "phone_state",
    "probability",
    "type",
}
