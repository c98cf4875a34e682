from datetime import datetime

from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError
from odoo.tools import format_date

from ...limits import PLANNED_WITHIN
from ...local_time import to_local, to_utc

#: What an activity belongs to.
TARGET_FIELDS = {"res_id", "res_model", "res_model_id"}

#: When it is due.
DEADLINE_FIELDS = {"date_deadline", "due_at"}


class Activity(models.Model):
    """Activities with a time of the day, and activities of leads."""

    _name = "mail.activity"
    _inherit = ["mail.activity", "crm.created.once"]
    _saved_for = "res_id"

    due_at = fields.Datetime(
        index="btree_not_null",
        help="The time for which the customer asked, such as for a callback.",
    )

    # ------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):  # pylint: disable=method-required-super
        return self._create_once(vals_list, self._create_activities)

    def _create_activities(self, vals_list):
        """Make activities that no form has made yet, as ``create`` does.

        :param list vals_list: without the key of a form.
        """
        vals_list = [self._prepare_deadline(vals) for vals in vals_list]
        activities = super().create(vals_list)
        activities._check_deadlines()
        activities._check_planned()
        activities._check_meetings()
        activities._begin_for_leads()
        return activities

    def write(self, vals):
        is_moved = bool(TARGET_FIELDS.intersection(vals))
        if is_moved:
            self._check_reach()
        for activities in self._group_alike(vals):
            super(Activity, activities).write(activities[:1]._prepare_moved(vals))
        if is_moved:
            self._check_reach()
        if DEADLINE_FIELDS.intersection(vals):
            self._check_deadlines()
        if is_moved or "date_done" in vals:
            self._check_planned()
        if is_moved or "calendar_event_id" in vals:
            self._check_meetings()
        if is_moved or "user_id" in vals:
            self._begin_for_leads()
        return True

    def _check_access(self, operation):
        # Core lets whoever made an activity change it ever after.
        result = super()._check_access(operation)
        if operation not in ("write", "unlink"):
            return result
        allowed = self - result[0] if result else self
        lost = allowed._filter_out_of_reach()
        if not lost:
            return result
        forbidden = result[0] + lost if result else lost
        return forbidden, lambda: forbidden._make_access_error(operation)

    def _compute_res_name(self):
        result = super()._compute_res_name()
        # Core reads the name with all rights, for an activity that is only asked for.
        asked = self.filtered(lambda activity: not activity.id)._filter_of_leads()
        if asked:
            self.env["crm.lead"]._hide_names(asked, "res_name")
        return result

    # ------------------------------------------------------------
    # ACTIONS
    # ------------------------------------------------------------

    def _action_done(self, feedback=False, attachment_ids=False):
        if attachment_ids:
            # Whoever may not read a file is refused; 18.0 would link it all the same.
            self.env["ir.attachment"].browse(attachment_ids).read(["name"])
        # In 18.0, the activities are gone afterwards.
        planned = self._get_visits()._filter_planned()
        planned._check_day_has_come()
        result = super()._action_done(feedback=feedback, attachment_ids=attachment_ids)
        # Who does the activity need not work the lead.
        planned.exists().write({"visit_state": "done"})
        return result

    # ------------------------------------------------------------
    # BUSINESS
    # ------------------------------------------------------------

    @api.onchange("due_at")
    def _onchange_due_at(self):
        self.update(self._prepare_deadline({"due_at": self.due_at}))

    def _check_reach(self):
        """Refuse a change by somebody who may not write the leads of these activities.

        :raises AccessError: also for leads that do not exist.
        """
        leads = self.sudo()._filter_of_leads()._get_leads()
        leads.with_env(self.env)._check_reach()

    def _filter_out_of_reach(self):
        """Return the activities of leads that the user neither works nor may write."""
        others = self.sudo()._filter_of_leads()
        others = others.filtered(lambda activity: activity.user_id.id != self.env.uid)
        leads = others._get_leads().with_env(self.env)
        lost = set((leads - leads._filter_reachable("write")).exists().ids)
        lost_activities = others.filtered(lambda activity: activity.res_id in lost)
        return lost_activities.with_env(self.env)

    def _check_planned(self):
        """Refuse what looks as if it was done for a lead, and was not."""
        done = self.sudo()._filter_of_leads()
        done = done.filtered(lambda row: row.date_done or not row.active)
        if not self.env.su and done._filter_for_dealerships():
            raise AccessError(
                self.env._(
                    "An activity of a lead cannot be entered as done. "
                    "Plan it, and mark it as done then."
                )
            )

    def _check_meetings(self):
        """Refuse an activity that stands for the meeting of somebody else's lead."""
        self.sudo().calendar_event_id.with_env(self.env)._check_reach()

    def _get_visits(self):
        """Return the visits that are planned by these activities, with all rights."""
        planned = self.sudo()._filter_of_leads()
        planned.calendar_event_id.with_env(self.env)._forget_hidden()
        planned = planned.filtered(
            lambda row: row.calendar_event_id.opportunity_id.id == row.res_id
        )
        return planned.calendar_event_id

    def _check_deadlines(self):
        if not self.env.su:
            for day in set(self._filter_of_leads().mapped("date_deadline")):
                self._check_day(day)

    @api.model
    def _check_day(self, day):
        """Refuse a day on which nobody plans anything.

        :param datetime.date day: any.
        :raises ValidationError: when it is too far from today.
        """
        today = fields.Date.today()
        if self.env.su or abs(day - today) <= PLANNED_WITHIN:
            return
        raise ValidationError(
            self.env._(
                "Choose a day between %(first)s and %(last)s.",
                first=format_date(self.env, today - PLANNED_WITHIN),
                last=format_date(self.env, today + PLANNED_WITHIN),
            )
        )

    def _group_alike(self, vals):
        """Return those of these activities together that the same values move alike.

        :param dict vals: what is written.
        :return: recordsets, which are all of these together.
        """
        if not DEADLINE_FIELDS.intersection(vals):
            return [self]
        alike = self.grouped(lambda activity: (activity.due_at, activity.user_id))
        return alike.values()

    def _prepare_moved(self, vals):
        """Return values in which the day and the time agree, whichever is written.

        :param dict vals: what is written.
        :rtype: dict
        :raises ValidationError: for a day that is too far from today.
        """
        if not DEADLINE_FIELDS.intersection(vals):
            return vals
        if "due_at" in vals:
            return self._prepare_deadline(vals)
        if not self.due_at:
            return vals
        return {**vals, "due_at": self._move_due_at(vals["date_deadline"])}

    def _prepare_deadline(self, vals):
        """Return values in which the day follows the time, in the zone of who does it.

        :param dict vals: what is written, with ``due_at`` in UTC, or nothing for no
            time.
        :rtype: dict
        :raises ValidationError: for a day that is too far from today.
        """
        if not vals.get("due_at"):
            return vals
        user = self.env["res.users"].browse(vals.get("user_id") or self.user_id.id)
        due_at = fields.Datetime.to_datetime(vals["due_at"])
        self._check_day(due_at.date())
        local = to_local(due_at, user or self.env.user)
        return {**vals, "date_deadline": local.date()}

    def _move_due_at(self, day):
        """Return the same time of the day on another day.

        :param day: a date or a text; nothing for the same day.
        :return: in UTC, naive.
        :rtype: datetime.datetime
        :raises ValidationError: for a day that is too far from today.
        """
        if not day:
            return self.due_at
        day = fields.Date.to_date(day)
        self._check_day(day)
        user = self.user_id or self.env.user
        time_of_day = to_local(self.due_at, user).time()
        return to_utc(datetime.combine(day, time_of_day), user)

    def _begin_for_leads(self):
        """A lead is worked while something is planned for it, and by somebody."""
        planned = self.sudo()._filter_of_leads().filtered("active")
        leads = planned._get_leads().with_env(self.env)
        leads._check_worked_by_people()
        # 19.0 knows activities of nobody, which nobody would see.
        unassigned = planned.filtered(lambda row: not row.user_id)
        for activity in unassigned._filter_for_dealerships():
            lead = activity._get_leads()
            activity.user_id = lead.user_id or self.env.user
        leads._forget_reason()

    def _to_store_defaults(self, target):
        # Only 19.0 asks for the fields by name; 18.0 sends all of them.
        return [*super()._to_store_defaults(target), "due_at"]
