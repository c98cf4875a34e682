from odoo import fields, models

from ...inner_context import SETTLES_ACTIVITIES
from ...limits import LIST_LIMIT
from ...local_time import to_zone

CANCELLED = "bpo_crm.mail_template_meeting_cancelled"


class CalendarEvent(models.Model):
    """What is still ahead when its lead is closed does not take place."""

    _inherit = "calendar.event"

    # ------------------------------------------------------------
    # HOOKS
    # ------------------------------------------------------------

    def _get_ics_file(self):
        # Nobody puts into a calendar what was cancelled.
        return super(CalendarEvent, self.filtered("active"))._get_ics_file()

    # ------------------------------------------------------------
    # BUSINESS
    # ------------------------------------------------------------

    def _cancel(self):
        """Archive these meetings, and tell those who were invited.

        :return: who was told.
        :rtype: calendar.attendee
        """
        self._tell_dealership("cancelled")
        # Closing cancels the activities of the leads itself.
        self.with_context(**SETTLES_ACTIVITIES.say()).write({"active": False})
        template = self.env.ref(CANCELLED, raise_if_not_found=False)
        return self._find_addressees()._mail(template)

    def _is_ahead(self):
        """Whether this meeting has not begun yet."""
        now = fields.Datetime.now()
        if self.allday:
            return self.start_date > to_zone(now, self._get_zone()).date()
        return self.start > now

    def _is_awaited(self):
        """Whether this meeting is ahead of a lead that is worked."""
        lead = self.opportunity_id
        return lead.is_bpo and lead._is_open() and self.active and self._is_ahead()

    def _find_addressees(self):
        """Return who is to be told of these meetings: of each recurrence once.

        :return: all who were invited, but those who have declined.
        :rtype: calendar.attendee
        """
        invited = self.sorted("start").attendee_ids
        groups = invited.grouped(
            lambda row: (row.event_id._get_whole(), row.partner_id)
        )
        told = invited.browse().concat(*(rows[:1] for rows in groups.values()))
        return told.filtered(lambda row: row.state != "declined")

    def _prepare_cancelled_message(self, told):
        """Return the trace of meetings in the chatter of their lead.

        :param calendar.attendee told: who was told of any meeting.
        :rtype: str
        """
        meetings = self.sorted("start")._list_with_times()
        names = (told & self.attendee_ids).mapped("common_name")
        if not names:
            return self.env._(
                "Cancelled, as the lead is closed: %s. Nobody was told by mail.",
                meetings,
            )
        return self.env._(
            "Cancelled, as the lead is closed: %(meetings)s. Told by mail: %(names)s.",
            meetings=meetings,
            names=", ".join(dict.fromkeys(names)),
        )

    def _list_with_times(self):
        """Return these meetings in one line, as many as fit into it."""
        return ", ".join(
            f"{event._get_public_name()} ({event._format_start()})"
            for event in self[:LIST_LIMIT]
        )

    def _get_public_name(self):
        """Return what others than those who are invited may read of it."""
        return self.env._("Busy") if self.privacy == "private" else self.name
