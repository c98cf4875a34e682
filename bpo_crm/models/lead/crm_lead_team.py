from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError
from odoo.tools.sql import column_exists

from ...domains import OPEN_LEAD
from ...new_columns import add_true_column
from ...roles import MANAGER, check_role


class Team(models.Model):
    """Teams that work for dealerships, whose leads the rules are for."""

    _inherit = "crm.team"

    is_bpo = fields.Boolean(
        "Works for Dealerships",
        default=True,
        help="Leads of this team move one stage at a time, need a reason to be "
        "lost, and make an order at the dealership when they are won.",
    )

    def write(self, vals):
        is_switched = any(
            team.is_bpo != vals.get("is_bpo", team.is_bpo) for team in self
        )
        if is_switched:
            check_role(
                self.env,
                MANAGER,
                self.env._(
                    "Only a BPO manager can say whether a team works for dealerships."
                ),
            )
        result = super().write(vals)
        if is_switched:
            leads = self.env["crm.lead"].sudo()
            leads._follow_switch([("team_id", "in", self.ids)])
        if vals.get("company_id"):
            self._check_leads_company()
        return result

    def _check_leads_company(self):
        """Refuse to let a team be of a company while it works for another one.

        :raises ValidationError: for a team with a lead of another company.
        """
        leads = self.env["crm.lead"].sudo().with_context(active_test=False)
        groups = leads._read_group(
            [("team_id", "in", self.ids), ("company_id", "!=", False)],
            ["team_id"],
            ["company_id:recordset"],
        )
        for team, companies in groups:
            if team.company_id and companies - team.company_id:
                raise ValidationError(
                    self.env._(
                        "%(team)s has leads of another company than %(company)s, and "
                        "cannot be of that company only. Give them to another team "
                        "first.",
                        team=team.name,
                        company=team.company_id.name,
                    )
                )


class Company(models.Model):
    """Whether leads without a team are of those that the rules are for."""

    _inherit = "res.company"

    is_bpo = fields.Boolean(
        "Leads without a Team Are for Dealerships",
        default=True,
        help="The rules of teams that work for dealerships apply to leads "
        "without a team as well.",
    )

    def write(self, vals):
        is_switched = any(
            company.is_bpo != vals.get("is_bpo", company.is_bpo) for company in self
        )
        result = super().write(vals)
        if is_switched:
            of_no_team = [("team_id", "=", False), ("company_id", "in", self.ids)]
            self.env["crm.lead"].sudo()._follow_switch(of_no_team)
        return result


