from odoo import api, models


class Onboarding(models.Model):
    """Setting up: a source that may deliver, and an enquiry that came through one."""

    _inherit = "onboarding.onboarding"

    @api.model
    def _list_done_steps(self):
        done = super()._list_done_steps()
        if self._is_there("crm.lead.source", [("token_date", "!=", False)]):
            done.append("source")
        came_in = [("state", "in", ["created", "merged"])]
        if self._is_there("crm.lead.enquiry", came_in, "source_id.company_id"):
            done.append("enquiry")
        return done
