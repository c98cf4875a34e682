from datetime import timedelta

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError
from odoo.tools import plaintext2html

from ...call_results import CALL_RESULTS
from ...limits import LATE_ENTRY, LONGEST_CALL
from ...series import Constraint

#: Not to be corrected afterwards.
FIXED_FIELDS = {"lead_id", "user_id", "is_contact"}


class CallLog(models.Model):
    """A call that was made. Requirements 003, "Call logging"."""

    _name = "crm.call.log"
    _description = "Call Log"
    _order = "call_date desc, id desc"

    lead_id = fields.Many2one("crm.lead", required=True, index=True, ondelete="cascade")
    user_id = fields.Many2one(
        "res.users",
        "Agent",
        required=True,
        index=True,
        default=lambda self: self.env.user,
    )
    call_date = fields.Datetime(
        "Date", required=True, index=True, default=lambda self: fields.Datetime.now()
    )
    duration = fields.Float("Minutes", help="How long the call took, in minutes.")
    result = fields.Selection(CALL_RESULTS, required=True, index=True)
    answer_id = fields.Many2one(
        "crm.call.answer",
        "Customer's Answer",
        index="btree_not_null",
        ondelete="restrict",
        help="What the customer said who was reached.",
    )
    summary = fields.Text()
    # For the reports
    is_contact = fields.Boolean(
        "Customer Reached",
        readonly=True,
        help="The call reached the customer, by the settings of that day.",
    )
    contact_rate = fields.Float(
        "Reach Rate",
        compute="_compute_contact_rate",
        store=True,
        aggregator="avg",
        server_only=True,
    )
    dealership_id = fields.Many2one(
        related="lead_id.dealership_id",
        store=True,
        index="btree_not_null",
        server_only=True,
    )
    team_id = fields.Many2one(related="lead_id.team_id", store=True, server_only=True)

    # Of what is no number, PostgreSQL says that it is larger than any.
    _duration_positive = Constraint(
        f"CHECK(duration BETWEEN 0 AND {LONGEST_CALL})",
        "The duration of a call must lie between 0 and 24 hours.",
    )
    _answer_of_contact = Constraint(
        "CHECK(answer_id IS NULL OR is_contact)",
        "Only a customer who was reached can have answered.",
    )

    @api.depends("is_contact")
    def _compute_contact_rate(self):
        for call in self:
            call.contact_rate = 1.0 if call.is_contact else 0.0

    @api.depends("lead_id.reference", "result")
    def _compute_display_name(self):
        for call in self:
            label = call.lead_id.sudo()._get_label() if call.lead_id else ""
            parts = (label, call._get_result_name())
            call.display_name = ": ".join(filter(None, parts))

    @api.constrains("call_date", "duration")
    def _check_call_date(self):
        for call in self:
            if not 0 <= call.duration <= LONGEST_CALL:
                raise ValidationError(
                    self.env._(
                        "The duration of a call must lie between 0 and 24 hours."
                    )
                )
            if call.call_date > fields.Datetime.now():
                raise ValidationError(
                    self.env._(
                        "A call that was not made yet cannot be logged. Schedule an "
                        "activity for it instead."
                    )
                )

    @api.constrains("answer_id", "is_contact")
    def _check_answer(self):
        for call in self:
            if call.answer_id and not call.is_contact:
                call._refuse_answer(call.result)

    # ------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_server_only(vals)
        contacts = self._get_contact_results()
        defaults = self.default_get(["answer_id", "result"])
        vals_list = [
            self._prepare_contact({**defaults, **vals}, contacts) for vals in vals_list
        ]
        self._check_answers(vals_list)
        own = self._without_server_only_defaults()
        vals_list = [self._prepare_begin(vals) for vals in vals_list]
        calls = super(CallLog, own).create(vals_list).with_env(self.env)
        calls._check_own()
        calls.lead_id._check_workable()
        calls._check_plausible()
        calls._log_in_chatter()
        calls._block_phones()
        return calls

    def write(self, vals):
        self._check_server_only(vals)
        if not self.env.su and FIXED_FIELDS.intersection(vals):
            raise AccessError(
                self.env._(
                    "The agent and the lead of a logged call cannot be "
                    "changed. Log another call."
                )
            )
        if "result" in vals:
            vals = self._prepare_contact(vals, self._get_contact_results())
        self.env["crm.call.answer"]._check_named(self._fields["answer_id"], [vals])
        result = super().write(vals)
        if {"call_date", "duration"}.intersection(vals):
            self._check_plausible()
        if "answer_id" in vals:
            self._block_phones()
        return result

    # ------------------------------------------------------------
    # BUSINESS
    # ------------------------------------------------------------

    @api.model
    def _get_contact_results(self):
        """Return the results that count as a contact, by the settings of this moment.

        :rtype: list[str]
        """
        contacts = self.env["crm.call.outcome"].search([("is_contact", "=", True)])
        return contacts.mapped("result")

    @api.model
    def _prepare_contact(self, vals, contacts):
        """Add what the result of a call counts as; the user has no say in it.

        :param list contacts: the results that count as a contact.
        """
        return {**vals, "is_contact": vals.get("result") in contacts}

    @api.model
    def _check_answers(self, vals_list):
        """Refuse answers that are none, and those of customers who were not reached.

        :param list vals_list: values of new calls, with what each counts as.
        """
        self.env["crm.call.answer"]._check_named(self._fields["answer_id"], vals_list)
        for vals in vals_list:
            if vals.get("answer_id") and not vals["is_contact"]:
                self._refuse_answer(vals.get("result"))

    @api.model
    def _refuse_answer(self, result):
        """Refuse what nobody can have said.

        :param str result: of the call.
        :raises ValidationError: always.
        """
        name = self.env["crm.call.outcome"]._find(result).display_name
        raise ValidationError(
            self.env._(
                'A call with the result "%s" did not reach the customer, who can have '
                "answered nothing. Take the answer away, or choose another result.",
                name or result,
            )
        )

    @api.model
    def _prepare_begin(self, vals):
        """Let a call that just ended have begun before."""
        if vals.get("call_date") or not vals.get("duration"):
            return vals
        return {**vals, "call_date": self._get_begin(float(vals["duration"]))}

    @api.model
    def _get_begin(self, duration):
        """Return when a call began that is over now.

        :param float duration: in minutes.
        :rtype: datetime.datetime
        """
        # What is no number is not larger than 0.
        minutes = min(max(0, duration), LONGEST_CALL)
        return fields.Datetime.now() - timedelta(minutes=minutes)

    def _check_plausible(self):
        """Refuse calls that nobody can have made for their leads.

        :raises ValidationError: with what to correct.
        """
        if self.env.su:
            return
        now = fields.Datetime.now()
        is_agent = self.env["crm.lead"]._is_agent_only()
        for call in self:
            end = call.call_date + timedelta(minutes=call.duration)
            if end > now:
                call._refuse_unfinished()
            if end < call.lead_id._get_arrival():
                raise ValidationError(
                    self.env._(
                        "This call was over before the customer asked. Correct when it "
                        "began."
                    )
                )
            if is_agent and call.call_date < now - LATE_ENTRY:
                self._refuse_late()

    def _refuse_unfinished(self):
        raise ValidationError(
            self.env._(
                "The call cannot have taken %s minutes: it began less than that ago. "
                "Correct when it began, or how long it took.",
                self._format_duration(),
            )
        )

    @api.model
    def _refuse_late(self):
        raise ValidationError(
            self.env._(
                "Calls are logged within %s hours. Ask a supervisor to log this one.",
                LATE_ENTRY // timedelta(hours=1),
            )
        )

    def _check_own(self):
        if self.env["crm.lead"]._is_agent_only() and self.user_id - self.env.user:
            raise AccessError(self.env._("You can log your own calls only."))

    def _block_phones(self):
        """Keep the numbers from being called of customers who said so."""
        asked = self.filtered("answer_id.blocks_phone")
        for lead in asked.lead_id.sudo():
            lead._block_phone()

    def _log_in_chatter(self):
        """Tell of these calls on their leads."""
        told = self.browse()
        while waiting := self - told:
            # A lead is told of one at a time.
            firsts = {call.lead_id: call.id for call in reversed(waiting)}
            turn = self.browse(firsts.values())
            for user, calls in turn.grouped("user_id").items():
                bodies = {call.lead_id.id: call._render() for call in calls}
                # Whoever enters a call, it is told as of who made it.
                leads = calls.lead_id.sudo()
                leads._message_log_batch(bodies, author_id=user.partner_id.id)
            told |= turn

    def _render(self):
        """Return what the chatter of the lead says of this call, as HTML."""
        body = Markup("<b>%s</b>") % self._get_headline()
        return body + plaintext2html(self.summary) if self.summary else body

    def _get_headline(self):
        said = {
            "result": self._get_result_name(),
            "duration": self._format_duration(),
        }
        if not self.answer_id:
            return self.env._("Call: %(result)s, %(duration)s min", **said)
        return self.env._(
            "Call: %(result)s, %(duration)s min. The customer's answer: %(answer)s",
            answer=self.answer_id.name,
            **said,
        )

    def _get_result_name(self):
        return self._fields["result"].convert_to_export(self.result, self)

    def _format_duration(self):
        """Return the duration as minutes and seconds, such as ``3:20``."""
        minutes, seconds = divmod(round(self.duration * 60), 60)
        return f"{minutes}:{seconds:02}"
