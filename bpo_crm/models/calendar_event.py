from odoo import Command, api, fields, models
from odoo.exceptions import UserError

from ..local_time import to_local

MEETING = "mail.mail_activity_data_meeting"


class CalendarEvent(models.Model):
    """Visits of customers, which are meetings of a lead at its dealership."""

    _inherit = "calendar.event"

    visit_state = fields.Selection(
        [("planned", "Planned"), ("done", "Took Place"), ("no_show", "No-Show")],
        "Visit",
        help="Whether the customer of the lead came.",
    )

    # ------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        defaults = self.default_get(["visit_state", "opportunity_id"])
        vals_list = [
            self._prepare_visit_values({**defaults, **vals}, vals) for vals in vals_list
        ]
        events = super().create(vals_list)
        for event in events.filtered("visit_state"):
            event._plan_visit_activity()
        return events

    def write(self, vals):
        if not self.env.su and {"visit_state", "opportunity_id"}.intersection(vals):
            for event in self:
                event._check_visit_change(vals)
        result = super().write(vals)
        if "start" in vals:
            self.filtered("visit_state")._keep_activity_time()
        return result

    def unlink(self):
        # PostgreSQL would delete the activities with the event, past the ORM.
        activities = self.env["mail.activity"].sudo().with_context(active_test=False)
        planned = activities.search([("calendar_event_id", "in", self.ids)])
        planned = planned._filter_of_leads()
        done = planned.filtered("done_at")
        done.calendar_event_id = False
        (planned - done).unlink()
        return super().unlink()

    def copy_data(self, default=None):
        # A copy, and an occurrence of a repeated visit, has not taken place yet.
        copies = super().copy_data(default)
        for values in copies:
            if values.get("visit_state"):
                values["visit_state"] = "planned"
        return copies

    # ------------------------------------------------------------
    # ACTIONS
    # ------------------------------------------------------------

    def action_visit_done(self):
        """Record that the customer came.

        :return: True
        :raises UserError: when something else was recorded already.
        """
        return self._record_visit("done", self.env._("The customer came."))

    def action_visit_no_show(self):
        """Record that the customer did not come.

        :return: True
        :raises UserError: when something else was recorded already.
        """
        return self._record_visit("no_show", self.env._("The customer did not come."))

    # ------------------------------------------------------------
    # BUSINESS
    # ------------------------------------------------------------

    @api.model
    def _prepare_visit_values(self, all_vals, vals):
        """Invite the customer to a visit, who becomes a contact for it."""
        lead = self.env["crm.lead"].browse(all_vals.get("opportunity_id"))
        if not all_vals.get("visit_state"):
            lead._check_claimed_by_role()
            return vals
        if all_vals.get("recurrence_id"):
            # An occurrence of a visit that was checked itself.
            return vals
        self._check_visit_planned(lead, all_vals["visit_state"])
        invited = lead.partner_id
        lead._handle_partner_assignment(create_missing=True)
        if "partner_ids" not in vals:
            attendees = lead.user_id.partner_id | lead.partner_id
            return {**vals, "partner_ids": [Command.set(attendees.ids)]}
        # Who edits the attendees of a known customer means it.
        new = [Command.link(customer.id) for customer in lead.partner_id - invited]
        return {**vals, "partner_ids": [*vals["partner_ids"], *new]}

    def _check_visit_planned(self, lead, state):
        if not lead:
            raise UserError(self.env._("Choose the lead whose customer will visit."))
        if state != "planned":
            raise UserError(self.env._("A visit is planned first, and recorded then."))
        lead._check_workable()

    def _check_visit_change(self, vals):
        """A visit is recorded once, by somebody who works its lead."""
        old = (self.visit_state, self.opportunity_id)
        lead = self.opportunity_id.browse(vals.get("opportunity_id", old[1].id))
        state = vals.get("visit_state", self.visit_state) or False
        if (state, lead) == old:
            return
        if state == "planned":
            self._check_visit_planned(lead, state)
        elif self.visit_state == "planned" and lead == self.opportunity_id:
            lead.check_access("write")
        elif state or self.visit_state:
            self._refuse_recorded()
        else:
            lead._check_claimed_by_role()

    def _refuse_recorded(self):
        raise UserError(
            self.env._(
                '"%s" is not a planned visit, or it was recorded already.', self.name
            )
        )

    def _plan_visit_activity(self):
        """Plan the visit as an activity; core does so where its window was used."""
        repeated = self.recurrence_id and self != self.recurrence_id.base_event_id
        if not (self.activity_ids or repeated):
            # Core's flag for automations would leave the lead without a next step.
            leads = self.opportunity_id.with_context(
                mail_activity_automation_skip=False
            )
            leads.activity_schedule(
                MEETING,
                self._get_local_day(),
                self.name,
                user_id=self.user_id.id or self.env.uid,
                calendar_event_id=self.id,
            )
        self._keep_activity_time()

    def _keep_activity_time(self):
        for event in self.filtered(lambda event: not event.allday):
            # 19.0 would move the event to its activity's day, and so on for ever.
            activities = event.activity_ids.with_context(
                calendar_event_meeting_update=True
            )
            activities.due_at = event.start

    def _get_local_day(self):
        """Return the day of the event where its organizer is."""
        if self.allday:
            return self.start_date
        organizer = self.user_id if self.user_id.sudo().tz else self.env.user
        return to_local(self.start, organizer).date()

    def _record_visit(self, state, feedback):
        for event in self.filtered(lambda event: event.visit_state != "planned"):
            event._refuse_recorded()
        self.write({"visit_state": state})
        for event in self.with_context(active_test=True):
            if event.activity_ids:
                event.activity_ids.action_feedback(feedback)
            elif event.opportunity_id:
                event.opportunity_id.message_post(
                    body=self.env._(
                        "%(visit)s: %(outcome)s", visit=event.name, outcome=feedback
                    )
                )
        return True
