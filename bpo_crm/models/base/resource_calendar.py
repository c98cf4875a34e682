from datetime import datetime, time, timedelta

import pytz

from odoo import fields, models

from ...working_clock import WorkingClock

#: How far working days are looked for at once.
SEARCH_RANGE = timedelta(days=14)

#: How often: for a year, which is long enough to know that nobody ever works.
SEARCH_LIMIT = 26

#: How far the end of some working minutes is looked for, one after the other.
MINUTES_RANGES = (SEARCH_RANGE, SEARCH_LIMIT * SEARCH_RANGE)

#: What took longer took a year.
LONGEST = timedelta(days=365)


class ResourceCalendar(models.Model):
    """Counting in working days and minutes, public holidays left out."""

    _name = "resource.calendar"
    _inherit = ["resource.calendar", "crm.checked.afterwards"]

    def _add_working_days(self, day, count):
        """Return the working day that lies a number of working days from a day.

        :param datetime.date day: where to start; it does not count itself.
        :param int count: in days; negative to go back, 0 for the day itself or,
            where nobody works on it, the next working day.
        :rtype: datetime.date
        """
        self.ensure_one()
        if self._has_no_hours():
            return day + timedelta(days=count)
        if not count:
            day, count = day - timedelta(days=1), 1
        step = SEARCH_RANGE if count > 0 else -SEARCH_RANGE
        start, left = day, abs(count)
        for _unused in range(SEARCH_LIMIT + left):
            days = self._find_working_days(start, start + step)
            if len(days) >= left:
                return days[left - 1]
            left -= len(days)
            start += step
        return day + timedelta(days=count)

    def _find_working_days(self, day, last):
        """Return the working days after a day up to another one, in that order.

        :param datetime.date day: which is none of them.
        :param datetime.date last: which may be one of them; before the day to go back.
        :rtype: list[datetime.date]
        """
        zone = pytz.timezone(self.tz or "UTC")
        first, end = sorted((day, last))
        if day < last:
            first, end = first + timedelta(days=1), end + timedelta(days=1)
        start, stop = (
            zone.localize(datetime.combine(date, time())) for date in (first, end)
        )
        intervals = self._find_work_intervals(start, stop)
        days = {begin.astimezone(zone).date() for begin, _stop, _rows in intervals}
        return sorted(days, reverse=day > last)

    def _add_working_minutes(self, spans):
        """Return when working minutes are over.

        One computation of the hours for all of them. Without any hours, and with
        flexible ones, all minutes count.

        :param list spans: pairs of a moment in UTC, naive, and a number of minutes.
        :return: as many moments.
        :rtype: list[datetime.datetime]
        """
        last = max(start for start, _minutes in spans)
        # Minutes of a time so long ago are over anyway.
        long_ago = min(last, fields.Datetime.now()) - LONGEST
        spans = [
            (max(start, long_ago), timedelta(minutes=minutes))
            for start, minutes in spans
        ]
        if self._has_no_hours():
            return [start + time_left for start, time_left in spans]
        first = min(start for start, _time_left in spans)
        for search_range in MINUTES_RANGES:
            clock = self._get_clock(first, last + search_range)
            found = [
                clock.find(clock.show(start) + time_left) for start, time_left in spans
            ]
            if all(found):
                break
        return [
            end or start + time_left
            for end, (start, time_left) in zip(found, spans, strict=True)
        ]

    def _count_working_minutes(self, spans):
        """Return how many working minutes lie between moments.

        One computation of the hours for all of them. Without any hours, and with
        flexible ones, all minutes count.

        :param list spans: pairs of moments in UTC, naive, the later one second.
        :return: as many numbers of minutes.
        :rtype: list[float]
        """
        spans = [(max(start, stop - LONGEST), stop) for start, stop in spans]
        times = [stop - start for start, stop in spans]
        if not self._has_no_hours():
            times = self._count_working_time(spans)
        return [time.total_seconds() / 60 for time in times]

    def _count_working_time(self, spans):
        """Return how much working time lies between moments.

        Where nobody works any more after the first of them, all time counts.

        :param list spans: pairs of moments in UTC, naive, the later one second.
        :return: as many durations.
        :rtype: list[datetime.timedelta]
        """
        first = min(start for start, _stop in spans)
        last = max(stop for _start, stop in spans)
        clock = self._get_clock(first, last)
        times = [clock.show(stop) - clock.show(start) for start, stop in spans]
        if not all(times):
            # At night, or nobody works in these hours any more.
            clock = self._get_clock(first, last + MINUTES_RANGES[-1])
        return [
            time if clock.runs_after(start) else stop - start
            for time, (start, stop) in zip(times, spans, strict=True)
        ]

    def _has_no_hours(self):
        """Whether nothing says when somebody works here: no hours, or flexible ones.

        What Odoo makes of flexible hours is for the pay, an average around noon.
        """
        return self.flexible_hours or not self.attendance_ids

    def _find_work_intervals(self, start, stop, zone=None):
        """Return when somebody works by this calendar who is nobody in particular.

        :param datetime.datetime start: from when, with its zone.
        :param datetime.datetime stop: until when, with its zone.
        :param datetime.tzinfo zone: by whose clocks the hours are; by default the
            calendar's own.
        :return: of core's.
        """
        domain = self._get_leaves_domain()
        return self._work_intervals_batch(start, stop, domain=domain, tz=zone)[False]

    def _get_leaves_domain(self):
        """Return the domain of the time off that counts here.

        Public holidays without a calendar are those of a company: of the calendar's,
        or else of the environment's. Core takes those of all.
        """
        company = self.company_id or self.env.company
        return [
            ("time_type", "=", "leave"),
            "|",
            ("resource_id", "!=", False),
            ("company_id", "in", [False, company.id]),
        ]

    def _get_clock(self, first, last):
        """Return a clock that runs in these working hours.

        :param datetime.datetime first: from when it is needed, in UTC, naive.
        :param datetime.datetime last: until when.
        :rtype: WorkingClock
        """
        start, stop = pytz.utc.localize(first), pytz.utc.localize(last)
        intervals = self._find_work_intervals(start, stop)
        return WorkingClock(
            [(_to_utc(begin), _to_utc(end)) for begin, end, _rows in intervals]
        )


class ResourceCalendarAttendance(models.Model):
    """Hours, which managers of the floor change in the calendars of their companies."""

    _name = "resource.calendar.attendance"
    _inherit = ["resource.calendar.attendance", "crm.checked.afterwards"]


def _to_utc(moment):
    """Return a moment in UTC, naive, in whole seconds.

    A day's hours that last until midnight end a microsecond before it.
    """
    moment = moment.astimezone(pytz.utc).replace(tzinfo=None)
    return (moment + timedelta(microseconds=500_000)).replace(microsecond=0)
