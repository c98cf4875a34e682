from odoo import models

from ...limits import LIST_LIMIT


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
            leads._notify_given(partner_ids)
        others = self - leads
        return super(Lead, others)._message_auto_subscribe_notify(partner_ids, template)

    def _notify_given(self, partner_ids):
        """Tell of these leads, in the language of the context.

        :param list partner_ids: ids of the contacts who are told.
        """
        # The new owner sees them, whatever who gives them away sees.
        leads = self.sudo()
        values = {"leads": leads[:LIST_LIMIT], "more": len(leads[LIST_LIMIT:])}
        body = self.env["ir.qweb"]._render("bpo_crm.given_leads_message", values)
        self.env["mail.thread"].message_notify(
            partner_ids=partner_ids,
            subject=self.env._("You have been assigned to %s leads", len(self)),
            body=body,
        )
