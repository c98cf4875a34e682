from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...client_actions import CLOSE, show_notification
from ...inner_context import with_inner_context

#: In characters.
MAX_MESSAGE = 1000


class LeadLeaveMessage(models.TransientModel):
    """Leaves the owner of a lead a message, by somebody who may not see the lead.

    Which lead that is, a refusal has said: the window finds it again only for the user
    who was refused, see ``crm.lead.second.request``.
    """

    _name = "crm.lead.leave.message"
    _description = "Leave a Message"
    _inherit = ["crm.keyed.window"]

    reference = fields.Char(required=True)
    message = fields.Text(required=True)

    @api.constrains("message")
    def _check_message_length(self):
        if any(len(window.message or "") > MAX_MESSAGE for window in self):
            raise ValidationError(
                self.env._(
                    "A message has at most %s characters. Shorten it.", MAX_MESSAGE
                )
            )

    def action_leave(self):
        """Leave the message.

        :return: a notification.
        :rtype: dict
        :raises UserError: for anybody who was not refused a second lead.
        """
        self.ensure_one()
        self.check_access("write")
        if self._is_first_save():
            self._leave()
        return show_notification(
            self.env._("The message is left."), "success", following=CLOSE
        )

    def _leave(self):
        requests = with_inner_context(self.env["crm.lead.second.request"])
        request = requests.sudo()._find_own(self.reference)
        request.has_message = True
        request.lead_id._leave_message(self.env.user, self.message)

    def _get_save_subject(self):
        return f"{self._name}/{self.reference}"
