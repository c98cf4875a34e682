from datetime import datetime, time, timedelta

import pytz

from odoo import models

#: How far working days are looked for at once.
SEARCH_RANGE = timedelta(days=14)

#: How often: for a year, which is long enough to know that nobody ever works.
SEARCH_LIMIT = 26


class ResourceCalendar(models.Model):
    """Counting in working days, public holidays left out."""

    _inherit = "resource.calendar"

    def _add_working_days(self, day, count):
        """Return the working day that lies a number of working days from a day.

        :param datetime.date day: where to start; it does not count itself.
        :param int count: in days; negative to go back, 0 for the day itself or,
            where nobody works on it, the next working day.
        :rtype: datetime.date
        """
        self.ensure_one()
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
        """Return the working days after a day up to another one, in that order."""
        zone = pytz.timezone(self.tz or "UTC")
        first, end = sorted((day, last))
        if day < last:
            first, end = first + timedelta(days=1), end + timedelta(days=1)
        start, stop = (
            zone.localize(datetime.combine(date, time())) for date in (first, end)
        )
        intervals = self._work_intervals_batch(start, stop)[False]
        days = {begin.astimezone(zone).date() for begin, _stop, _rows in intervals}
        return sorted(days, reverse=day > last)
