from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import format_date

from ... import series
from ...inner_context import ASKS_FOR_NEXT_STEP, KEEPS_DONE
from ...series import UniqueIndex

#: What core writes once an activity is done.
AFTERWARDS = {"attachment_ids", "feedback"}


class Activity(models.Model):
    """What follows when an activity of a lead is done, and what is kept of it."""

    _inherit = "mail.activity"

    crm_stage_id = fields.Many2one(
        "crm.stage",
        "Planned by Stage",
        readonly=True,
        copy=False,
        server_only=True,
        index="btree_not_null",
        ondelete="set null",
        help="The stage of the lead that planned this activity.",
    )
    done_by_id = fields.Many2one(
        "res.users", readonly=True, copy=False, server_only=True
    )
    done_at = fields.Datetime("Done On", readonly=True, copy=False, server_only=True)

    # Two transactions cannot plan the activity of a stage twice.
    _crm_stage_uniq = UniqueIndex(
        "(res_id, crm_stage_id) WHERE active AND crm_stage_id IS NOT NULL"
    )

    @api.model_create_multi
    def create(self, vals_list):
        activities = super().create(vals_list)
        activities._check_no_server_only()
        return activities

    def write(self, vals):
        self._check_server_only(vals)
        self._check_history_stays(vals)
        return super().write(vals)

    def unlink(self):
        # 18.0 deletes what is done, unless its type says otherwise.
        kept = self.browse()
        if KEEPS_DONE.get(self.env):
            kept = self.filtered("done_at")
            kept._archive_done()
        doomed = self - kept
        if not self.env.su and doomed._filter_done():
            doomed._refuse_history_change()
        return super(Activity, doomed).unlink()

    @api.model
    def get_activity_data(self, res_model, domain, *args, fetch_done=False, **kwargs):
        # Of a lead all that is done is kept, not the documents alone.
        fetch_done = fetch_done and res_model != "crm.lead"
        return super().get_activity_data(
            res_model, domain, *args, fetch_done=fetch_done, **kwargs
        )

    def _check_history_stays(self, vals):
        """What was done for a lead stays done, and is hidden only by doing it.

        :param dict vals: what is written.
        :raises AccessError: for what was done already, and for hiding what was not.
        """
        if self.env.su or vals.keys() <= AFTERWARDS:
            return
        done = self._filter_of_leads().filtered("done_at")
        hidden = self._filter_for_dealerships() if "active" in vals else done
        # To be done, an activity is archived once that is written down.
        is_doing = vals == {"active": False} and hidden <= done
        if not is_doing and (done or hidden):
            self._refuse_history_change()

    def _refuse_history_change(self):
        raise AccessError(
            self.env._(
                "An activity of a lead that is done cannot be changed or "
                "deleted. Plan a new one instead."
            )
        )

    # ------------------------------------------------------------
    # ACTIONS
    # ------------------------------------------------------------

    def action_feedback_schedule_next(self, *args, **kwargs):
        # Core asks for the next step itself.
        asking = self.with_context(**ASKS_FOR_NEXT_STEP.say())
        action = super(Activity, asking).action_feedback_schedule_next(*args, **kwargs)
        return self._drop_asking_flag(action)

    # ------------------------------------------------------------
    # BUSINESS
    # ------------------------------------------------------------

    def _action_done(self, feedback=False, attachment_ids=None):
        # Somebody else may have done them a moment ago.
        pending = self.filtered("active").with_context(**KEEPS_DONE.say())
        of_leads = pending._filter_for_dealerships()
        leads = of_leads._get_leads()
        advancing = of_leads._get_advancing_leads()
        of_leads.sudo().write(self._prepare_done_values())
        messages, following = super(Activity, pending)._action_done(
            feedback=feedback, attachment_ids=attachment_ids
        )
        for stage, waiting in advancing.items():
            # It is the stage that moves the lead, whoever did its activity.
            waiting.sudo()._advance(stage)
            following |= waiting._find_stage_activities()
        if not ASKS_FOR_NEXT_STEP.get(self.env):
            leads._ask_for_next_step()
        return messages, following

    def _complete_by_move(self):
        """Mark as done what somebody did by moving its lead forward.

        As core does it, for many leads at once; but nothing advances by this.
        """
        chained = self.filtered(lambda activity: activity.chaining_type == "trigger")
        next_values = [
            activity.with_context(
                activity_previous_deadline=activity.date_deadline
            )._prepare_next_activity_values()
            for activity in chained
        ]
        self._log_done()
        self.write(self._prepare_done_values())
        self._archive_done()
        self.create(next_values)

    def _archive_done(self):
        self.action_archive()
        series.announce_done(self)

    def _log_done(self):
        """Write into the chatter of the leads who did these activities."""
        bodies = {activity.res_id: activity._render_done() for activity in self}
        leads = self._get_leads().sudo()
        author = self.env.user.partner_id.id
        messages = leads._message_log_batch(bodies, author_id=author)
        kinds = {activity.res_id: activity.activity_type_id for activity in self}
        subtype = self.env["ir.model.data"]._xmlid_to_res_id("mail.mt_activities")
        for kind, alike in messages.grouped(lambda row: kinds[row.res_id]).items():
            # The reports on activities read these messages.
            alike.write({"mail_activity_type_id": kind.id, "subtype_id": subtype})

    def _render_done(self):
        return self.env["ir.qweb"]._render(
            "mail.message_activity_done",
            {
                "activity": self,
                "feedback": False,
                "display_assignee": self.user_id != self.env.user,
            },
            minimal_qcontext=True,
        )

    def _is_for_now(self, today):
        """Whether a call that is made today is this one.

        What was promised for a later day is kept; the day of a stage is a limit.
        """
        is_limit = bool(self.crm_stage_id) and not self._is_promised()
        return is_limit or self.date_deadline <= today

    def _prepare_done_values(self):
        return {"done_by_id": self.env.uid, "done_at": fields.Datetime.now()}

    def _prepare_cancelled_message(self):
        """Return the trace of what was planned for a lead that is closed now."""
        planned = ", ".join(
            f"{row.display_name} ({format_date(self.env, row.date_deadline)})"
            for row in self
        )
        return self.env._("Cancelled, as the lead is closed: %s.", planned)

    def _filter_of_leads(self):
        return self.filtered(lambda activity: activity.res_model == "crm.lead")

    def _filter_for_dealerships(self):
        """Return those of leads that the rules are for."""
        of_leads = self._filter_of_leads()
        ours = of_leads._get_leads()._filter_for_dealerships()
        return of_leads.filtered(lambda row: row.res_id in ours._ids)

    def _filter_done(self):
        return self.sudo()._filter_of_leads().filtered("done_at")

    def _get_leads(self):
        return self.env["crm.lead"].browse(dict.fromkeys(self.mapped("res_id")))

    def _get_advancing_leads(self):
        """Return the leads that move on when these activities are done.

        :return: by the stage that they leave.
        :rtype: dict
        """
        return {
            stage: activities._get_leads()
            for stage, activities in self.grouped("crm_stage_id").items()
            if stage.advance_when_done
        }

    @api.model
    def _drop_asking_flag(self, action):
        """Return an action whose window is not taken for core's question any more."""
        if not isinstance(action, dict):
            return action
        context = ASKS_FOR_NEXT_STEP.drop_from(action.get("context") or {})
        return {**action, "context": context}
