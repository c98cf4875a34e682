from odoo import models


class Lead(models.Model):
    """Who is given many leads at once is told of them in one message."""

    _inherit = "crm.lead"

    def _message_auto_subscribe_notify(self, partner_ids, template):
        # Core writes a message, and a mail, for each of them.
        leads = self.filtered("is_bpo")
        if len(leads) < 2:
            return super()._message_auto_subscribe_notify(partner_ids, template)
        is_silent = self.env.context.get("mail_auto_subscribe_no_notify")
        # As core does, while a database is being filled.
        if self.env.registry.ready and not is_silent:
            leads._notify_lead_list(
                "bpo_crm.given_leads_message",
                self.env._("You have been assigned to %s leads", len(leads)),
                partner_ids,
            )
        others = self - leads
        return super(Lead, others)._message_auto_subscribe_notify(partner_ids, template)
