from datetime import timedelta

from odoo import Command, api, fields, models
from odoo.exceptions import UserError

from ... import series
from ...limits import LATE_ENTRY
from ...local_time import to_local
from ...meeting_change import MeetingChange

MEETING = "mail.mail_activity_data_meeting"

#: What came of a visit.
RECORDED_STATES = ("done", "no_show")

#: When a meeting is, and for which lead, and what came of it.
RECORDED_FIELDS = (
    "opportunity_id",
    "visit_state",
    "start",
    "stop",
    "allday",
    "active",
)

#: Which leads a meeting belongs to.
LEAD_FIELDS = ("opportunity_id", "res_id", "res_model")

#: What the server, and calendars elsewhere, keep of a meeting. All else of it is up
#: to those who work its lead; others answer the invitation.
TECHNICAL_FIELDS = {
    *models.MAGIC_COLUMNS,
    "access_token",
    "google_id",
    "lead_linked_at",
    "microsoft_id",
    "need_sync",
    "need_sync_m",
}


class CalendarEvent(models.Model):
    """Visits of customers, which are meetings of a lead at its dealership."""

    _name = "calendar.event"
    _inherit = ["calendar.event", "crm.created.once"]
    _saved_for = "opportunity_id"

    visit_state = fields.Selection(
        [("planned", "Planned"), ("done", "Took Place"), ("no_show", "No-Show")],
        "Visit",
        help="Whether the customer of the lead came.",
    )
    lead_linked_at = fields.Datetime(
        readonly=True,
        copy=False,
        server_only=True,
        help="When the meeting was linked to its lead. Empty where it was made "
        "for the lead.",
    )

    # The visits of a period.
    _visit_idx = series.Index("(start) WHERE visit_state IS NOT NULL")

    # ------------------------------------------------------------
    # CRUD: the only create, write and unlink of a meeting, and their phases
    # ------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):  # pylint: disable=method-required-super
        return self._create_once(vals_list, self._create_meetings)

    def _create_meetings(self, vals_list):
        """Make meetings that no form has made yet, of values as ``create`` takes them.

        :param list vals_list: without the key of a form.
        """
        vals_list = self._prepare_births(vals_list)
        meetings = self._let_be_told(vals_list)
        events = super(CalendarEvent, meetings).create(vals_list).with_env(self.env)
        events._check_births()
        events._follow_up_births()
        events._send_births()
        return events

    def write(self, vals):
        if not self:
            # As where core merges leads without meetings.
            return super().write(vals)
        # Whoever may not write them is told nothing about them.
        self.check_access("write")
        meetings = self._let_be_told([vals])
        [vals] = self._normalize([vals])
        meetings._refuse_change(vals)
        change = meetings._begin_change(vals)
        # Core takes out of the values what it has dealt with.
        result = super(CalendarEvent, change.meetings).write(dict(vals))
        # And it deletes occurrences that do not repeat any more.
        present = meetings.exists()
        change.after = present._read_meetings()
        present._check_change(change)
        present._follow_up_change(change)
        present._send_change(change)
        return result

    def unlink(self):
        # PostgreSQL would delete the activities with the event, past the ORM.
        activities = self._find_activities()
        self._refuse_deletion(activities)
        change = self._begin_deletion()
        done = activities.filtered("done_at")
        done.calendar_event_id = False
        (activities - done).unlink()
        result = super(CalendarEvent, change.meetings).unlink()
        self._follow_up_deletion(change)
        return result

    # ------------------------------------------------------------
    # PHASES: behaviours extend them, in no order among each other
    # ------------------------------------------------------------

    @api.model
    def _normalize(self, vals_list):
        """Return values as core understands them.

        :param list vals_list: as somebody sent them.
        :rtype: list[dict]
        :raises UserError: for what core would not understand.
        """
        return vals_list

    @api.model
    def _prepare_births(self, vals_list):
        """Return the values of new meetings as core is to take them.

        :param list vals_list: as somebody sent them.
        :rtype: list[dict]
        """
        defaults = self.default_get(["visit_state", "opportunity_id"])
        return [
            self._prepare_visit_values({**defaults, **vals}, vals)
            for vals in self._normalize(vals_list)
        ]

    def _check_births(self):
        """A meeting is made for a lead that the user works, and nothing came of it.

        :raises odoo.exceptions.UserError: or a subclass of it.
        """
        self._forget_hidden()
        leads = self.sudo()._get_leads()
        leads.with_env(self.env)._check_reach()
        self._check_no_server_only()
        visits = self.filtered("visit_state")
        for lead, state in {(row.opportunity_id, row.visit_state) for row in visits}:
            self._check_visit_planned(lead, state)
        (self - visits)._get_leads().exists()._check_claimed_by_people()
        self._check_times()

    def _follow_up_births(self):
        """Do what belongs to new meetings that may be."""
        for event in self.filtered("visit_state"):
            event._plan_visit_activity()

    def _send_births(self):
        """Tell of new meetings whoever core does not tell."""

    def _refuse_change(self, vals):
        """Refuse what must not be written, before it is.

        :param dict vals: what is written, normalised.
        :raises odoo.exceptions.UserError: or a subclass of it.
        """
        self._check_server_only(vals)

    def _begin_change(self, vals):
        """Look at these meetings before a write.

        :param dict vals: what is written, normalised.
        :rtype: MeetingChange
        """
        change = MeetingChange(self, vals)
        change.before = self._read_meetings()
        return change

    def _check_change(self, change):
        """Refuse what must not be, of these meetings as they are after the write.

        :param MeetingChange change: of these meetings.
        :raises AccessError: for the meeting of somebody else's lead.
        :raises UserError: for what does not become of a visit.
        """
        if self.env.su:
            return
        changed = self.filtered(change.is_changed)
        left = reached = self.env["crm.lead"]
        for event in changed:
            old, new = change.before[event][1], change.after[event][1]
            left |= old
            reached |= new - old
        # There is nothing to be done to what was deleted.
        leads = left.exists() | reached
        leads.with_env(self.env)._check_reach()
        for event in changed:
            event._check_became(change.before[event][0])

    def _follow_up_change(self, change):
        """Do what belongs to a write.

        :param MeetingChange change: of these meetings.
        """
        linked = self.filtered(lambda row: change.is_changed(row, "opportunity_id"))
        linked.sudo().lead_linked_at = fields.Datetime.now()
        if "start" in change.vals:
            self.filtered("visit_state")._keep_activity_time()

    def _send_change(self, change):
        """Tell of a write whoever core does not tell.

        :param MeetingChange change: of these meetings.
        """

    def _refuse_deletion(self, activities):
        """Refuse to delete meetings that must stay.

        :param mail.activity activities: of leads, by which they are or were planned.
        :raises AccessError: for the meeting of somebody else's lead.
        :raises UserError: for what was recorded.
        """
        (self._read_leads() | activities._get_leads().exists())._check_reach()
        if self._filter_recorded():
            self._check_correction()

    def _begin_deletion(self):
        """Look at these meetings before they are deleted.

        :rtype: MeetingChange
        """
        return MeetingChange(self)

    def _follow_up_deletion(self, change):
        """Do what belongs to a deletion.

        :param MeetingChange change: of meetings that there are not any more.
        """

    # ------------------------------------------------------------
    # ORM
    # ------------------------------------------------------------

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
    # HOOKS
    # ------------------------------------------------------------

    def _sync_activities(self, *args, **kwargs):
        kept = series.keep_meetings(self)
        return super(CalendarEvent, kept)._sync_activities(*args, **kwargs)

    # ------------------------------------------------------------
    # BUSINESS
    # ------------------------------------------------------------

    @api.model
    def _prepare_visit_values(self, all_vals, vals):
        """Invite the customer to a visit, who becomes a contact for it.

        :param dict all_vals: the values of a new meeting, with the defaults.
        :param dict vals: the same, as they were sent.
        :return: the values to make it with; as they were sent where it is no visit.
        :rtype: dict
        :raises UserError: for a visit without a lead that the user works, and for one
            that is not planned.
        """
        if not all_vals.get("visit_state"):
            return vals
        lead = self._read_lead(all_vals.get("opportunity_id"))
        self._check_visit_planned(lead, all_vals["visit_state"])
        invited = lead.partner_id
        lead._handle_partner_assignment(create_missing=True)
        if "partner_ids" not in vals:
            attendees = lead.user_id.partner_id | lead.partner_id
            return {**vals, "partner_ids": [Command.set(attendees.ids)]}
        # Who edits the attendees of a known customer means it.
        new = [Command.link(customer.id) for customer in lead.partner_id - invited]
        return {**vals, "partner_ids": [*vals["partner_ids"], *new]}

    @api.model
    def _read_lead(self, value):
        """Return the lead that a value stands for, as the ORM would take it."""
        field = self._fields["opportunity_id"]
        return self.env["crm.lead"].browse(field.convert_to_cache(value, self))

    def _check_visit_planned(self, lead, state):
        """Refuse a visit that is not planned, or not for a lead that the user works.

        :param crm.lead lead: of the visit; empty for none.
        :param str state: of the visit.
        :raises UserError: without a lead, for another state, and when the lead is
            unclaimed or closed.
        """
        if not lead:
            raise UserError(self.env._("Choose the lead whose customer will visit."))
        if state != "planned":
            raise UserError(
                self.env._(
                    "A new visit is always planned. Record "
                    "its outcome once it has taken place."
                )
            )
        lead._check_workable()

    def _check_times(self):
        """A visit is planned before it takes place, or entered right afterwards."""
        if self.env.su:
            return
        for meeting in self.filtered("opportunity_id"):
            self.env["mail.activity"]._check_day(meeting.start.date())
        earliest = fields.Datetime.now() - LATE_ENTRY
        planned = self.filtered(lambda event: event.visit_state == "planned")
        is_late = any(visit.start < earliest for visit in planned)
        if is_late and self.env["crm.lead"]._is_below_supervisor():
            raise UserError(
                self.env._(
                    "The outcome of a visit is recorded within %s hours. Ask a "
                    "supervisor to record this one.",
                    LATE_ENTRY // timedelta(hours=1),
                )
            )

    def _get_leads(self):
        """Return all leads that these meetings belong to, in whichever way."""
        linked = self.filtered(lambda event: event.res_model == "crm.lead")
        ids = [*self.opportunity_id.ids, *filter(None, linked.mapped("res_id"))]
        return self.env["crm.lead"].browse(dict.fromkeys(ids))

    def _read_leads(self):
        """Return the leads of these meetings, whatever the user sees of them."""
        self._forget_hidden(LEAD_FIELDS)
        return self.sudo()._get_leads().exists().with_env(self.env)

    def _check_reach(self):
        """Refuse a change by somebody who may not write the leads of these meetings.

        :raises AccessError: for the meeting of somebody else's lead.
        """
        if not self.env.su:
            self._read_leads()._check_reach()

    def _read_meetings(self):
        """Return what these meetings are to their leads.

        :return: for each meeting a pair: its values by field, and its leads.
        :rtype: dict[calendar.event, tuple[dict, crm.lead]]
        """
        names = self._get_watched_fields()
        # Others' private meetings cannot be read in the user's own right.
        self._forget_hidden()
        return {
            event: ({name: event[name] for name in names}, event._get_leads())
            for event in self.sudo()
        }

    @api.model
    def _get_watched_fields(self):
        """Return the names of the fields that are compared before and after a write.

        :rtype: set[str]
        """
        return {"opportunity_id"} if self.env.su else self._get_kept_fields()

    @api.model
    def _get_kept_fields(self):
        """Return the names of the fields that only those who work a lead change."""
        return {
            name
            for name, field in self._fields.items()
            if field.store
            # Lines are records of their own, with rules of their own.
            and field.type != "one2many"
            and name not in TECHNICAL_FIELDS
        }

    def _check_became(self, old):
        """A visit is recorded once, by somebody who works its lead.

        :param dict old: the values that this meeting had.
        :raises UserError: for what was recorded already, and for a day on which a visit
            is not planned or recorded.
        """
        changed = {name for name in RECORDED_FIELDS if self[name] != old[name]}
        if not changed:
            return
        if old["visit_state"] in RECORDED_STATES:
            self._check_correction()
        if changed - {"active", "allday"}:
            self._check_times()
        if self._filter_planned_ahead():
            self.sudo().opportunity_id._check_not_closed()
        if {"opportunity_id", "visit_state"}.intersection(changed):
            self._check_visit_change(old["visit_state"], old["opportunity_id"])
        is_recorded = self.visit_state in RECORDED_STATES
        if is_recorded and changed - {"active", "opportunity_id"}:
            self._check_day_has_come()

    def _check_visit_change(self, old_state, old_lead):
        """Refuse what does not follow from what this meeting was to its lead.

        :param str old_state: as a visit; False where it was none.
        :param crm.lead old_lead: of which it was a meeting.
        :raises UserError: when something else than a planned visit is recorded, and
            when the lead is unclaimed or closed.
        """
        state, lead = self.visit_state, self.opportunity_id
        if state == "planned":
            self._check_visit_planned(lead, state)
        elif old_state == "planned" and lead == old_lead and self.active:
            return
        elif state or old_state:
            self._refuse_recorded()
        else:
            lead._check_claimed_by_people()

    def _check_day_has_come(self):
        """What came of a visit is known on its day, where the user is."""
        today = to_local(fields.Datetime.now(), self.env.user).date()
        for visit in self:
            if visit._get_day_of(self.env.user) > today:
                raise UserError(
                    self.env._(
                        '"%s" lies ahead. Move the visit to the day on which it took '
                        "place first.",
                        visit.name,
                    )
                )

    def _check_correction(self):
        """What came of a visit is corrected by supervisors, if at all."""
        if self.env["crm.lead"]._is_below_supervisor():
            self._refuse_recorded()

    def _filter_planned(self):
        """Return the visits of which it may be recorded what came of them."""
        return self.filtered(lambda row: row.visit_state == "planned" and row.active)

    def _filter_planned_ahead(self):
        """Return the visits that are planned, and have not begun yet."""
        return self._filter_planned().filtered(lambda event: event._is_ahead())

    def _filter_recorded(self):
        """Return the visits of which it was recorded what came of them."""
        return self.filtered(lambda event: event.visit_state in RECORDED_STATES)

    def _get_moment_arranged(self):
        """Return when this became a meeting of its lead."""
        return max(filter(None, (self.create_date, self.lead_linked_at)))

    def _refuse_recorded(self):
        raise UserError(
            self.env._(
                '"%s" is not a planned visit, or it was recorded already.', self.name
            )
        )

    def _find_activities(self):
        """Return the activities of leads by which these are planned, or were."""
        activities = self.env["mail.activity"].sudo().with_context(active_test=False)
        planned = activities.search([("calendar_event_id", "in", self.ids)])
        return planned._filter_of_leads()

    def _plan_visit_activity(self):
        """Plan the visit as an activity; core does so where its window was used."""
        if self.activity_ids or self._is_repetition():
            self._keep_activity_time()
        else:
            self._schedule_visit_activity()

    def _schedule_visit_activity(self):
        # Core's flag for automations would leave the lead without a next step.
        leads = self.opportunity_id.with_context(mail_activity_automation_skip=False)
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
            series.keep_meetings(event).activity_ids.due_at = event.start

    def _get_local_day(self):
        """Return the day of the event where its organizer is."""
        return self._get_day_of(
            self.user_id if self.user_id.sudo().tz else self.env.user
        )

    def _get_day_of(self, user):
        """Return the day of the event where a user is."""
        return self.start_date if self.allday else to_local(self.start, user).date()

    def _record_visit(self, state, feedback):
        """Record what came of planned visits, and do their activities.

        :param str state: ``done`` or ``no_show``.
        :param str feedback: for the chatter of the leads.
        :return: True
        :raises UserError: when something else was recorded already.
        """
        self.check_access("write")
        for event in self - self._filter_planned():
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
