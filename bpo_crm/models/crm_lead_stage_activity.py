from odoo import SUPERUSER_ID, api, models

from ..inner_context import FOLLOW_UP_PLANNED


class Lead(models.Model):
    """The activity of a stage, and the lead's way through the stages.

    Seed 001, "Opportunity Automation". The two directions end each other: who
    moves the lead has done the activity, and an activity that is done is not
    pending any more when the lead moves.
    """

    _inherit = "crm.lead"

    # ------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        leads = super().create(vals_list)
        leads._plan_stage_activities()
        return leads

    def write(self, vals):
        beginning = self.browse()
        if vals.get("user_id") or vals.get("type") == "opportunity":
            beginning = self.filtered(lambda lead: not lead._is_begun())
        if {"active", "stage_id"}.intersection(vals):
            # Core removes what is planned for a lost lead, and in a view that shows
            # archived leads it would find what is done, too.
            self = self.with_context(active_test=True)
        result = super().write(vals)
        beginning._plan_stage_activities()
        return result

    # ------------------------------------------------------------
    # HOOKS
    # ------------------------------------------------------------

    def _before_stage_move(self, stage):
        if stage._is_closed:
            self._cancel_activities()
        return super()._before_stage_move(stage)

    def _after_stage_move(self, stage, left):
        if not stage._is_closed:
            done = self._complete_stage_activities(left)
            planned = self._plan_stage_activities()
            (done - planned._get_leads())._ask_for_next_step()
        return super()._after_stage_move(stage, left)

    # ------------------------------------------------------------
    # BUSINESS
    # ------------------------------------------------------------

    def _plan_stage_activities(self):
        """Plan the activity of its stage for every open lead that has an owner.

        Those that have it already are left alone.

        :return: the new activities.
        """
        waiting = self.filtered(
            lambda lead: lead._is_begun() and lead.stage_id._plans_activity
        )
        if not waiting or self._goes_without_activity():
            return self.env["mail.activity"]
        planned = waiting._find_stage_activities()
        done = {(activity.res_id, activity.crm_stage_id) for activity in planned}
        missing = waiting.filtered(lambda lead: (lead.id, lead.stage_id) not in done)
        return missing._create_stage_activities()

    @api.model
    def _goes_without_activity(self):
        """Whether nothing is to be planned by the stage.

        Core's flag is for automations: with it, people would leave their leads
        without a next step.
        """
        is_automation = self.env.uid == SUPERUSER_ID
        is_skipped = self.env.context.get("mail_activity_automation_skip")
        return bool(FOLLOW_UP_PLANNED.get(self.env) or (is_automation and is_skipped))

    def _is_begun(self):
        """Whether somebody works this lead as an opportunity."""
        return bool(self.user_id) and self.type == "opportunity"

    def _create_stage_activities(self):
        # Who changes these leads at the same time shall wait here, and be tried again.
        self.flush_recordset(["stage_id", "user_id"])
        model = self.env["ir.model"]._get_id(self._name)
        vals_list = []
        for (stage, owner), leads in self.grouped(
            lambda lead: (lead.stage_id, lead.user_id)
        ).items():
            values = {
                **stage._prepare_activity_values(owner),
                "res_model_id": model,
            }
            vals_list += [{**values, "res_id": lead.id} for lead in leads]
        # The owner is told of the lead itself, and the stage needs nobody's rights.
        activities = self.env["mail.activity"].sudo()
        return activities.with_context(mail_activity_quick_update=True).create(
            vals_list
        )

    def _find_stage_activities(self):
        """Return the pending activities that stages planned for these leads."""
        return self._find_pending_activities().filtered("crm_stage_id")

    def _find_pending_activities(self):
        """Return what is planned for these leads, by whomever."""
        # The pipeline's screens show archived leads, and done activities are archived.
        pending = self.env["mail.activity"].sudo().with_context(active_test=True)
        if not self:
            return pending
        return pending.search(
            [("res_model", "=", self._name), ("res_id", "in", self.ids)]
        )

    def _complete_stage_activities(self, left):
        """Mark the activities of the stages that leads have left as done.

        :param dict left: the stage that each of these leads was in.
        :return: the leads that had one.
        """
        stages = {lead.id: stage for lead, stage in left.items()}
        pending = self._find_stage_activities().filtered(
            lambda activity: activity.crm_stage_id == stages.get(activity.res_id)
        )
        pending._complete_by_move()
        return self & pending._get_leads()

    def _advance(self, stage):
        """Move those of these leads that are still in a stage to the next one.

        :param crm.stage stage: the one whose activity was done.
        """
        waiting = self.filtered(
            lambda lead: lead.stage_id == stage and lead.active and lead._is_begun()
        )
        for team, leads in waiting.grouped("team_id").items():
            following = stage._next_among(self.env["crm.stage"]._find_open(team))
            if following:
                leads.write({"stage_id": following.id})

    def _cancel_activities(self):
        """Remove what is planned for leads that are not worked now, with a trace."""
        pending = self._find_pending_activities()
        if not pending:
            return
        bodies = {
            lead_id: activities._prepare_cancelled_message()
            for lead_id, activities in pending.grouped("res_id").items()
        }
        leads = self.browse(bodies).sudo()
        leads._message_log_batch(bodies, author_id=self.env.user.partner_id.id)
        pending.unlink()
