from odoo import api, models


class Attendee(models.Model):
    """Who is invited to the meeting of a lead is up to who may write the lead.

    Whether somebody comes is not: Odoo's calendars write the answers of all attendees.
    """

    _inherit = "calendar.attendee"

    @api.model_create_multi
    def create(self, vals_list):
        attendees = super().create(vals_list)
        attendees._check_reach()
        return attendees

    def write(self, vals):
        is_moved = bool({"event_id", "partner_id"}.intersection(vals))
        if is_moved:
            self._check_reach()
        result = super().write(vals)
        if is_moved:
            self._check_reach()
        return result

    def unlink(self):
        self._check_reach()
        return super().unlink()

    def _check_reach(self):
        self.sudo().event_id.with_env(self.env)._check_reach()
