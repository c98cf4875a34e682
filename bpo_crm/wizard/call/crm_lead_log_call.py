from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ...call_results import CALL_RESULTS
from ...client_actions import CLOSE
from ...limits import LONGEST_CALL


class LeadLogCall(models.TransientModel):
    """Collects a call and what follows from it; the lead logs it.

    Requirements 003, "Call logging".
    """

    _name = "crm.lead.log.call"
    _description = "Log a Call"
    _inherit = ["crm.next.step.mixin"]

    customer_name = fields.Char(related="lead_id.customer_name", related_sudo=False)
    vehicle_model_id = fields.Many2one(
        related="lead_id.vehicle_model_id", related_sudo=False
    )
    phone = fields.Char(related="lead_id.phone", related_sudo=False)
    is_phone_blocked = fields.Boolean(
        related="lead_id.is_phone_blocked", related_sudo=False
    )
    script = fields.Html(
        compute="_compute_script",
        compute_sudo=False,
        help="What may be said, filled in for this lead.",
    )
    # The call
    started_at = fields.Datetime(
        required=True, readonly=True, default=lambda self: fields.Datetime.now()
    )
    is_timer_running = fields.Boolean(
        default=True,
        help="As long as the timer runs, the duration is the time since the "
        "window was opened.",
    )
    duration = fields.Float(help="How long the call took, in minutes.")
    result = fields.Selection(CALL_RESULTS, "Call Result", required=True)
    is_contact = fields.Boolean(related="outcome_id.is_contact", related_sudo=False)
    answer_id = fields.Many2one(
        "crm.call.answer",
        "Customer's Answer",
        compute="_compute_answer_id",
        compute_sudo=False,
        store=True,
        readonly=False,
        help="What the customer said who was reached.",
    )
    answer_follow_up = fields.Selection(
        related="answer_id.follow_up", related_sudo=False
    )
    blocks_phone = fields.Boolean(related="answer_id.blocks_phone", related_sudo=False)
    summary = fields.Text()
    planned_activity_id = fields.Many2one(
        "mail.activity",
        "Completes Activity",
        compute="_compute_planned_activity_id",
        compute_sudo=False,
        store=True,
        readonly=False,
        domain="[('res_model', '=', 'crm.lead'), ('res_id', '=', lead_id)]",
        help="The planned activity that this call was. It is marked as done.",
    )
    # What follows
    outcome_id = fields.Many2one("crm.call.outcome", compute="_compute_outcome_id")
    attempt = fields.Integer(
        compute="_compute_attempt",
        help="How many calls in a row did not reach the customer, including this one.",
    )
    proposes_lost = fields.Boolean(compute="_compute_attempt")
    next_activity_type_id = fields.Many2one(
        compute="_compute_next_activity",
        compute_sudo=False,
        store=True,
        readonly=False,
    )
    next_summary = fields.Char(
        compute="_compute_next_activity",
        compute_sudo=False,
        store=True,
        readonly=False,
    )
    next_date = fields.Date(
        compute="_compute_next_activity",
        compute_sudo=False,
        store=True,
        readonly=False,
    )
    next_time = fields.Float(
        compute="_compute_next_activity",
        compute_sudo=False,
        store=True,
        readonly=False,
    )
    is_last_step = fields.Boolean(
        compute="_compute_is_last_step",
        help="Nothing else is planned for the lead, which would be left without "
        "a next step.",
    )

    # ------------------------------------------------------------
    # COMPUTE
    # ------------------------------------------------------------

    @api.depends("lead_id")
    def _compute_script(self):
        self._check_lead_visible()
        scripts = self.env["crm.call.script"]
        for wizard in self:
            lead = wizard.lead_id
            wizard.script = lead and scripts._find(lead)._fill_in(lead)

    @api.depends("lead_id")
    def _compute_planned_activity_id(self):
        today = fields.Date.context_today(self)
        for wizard in self:
            calls = wizard.lead_id.activity_ids.filtered(
                lambda activity: (
                    activity.activity_category == "phonecall"
                    and activity._is_for_now(today)
                    and not activity.user_id - self.env.user
                )
            )
            wizard.planned_activity_id = calls.sorted("date_deadline")[:1]

    @api.depends("result")
    def _compute_outcome_id(self):
        for wizard in self:
            wizard.outcome_id = self.env["crm.call.outcome"]._find(wizard.result)

    @api.depends("outcome_id")
    def _compute_answer_id(self):
        for wizard in self:
            if not wizard.is_contact:
                wizard.answer_id = False

    @api.depends("lead_id", "result", "outcome_id", "answer_id")
    def _compute_attempt(self):
        self._check_lead_visible()
        for wizard in self:
            outcome = wizard.outcome_id
            in_vain = wizard.result and not outcome.is_contact
            wizard.attempt = wizard.lead_id._count_attempts() + 1 if in_vain else 0
            wizard.proposes_lost = (
                wizard.answer_id.follow_up == "lost"
                or outcome._proposes_lost(wizard.attempt)
                or wizard.lead_id._is_out_of_reach(outcome)
            )

    @api.depends("result", "answer_id")
    def _compute_next_activity(self):
        for wizard in self:
            step = wizard._find_proposal()
            day, hours = step._plan(fields.Datetime.now()) if step else (False, 0)
            wizard.next_activity_type_id = step.activity_type_id
            wizard.next_summary = step.summary or step.activity_type_id.summary
            wizard.next_date = day
            wizard.next_time = hours

    @api.depends("lead_id", "planned_activity_id")
    def _compute_is_last_step(self):
        self._check_lead_visible()
        for wizard in self:
            planned = wizard.lead_id._find_pending_activities()
            wizard.is_last_step = not planned - wizard.planned_activity_id

    # ------------------------------------------------------------
    # CONSTRAINTS
    # ------------------------------------------------------------

    @api.constrains("lead_id", "planned_activity_id")
    @api.onchange("lead_id", "planned_activity_id")
    def _check_planned_activity(self):
        for wizard in self:
            planned = wizard.planned_activity_id.sudo()
            of_leads = planned._filter_of_leads()
            if planned and of_leads._get_leads() != wizard.lead_id:
                raise ValidationError(
                    self.env._(
                        "This activity is not one of the lead. Choose one of the "
                        "activities that are planned for it."
                    )
                )

    # ------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        self.env["crm.call.answer"]._check_named(self._fields["answer_id"], vals_list)
        return super().create(vals_list)

    def write(self, vals):
        self.env["crm.call.answer"]._check_named(self._fields["answer_id"], [vals])
        return super().write(vals)

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
        return CLOSE

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
        reason = (self.answer_id or self.outcome_id).lost_reason_id
        if reason:
            action["context"]["default_lost_reason_id"] = reason.id
        return action

    def action_save_and_visit(self):
        """Log the call and open the visit that the customer wants to make.

        :return: a new meeting at the dealership.
        :rtype: dict
        """
        self._log(follow_up=False)
        return self.lead_id.action_schedule_visit()

    # ------------------------------------------------------------
    # BUSINESS
    # ------------------------------------------------------------

    def _find_proposal(self):
        """Return what is proposed after the call: by the answer, or by the result.

        :return: one record, or none where the lead is to be visited or lost.
        :rtype: crm.call.proposal
        """
        answer = self.answer_id
        if self.proposes_lost or answer.follow_up == "visit":
            return self.env["crm.call.outcome.step"]
        if answer.activity_type_id:
            return answer
        return self.outcome_id._find_step(self.attempt or 1)

    def _log(self, follow_up=True):
        """Log the call, and what follows from it.

        It is logged once, whichever button is pressed again after a lost reply.

        :param bool follow_up: whether what comes next is kept as well: the next
            activity, or the reason why there is none.
        :return: the logged call; none for one that was logged already.
        :rtype: crm.call.log
        :raises UserError: when something that is needed is missing.
        """
        if not self._is_first_save():
            return self.env["crm.call.log"]
        lead, call_values = self.lead_id, self._prepare_call_values()
        if not follow_up:
            return lead._log_call(call_values, planned=self.planned_activity_id)
        call = lead._log_call(
            call_values, self._prepare_activity_values(), self.planned_activity_id
        )
        if lead._filter_without_next_step():
            lead._decline_next_step(self.no_next_step_reason)
        return call

    def _prepare_call_values(self):
        if not self.result:
            raise UserError(self.env._("Choose the result of the call."))
        duration = self._get_duration()
        # Who types in how long it took opened the window during the call, or later.
        begin = self.env["crm.call.log"]._get_begin(duration)
        return {
            "call_date": min(self.started_at, begin),
            "duration": duration,
            "result": self.result,
            "answer_id": self.answer_id.id,
            "summary": self.summary,
        }

    def _get_duration(self):
        """Return the minutes that were typed in, or those that the timer shows.

        :raises UserError: when the timer was forgotten.
        """
        if self.duration or not self.is_timer_running:
            return self.duration
        running = fields.Datetime.now() - self.started_at
        minutes = running.total_seconds() / 60
        if minutes > LONGEST_CALL:
            raise UserError(
                self.env._(
                    "The timer has run for more than a day. Enter how long the call "
                    "took."
                )
            )
        return minutes
