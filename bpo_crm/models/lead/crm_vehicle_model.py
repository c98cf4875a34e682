from odoo import api, fields, models

from ...series import Constraint


class VehicleModel(models.Model):
    """A vehicle that customers enquire about."""

    _name = "crm.vehicle.model"
    _description = "Vehicle Model"
    _inherit = ["crm.company.data"]
    _order = "brand_id, name, id"
    _rec_names_search = ["name", "default_code"]

    name = fields.Char(required=True)
    default_code = fields.Char(
        "Internal Reference",
        index=True,
        help="The dealers' internal reference of the product to order.",
    )
    brand_id = fields.Many2one(
        "crm.brand",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
    )
    company_id = fields.Many2one(
        default=None, compute="_compute_company_id", store=True, readonly=False
    )
    category = fields.Selection(
        [
            ("hatchback", "Hatchback"),
            ("sedan", "Sedan"),
            ("suv", "SUV"),
            ("mpv", "MPV"),
            ("pickup", "Pickup"),
            ("van", "Van"),
            ("motorcycle", "Motorcycle"),
            ("truck", "Truck"),
            ("other", "Other"),
        ]
    )
    list_price = fields.Monetary()
    currency_id = fields.Many2one(
        "res.currency",
        required=True,
        default=lambda self: self.env.company.currency_id,
    )
    external_ref = fields.Char(
        "External Reference",
        copy=False,
        help="What the distributor calls this model.",
    )
    active = fields.Boolean(default=True)

    _external_ref_uniq = Constraint(
        "UNIQUE(brand_id, external_ref)",
        "Another model of this brand has this external reference already.",
    )

    @api.depends("brand_id.company_id")
    def _compute_company_id(self):
        for model in self:
            # Of a shared brand, a model may be one company's.
            model.company_id = model.brand_id.company_id or model.company_id

    @api.depends("name", "brand_id.name")
    def _compute_display_name(self):
        for model in self:
            parts = [model.brand_id.name, model.name]
            model.display_name = " ".join(filter(None, parts))

    @api.model
    def _get_users(self):
        return [("crm.lead", "vehicle_model_id"), ("crm.lead", "vehicle_interest_ids")]
