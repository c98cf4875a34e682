from datetime import datetime, time, timedelta

from odoo import fields, models

from ...local_time import from_zone, to_zone

#: When a visit is proposed: on the next working day, at this hour there.
PROPOSED_TIME = time(10)

#: For how long.
PROPOSED_DURATION = timedelta(hours=1)

#: How far ahead a working day is looked for.
PROPOSED_WITHIN = timedelta(days=14)


class Lead(models.Model):
    """A visit is proposed for when the dealership is open, by the clock there."""

    _inherit = "crm.lead"

    def _prepare_visit_time(self):
        """Return the times that a new visit is proposed with, as defaults.

        :rtype: dict
        """
        start = self._propose_visit_start()
        return {
            "default_start": fields.Datetime.to_string(start),
            "default_stop": fields.Datetime.to_string(start + PROPOSED_DURATION),
            "default_duration": PROPOSED_DURATION / timedelta(hours=1),
        }

    def _propose_visit_start(self):
        """Return when the customer might come, from tomorrow on at the dealership.

        :return: in UTC, naive.
        :rtype: datetime.datetime
        """
        calendar = self.sudo()._get_response_calendar()
        zone = self.sudo().dealership_id.tz or self.env.user.tz or calendar.tz
        today = to_zone(fields.Datetime.now(), zone).date()
        tomorrow = datetime.combine(today + timedelta(days=1), PROPOSED_TIME)
        found = self._find_visit_time(calendar, tomorrow, zone)
        return from_zone(found or tomorrow, zone)

    def _find_visit_time(self, calendar, earliest, zone):
        """Return when a customer finds somebody at the dealership.

        :param resource.calendar calendar: its working hours.
        :param datetime.datetime earliest: the first time to be proposed, naive.
        :param str zone: by whose clocks it is.
        :return: by the same clocks, naive; None where nobody can come.
        :rtype: datetime.datetime | None
        """
        if not calendar or calendar._has_no_hours():
            return None
        first = to_zone(from_zone(earliest, zone), zone)
        # Hours that are the company's are those of other clocks.
        hours = calendar._find_work_intervals(
            first, first + PROPOSED_WITHIN, first.tzinfo
        )
        for begin, stop, _rows in hours:
            opens, closes = begin.replace(tzinfo=None), stop.replace(tzinfo=None)
            start = max(opens, datetime.combine(opens, PROPOSED_TIME))
            if start + PROPOSED_DURATION <= closes:
                return start
        return None
