from datetime import datetime, time, timedelta

import pytz

from odoo import fields, models

from ...inner_context import with_inner_context
from ...local_time import to_local, to_zone
from ...roles import AGENT
from ...series import any_of

CALL = "mail.mail_activity_data_call"

#: When a visit is proposed: on the next working day, at this hour there.
PROPOSED_TIME = time(10)

#: For how long.
PROPOSED_DURATION = timedelta(hours=1)

#: How far ahead a working day is looked for.
PROPOSED_WITHIN = timedelta(days=14)

#: By which core's own code leaves guests alone, such as a synchronization.
QUIET = ("dont_notify", "no_mail_to_attendees", "skip_attendee_notification")


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
    # PHASES
    # ------------------------------------------------------------

    def _prepare_change(self, change):
        change.find_closing()._cancel_meetings()
        return super()._prepare_change(change)

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
            "default_stop": fields.Datetime.to_string(start + PROPOSED_DURATION),
            "default_duration": PROPOSED_DURATION / timedelta(hours=1),
        }

    def _propose_visit_start(self):
        """Return when the customer might come, from tomorrow on at the dealership.

        :return: in UTC, naive.
        :rtype: datetime.datetime
        """
        calendar = self.sudo()._get_response_calendar()
        zone = pytz.timezone(self._get_visit_zone() or calendar.tz or "UTC")
        today = to_zone(fields.Datetime.now(), zone.zone).date()
        tomorrow = datetime.combine(today + timedelta(days=1), PROPOSED_TIME)
        start = self._find_visit_time(calendar, zone.localize(tomorrow))
        return start.astimezone(pytz.utc).replace(tzinfo=None)

    def _get_visit_zone(self):
        """Return the zone whose clock visits of this customer are planned by."""
        return self.sudo().dealership_id.tz or self.env.user.tz

    def _find_visit_time(self, calendar, moment):
        """Return when a customer finds somebody at the dealership.

        :param resource.calendar calendar: its working hours; without any, whenever.
        :param datetime.datetime moment: the first one to be proposed, with its zone.
        :return: with the same zone.
        :rtype: datetime.datetime
        """
        if not calendar or calendar._has_no_hours():
            return moment
        zone = pytz.timezone(moment.tzinfo.zone)
        # Hours that are the company's are those of other clocks.
        hours = calendar._find_work_intervals(moment, moment + PROPOSED_WITHIN, zone)
        for begin, stop, _rows in hours:
            day = begin.astimezone(zone).date()
            wanted = zone.localize(datetime.combine(day, PROPOSED_TIME))
            start = max(begin, wanted)
            if start + PROPOSED_DURATION <= stop:
                return start
        return moment

    def _follow_up_declined(self, attendees):
        """Note that guests do not come, and let the owner find another time.

        :param calendar.attendee attendees: of meetings of this lead.
        """
        meetings = attendees.event_id.sorted("start")
        names = ", ".join(dict.fromkeys(attendees.mapped("common_name")))
        self._message_log(
            body=self.env._(
                "%(names)s declined: %(meetings)s.",
                names=names,
                meetings=meetings._list_with_times(),
            ),
            author_id=attendees.partner_id[:1].id,
        )
        owner = self.user_id
        if not owner or self._find_declined_activities():
            return
        told = self.with_context(
            lang=owner.lang,
            mail_activity_automation_skip=False,
            mail_activity_quick_update=True,
        )
        told.activity_schedule(
            CALL,
            to_local(fields.Datetime.now(), owner).date(),
            told.env._("%s declined. Find another time.", names),
            user_id=owner.id,
            declined_event_id=meetings[:1].id,
        )

    def _forget_declined(self):
        """Nobody need find another time, once all guests may come after all."""
        activities = self._find_declined_activities()
        answers = activities.declined_event_id.attendee_ids
        if "declined" not in answers.mapped("state"):
            activities.unlink()

    def _find_declined_activities(self):
        """Return what is planned since guests of these leads' meetings declined."""
        return self._find_pending_activities().filtered("declined_event_id")

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
        meetings = with_inner_context(self.env["calendar.event"], *QUIET).sudo()
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

    # ------------------------------------------------------------
    # HOOKS
    # ------------------------------------------------------------

    def _prepare_customer_values(self, *args, **kwargs):
        values = super()._prepare_customer_values(*args, **kwargs)
        if self.is_bpo:
            # By default, a new contact has the zone of whoever makes it.
            values["tz"] = self.sudo().dealership_id.tz
        return values

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
