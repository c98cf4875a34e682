from odoo import fields, models


class Company(models.Model):
    """Whether leads of dealerships are enriched, which sends addresses outside."""

    _inherit = "res.company"

    enriches_leads = fields.Boolean(
        "Enrich Leads of Dealerships",
        help="Odoo's service learns the addresses of customers, and says what it knows "
        "of their companies.",
    )
