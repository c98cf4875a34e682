from odoo import models


class Message(models.Model):
    """To whom a mail of a mail program went, its gateway knows after posting it."""

    _inherit = "mail.message"

    def write(self, vals):
        result = super().write(vals)
        if vals.get("partner_ids"):
            posted = self.filtered(
                lambda message: (
                    message.model == "crm.lead" and message.message_type == "email"
                )
            )
            leads = self.env["crm.lead"].sudo().browse(posted.mapped("res_id"))
            leads._find_first_attempt_in_mail()
        return result
