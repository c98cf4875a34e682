from odoo import models


class Message(models.Model):
    """Mails of an agent's own mail program, which can be a first attempt.

    The gateway writes down to whom one went after it has posted it.
    """

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
            leads.exists()._find_first_attempt_in_mail()
        return result
