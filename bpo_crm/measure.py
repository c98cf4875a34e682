"""Figures of reports: not every row has each, and 0 is one.

The average over a group is over the rows that have the figure, so that each subtotal
and total is right, and ``(name, "!=", False)`` finds just the rows that it was counted
from.
"""

from odoo import fields


class Measure(fields.Float):
    """A figure of which the web client shows the average of each group."""

    #: Otherwise, a row with 0 would have no figure on Odoo 19.0.
    falsy_value = None

    def __init__(self, string=None, **attributes):
        super().__init__(string, **{"aggregator": "avg", "readonly": True} | attributes)


class Share(Measure):
    """1 of a row that has something, 0 of one that has not, and none of all others."""


class Percentile(Measure):
    """What a part of the rows of a group does not exceed, such as the median.

    ``crm.report`` works it out for every group anew: of groups of groups, no average
    would be right.
    """

    fraction = 0.5


class NinetiethPercentile(Percentile):
    """What nine rows of ten do not exceed."""

    fraction = 0.9
