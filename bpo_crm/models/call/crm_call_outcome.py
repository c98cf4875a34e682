from datetime import datetime, time, timedelta

import pytz

from odoo import api, fields, models

from ...call_results import CALL_RESULTS
from ...local_time import to_local
from ...series import Constraint

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)

#: How far ahead working hours are looked for.
SEARCH_RANGE = 14 * DAY


class CallOutcome(models.Model):
    """What follows a call, for each of its possible results."""

    _name = "crm.call.outcome"
    _description = "Call Outcome"
    _inherit = ["crm.customer.mail"]
    _order = "sequence, id"

    result = fields.Selection(CALL_RESULTS, required=True, readonly=True)
    sequence = fields.Integer(default=10)
    is_contact = fields.Boolean(
        "Counts as Reached",
        help="A call with this result has reached the customer. After it, "
        "attempts are counted anew.",
    )
    marks_phone_wrong = fields.Boolean(
        "Marks the Number as Wrong",
        help="The lead warns about its phone number until somebody corrects it.",
    )
    max_attempts = fields.Integer(
        "Attempts at Most",
        help="After this many attempts in a row that did not reach the "
        "customer, the call window proposes to mark the lead as lost. 0 "
        "means never.",
    )
    lost_reason_id = fields.Many2one(
        "crm.lost.reason",
        "Proposed Lost Reason",
        ondelete="set null",
        help="Filled in when the lead is marked as lost after the last attempt.",
    )
    step_ids = fields.One2many(
        "crm.call.outcome.step", "outcome_id", "Next Activities", copy=True
    )

    _result_uniq = Constraint(
        "UNIQUE(result)", "Each call result can be configured only once."
    )
    _max_attempts_positive = Constraint(
        "CHECK(max_attempts >= 0)", "The number of attempts cannot be negative."
    )

    @api.depends("result")
    def _compute_display_name(self):
        field = self._fields["result"]
        for outcome in self:
            outcome.display_name = field.convert_to_export(outcome.result, outcome)

    @api.model
    def _find(self, result):
        """Return the outcome of a result; empty when a manager deleted it.

        :param str result: of ``crm.call.log``.
        """
        return self.search([("result", "=", result)], limit=1)

    def _find_step(self, attempt):
        """Return what is proposed after an attempt.

        :param int attempt: 1 for the first in a row; the last step is repeated.
        """
        return self.step_ids[attempt - 1 : attempt] or self.step_ids[-1:]

    def _proposes_lost(self, attempt):
        """Whether this attempt was the last one that makes sense."""
        return bool(self.max_attempts) and attempt >= self.max_attempts


class CallOutcomeStep(models.Model):
    """The activity that is proposed after one attempt."""

    _name = "crm.call.outcome.step"
    _description = "Activity Proposed after a Call"
    _order = "sequence, id"

    outcome_id = fields.Many2one(
        "crm.call.outcome", required=True, index=True, ondelete="cascade"
    )
    sequence = fields.Integer(default=10)
    activity_type_id = fields.Many2one(
        "mail.activity.type",
        required=True,
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
