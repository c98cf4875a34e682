from odoo import api, models
from odoo.exceptions import UserError

from ...inner_context import SETTLES_ACTIVITIES


class CalendarEvent(models.Model):
    """Of a visit that repeats, the first one that is ahead is what is planned.

    Core changes a recurrence by archiving occurrences and making others; what was
    recorded is none of these.
    """

    _inherit = "calendar.event"

    # ------------------------------------------------------------
    # PHASES
    # ------------------------------------------------------------

    def _refuse_change(self, vals):
        self._check_nothing_recorded(vals)
        return super()._refuse_change(vals)

    def _begin_change(self, vals):
        change = super()._begin_change(vals)
        if self._may_cut(vals):
            self._read_recurrences(change)
        return change

    def _follow_up_change(self, change):
        self._settle_activities(change)
        return super()._follow_up_change(change)

    def _begin_deletion(self):
        change = super()._begin_deletion()
        self._read_recurrences(change)
        return change

    def _follow_up_deletion(self, change):
        self._settle_activities(change)
        return super()._follow_up_deletion(change)

    # ------------------------------------------------------------
    # BUSINESS
    # ------------------------------------------------------------

    def _may_cut(self, vals):
        """Whether meetings may be archived or deleted by a write.

        :param dict vals: what is written.
        """
        recurring = {"active", "recurrence_update", "recurrency"}
        return not recurring.isdisjoint(vals)

    def _check_nothing_recorded(self, vals):
        """Refuse to change a recurrence of which something was recorded already.

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
        events = meeting.recurrence_id.calendar_event_ids
        if scope == "future_events":
            events = events.filtered(lambda event: event.start >= meeting.start)
        elif scope != "all_events" or not self._is_rule_written(vals):
            events = events.browse()
        return events.with_env(self.env)

    def _is_rule_written(self, vals):
        """Whether a write says anew when meetings are.

        :param dict vals: what is written.
        """
        rules = {"recurrency", *self._get_recurrent_fields(), *self._get_time_fields()}
        return not rules.isdisjoint(vals) or self._check_values_to_sync(vals)

    def _read_recurrences(self, change):
        """Look at all that these meetings repeat with, before it is changed.

        :param MeetingChange change: of these meetings. What else core changes by it is
            settled with it.
        """
        if SETTLES_ACTIVITIES.get(self.env):
            return
        self._forget_hidden(["recurrence_id"])
        meetings = self.sudo().with_context(active_test=False)
        change.recurring = meetings | meetings.recurrence_id.calendar_event_ids
        change.planned = change.recurring._find_planned_activities()._get_leads()
        change.meetings = self.with_context(**SETTLES_ACTIVITIES.say())

    def _find_planned_activities(self):
        """Return the activities of leads by which these meetings are planned."""
        activities = self.env["mail.activity"].sudo().with_context(active_test=True)
        planned = activities.search([("calendar_event_id", "in", self.ids)])
        return planned._filter_of_leads()

    @api.model
    def _settle_activities(self, change):
        """Let nothing be planned that was cut, and the first one that is left.

        :param MeetingChange change: of some meetings.
        """
        if not change.planned:
            return
        present = change.recurring.exists()
        present |= present.recurrence_id.calendar_event_ids
        cut = present.filtered(lambda event: not event.active)
        cut._find_planned_activities().unlink()
        left = present._filter_planned_ahead().filtered(
            lambda event: event.opportunity_id in change.planned
        )
        planned = left._find_planned_activities()._get_leads()
        for lead, events in left.grouped("opportunity_id").items():
            if lead not in planned:
                events.sorted("start")[:1].sudo(False)._schedule_visit_activity()

    def _is_repetition(self):
        """Whether this meeting is there because another one repeats."""
        return bool(self.recurrence_id) and self != self.recurrence_id.base_event_id

    def _get_whole(self):
        """Return the recurrence of this meeting; itself where it does not repeat.

        Core takes occurrences out of their recurrence before it cuts them off, and
        they are their lead's then.
        """
        is_cut_off = self.recurrency and self.opportunity_id
        return self.recurrence_id or is_cut_off or self

    def _filter_first_occurrences(self):
        """Return the first one of each recurrence, and all that do not repeat."""
        groups = self.sorted("start").grouped(lambda event: event._get_whole())
        return self.browse().concat(*(events[:1] for events in groups.values()))
