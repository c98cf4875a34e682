from odoo import Command, fields, models

from ...inner_context import CHANGES_MEETINGS


class Lead(models.Model):
    """Meetings to come go along, where those who are gone were to be there."""

    _inherit = "crm.lead"

    def _hand_over_left(self, planned, gone):
        result = super()._hand_over_left(planned, gone)
        meetings = self._find_left_meetings(gone)
        if meetings:
            doers = self._find_doers(gone)
            by_doer = meetings.grouped(
                lambda row: (row.user_id, doers[row.opportunity_id])
            )
            for (former, doer), held in by_doer.items():
                held._change_organizer(former, doer)
        return result

    def _find_left_meetings(self, gone):
        """Return what users who are gone were to hold for the customers of these leads.

        :param res.users gone: who do not hold it any more.
        :rtype: calendar.event
        """
        return (
            self.env["calendar.event"]
            .sudo()
            .search(
                [
                    ("opportunity_id", "in", self.ids),
                    ("user_id", "in", gone.ids),
                    ("stop", ">=", fields.Datetime.now()),
                ]
            )
        )


class CalendarEvent(models.Model):
    """Whoever takes over a lead holds its meetings."""

    _inherit = "calendar.event"

    def _change_organizer(self, former, organizer):
        """Let somebody else hold these meetings, who is told of the leads themselves.

        The customers are told nothing: for them, nothing changes.

        :param res.users former: who held them.
        :param res.users organizer: who holds them now.
        """
        # Core writes to whoever is invited anew, one mail for each.
        quiet = self.with_context(
            dont_notify=True, no_mail_to_attendees=True, **CHANGES_MEETINGS.say()
        )
        guests = [
            Command.unlink(former.partner_id.id),
            Command.link(organizer.partner_id.id),
        ]
        quiet.write({"user_id": organizer.id, "partner_ids": guests})
