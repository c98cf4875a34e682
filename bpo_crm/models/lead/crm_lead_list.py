from odoo import models

from ...limits import LIST_LIMIT


class Lead(models.Model):
    """Messages that list leads: the first ones, and how many more there are."""

    _inherit = "crm.lead"

    def _prepare_lead_list_values(self):
        """Return what a message lists of these leads, in the language of the context.

        :return: the first ``leads``, and the line that says how many ``more`` there
            are; 0 for none.
        :rtype: dict
        """
        more = len(self[LIST_LIMIT:])
        return {
            "leads": self[:LIST_LIMIT],
            "more": more and self.env._("and %s more", more),
        }

    def _notify_lead_list(self, template, subject, partner_ids):
        """Tell of these leads in one message, in the language of the context.

        :param str template: XML id of the view that calls ``lead_list_message``.
        :param str subject: of the message, in that language.
        :param list partner_ids: ids of the contacts who are told.
        """
        # Who is told sees them, whatever who tells sees.
        values = self.sudo()._prepare_lead_list_values()
        self.env["mail.thread"].message_notify(
            partner_ids=partner_ids,
            subject=subject,
            body=self.env["ir.qweb"]._render(template, values),
        )
