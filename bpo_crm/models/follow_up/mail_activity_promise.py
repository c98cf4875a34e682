from odoo import fields, models
from odoo.exceptions import AccessError

from ...local_time import to_zone


class Activity(models.Model):
    """What was agreed with a customer outlives the stage in which it was planned."""

    _inherit = "mail.activity"

    def write(self, vals):
        planned_by_stages = self.browse()
        if not self.env.su:
            self._check_planner_stays(vals)
            planned_by_stages = self.sudo().filtered("crm_stage_id")
        days = {activity: activity.date_deadline for activity in planned_by_stages}
        super().write(vals)
        # Whoever chooses another day has a reason for it.
        moved = planned_by_stages.filtered(lambda row: row.date_deadline != days[row])
        moved.filtered("automated").automated = False
        return True

    def _check_planner_stays(self, vals):
        if "automated" in vals and self.sudo().filtered("crm_stage_id"):
            raise AccessError(
                self.env._("Whether a stage planned an activity cannot be changed.")
            )

    # ------------------------------------------------------------
    # BUSINESS
    # ------------------------------------------------------------

    def _is_promised(self):
        """Whether this is still to be done after its lead has moved on.

        The customer knows of a time and of a meeting. A day that a person chose
        counts until it has passed for who does it.
        """
        self.ensure_one()
        if self.due_at or self.calendar_event_id:
            return True
        today = to_zone(fields.Datetime.now(), self.user_tz).date()
        return not self.automated and self.date_deadline >= today

    def _can_stand_for(self, stage):
        """Whether no other activity is needed in a stage.

        :param crm.stage stage: the lead's, which plans an activity.
        """
        # Else it was planned beside the steps of the stages, for something else.
        is_step = self.crm_stage_id or self.activity_type_id == stage.activity_type_id
        return bool(is_step) and self._is_promised()
