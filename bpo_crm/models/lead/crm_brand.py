from odoo import api, fields, models

from ...series import Constraint


class Brand(models.Model):
    """A make of vehicles, and the distributor who imports it."""

    _name = "crm.brand"
    _description = "Vehicle Brand"
    _inherit = ["crm.odoo.connection", "crm.company.data"]
    _order = "name, id"

    name = fields.Char(required=True)
    code = fields.Char(required=True, size=10, copy=False)
    logo = fields.Image(max_width=512, max_height=512)
    active = fields.Boolean(default=True)
    vehicle_model_ids = fields.One2many("crm.vehicle.model", "brand_id")
    dealership_ids = fields.Many2many("crm.dealership", string="Dealerships")

    _code_uniq = Constraint("UNIQUE(code)", "Another brand has this code already.")

    @api.constrains("dealership_ids")
    def _check_dealerships_company(self):
        # Seen from the other side, where each has its company. What a refusal names,
        # the user has to see: 19.0 checks what is constrained with all rights.
        self.dealership_ids.sudo(False).check_access("read")
        self.sudo().dealership_ids._check_company(["brand_ids"])

    @api.model
    def _get_users(self):
        return [
            ("crm.lead", "brand_id"),
            ("crm.dealership", "brand_ids"),
            ("crm.lead.source", "brand_id"),
            ("crm.vehicle.model", "brand_id"),
            ("crm.lead.feed", "brand_id"),
            ("crm.call.script", "brand_ids"),
        ]
