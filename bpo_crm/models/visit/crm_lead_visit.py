from datetime import datetime, time, timedelta

from odoo import fields, models

from ...local_time import to_utc
from ...roles import AGENT

#: When a visit is proposed: tomorrow, at this hour of the agent's day.
PROPOSED_HOUR = 10


class Lead(models.Model):
    """Visits of the customer to the showroom.

    Requirements 003, "The form's buttons".
    """

    _inherit = "crm.lead"

    visit_ids = fields.One2many(
        "calendar.event",
        "opportunity_id",
        "Visits",
        domain=[("visit_state", "!=", False)],
    )

    # ------------------------------------------------------------
    # ACTIONS
    # ------------------------------------------------------------

    def action_schedule_visit(self):
        """Open a new meeting at the dealership, with the customer invited.

        :return: a window action on Odoo's own calendar.
        :rtype: dict
        :raises UserError: when the lead is unclaimed or closed.
        """
        return self._open_work_dialog(
            self.env._("Schedule Visit"),
            "calendar.event",
            self._prepare_visit_context(),
        )

    def action_schedule_meeting(self, *args, **kwargs):
        """Open core's calendar, once the lead is claimed."""
        self.check_access("read")
        if self.env.user.has_group(AGENT):
            self._check_claimed()
        return super().action_schedule_meeting(*args, **kwargs)

    # ------------------------------------------------------------
    # BUSINESS
    # ------------------------------------------------------------

    def _prepare_visit_context(self):
        attendees = self.user_id.partner_id | self.partner_id
        start = self._propose_visit_start()
        return {
            "default_name": self.env._("Visit: %s", self.customer_name),
            "default_visit_state": "planned",
            "default_opportunity_id": self.id,
            "default_res_model": self._name,
            "default_res_id": self.id,
            "default_user_id": self.user_id.id,
            "default_partner_ids": attendees.ids,
            "default_location": self.dealership_id._format_address(),
            "default_start": fields.Datetime.to_string(start),
            "default_stop": fields.Datetime.to_string(start + timedelta(hours=1)),
            "default_duration": 1,
        }

    def _propose_visit_start(self):
        tomorrow = fields.Date.context_today(self) + timedelta(days=1)
        return to_utc(datetime.combine(tomorrow, time(PROPOSED_HOUR)), self.env.user)

    # ------------------------------------------------------------
    # HOOKS
    # ------------------------------------------------------------

    def _merge_dependences_calendar_events(self, opportunities):
        # Recorded visits come along, and no meeting was made just now.
        meetings = self.env["calendar.event"].sudo()
        meetings = meetings.search([("opportunity_id", "in", opportunities.ids)])
        linked = meetings.grouped("lead_linked_at")
        merged = super(Lead, self.sudo())
        result = merged._merge_dependences_calendar_events(opportunities)
        for moment, alike in linked.items():
            alike.lead_linked_at = moment
        return result
