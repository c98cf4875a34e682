from datetime import timedelta

from odoo import fields, models

from ...inner_context import with_inner_context
from ...series import any_of


class Lead(models.Model):
    """Closing a lead cancels the meetings that are still ahead."""

    _inherit = "crm.lead"

    # ------------------------------------------------------------
    # PHASES
    # ------------------------------------------------------------

    def _prepare_change(self, change):
        change.find_closing()._cancel_meetings()
        return super()._prepare_change(change)

    # ------------------------------------------------------------
    # BUSINESS
    # ------------------------------------------------------------

    def _cancel_meetings(self):
        """Cancel what lies ahead of leads that are not worked any more."""
        ahead = self and self._find_meetings_ahead()
        if not ahead:
            return
        told = ahead._cancel()
        bodies = {
            lead_id: meetings._prepare_cancelled_message(told)
            for lead_id, meetings in ahead.grouped(
                lambda event: event.opportunity_id.id or event.res_id
            ).items()
        }
        leads = self.browse(bodies).sudo()
        leads._message_log_batch(bodies, author_id=self.env.user.partner_id.id)

    def _find_meetings_ahead(self):
        """Return the meetings of these leads that have not begun, whosever they are.

        A meeting is its opportunity's, whatever else it was planned from.
        """
        meetings = with_inner_context(self.env["calendar.event"]).sudo()
        linked = [
            ("opportunity_id", "=", False),
            ("res_model", "=", self._name),
            ("res_id", "in", self.ids),
        ]
        # A whole day is stored as some hours of it in UTC.
        recent = [("start", ">", fields.Datetime.now() - timedelta(days=1))]
        domain = any_of([[("opportunity_id", "in", self.ids)], linked])
        return meetings.search([*recent, *domain]).filtered(
            lambda event: event._is_ahead()
        )
