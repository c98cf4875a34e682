from odoo import models


class Company(models.Model):
    """Whoever loses a company leaves no leads there."""

    _inherit = "res.company"

    def write(self, vals):
        users = self.sudo().user_ids if "user_ids" in vals else self.env["res.users"]
        before = users._look_at_work() if users else {}
        result = super().write(vals)
        users._leave_since(before)
        return result
