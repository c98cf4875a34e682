from odoo import api, fields, models

from ...inner_context import ASKS_FOR_NEXT_STEP, FOLLOW_UP_PLANNED
from ...roles import AGENT
from ...series import Index


class Lead(models.Model):
    """Calling the customer. Requirements 003, "Call logging"."""

    _inherit = "crm.lead"

    call_log_ids = fields.One2many("crm.call.log", "lead_id", "Calls", groups=AGENT)
    call_count = fields.Integer("Calls Made", compute="_compute_call_count")
    wrong_phone = fields.Char(
        "Wrong Phone Number",
        readonly=True,
        copy=False,
        server_only=True,
        help="The number at which somebody else answered.",
    )
    is_phone_wrong = fields.Boolean(
        "Wrong Number",
        compute="_compute_is_phone_wrong",
        help="A call reached somebody else at this number. Cleared as soon as "
        "the number is changed.",
    )

    # What calls are told apart by: PostgreSQL reads it instead of the leads.
    _called_idx = Index(
        "(id) INCLUDE (company_id, source_id, dealership_id, country_id, user_id,"
        " team_id, brand_id) WHERE is_bpo AND type = 'opportunity'"
    )

    @api.depends("call_log_ids")
    def _compute_call_count(self):
        groups = (
            self.env["crm.call.log"]
            .sudo()
            ._read_group([("lead_id", "in", self.ids)], ["lead_id"], ["__count"])
        )
        counts = {lead.id: count for lead, count in groups}
        for lead in self:
            lead.call_count = counts.get(lead._origin.id, 0)

    @api.depends("wrong_phone", "phone", "phone_sanitized")
    def _compute_is_phone_wrong(self):
        for lead in self:
            number = lead.phone_sanitized or lead.phone
            lead.is_phone_wrong = bool(number) and number == lead.wrong_phone

    # ------------------------------------------------------------
    # ACTIONS
    # ------------------------------------------------------------

    def action_log_call(self):
        """Open the wizard that logs a call; its timer runs from now.

        :return: a window action.
        :rtype: dict
        :raises UserError: when the lead is unclaimed or closed.
        """
        return self._open_work_dialog(self.env._("Log Call"), "crm.lead.log.call")

    def action_view_calls(self):
        """Open the calls of these leads.

        :return: a window action.
        :rtype: dict
        """
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "bpo_crm.crm_call_log_action"
        )
        context = {"default_lead_id": self[:1].id}
        return {**action, "domain": [("lead_id", "in", self.ids)], "context": context}

    # ------------------------------------------------------------
    # BUSINESS
    # ------------------------------------------------------------

    def _count_attempts(self):
        """Return how many calls were made in vain since the last contact.

        :rtype: int
        """
        calls = self.env["crm.call.log"].sudo()
        contact = calls.search(
            [("lead_id", "=", self.id), ("is_contact", "=", True)], limit=1
        )
        domain = [("lead_id", "=", self.id), ("is_contact", "=", False)]
        if contact:
            domain += [("call_date", ">", contact.call_date)]
        return calls.search_count(domain)

    def _is_out_of_reach(self, outcome):
        """Whether a call with this outcome leaves no way to the customer."""
        return outcome.marks_phone_wrong and not self.email_from

    def _find_mail_template(self):
        calls = self.env["crm.call.log"].sudo()
        last = calls.search([("lead_id", "=", self.id)], limit=1)
        outcome = self.env["crm.call.outcome"]._find(last.result)
        return outcome._get_mail_template() or super()._find_mail_template()

    def _log_call(self, call_values, activity_values=None, planned=None):
        """Log a call with what follows from it.

        :param dict call_values: of ``crm.call.log``.
        :param dict activity_values: of the follow-up, a ``mail.activity``; none
            by default.
        :param mail.activity planned: the activity that this call was.
        :return: the logged call.
        :raises UserError: when the lead is unclaimed or closed.
        """
        self.ensure_one()
        call = self.env["crm.call.log"].create({**call_values, "lead_id": self.id})
        if self.env["crm.call.outcome"]._find(call.result).marks_phone_wrong:
            self.sudo().wrong_phone = self.phone_sanitized or self.phone
        stage = self._complete_by_call(planned, call, bool(activity_values))
        if activity_values:
            # The stage's activity goes on in what the agent agreed on.
            self._schedule_follow_up(activity_values).sudo().crm_stage_id = stage
        return call

    def _complete_by_call(self, planned, call, has_follow_up):
        """Mark the planned activity as done that a call was.

        :param mail.activity planned: one, or none.
        :param crm.call.log call: one in vain does not do the stage's activity.
        :param bool has_follow_up: whether another activity is planned now.
        :return: the stage that waits for its activity; empty for none.
        """
        waiting = self.stage_id.browse()
        # Somebody may have done it since the wizard opened.
        planned = planned and planned.filtered(
            lambda activity: activity.active and activity._get_leads() == self
        )
        if planned and not call.is_contact:
            waiting = planned.crm_stage_id
            planned.sudo().crm_stage_id = False
        if planned:
            planned.with_context(
                **ASKS_FOR_NEXT_STEP.say(), **FOLLOW_UP_PLANNED.say(has_follow_up)
            ).action_feedback()
        # The database holds one pending activity of a stage at any moment.
        self.env["mail.activity"].flush_model(["active", "crm_stage_id"])
        return self._find_unplanned_stage() or waiting

    def _schedule_follow_up(self, values):
        """Plan what follows a call, for the owner of this lead by default.

        :param dict values: of ``mail.activity``, but for its lead.
        :rtype: mail.activity
        """
        return self.env["mail.activity"].create(
            {
                "res_model_id": self.env["ir.model"]._get_id(self._name),
                "res_id": self.id,
                "user_id": self.user_id.id,
                **values,
            }
        )
