"""Figures of reports: not every row has each, and 0 is one.

The average over a group is over the rows that have the figure, so that each subtotal
and total is right, and ``(name, "!=", False)`` finds just the rows that it was counted
from.
"""

from datetime import timedelta

from odoo import fields
from odoo.tools import SQL


class Measure(fields.Float):
    """A figure of which the web client shows the average of each group."""

    #: Otherwise, a row with 0 would have no figure on Odoo 19.0.
    falsy_value = None

    def __init__(self, string=None, **attributes):
        super().__init__(string, **{"aggregator": "avg", "readonly": True} | attributes)

    def convert_to_record(self, value, record):
        """Return False of a row that has no figure: 0 would be one."""
        return False if value is None else value

    def convert_to_export(self, value, record):
        """Return an empty text of a row that has no figure."""
        return "" if value is False else value


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


class FloorDay(fields.Date):
    """The floor's day of a moment by which PostgreSQL can look rows up.

    It cannot by a day that it works out of each. That the moment is not far from it
    says the same once more.
    """

    #: The column of the report with the moment in UTC.
    moment = None

    #: Whether there may be a day without the moment.
    may_be_unknown = False

    def narrow(self, condition, alias, operator, value):
        """Return a condition on the day that looks the moment up as well.

        :param SQL condition: on the day.
        :param str alias: of the report's table.
        :param str operator: of the condition.
        :param value: that the day is compared with.
        :rtype: SQL
        """
        day = operator in (">", ">=", "<", "<=") and fields.Date.to_date(value)
        if not day:
            return condition
        moment = SQL.identifier(alias, self.moment)
        if operator in (">", ">="):
            near = SQL("%s >= %s", moment, day - timedelta(days=1))
        else:
            near = SQL("%s < %s", moment, day + timedelta(days=2))
        if self.may_be_unknown:
            near = SQL("(%s OR %s IS NULL)", near, moment)
        return SQL("(%s AND %s)", condition, near)

    # Odoo 18.0 asks the model: see ``crm.report``.
    def _condition_to_sql(self, field_expr, operator, value, model, alias, query):
        condition = super()._condition_to_sql(
            field_expr, operator, value, model, alias, query
        )
        if field_expr != self.name:
            return condition
        return self.narrow(condition, alias, operator, value)
