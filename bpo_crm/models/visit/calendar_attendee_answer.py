from odoo import models

from ...inner_context import with_inner_context


class Attendee(models.Model):
    """A customer who declines is called by the owner of the lead."""

    _inherit = "calendar.attendee"

    # ------------------------------------------------------------
    # PHASES
    # ------------------------------------------------------------

    def _follow_up_answer(self):
        result = super()._follow_up_answer()
        guests = with_inner_context(self).sudo()._filter_awaited()
        by_lead = guests.grouped(lambda row: row.event_id.opportunity_id)
        for lead, rows in by_lead.items():
            if declined := rows.filtered(lambda row: row.state == "declined"):
                lead._follow_up_declined(declined)
            else:
                lead._forget_declined()
        return result

    # ------------------------------------------------------------
    # BUSINESS
    # ------------------------------------------------------------

    def _filter_awaited(self):
        """Return the customers and other guests of meetings ahead of open leads."""
        return self.filtered(lambda row: row.event_id._is_awaited() and row._is_guest())
