"""How far the dates that people enter may lie from now."""

from datetime import timedelta

#: How long afterwards an agent logs a call, or enters a visit.
LATE_ENTRY = timedelta(hours=24)

#: How long one call can take, in minutes; PostgreSQL holds it as well.
LONGEST_CALL = 24 * 60

#: How far ahead, or back, anything is planned.
PLANNED_WITHIN = timedelta(days=36525)  # a century

#: Between the clocks of a server and what it wrote a moment ago.
CLOCK_SKEW = timedelta(minutes=1)
