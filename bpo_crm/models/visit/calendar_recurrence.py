from odoo import api, models


class CalendarRecurrence(models.Model):
    """How the meetings of a lead repeat is up to who may write the lead."""

    _inherit = "calendar.recurrence"

    @api.model_create_multi
    def create(self, vals_list):
        recurrences = super().create(vals_list)
        recurrences._check_reach()
        return recurrences

    def write(self, vals):
        self._check_reach()
        result = super().write(vals)
        self._check_reach()
        return result

    def unlink(self):
        self._check_reach()
        return super().unlink()

    def _check_reach(self):
        if self.env.su:
            # Who may all need not read all the meetings.
            return
        recurrences = self.sudo().with_context(active_test=False)
        events = recurrences.base_event_id | recurrences.calendar_event_ids
        events.with_env(self.env)._check_reach()
