from odoo import models

from ...client_actions import CLOSE
from ...inner_context import SENDS_MAIL


class MailComposer(models.TransientModel):
    """Mails about leads that somebody writes in a window, or by a template."""

    _name = "mail.compose.message"
    _inherit = ["mail.compose.message", "crm.saved.once"]

    def action_send_mail(self):
        # Customers do not get the same mail twice.
        if self.model == "crm.lead" and not self._is_first_save():
            return CLOSE
        return super().action_send_mail()

    def _get_save_subject(self):
        return f"{self._name}/{self.res_ids}"

    def _prepare_mail_values(self, res_ids):
        if self.model != "crm.lead" or self.env.su:
            return super()._prepare_mail_values(res_ids)
        leads = self.env["crm.lead"].browse(res_ids)
        leads._check_post(self.message_type)
        values = super()._prepare_mail_values(res_ids)
        # Anybody may write a template, and the name and address that it is from.
        for lead in leads._filter_spoken_for():
            values[lead.id].update(
                author_id=self.env.user.partner_id.id,
                email_from=self.env.user.email_formatted,
            )
        return values

    def _action_send_mail_mass_mail(self, *args, **kwargs):
        # 19.0 writes down who gets the mails with the user's rights.
        composer = self.with_context(**SENDS_MAIL.say())
        return super(MailComposer, composer)._action_send_mail_mass_mail(
            *args, **kwargs
        )
