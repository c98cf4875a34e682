from odoo import fields, models

from ...inner_context import FOLLOWS_CUSTOMER
from ...roles import AGENT

#: The mail that confirms a visit; archived, none does.
CONFIRMATION = "bpo_crm.mail_template_visit_ahead"


class Lead(models.Model):
    """Visits of the customer to the showroom.

    Requirements 003, "The form's buttons".
    """

    _inherit = "crm.lead"

    visit_ids = fields.One2many(
        "calendar.event",
        "opportunity_id",
        "Visits",
        # On screens of lost leads, what was cancelled is not shown either.
        domain=[("visit_state", "!=", False), ("active", "=", True)],
    )

    # ------------------------------------------------------------
    # COMPUTE
    # ------------------------------------------------------------

    def _compute_meeting_display(self):
        # Screens that show lost leads do not show what was cancelled.
        shown = self.with_context(active_test=True)
        return super(Lead, shown)._compute_meeting_display()

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
        return {
            **self._prepare_visit_time(),
            "default_name": self.env._("Visit: %s", self.customer_name),
            "default_visit_state": "planned",
            "default_opportunity_id": self.id,
            "default_res_model": self._name,
            "default_res_id": self.id,
            "default_user_id": self.user_id.id,
            "default_partner_ids": attendees.ids,
            "default_location": self.dealership_id._format_address(),
        }

    def _find_next_visit(self):
        """Return the visit that is ahead, the first one.

        :rtype: calendar.event
        """
        now = fields.Datetime.now()
        ahead = self.visit_ids.filtered(
            lambda visit: visit.visit_state == "planned" and visit.start > now
        )
        return ahead.sorted("start")[:1]

    # ------------------------------------------------------------
    # HOOKS
    # ------------------------------------------------------------

    def _find_mail_template(self):
        is_expected = bool(self._find_next_visit())
        template = is_expected and self._find_shipped_template(CONFIRMATION)
        return template or super()._find_mail_template()

    def _prepare_customer_values(self, *args, **kwargs):
        values = super()._prepare_customer_values(*args, **kwargs)
        if self.is_bpo:
            # By default, a new contact has the zone of whoever makes it.
            values["tz"] = self.sudo().dealership_id.tz
        return values

    def _merge_dependences_calendar_events(self, opportunities):
        if not (self | opportunities)._were_for_dealerships():
            return super()._merge_dependences_calendar_events(opportunities)
        # Recorded visits come along, and no meeting was made just now.
        meetings = self.env["calendar.event"].sudo()
        meetings = meetings.search([("opportunity_id", "in", opportunities.ids)])
        linked = meetings.grouped("lead_linked_at")
        merged = super(Lead, self.sudo().with_context(**FOLLOWS_CUSTOMER.say()))
        result = merged._merge_dependences_calendar_events(opportunities)
        for moment, alike in linked.items():
            alike.lead_linked_at = moment
        return result
