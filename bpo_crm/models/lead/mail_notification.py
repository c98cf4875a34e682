from odoo import api, models
from odoo.exceptions import AccessError

from ...inner_context import SENDS_MAIL


class Notification(models.Model):
    """To whom a message went is written by who sends it."""

    _inherit = "mail.notification"

    @api.model_create_multi
    def create(self, vals_list):
        notifications = super().create(vals_list)
        is_sent = self.env.su or SENDS_MAIL.get(self.env)
        if not is_sent and notifications.mail_message_id._filter_of_leads():
            raise AccessError(
                self.env._(
                    "The recipients of a message cannot be entered "
                    "afterwards. Send a message to them instead."
                )
            )
        return notifications
