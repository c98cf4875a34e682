"""How far, how long, how much: limits that several behaviours share."""

from datetime import timedelta

#: How long afterwards an agent logs a call, or enters a visit.
LATE_ENTRY = timedelta(hours=24)

#: How long one call can take, in minutes; PostgreSQL holds it as well.
LONGEST_CALL = 24 * 60

#: How far ahead, or back, anything is planned.
PLANNED_WITHIN = timedelta(days=36525)  # a century

#: Between the clocks of a server and what it wrote a moment ago.
CLOCK_SKEW = timedelta(minutes=1)

#: The longest mail that is kept whole, in bytes.
MAX_MAIL = 10 * 1024 * 1024

#: How many leads of each kind a message names; the others are counted.
LIST_LIMIT = 20

#: PostgreSQL's largest integer, in which Odoo keeps its ids.
MAX_INTEGER = 2**31 - 1
