from odoo import models

from ...client_actions import CLOSE
from ...inner_context import ASKS_FOR_NEXT_STEP
from ...series import IS_19


class ActivitySchedule(models.TransientModel):
    """Core's window on activities, which plans once for leads."""

    _name = "mail.activity.schedule"
    _inherit = ["mail.activity.schedule", "crm.saved.once"]

    def action_schedule_plan(self):
        if not self._plans_now():
            return CLOSE
        return super().action_schedule_plan()

    def _action_schedule_activities(self):
        if not self._plans_now():
            return self.env["mail.activity"]
        return super()._action_schedule_activities()

    def _plans_now(self):
        """Whether this window plans something that it has not planned already."""
        return self.res_model != "crm.lead" or self._is_first_save()

    def _get_save_subject(self):
        return f"{self._name}/{self.res_ids}"

    if not IS_19:

        def action_schedule_activities_done_and_schedule(self):
            # Core asks for the next step itself.
            asking = self.with_context(**ASKS_FOR_NEXT_STEP.say())
            action = super(
                ActivitySchedule, asking
            ).action_schedule_activities_done_and_schedule()
            return self.env["mail.activity"]._drop_asking_flag(action)
