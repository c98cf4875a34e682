from datetime import datetime, time, timedelta

import pytz

from odoo import fields, models

from ...local_time import to_local
from ...series import Constraint

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)

#: How far ahead working hours are looked for.
SEARCH_RANGE = 14 * DAY


class CallProposal(models.AbstractModel):
    """An activity that is proposed after a call, and when it is due."""

    _name = "crm.call.proposal"
    _description = "Proposal after a Call"

    activity_type_id = fields.Many2one(
        "mail.activity.type",
        ondelete="cascade",
        domain="[('res_model', 'in', (False, 'crm.lead'))]",
    )
    summary = fields.Char(translate=True)
    delay = fields.Integer(default=1, required=True)
    delay_unit = fields.Selection(
        [("minutes", "Minutes"), ("hours", "Hours"), ("days", "Days")],
        default="days",
        required=True,
        help="With a delay in days, the activity is due in the course of a day; "
        "in minutes or hours, at a certain time.",
    )
    time_of_day = fields.Float(
        "At",
        help="The time of the day in the agent's time zone, for a delay in "
        "days. 0:00 means any time.",
    )

    _delay_positive = Constraint("CHECK(delay >= 0)", "A delay cannot be negative.")
    _time_of_day_range = Constraint(
        "CHECK(time_of_day >= 0 AND time_of_day < 24)",
        "The time of the day must lie between 0:00 and 23:59.",
    )

    def _plan(self, now):
        """Tell when the activity is due, from the user's point of view.

        What would fall out of the working hours goes to their next start, unless
        the floor is working outside of them at this moment, too.

        :param datetime.datetime now: in UTC, naive.
        :return: the day, and the time of the day in hours; 0 for any time.
        :rtype: tuple[datetime.date, float]
        """
        now = to_local(now, self.env.user)
        if self.delay_unit == "days":
            return self._plan_day(now), self.time_of_day
        # By a clock that may be changed until then.
        due = now.tzinfo.normalize(now + timedelta(**{self.delay_unit: self.delay}))
        if self._works(now, MINUTE) and not self._works(due, MINUTE):
            due = self._next_working_time(due)
        # Midnight would mean any time.
        return due.date(), (60 * due.hour + due.minute or 1) / 60

    def _plan_day(self, now):
        """Return the day on which an activity is due that is planned in days.

        :param datetime.datetime now: with the user's zone.
        :rtype: datetime.date
        """
        today, due = (
            now.tzinfo.localize(datetime.combine(day, time()))
            for day in (now.date(), now.date() + timedelta(days=self.delay))
        )
        if self._works(today, DAY) and not self._works(due, DAY):
            due = self._next_working_time(due)
        return due.date()

    def _works(self, start, duration):
        """Whether the company works some time in a span.

        :param datetime.datetime start: of it, with the user's zone.
        :param datetime.timedelta duration: of it.
        :rtype: bool
        """
        return bool(self._find_working_hours(start, start + duration))

    def _next_working_time(self, moment):
        hours = self._find_working_hours(moment, moment + SEARCH_RANGE)
        return hours[0][0] if hours else moment

    def _find_working_hours(self, start, end):
        """Return the company's working hours, read in the user's zone.

        :param datetime.datetime start: from when, with the user's zone.
        :param datetime.datetime end: until when, with a zone.
        :return: pairs of a begin and an end; none where the company has no hours.
        :rtype: list[tuple[datetime.datetime, datetime.datetime]]
        """
        calendar = self.env.company.sudo().resource_calendar_id
        if not calendar:
            return []
        zone = pytz.timezone(start.tzinfo.zone)
        intervals = calendar._work_intervals_batch(start, end, tz=zone)[False]
        return [(begin, stop) for begin, stop, _records in intervals]
