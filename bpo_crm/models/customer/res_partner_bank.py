from odoo import api, models


class PartnerBank(models.Model):
    """The bank accounts of a customer are changed by who may change the contact."""

    _inherit = "res.partner.bank"

    @api.model_create_multi
    def create(self, vals_list):
        accounts = super().create(vals_list)
        accounts.partner_id._check_customers()
        return accounts

    def write(self, vals):
        self.partner_id._check_customers()
        result = super().write(vals)
        self.partner_id._check_customers()
        return result

    def unlink(self):
        self.partner_id._check_customers()
        return super().unlink()
