from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError
from odoo.tools import plaintext2html

from ..series import Constraint
from .crm_call_outcome import CALL_RESULTS

#: Not to be corrected afterwards.
FIXED_FIELDS = {"lead_id", "user_id", "is_contact"}


class CallLog(models.Model):
    """A call that was made. Seed 003, "Call logging"."""

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
    summary = fields.Text()
    # For the reports
    is_contact = fields.Boolean(
        "Contact",
        readonly=True,
        help="The customer was spoken to, by the settings of that day.",
    )
    contact_rate = fields.Float(
        compute="_compute_contact_rate", store=True, aggregator="avg"
    )
    dealership_id = fields.Many2one(
        related="lead_id.dealership_id", store=True, index="btree_not_null"
    )
    team_id = fields.Many2one(related="lead_id.team_id", store=True)

    _duration_positive = Constraint(
        "CHECK(duration >= 0)", "The duration of a call cannot be negative."
    )

    @api.depends("is_contact")
    def _compute_contact_rate(self):
        for call in self:
            call.contact_rate = 1.0 if call.is_contact else 0.0

    @api.depends("lead_id.reference", "result")
    def _compute_display_name(self):
        for call in self:
            parts = (call.lead_id.sudo()._get_label(), call._get_result_name())
            call.display_name = ": ".join(parts)

    @api.constrains("call_date")
    def _check_call_date(self):
        if any(call.call_date > fields.Datetime.now() for call in self):
            raise ValidationError(
                self.env._(
                    "A call that was not made yet cannot be logged. Schedule an "
                    "activity for it instead."
                )
            )

    # ------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        calls = super().create(self._prepare_contacts(vals_list))
        calls._check_own()
        calls.lead_id._check_workable()
        for call in calls:
            call._post_in_chatter()
        return calls

    def write(self, vals):
        if not self.env.su and FIXED_FIELDS.intersection(vals):
            raise AccessError(
                self.env._("Who called whom stays as it was logged. Log another call.")
            )
        (values,) = self._prepare_contacts([vals])
        return super().write(values)

    # ------------------------------------------------------------
    # BUSINESS
    # ------------------------------------------------------------

    @api.model
    def _prepare_contacts(self, vals_list):
        """Add what the results count as, by the settings of this moment."""
        contacts = self.env["crm.call.outcome"].search([("is_contact", "=", True)])
        results = set(contacts.mapped("result"))
        return [
            {**vals, "is_contact": vals["result"] in results}
            if "result" in vals
            else vals
            for vals in vals_list
        ]

    def _check_own(self):
        if self.env["crm.lead"]._is_agent_only() and self.user_id - self.env.user:
            raise AccessError(self.env._("You can log your own calls only."))

    def _post_in_chatter(self):
        headline = self.env._(
            "Call: %(result)s, %(duration)s min",
            result=self._get_result_name(),
            duration=self._format_duration(),
        )
        body = Markup("<b>%s</b>") % headline
        if self.summary:
            body += plaintext2html(self.summary)
        self.lead_id.message_post(
            body=body,
            author_id=self.user_id.partner_id.id,
            subtype_xmlid="mail.mt_note",
        )

    def _get_result_name(self):
        return self._fields["result"].convert_to_export(self.result, self)

    def _format_duration(self):
        """Return the duration as minutes and seconds, such as ``3:20``."""
        minutes, seconds = divmod(round(self.duration * 60), 60)
        return f"{minutes}:{seconds:02}"
