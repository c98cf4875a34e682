from datetime import datetime, time, timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..local_time import to_utc
from ..models.crm_call_outcome import CALL_RESULTS


class LeadLogCall(models.TransientModel):
    """Collects a call and what follows from it; the lead logs it.

    Seed 003, "Call logging".
    """

    _name = "crm.lead.log.call"
    _description = "Log a Call"

    lead_id = fields.Many2one("crm.lead", required=True, readonly=True)
    phone = fields.Char(related="lead_id.phone")
    # The call
    started_at = fields.Datetime(
        required=True, readonly=True, default=lambda self: fields.Datetime.now()
    )
    is_timer_running = fields.Boolean(
        default=True,
        help="As long as it runs, the duration is the time since the wizard opened.",
    )
    duration = fields.Float(help="In minutes.")
    result = fields.Selection(CALL_RESULTS, "Call Result", required=True)
    summary = fields.Text()
    planned_activity_id = fields.Many2one(
        "mail.activity",
        "Completes",
        compute="_compute_planned_activity_id",
        store=True,
        readonly=False,
        domain="[('res_model', '=', 'crm.lead'), ('res_id', '=', lead_id)]",
        help="The planned activity that this call was. It is marked as done.",
    )
    # What follows
    outcome_id = fields.Many2one("crm.call.outcome", compute="_compute_outcome_id")
    attempt = fields.Integer(
        compute="_compute_attempt", help="Calls in a row without contact, this one too."
    )
    proposes_lost = fields.Boolean(compute="_compute_attempt")
    next_activity_type_id = fields.Many2one(
        "mail.activity.type",
        "Next Activity",
        compute="_compute_next_activity",
        store=True,
        readonly=False,
        domain="[('res_model', 'in', (False, 'crm.lead'))]",
    )
    next_summary = fields.Char(
        compute="_compute_next_activity", store=True, readonly=False
    )
    next_date = fields.Date(
        "Due on", compute="_compute_next_activity", store=True, readonly=False
    )
    next_time = fields.Float(
        "At",
        compute="_compute_next_activity",
        store=True,
        readonly=False,
        help="The time that the customer asked for, in your time zone. 0:00 for any.",
    )

    # ------------------------------------------------------------
    # COMPUTE
    # ------------------------------------------------------------

    @api.depends("lead_id")
    def _compute_planned_activity_id(self):
        today = fields.Date.context_today(self)
        for wizard in self:
            lead = wizard.lead_id.with_context(active_test=True)
            calls = lead.activity_ids.filtered(
                lambda activity: (
                    activity.activity_category == "phonecall"
                    and activity.date_deadline <= today
                    and not activity.user_id - self.env.user
                )
            )
            wizard.planned_activity_id = calls.sorted("date_deadline")[:1]

    @api.depends("result")
    def _compute_outcome_id(self):
        for wizard in self:
            wizard.outcome_id = self.env["crm.call.outcome"]._find(wizard.result)

    @api.depends("lead_id", "result", "outcome_id")
    def _compute_attempt(self):
        for wizard in self:
            outcome = wizard.outcome_id
            in_vain = wizard.result and not outcome.is_contact
            wizard.attempt = wizard.lead_id._count_attempts() + 1 if in_vain else 0
            wizard.proposes_lost = outcome._proposes_lost(
                wizard.attempt
            ) or wizard.lead_id._is_out_of_reach(outcome)

    @api.depends("result")
    def _compute_next_activity(self):
        for wizard in self:
            step = wizard.outcome_id._find_step(wizard.attempt or 1)
            if wizard.proposes_lost:
                step = step.browse()
            day, hours = step._plan(fields.Datetime.now()) if step else (False, 0)
            wizard.next_activity_type_id = step.activity_type_id
            wizard.next_summary = step.summary or step.activity_type_id.summary
            wizard.next_date = day
            wizard.next_time = hours

    @api.onchange("next_activity_type_id")
    def _onchange_next_activity_type_id(self):
        if self.next_activity_type_id and not self.next_date:
            self.next_date = self.next_activity_type_id._get_date_deadline()

    # ------------------------------------------------------------
    # ACTIONS
    # ------------------------------------------------------------

    def action_save(self):
        """Log the call and plan the next activity.

        :return: an action that closes the window.
        :rtype: dict
        :raises UserError: when something that is needed is missing.
        """
        self._log()
        return {"type": "ir.actions.act_window_close"}

    def action_save_and_next(self):
        """Log the call and go on to the next lead of the agent's queue.

        :return: the client action that knows the queue on the screen.
        :rtype: dict
        """
        self._log()
        return self.lead_id.action_go_on()

    def action_save_and_lose(self):
        """Log the call and ask for the lost reason.

        :return: the lost wizard.
        :rtype: dict
        """
        self._log(follow_up=False)
        action = self.lead_id.action_mark_lost()
        reason = self.outcome_id.lost_reason_id
        if reason:
            action["context"]["default_lost_reason_id"] = reason.id
        return action

    # ------------------------------------------------------------
    # BUSINESS
    # ------------------------------------------------------------

    def _log(self, follow_up=True):
        self.ensure_one()
        activity = self._prepare_activity_values() if follow_up else None
        return self.lead_id._log_call(
            self._prepare_call_values(), activity, self.planned_activity_id
        )

    def _prepare_call_values(self):
        if not self.result:
            raise UserError(self.env._("Choose the result of the call."))
        return {
            "call_date": self.started_at,
            "duration": self._get_duration(),
            "result": self.result,
            "summary": self.summary,
        }

    def _get_duration(self):
        """Return the minutes that were typed in, or those that the timer shows."""
        if self.duration or not self.is_timer_running:
            return self.duration
        running = fields.Datetime.now() - self.started_at
        return running.total_seconds() / 60

    def _prepare_activity_values(self):
        if not self.next_activity_type_id:
            return None
        if not self.next_date:
            raise UserError(self.env._("Choose the day of the next activity."))
        due_at = self._get_due_at()
        is_past = due_at and due_at < fields.Datetime.now()
        if is_past or self.next_date < fields.Date.context_today(self):
            raise UserError(
                self.env._("The next activity lies in the past. Choose a later time.")
            )
        return {
            "activity_type_id": self.next_activity_type_id.id,
            "summary": self.next_summary,
            "date_deadline": self.next_date,
            "due_at": due_at,
        }

    def _get_due_at(self):
        """Return the moment in UTC, when the customer asked for a time."""
        if not self.next_time:
            return False
        if not 0 <= self.next_time < 24:
            raise UserError(self.env._("Enter a time between 0:00 and 23:59."))
        minutes = timedelta(minutes=round(self.next_time * 60))
        local = datetime.combine(self.next_date, time()) + minutes
        return to_utc(local, self.env.user)
