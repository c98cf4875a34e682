from odoo import models


class Lead(models.Model):
    """An enquiry is not told to somebody who is gone."""

    _inherit = "crm.lead"

    def _notify_asked_again(self, notes):
        # Archived past the addon, such as before it was installed.
        gone = self.filtered(lambda lead: lead.user_id and not lead.user_id.active)
        gone._leave_owners()
        return super()._notify_asked_again(notes)
