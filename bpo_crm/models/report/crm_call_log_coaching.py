from odoo import api, fields, models

from ...roles import SUPERVISOR

#: What became of a visit, what matters most first.
VISIT_STATES = ["done", "no_show", "planned"]


class CallLog(models.Model):
    """Beside a call, what became of its lead: for who coaches the agent."""

    _inherit = "crm.call.log"

    lead_stage_id = fields.Many2one(
        related="lead_id.stage_id", string="Stage Now", groups=SUPERVISOR
    )
    lead_lost_reason_id = fields.Many2one(
        "crm.lost.reason",
        "Lost Reason",
        compute="_compute_lead_lost_reason_id",
        groups=SUPERVISOR,
    )
    lead_visit_state = fields.Selection(
        [("planned", "Planned"), ("done", "Took Place"), ("no_show", "No-Show")],
        "Visit",
        compute="_compute_lead_visit_state",
        groups=SUPERVISOR,
        help="Whether the customer came, on any of the visits that the lead had.",
    )

    @api.depends("lead_id.stage_id", "lead_id.lost_reason_id")
    def _compute_lead_lost_reason_id(self):
        for call in self:
            lead = call.lead_id
            # A lead that was won after all keeps why it was lost before.
            call.lead_lost_reason_id = lead.stage_id.is_lost and lead.lost_reason_id

    @api.depends("lead_id.visit_ids.visit_state")
    def _compute_lead_visit_state(self):
        domain = [
            ("opportunity_id", "in", self.lead_id.ids),
            ("visit_state", "!=", False),
            ("active", "=", True),
        ]
        # That there was a visit is told of private ones as well.
        visits = self.env["calendar.event"].sudo()
        groups = visits._read_group(
            domain, ["opportunity_id"], ["visit_state:array_agg"]
        )
        found = {lead.id: states for lead, states in groups}
        for call in self:
            states = found.get(call.lead_id.id, ())
            reached = (state for state in VISIT_STATES if state in states)
            call.lead_visit_state = next(reached, False)

    # ------------------------------------------------------------
    # BUSINESS
    # ------------------------------------------------------------

    @api.model
    def _open_coaching(self, user):
        """Return the action that shows an agent's calls, and what became of them.

        :param res.users user: the agent.
        :return: a window action.
        :rtype: dict
        """
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "bpo_crm.crm_coaching_action"
        )
        return {
            **action,
            "name": self.env._("Coaching: %s", user.name),
            "domain": [("user_id", "=", user.id)],
            "context": {"search_default_call_date": 1},
        }
