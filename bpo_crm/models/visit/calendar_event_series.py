from odoo import models
from odoo.exceptions import UserError

from ...inner_context import SETTLES_ACTIVITIES


class CalendarEvent(models.Model):
    """Of a series of visits, the first one that is ahead is what is planned.

    Core changes a series by archiving occurrences and making others; what was recorded
    is none of these.
    """

    _inherit = "calendar.event"

    def write(self, vals):
        # Whoever may not write them is told nothing about them.
        self.check_access("write")
        self._check_nothing_recorded(vals)
        if SETTLES_ACTIVITIES.get(self.env) or not self._may_cut(vals):
            return super().write(vals)
        series, planned = self._read_series()
        changing = self.with_context(**SETTLES_ACTIVITIES.say())
        result = super(CalendarEvent, changing).write(vals)
        series._settle_activities(planned)
        return result

    def unlink(self):
        if SETTLES_ACTIVITIES.get(self.env):
            return super().unlink()
        series, planned = self._read_series()
        changing = self.with_context(**SETTLES_ACTIVITIES.say())
        result = super(CalendarEvent, changing).unlink()
        series._settle_activities(planned)
        return result

    def _may_cut(self, vals):
        """Whether meetings may be archived or deleted by a write.

        :param dict vals: what is written.
        """
        recurring = {"active", "recurrence_update", "recurrency"}
        return not recurring.isdisjoint(vals)

    def _check_nothing_recorded(self, vals):
        """Refuse to change a series in which something was recorded already.

        :param dict vals: what is written.
        :raises AccessError: when one of them is a meeting of somebody else's lead.
        :raises UserError: when what was recorded would be moved, or planned again.
        """
        rewritten = self._find_rewritten(vals)
        rewritten.check_access("write")
        rewritten._check_reach()
        rewritten._forget_hidden()
        recorded = rewritten.sudo()._filter_recorded()
        if recorded:
            raise UserError(
                self.env._(
                    "Of this series, %s was recorded already, and stays as it is. "
                    "Choose the first visit that follows, and change it and what "
                    "follows it.",
                    ", ".join(event._format_start() for event in recorded),
                )
            )

    def _find_rewritten(self, vals):
        """Return the meetings that core would archive and make anew.

        :param dict vals: what is written.
        :return: whether the user may write them or not.
        :rtype: calendar.event
        """
        scope = vals.get("recurrence_update")
        meeting = self.sudo() if len(self) == 1 else self.sudo().browse()
        series = meeting.recurrence_id.calendar_event_ids.with_env(self.env)
        if scope == "future_events":
            later = series.sudo().filtered(lambda event: event.start >= meeting.start)
            return later.with_env(self.env)
        rules = {"recurrency", *self._get_recurrent_fields(), *self._get_time_fields()}
        is_rewritten = not rules.isdisjoint(vals) or self._check_values_to_sync(vals)
        return series if scope == "all_events" and is_rewritten else series.browse()

    def _read_series(self):
        """Return these meetings and all that they are a series with.

        :return: with all rights; and the leads for which one of them is planned.
        :rtype: tuple[calendar.event, crm.lead]
        """
        self._forget_hidden(["recurrence_id"])
        meetings = self.sudo().with_context(active_test=False)
        meetings |= meetings.recurrence_id.calendar_event_ids
        return meetings, meetings._find_planned_activities()._get_leads()

    def _find_planned_activities(self):
        """Return the activities of leads by which these meetings are planned."""
        activities = self.env["mail.activity"].sudo().with_context(active_test=True)
        planned = activities.search([("calendar_event_id", "in", self.ids)])
        return planned._filter_of_leads()

    def _settle_activities(self, leads):
        """Let nothing be planned that was cut, and the first one that is left.

        :param crm.lead leads: for which one of these meetings was planned.
        """
        if not leads:
            return
        present = self.exists()
        present |= present.recurrence_id.calendar_event_ids
        cut = present.filtered(lambda event: not event.active)
        cut._find_planned_activities().unlink()
        left = (present - cut)._filter_planned().filtered(lambda row: row._is_ahead())
        left = left.filtered(lambda event: event.opportunity_id in leads)
        planned = left._find_planned_activities()._get_leads()
        for lead, events in left.grouped("opportunity_id").items():
            if lead not in planned:
                events.sorted("start")[:1].sudo(False)._schedule_visit_activity()
