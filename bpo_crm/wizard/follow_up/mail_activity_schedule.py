from odoo import models

from ...inner_context import ASKS_FOR_NEXT_STEP
from ...series import IS_19


class ActivitySchedule(models.TransientModel):
    _inherit = "mail.activity.schedule"

    if not IS_19:

        def action_schedule_activities_done_and_schedule(self):
            # Core asks for the next step itself.
            asking = self.with_context(**ASKS_FOR_NEXT_STEP.say())
            action = super(
                ActivitySchedule, asking
            ).action_schedule_activities_done_and_schedule()
            return self.env["mail.activity"]._drop_asking_flag(action)
