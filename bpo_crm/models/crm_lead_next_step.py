from datetime import timedelta

from odoo import api, fields, models

from .crm_lead import OPEN_LEAD
from .crm_stage import OPEN_STAGE

NEXT_STEP_STATES = [
    ("none", "No Next Step"),
    ("overdue", "Overdue"),
    ("today", "Today"),
    ("planned", "Planned"),
]

NEVER = [("id", "=", 0)]


class Lead(models.Model):
    """The discipline of seed 000: every open lead has a next step."""

    _inherit = "crm.lead"

    next_step_state = fields.Selection(
        NEXT_STEP_STATES,
        "Next Step",
        compute="_compute_next_step_state",
        search="_search_next_step_state",
        help="Of the most urgent planned activity. Closed leads have none.",
    )
    is_stale = fields.Boolean(
        "Stale",
        compute="_compute_is_stale",
        search="_search_is_stale",
        help="Too long in its stage, and nothing planned for the days to come.",
    )

    def write(self, vals):
        handed_over = self.browse()
        if vals.get("user_id"):
            handed_over = self.filtered(lambda lead: lead.user_id.id != vals["user_id"])
        by_owner = handed_over.grouped("user_id")
        result = super().write(vals)
        for owner, leads in by_owner.items():
            leads._hand_over_activities(owner)
        return result

    # ------------------------------------------------------------
    # COMPUTE
    # ------------------------------------------------------------

    @api.depends("activity_state", "stage_id")
    def _compute_next_step_state(self):
        for lead in self:
            state = lead.activity_state or "none"
            lead.next_step_state = False if lead.stage_id._is_closed else state

    @api.model
    def _search_next_step_state(self, operator, value):
        values = set(value) if operator in ("in", "not in") else {value}
        states = {False, *dict(NEXT_STEP_STATES)}
        found = values & states if operator in ("in", "=") else states - values
        is_open = ["&", *OPEN_LEAD]
        activity_states = [
            False if state == "none" else state for state in found if state
        ]
        domain = ["&", *is_open, ("activity_state", "in", activity_states)]
        return ["|", "!", *is_open, *domain] if False in found else domain

    @api.depends("date_last_stage_update", "stage_id", "user_id", "activity_state")
    def _compute_is_stale(self):
        stale = self.filtered_domain(self._get_stale_domain())
        for lead in self:
            lead.is_stale = lead in stale

    @api.model
    def _search_is_stale(self, operator, value):
        values = set(value) if operator in ("in", "not in") else {bool(value)}
        wanted = (True in values) == (operator in ("in", "="))
        stale = self._get_stale_domain()
        return stale if wanted else ["!", *stale]

    # ------------------------------------------------------------
    # BUSINESS
    # ------------------------------------------------------------

    def _hand_over_activities(self, owner):
        """Give what is planned to the new owner of these leads.

        :param res.users owner: who worked it before. Whoever claims a lead out of
            the pool takes all that is planned.
        """
        planned = self.sudo().with_context(active_test=True).activity_ids
        if owner:
            planned = planned.filtered(lambda activity: activity.user_id == owner)
        # The new owner is told of the lead itself.
        planned.with_context(mail_activity_quick_update=True).write(
            {"user_id": self.user_id.id}
        )

    @api.model
    def _get_stale_domain(self):
        """Return the domain of the claimed leads that stand still.

        One expression, so that it can be negated.
        """
        stages = self.env["crm.stage"].search(
            [*OPEN_STAGE, ("stale_after_days", ">", 0)]
        )
        if not stages:
            return NEVER
        now = fields.Datetime.now()
        waiting = ["|"] * (len(stages) - 1)
        for stage in stages:
            since = now - timedelta(days=stage.stale_after_days)
            waiting += ["&", ("stage_id", "=", stage.id)]
            waiting += [("date_last_stage_update", "<", since)]
        claimed = ("user_id", "!=", False)
        return ["&", "&", claimed, ("activity_state", "!=", "planned"), *waiting]
