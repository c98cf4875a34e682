from datetime import datetime, time, timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...local_time import to_utc


class NextStepMixin(models.AbstractModel):
    """Asks for the next step of a lead, or why there is none."""

    _name = "crm.next.step.mixin"
    _description = "Next Step of a Lead"
    _inherit = ["crm.checked.afterwards", "crm.keyed.window"]

    lead_id = fields.Many2one("crm.lead", required=True, readonly=True)
    next_activity_type_id = fields.Many2one(
        "mail.activity.type",
        "Next Activity",
        domain="[('res_model', 'in', (False, 'crm.lead'))]",
    )
    next_summary = fields.Char()
    next_date = fields.Date("Due on")
    next_time = fields.Float(
        "At",
        help="The time that the customer asked for, in your time zone. Without one, "
        "any time of the day will do.",
    )
    no_next_step_reason = fields.Char("No Next Step Because")

    # ------------------------------------------------------------
    # CONSTRAINTS
    # ------------------------------------------------------------

    @api.constrains("lead_id")
    @api.onchange("lead_id")
    def _check_lead_visible(self):
        """A window shows nothing of a lead that its user does not see."""
        # 19.0 checks what is constrained with all rights.
        self.lead_id.sudo(False).check_access("read")

    @api.onchange("next_activity_type_id")
    def _onchange_next_activity_type_id(self):
        kind = self.next_activity_type_id
        if kind and not self.next_date:
            self.next_date = self._propose_day(kind)

    def _propose_day(self, kind):
        """Return the day on which an activity of a type is due, as the floor counts.

        :param mail.activity.type kind: which says after how long.
        :rtype: datetime.date
        """
        company = self.lead_id._get_company()
        if kind.delay_unit == "days":
            today = fields.Date.context_today(self)
            return company._add_sales_days(today, kind.delay_count)
        return company._add_sales_days(kind._get_date_deadline(), 0)

    # ------------------------------------------------------------
    # BUSINESS
    # ------------------------------------------------------------

    def _get_save_subject(self):
        return f"{self._name}/{self.lead_id.id}"

    def _prepare_activity_values(self):
        """Return the values of the next activity; None where none was chosen.

        :rtype: dict | None
        :raises UserError: without a day, or for a time that has passed.
        """
        if not self.next_activity_type_id:
            return None
        if not self.next_date:
            raise UserError(self.env._("Choose the day of the next activity."))
        self.env["mail.activity"]._check_day(self.next_date)
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
