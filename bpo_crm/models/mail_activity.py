from datetime import datetime

from odoo import api, fields, models

from ..local_time import to_local, to_utc


class Activity(models.Model):
    """Activities with a time of the day, and activities of leads."""

    _inherit = "mail.activity"

    due_at = fields.Datetime(
        index="btree_not_null",
        help="When the customer asked for a time of the day, such as for a callback.",
    )

    # ------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        vals_list = [self._prepare_deadline(vals) for vals in vals_list]
        activities = super().create(vals_list)
        activities._begin_for_leads()
        return activities

    def write(self, vals):
        if "due_at" in vals or "date_deadline" in vals:
            alike = self.grouped(lambda activity: (activity.due_at, activity.user_id))
            for activities in alike.values():
                values = activities[:1]._prepare_moved(vals)
                super(Activity, activities).write(values)
        else:
            super().write(vals)
        if {"res_id", "res_model_id", "user_id"}.intersection(vals):
            self._begin_for_leads()
        return True

    def _action_done(self, feedback=False, attachment_ids=False):
        # In 18.0, the activities are gone afterwards.
        visits = self.calendar_event_id
        result = super()._action_done(feedback=feedback, attachment_ids=attachment_ids)
        planned = visits.exists().filtered(lambda event: event.visit_state == "planned")
        # Who does the activity need not work the lead.
        planned.sudo().write({"visit_state": "done"})
        return result

    # ------------------------------------------------------------
    # BUSINESS
    # ------------------------------------------------------------

    @api.onchange("due_at")
    def _onchange_due_at(self):
        self.update(self._prepare_deadline({"due_at": self.due_at}))

    def _prepare_moved(self, vals):
        """Keep the day and the time together, whichever of them is written."""
        if "due_at" in vals:
            return self._prepare_deadline(vals)
        if not self.due_at:
            return vals
        return {**vals, "due_at": self._move_due_at(vals["date_deadline"])}

    def _prepare_deadline(self, vals):
        """Let the day follow the time, in the zone of who does it."""
        if not vals.get("due_at"):
            return vals
        user = self.env["res.users"].browse(vals.get("user_id") or self.user_id.id)
        due_at = fields.Datetime.to_datetime(vals["due_at"])
        local = to_local(due_at, user or self.env.user)
        return {**vals, "date_deadline": local.date()}

    def _move_due_at(self, day):
        """Return the same time of the day on another day, in UTC."""
        if not day:
            return self.due_at
        user = self.user_id or self.env.user
        time_of_day = to_local(self.due_at, user).time()
        return to_utc(datetime.combine(fields.Date.to_date(day), time_of_day), user)

    def _begin_for_leads(self):
        """A lead is worked while something is planned for it, and by somebody."""
        planned = self.sudo()._filter_of_leads().filtered("active")
        leads = planned._get_leads().with_env(self.env)
        leads._check_worked_by_role()
        # 19.0 knows activities of nobody, which nobody would see.
        for activity in planned.filtered(lambda row: not row.user_id):
            lead = activity._get_leads()
            activity.user_id = lead.user_id or self.env.user
        leads._forget_reason()

    def _to_store_defaults(self, target):
        # Only 19.0 asks for the fields by name; 18.0 sends all of them.
        return [*super()._to_store_defaults(target), "due_at"]
