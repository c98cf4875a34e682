"""Counting in working time."""

import bisect
from datetime import timedelta


class WorkingClock:
    """A clock that runs only while somebody works.

    :param list intervals: pairs of moments between which somebody works, in order
        and apart from each other.
    """

    def __init__(self, intervals):
        self._starts = []
        #: What the clock shows at each start and each stop.
        self._shown_at_starts, self._shown_at_stops = [], []
        shown = timedelta()
        for start, stop in intervals:
            self._starts.append(start)
            self._shown_at_starts.append(shown)
            shown += stop - start
            self._shown_at_stops.append(shown)

    def show(self, moment):
        """Return what the clock shows at a moment.

        :param datetime.datetime moment: any.
        :return: the time worked until then.
        :rtype: datetime.timedelta
        """
        place = bisect.bisect_right(self._starts, moment) - 1
        if place < 0:
            return timedelta()
        shown = self._shown_at_starts[place] + moment - self._starts[place]
        return min(shown, self._shown_at_stops[place])

    def find(self, shown):
        """Return the first moment at which the clock shows a time.

        :param datetime.timedelta shown: worked until then.
        :rtype: datetime.datetime | None
        """
        place = bisect.bisect_left(self._shown_at_stops, shown)
        if place == len(self._starts):
            return None
        return self._starts[place] + max(
            shown - self._shown_at_starts[place], timedelta()
        )

    def runs_after(self, moment):
        """Whether this clock still runs at some time after a moment.

        :param datetime.datetime moment: any.
        """
        stops = self._shown_at_stops
        return bool(stops) and self.show(moment) < stops[-1]
