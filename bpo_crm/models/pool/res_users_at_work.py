from datetime import timedelta

import pytz

from odoo import fields, models

#: How an ``im_status`` ends of somebody whose client is open. Further modules say more
#: in front of it, such as where somebody works.
SIGNED_IN = ("online", "away")

#: How it begins on a day off.
ON_LEAVE = "leave_"


class ResUsers(models.Model):
    """Who is at work in this moment."""

    _inherit = "res.users"

    def _filter_at_work(self):
        """Return those of these users who are signed in and within their hours.

        One calendar computation for all who have the same hours in the same zone.

        :rtype: res.users
        """
        present = self.sudo()._filter_signed_in()
        at_work = present.browse()
        for (calendar, zone, company), alike in present.grouped(
            lambda user: (user._get_working_hours(), user.tz, user.company_id)
        ).items():
            hours = calendar.with_company(company)
            at_work |= alike._filter_within(hours, zone) if hours else alike
        return at_work.with_env(self.env)

    def _filter_signed_in(self):
        """Return those of these users whose clients are open.

        :rtype: res.users
        """
        users = self.sudo()
        users.invalidate_recordset(["im_status"])
        return users.filtered(lambda user: user._is_signed_in()).with_env(self.env)

    def _is_signed_in(self):
        """Whether this user's client is open, and the user does not say otherwise.

        In Odoo 19, a user can: who is on *Do Not Disturb* or appears offline is not
        there. A client that crashed may count for half a day, until Odoo forgets it.
        """
        status = self.im_status or ""
        return status.endswith(SIGNED_IN) and not status.startswith(ON_LEAVE)

    def _get_working_hours(self):
        """Return the user's own working hours, or else those of the sales team."""
        return self.resource_calendar_id or self.company_id._get_sales_calendar()

    def _filter_within(self, calendar, zone):
        """Return those of these users who work by a calendar now.

        :param resource.calendar calendar: the hours of all of them.
        :param str zone: where they are; the calendar's by default.
        :rtype: res.users
        """
        now = pytz.utc.localize(fields.Datetime.now())
        moment = (now, now + timedelta(minutes=1), self.resource_ids)
        options = {
            "domain": calendar._get_leaves_domain(),
            "tz": pytz.timezone(zone or calendar.tz or "UTC"),
        }
        # Who is no resource has no time off, but the holidays of all.
        if calendar._has_no_hours():
            off = calendar._leave_intervals_batch(*moment, **options)
            return self.filtered(lambda user: not off[user.resource_ids[:1].id])
        on = calendar._work_intervals_batch(*moment, **options)
        return self.filtered(lambda user: on[user.resource_ids[:1].id])
