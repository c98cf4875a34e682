from ast import literal_eval

from odoo import api, fields, models

from ...domains import OUR_OPEN_LEAD
from ...series import Constraint


class TeamMember(models.Model):
    """How many leads a member of a team can be given."""

    _name = "crm.team.member"
    _inherit = ["crm.team.member", "crm.checked.afterwards"]

    lead_distribution = fields.Selection(related="crm_team_id.lead_distribution")
    open_leads_max = fields.Integer(
        "Open Leads at Most",
        help="At this many open leads, this agent is given no more. 0 means the limit "
        "of the team.",
    )
    lead_turn = fields.Integer(
        readonly=True,
        copy=False,
        help="The number of the last lead that was given to this member; the lowest "
        "one has waited longest.",
    )
    open_lead_count = fields.Integer("Open Leads", compute="_compute_open_lead_count")
    open_leads_label = fields.Char(
        compute="_compute_open_leads_label",
        help="How many open leads the agent has, of how many.",
    )
    is_at_work = fields.Boolean(
        "At Work",
        compute="_compute_is_at_work",
        help="The agent is signed in, and within working hours.",
    )

    _open_leads_max_positive = Constraint(
        "CHECK(open_leads_max >= 0)", "The number of open leads cannot be negative."
    )

    @api.depends("user_id")
    def _compute_open_lead_count(self):
        domain = [
            ("user_id", "in", self.user_id.ids),
            ("type", "=", "opportunity"),
            ("active", "=", True),
            *OUR_OPEN_LEAD,
        ]
        leads = self.env["crm.lead"].sudo()
        counts = dict(leads._read_group(domain, ["user_id"], ["__count"]))
        for member in self:
            member.open_lead_count = counts.get(member.user_id, 0)

    @api.depends("open_lead_count", "open_leads_max", "crm_team_id.open_leads_max")
    @api.depends_context("lang")
    def _compute_open_leads_label(self):
        for member in self:
            count, most = member.open_lead_count, member._get_open_leads_max()
            member.open_leads_label = (
                self.env._("Open leads: %(count)s of %(most)s", count=count, most=most)
                if most
                else self.env._("Open leads: %s", count)
            )

    @api.depends("user_id")
    def _compute_is_at_work(self):
        at_work = self.user_id._filter_at_work()
        for member in self:
            member.is_at_work = member.user_id in at_work

    # ------------------------------------------------------------
    # BUSINESS
    # ------------------------------------------------------------

    def _get_open_leads_max(self):
        """Return how many open leads this member may have; 0 for any number."""
        return self.open_leads_max or self.crm_team_id.open_leads_max

    def _get_leads_domain(self):
        """Return the domain of the leads that this member may be given.

        What the member let go back to the pool is for others, unless it is claimed.
        Core refuses an owner who does not work for the company of a lead, or of its
        customer.
        """
        # Core's field, which means the same in its own assignment.
        chosen = literal_eval(self.assignment_domain or "[]")
        companies = [False, *self.user_id.company_ids.ids]
        return [
            ("forgotten_by_id", "!=", self.user_id.id),
            ("company_id", "in", companies),
            *["|", ("partner_id", "=", False)],
            ("partner_id.company_id", "in", companies),
            *chosen,
        ]

    def _lock_places(self):
        """Let nobody else give leads to these members until this transaction ends.

        Two of them must neither give the same place in the round twice nor both
        fill the last place under a limit, which counts the leads of all teams. So
        every membership of these agents is locked, always in the order of the ids.
        Who waits for it at READ COMMITTED counts in its next statements what was
        given out meanwhile. Who looks at a frozen view from before is stopped by
        PostgreSQL, since each place that was given is a change of its row; Odoo
        runs that request again.
        """
        # Who holds a place may not have to wait for a lead that somebody else has
        # changed, who waits for the place.
        self.env.flush_all()
        self.env.cr.execute(
            """
            SELECT id FROM crm_team_member WHERE user_id = ANY(%s)
             ORDER BY id FOR NO KEY UPDATE
            """,
            [self.user_id.ids],
        )
        self.env["crm.team.member"].invalidate_model(["lead_turn", "open_lead_count"])