class Lead(models.Model):
    """Which leads the rules are for, and the way in and out.

    Out of a team that works for dealerships only managers move a lead, with a line in
    the chatter; into one it comes as a new lead does, since the rules know nothing of
    its past.
    """

    _inherit = "crm.lead"

    is_bpo = fields.Boolean(
        "For a Dealership",
        compute="_compute_is_bpo",
        compute_sudo=True,
        store=True,
        help="The lead is of a team that works for dealerships.",
    )

    def _auto_init(self):
        if add_true_column(self.env.cr, self._table, "is_bpo"):
            self._init_of_other_teams()
        return super()._auto_init()

    def _init_of_other_teams(self):
        """Tell apart the leads of teams that an earlier installation knew of."""
        cr = self.env.cr
        if not all(
            column_exists(cr, table, "is_bpo") for table in ("crm_team", "res_company")
        ):
            return
        cr.execute(
            """
            UPDATE crm_lead SET is_bpo = FALSE
             WHERE team_id IN (SELECT id FROM crm_team WHERE NOT is_bpo)
                OR team_id IS NULL AND COALESCE(
                       company_id, (SELECT company_id FROM res_users WHERE id = %s)
                   ) IN (SELECT id FROM res_company WHERE NOT is_bpo)
            """,
            [self.env.uid],
        )

    @api.depends("team_id.is_bpo", "company_id.is_bpo")
    def _compute_is_bpo(self):
        for lead in self:
            lead.is_bpo = (lead.team_id or lead._get_company()).is_bpo

    # ------------------------------------------------------------
    # PHASES
    # ------------------------------------------------------------

    def _prepare_changes(self, vals):
        changes = super()._prepare_changes(vals)
        team = self.env["crm.team"].browse(vals.get("team_id")).sudo()
        for change in changes if team else ():
            change.foresee(change.leads, is_bpo=team.is_bpo)
        return changes

    def _refuse_change(self, change):
        if any(not change.get_new(lead, "is_bpo") for lead in self):
            check_role(
                self.env,
                MANAGER,
                self.env._(
                    "Only a BPO manager can take a lead out of a team that works for "
                    "dealerships."
                ),
            )
        return super()._refuse_change(change)

    def _follow_up_change(self, change):
        left = change.find_changing("is_bpo")
        if left:
            left._log_left_dealerships(change)
        return super()._follow_up_change(change)

    # ------------------------------------------------------------
    # BUSINESS
    # ------------------------------------------------------------

    @api.model
    def _is_for_dealership(self, vals):
        """Whether values are of a lead that the rules are for.

        :param dict vals: of a new lead, which gets its team by core's rules otherwise.
        :rtype: bool
        """
        team_id = vals["team_id"] if "team_id" in vals else self._foresee_team_id(vals)
        team = self.env["crm.team"].sudo().browse(team_id)
        company = self.env["res.company"].sudo().browse(vals.get("company_id"))
        return (team or company or self.env.company.sudo()).is_bpo

    @api.model
    def _foresee_team_id(self, vals):
        """Return the team that core will give a new lead whose values name none.

        :param dict vals: of ``crm.lead``.
        :return: its id; False for none.
        :rtype: int | bool
        """
        owner_id = vals.get("user_id")
        if not owner_id:
            return False
        return self.env["crm.team"].sudo()._get_default_team_id(user_id=owner_id).id

    @api.model
    def _follow_switch(self, domain):
        """Follow that leads are for a dealership from now on, or are no more.

        :param list domain: of the leads of a team, or of a company, that was switched.
        """
        self.search([*domain, *OPEN_LEAD], order="id")._hold_customers()

    def _arrive(self):
        """Let leads that come to a team that works for dealerships begin there.

        :raises AccessError: for one that is closed, unless a manager moves it.
        """
        closed = self.filtered(lambda lead: lead._is_closed_or_archived())
        if closed and not (self.env.su or self.env.user.has_group(MANAGER)):
            raise AccessError(
                self.env._(
                    "Only a BPO manager can move a closed lead to a team that works "
                    "for dealerships: %s.",
                    ", ".join(lead._get_label() for lead in closed),
                )
            )
        arriving = self - closed
        for team, leads in arriving.grouped("team_id").items():
            first = self.env["crm.stage"]._find_open(team)[:1]
            leads._write_by_core({"stage_id": first.id, "type": "opportunity"})
        self._complete_births()
        arriving._check_births()
        arriving._follow_up_births()

    def _log_left_dealerships(self, change):
        """Leave a line with each of these leads that the rules do not go for any more.

        :param LeadChange change: that takes them out of their teams.
        """
        for lead in self:
            lead.sudo().message_post(
                body=lead._prepare_left_message(change.get_new(lead, "team_id")),
                author_id=self.env.user.partner_id.id,
            )

    def _prepare_left_message(self, team):
        """Return what is said of a lead that the rules do not go for any more.

        :param crm.team team: that it has now; empty for none.
        :rtype: str
        """
        if not team:
            return self.env._(
                "The lead was taken out of its team: the rules for dealerships "
                "no longer apply to it."
            )
        return self.env._(
            "The lead was moved to %s, which does not work for dealerships: the "
            "rules for dealerships no longer apply to it.",
            team.sudo().name,
        )
