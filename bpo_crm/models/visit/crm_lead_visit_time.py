from datetime import datetime, time, timedelta

import pytz

from odoo import fields, models

from ...local_time import to_zone

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
        # The clock there is the one that visits of this customer are planned by.
        name = self.sudo().dealership_id.tz or self.env.user.tz or calendar.tz or "UTC"
        zone = pytz.timezone(name)
        today = to_zone(fields.Datetime.now(), zone.zone).date()
        tomorrow = datetime.combine(today + timedelta(days=1), PROPOSED_TIME)
        start = self._find_visit_time(calendar, zone.localize(tomorrow))
        return start.astimezone(pytz.utc).replace(tzinfo=None)

    def _find_visit_time(self, calendar, moment):
        """Return when a customer finds somebody at the dealership.

        :param resource.calendar calendar: its working hours; without any, whenever.
        :param datetime.datetime moment: the first one to be proposed, with its zone.
        :return: with the same zone.
        :rtype: datetime.datetime
        """
        if not calendar or calendar._has_no_hours():
            return moment
        zone = pytz.timezone(moment.tzinfo.zone)
        # Hours that are the company's are those of other clocks.
        hours = calendar._find_work_intervals(moment, moment + PROPOSED_WITHIN, zone)
        for begin, stop, _rows in hours:
            day = begin.astimezone(zone).date()
            wanted = zone.localize(datetime.combine(day, PROPOSED_TIME))
            start = max(begin, wanted)
            if start + PROPOSED_DURATION <= stop:
                return start
        return moment
