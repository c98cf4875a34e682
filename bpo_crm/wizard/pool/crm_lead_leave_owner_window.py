from odoo import api, fields, models
from odoo.exceptions import UserError

from ...client_actions import CLOSE
from ...inner_context import LEADS_GO_TO
from ...roles import AGENT
from ...series import ALL_USER_GROUPS

KINDS = [
    ("pool", "Back to the pool"),
    ("round", "Round the agents of their teams"),
    ("person", "To one person"),
]


class LeadLeaveOwner(models.TransientModel):
    """Asks who gets the open leads of users who are archived."""

    _name = "crm.lead.leave.owner"
    _description = "Who Gets the Leads"

    user_ids = fields.Many2many("res.users", string="Users", required=True)
    lead_count = fields.Integer("Open Leads", compute="_compute_lead_count")
    kind = fields.Selection(
        KINDS,
        "Their Leads Go",
        required=True,
        default="pool",
        help="What is planned goes along. What cannot be given waits in the pool.",
    )
    successor_id = fields.Many2one(
        "res.users",
        "New Owner",
        domain=lambda self: [
            (ALL_USER_GROUPS, "in", self.env.ref(AGENT).ids),
            ("share", "=", False),
        ],
    )

    @api.depends("user_ids")
    def _compute_lead_count(self):
        for window in self:
            users = window.user_ids._origin
            # Whoever may not archive them is told nothing of them.
            users = users.with_env(self.env)._filtered_access("write")
            window.lead_count = self.env["crm.lead"]._count_left(users)

    def action_archive_users(self):
        """Archive the users, whose leads go where it was chosen.

        :return: an action that closes the window.
        :rtype: dict
        :raises UserError: without a new owner who can work the leads.
        """
        self.ensure_one()
        self.check_access("write")
        if self.kind == "person":
            self._check_successor()
        choice = LEADS_GO_TO.say((self.kind, self.successor_id.id))
        users = self.user_ids.with_context(**choice)
        return users.action_archive() or CLOSE

    def _check_successor(self):
        """Refuse a new owner who cannot work leads.

        :raises UserError: also where none is chosen.
        """
        successor = self.successor_id.sudo()
        is_staying = successor.active and successor not in self.user_ids
        if not (is_staying and successor.has_group(AGENT)):
            raise UserError(
                self.env._("Choose a new owner who is a BPO agent, and stays.")
            )
