from odoo import api, fields, models
from odoo.tools import format_date, format_datetime

from ...local_time import to_local, to_zone


class CalendarEvent(models.Model):
    """A visit is at a time of the dealership's clock, wherever it is planned."""

    _inherit = "calendar.event"

    dealership_time = fields.Char(
        "At the Dealership",
        compute="_compute_dealership_time",
        help="When the visit is by the clock there, where that is not the user's.",
    )

    # ------------------------------------------------------------
    # COMPUTE
    # ------------------------------------------------------------

    @api.depends("allday", "opportunity_id", "start", "visit_state")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_dealership_time(self):
        for event in self:
            zone = not event.is_hidden and event._get_dealership_zone()
            is_elsewhere = event._is_by_another_clock(zone)
            event.dealership_time = is_elsewhere and event._format_start()

    def _compute_display_time(self):
        result = super()._compute_display_time()
        if not self.env.user._is_internal():
            # The page of an invitation has no user.
            for event in self:
                zone = event._get_dealership_zone() or self.env.context.get("tz")
                event.display_time = event.get_display_time_tz(zone)
        return result

    # ------------------------------------------------------------
    # HOOKS
    # ------------------------------------------------------------

    def get_display_time_tz(self, tz=False):
        return super().get_display_time_tz(self._get_dealership_zone() or tz)

    def _get_mail_tz(self):
        return self._get_dealership_zone() or super()._get_mail_tz()

    # ------------------------------------------------------------
    # BUSINESS
    # ------------------------------------------------------------

    def _get_dealership_zone(self):
        """Return the zone of the dealership that is visited; False where none is.

        :rtype: str | bool
        """
        return self.visit_state and self.sudo().opportunity_id.dealership_id.tz

    def _get_zone(self):
        """Return the zone of the clock that this meeting is planned by."""
        zone = self._get_dealership_zone() or self.user_id.sudo().tz
        return zone or self.env.user.tz

    def _is_by_another_clock(self, zone):
        """Whether the clocks in a zone show something else than the user's.

        :param str zone: of the IANA database; none for no clock at all.
        """
        if not (zone and self.start) or self.allday:
            return False
        local, there = to_local(self.start, self.env.user), to_zone(self.start, zone)
        return local.utcoffset() != there.utcoffset()

    def _format_start(self):
        """Return when this meeting begins, on the clock that it is planned by."""
        if self.allday:
            return format_date(self.env, self.start_date)
        zone = self._get_zone() or "UTC"
        moment = format_datetime(self.env, self.start, tz=zone, dt_format="short")
        return f"{moment}, {zone}"
