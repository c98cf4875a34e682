from odoo import SUPERUSER_ID, api, models
from odoo.tools import SQL

from ...inner_context import FOLLOW_UP_PLANNED


class Lead(models.Model):
    """The activity of a stage, and the lead's way through the stages.

    Requirements 001, "Opportunity automation". The two directions end each other: who
    moves the lead has done the activity, and an activity that is done is not
    pending any more when the lead moves.
    """

    _inherit = "crm.lead"

    # ------------------------------------------------------------
    # PHASES
    # ------------------------------------------------------------

    def _follow_up_births(self):
        self._plan_stage_activities()
        return super()._follow_up_births()

    def _write_by_core(self, vals):
        if {"active", "stage_id"}.intersection(vals):
            # Core removes what is planned for a lost lead, and in a view that shows
            # archived leads it would find what is done, too.
            self = self.with_context(active_test=True)
        return super()._write_by_core(vals)

    def _prepare_change(self, change):
        change.find_closing()._cancel_activities()
        return super()._prepare_change(change)

    def _follow_up_change(self, change):
        moved = change.find_changing("stage_id").filtered(
            lambda lead: not change.get_new(lead, "stage_id")._is_closed
        )
        if moved:
            moved._follow_up_move(
                {lead: change.get_old(lead, "stage_id") for lead in moved}
            )
        (change.find_changing("user_id", "type") - moved)._plan_stage_activities()
        return super()._follow_up_change(change)

    # ------------------------------------------------------------
    # BUSINESS
    # ------------------------------------------------------------

    @api.model
    def _lose_as_before(self, chosen):
        result = super()._lose_as_before(chosen)
        self._forget_stage_activities(chosen)
        return result

    @api.model
    def _forget_stage_activities(self, chosen):
        """Remove what stages had planned for leads that turned out to be lost.

        What a person planned stays.

        :param SQL chosen: the condition on ``crm_lead`` of all that are looked at.
        """
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                "DELETE FROM mail_activity WHERE res_model = 'crm.lead' AND active"
                " AND automated AND crm_stage_id IS NOT NULL AND res_id IN ("
                " SELECT id FROM crm_lead WHERE (%s) AND active IS NOT TRUE)"
                " RETURNING res_id",
                chosen,
            )
        )
        self.env.invalidate_all()
        leads = self.browse({lead_id for (lead_id,) in rows})
        for name in ("next_step_date", "next_step_zone"):
            self.env.add_to_compute(self._fields[name], leads)

    def _follow_up_move(self, left):
        """End what the stages planned that leads have left, and plan what is next.

        :param dict left: the stage that each of these leads was in.
        """
        done = self._complete_stage_activities(left)
        planned = self._plan_stage_activities()
        (done - planned._get_leads())._ask_for_next_step()

    def _plan_stage_activities(self):
        """Plan the activity of its stage for every open lead that has an owner.

        Those that have it already are left alone, and what was promised to the
        customer stands for it.

        :return: the new activities.
        """
        waiting = self.filtered(
            lambda lead: lead._is_begun() and lead.stage_id._plans_activity
        )
        if not waiting or self._goes_without_activity():
            return self.env["mail.activity"]
        pending = waiting._find_pending_activities()
        planned = {(activity.res_id, activity.crm_stage_id) for activity in pending}
        missing = waiting.filtered(lambda lead: (lead.id, lead.stage_id) not in planned)
        carried_over = missing._carry_over(pending)
        return (missing - carried_over)._create_stage_activities()

    def _carry_over(self, pending):
        """Let what was promised to the customers be the steps of the stages.

        Done, it moves the lead on where the stage says so.

        :param mail.activity pending: what is planned, the first one first.
        :return: the leads whose step it is.
        """
        stages = {lead.id: lead.stage_id for lead in self}
        steps = {}
        # What was the step of a stage before goes first.
        for activity in pending.sorted(lambda row: not row.crm_stage_id):
            stage = stages.get(activity.res_id)
            if stage and activity._can_stand_for(stage):
                steps.setdefault(activity.res_id, activity)
        carried_over = pending.browse().concat(*steps.values())
        for stage, rows in carried_over.grouped(lambda row: stages[row.res_id]).items():
            rows.sudo().crm_stage_id = stage
        return carried_over._get_leads()

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

    def _find_unplanned_stage(self):
        """Return the stage of this lead while nothing is planned as its step.

        Empty as well for a stage that plans nothing.
        """
        stage = self.stage_id
        if not stage._plans_activity:
            return stage.browse()
        return stage - self._find_stage_activities().crm_stage_id

    def _complete_stage_activities(self, left):
        """Mark the activities of the stages that leads have left as done.

        What was promised to the customer is not done by a move.

        :param dict left: the leads that moved, with the stage that each was in.
        :return: the leads that had one.
        """
        present = {lead.id: lead.stage_id for lead in left}
        pending = self._find_stage_activities().filtered(
            lambda activity: (
                activity.crm_stage_id != present.get(activity.res_id)
                and not activity._is_promised()
            )
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
        pending = self and self._find_pending_activities()
        if not pending:
            return
        bodies = {
            lead_id: activities._prepare_cancelled_message()
            for lead_id, activities in pending.grouped("res_id").items()
        }
        leads = self.browse(bodies).sudo()
        leads._message_log_batch(bodies, author_id=self.env.user.partner_id.id)
        pending.unlink()
