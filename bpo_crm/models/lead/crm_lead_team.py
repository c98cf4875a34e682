from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import SQL

from ...mending import COMPANY_OF_LEAD, WORKED_FOR_DEALERSHIPS
from ...new_columns import add_flag_column
from ...roles import MANAGER, check_role


class WorksForDealerships(models.AbstractModel):
    """Who works for dealerships: teams, and companies for leads without a team.

    What that changes for their leads is in ``crm_lead_switch.py``.
    """

    _name = "crm.works.for.dealerships"
    _description = "Works for Dealerships"

    is_bpo = fields.Boolean(default=lambda self: self._default_is_bpo())

    @api.model
    def _default_is_bpo(self):
        """A new one does where all others do."""
        others = self.sudo().with_context(active_test=False)
        return not others.search_count([("is_bpo", "=", False)], limit=1)

    @api.model_create_multi
    def create(self, vals_list):
        default = self._default_is_bpo()
        records = super().create(vals_list)
        # Whoever said otherwise: the context has defaults as well.
        if any(record.is_bpo != default for record in records):
            self._check_may_switch()
            self.env.registry.clear_cache()
        return records

    def write(self, vals):
        if "is_bpo" not in vals:
            return super().write(vals)
        is_bpo = bool(vals["is_bpo"])
        switched = self.filtered(lambda record: record.is_bpo != is_bpo)
        if switched:
            switched._check_may_switch()
        others = {name: vals[name] for name in vals if name != "is_bpo"}
        result = super().write(others)
        if switched:
            switched._switch(is_bpo)
        return result

    # ------------------------------------------------------------
    # BUSINESS
    # ------------------------------------------------------------

    def _check_may_switch(self):
        """Refuse to say who works for dealerships, to all but managers of these leads.

        :raises AccessError: for anybody else.
        """
        check_role(
            self.env,
            MANAGER,
            self.env._(
                "Only a BPO manager can say whether a team works for dealerships."
            ),
        )
        if self.env.su:
            return
        others = self._find_concerned() - self.env.user.company_ids
        if others:
            raise AccessError(
                self.env._(
                    "%(names)s has leads of companies that you are not allowed in. "
                    "Only a BPO manager of all of them can say whether they are for "
                    "dealerships.",
                    names=", ".join(self.mapped("display_name")),
                )
            )

    def _switch(self, is_bpo):
        """Let these work for dealerships from now on, or no more, with their leads.

        In SQL: the ORM would work it out for one lead after the other.

        :param bool is_bpo: whether they do.
        """
        self.check_access("write")
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                "UPDATE %s SET is_bpo = %s, write_uid = %s,"
                " write_date = timezone('UTC', now()) WHERE id = ANY(%s)",
                SQL.identifier(self._table),
                is_bpo,
                self.env.uid,
                self.ids,
            )
        )
        self.env.invalidate_all()
        self.env.registry.clear_cache()
        self.env["crm.lead"].sudo()._follow_switch(self._get_own_leads(), is_bpo)

    def _find_concerned(self):
        """Hook: the companies whose leads these work."""
        raise NotImplementedError

    def _get_own_leads(self):
        """Hook: the condition on ``crm_lead`` of the leads of these.

        :rtype: SQL
        """
        raise NotImplementedError


class ResUsers(models.Model):
    """Agents see the leads of other teams as Odoo has it."""

    _inherit = "res.users"

    @api.model
    def _works_beside_other_teams(self):
        """Whether there are leads that the rules are not for, or may be.

        Where there are none, no search has to ask for them. Kept with the rights that
        depend on it, until a team or a company is switched.

        :rtype: bool
        """
        kinds = (self.env[name].sudo() for name in ("crm.team", "res.company"))
        others = [("is_bpo", "=", False)]
        return any(
            records.with_context(active_test=False).search_count(others, limit=1)
            for records in kinds
        )


class Team(models.Model):
    """Teams that work for dealerships, whose leads the rules are for."""

    _name = "crm.team"
    _inherit = ["crm.team", "crm.works.for.dealerships"]

    is_bpo = fields.Boolean(
        "Works for Dealerships",
        copy=False,
        help="Leads of this team move one stage at a time, need a reason to be "
        "lost, and make an order at the dealership when they are won.",
    )

    @api.model
    def _default_is_bpo(self):
        """Of several kinds, those work for dealerships that a BPO manager makes."""
        if super()._default_is_bpo():
            return True
        # What a module brings along, nobody makes.
        is_made = self.env.registry.ready
        if not (is_made and self.env.user.has_group(MANAGER)):
            return False
        others = self.sudo().with_context(active_test=False)
        return bool(others.search_count([("is_bpo", "=", True)], limit=1))

    def write(self, vals):
        result = super().write(vals)
        if vals.get("company_id"):
            self._check_leads_company()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_with_leads(self):
        """Keep teams whose leads would be for no dealership without them.

        :raises UserError: for a team with a lead that the rules are for.
        """
        leads = self.env["crm.lead"].sudo().with_context(active_test=False)
        ours = [("team_id", "in", self.ids), ("is_bpo", "=", True)]
        lead = leads.search(ours, limit=1)
        if lead:
            raise UserError(
                self.env._(
                    "%s has leads for dealerships. Archive the team, or let a BPO "
                    "manager give its leads to another one first.",
                    lead.team_id.name,
                )
            )

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

    def _find_concerned(self):
        leads = self.env["crm.lead"].sudo().with_context(active_test=False)
        groups = leads._read_group([("team_id", "in", self.ids)], ["company_id"])
        return self.company_id.concat(*(company for (company,) in groups))

    def _get_own_leads(self):
        return SQL("team_id = ANY(%s)", self.ids)


class Company(models.Model):
    """Whether leads without a team are of those that the rules are for."""

    _name = "res.company"
    _inherit = ["res.company", "crm.works.for.dealerships"]

    is_bpo = fields.Boolean(
        "Leads without a Team Are for Dealerships",
        help="The rules of teams that work for dealerships apply to leads "
        "without a team as well.",
    )

    def _find_concerned(self):
        return self

    def _get_own_leads(self):
        return SQL(
            "id IN (SELECT id FROM crm_lead WHERE team_id IS NULL AND %s = ANY(%s))",
            COMPANY_OF_LEAD,
            self.ids,
        )


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
        works = self._is_somebody_working()
        if add_flag_column(self.env.cr, self._table, "is_bpo", works) and works:
            self._init_of_other_teams()
        return super()._auto_init()

    @api.model
    def _is_somebody_working(self):
        """Whether any team, or any company's leads without one, are for dealerships.

        In SQL, since the models may not be there yet.
        """
        self.env.cr.execute(
            "SELECT FROM crm_team WHERE is_bpo"
            " UNION ALL SELECT FROM res_company WHERE is_bpo LIMIT 1"
        )
        return bool(self.env.cr.rowcount)

    def _init_of_other_teams(self):
        """Tell apart the leads of teams that do not work for dealerships."""
        self.env.cr.execute(
            SQL(
                "UPDATE crm_lead SET is_bpo = FALSE WHERE NOT (%s)",
                WORKED_FOR_DEALERSHIPS,
            )
        )

    @api.depends("team_id.is_bpo", "company_id.is_bpo")
    def _compute_is_bpo(self):
        for lead in self:
            lead.is_bpo = lead._is_worked_by(lead.team_id)
        # PostgreSQL holds that such a lead is in a stage: they are written together.
        self.filtered("id").mapped("stage_id")

    @api.depends("user_id", "type")
    def _compute_team_id(self):
        # Core gives a lead to a team of its owner, which may be of another kind.
        before = {
            lead: lead.team_id
            for lead in self
            if lead._origin and lead._is_worked_by(lead.team_id)
        }
        result = super()._compute_team_id()
        for lead, team in before.items():
            if not lead.team_id.is_bpo:
                lead.team_id = team
        return result

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

    def _filter_for_dealerships(self):
        """Return those of these leads that exist, and that the rules are for.

        Whether the user may read them or not.
        """
        return self.sudo().exists().filtered("is_bpo").with_env(self.env)

    def _is_worked_by(self, team):
        """Whether this lead is for a dealership where it is of a team.

        :param crm.team team: empty for none.
        :rtype: bool
        """
        return (team or self.company_id or self._get_company_of_none()).is_bpo

    def _were_for_dealerships(self):
        """Whether the rules are for any of these leads, or ever were.

        A lead keeps its number when it leaves, and what belongs to it.
        """
        return any(self.sudo().mapped("reference"))

    @api.model
    def _is_for_dealership(self, vals):
        """Whether values are of a lead that the rules are for.

        :param dict vals: of a new lead, which gets its team by core's rules otherwise.
        :rtype: bool
        """
        team = self._foresee_team(vals)
        company = self.env["res.company"].sudo().browse(vals.get("company_id"))
        return (team or company or self._get_company_of_none()).is_bpo

    @api.model
    def _get_company_of_none(self):
        """Return the company whose setting counts for leads without team and company.

        Whoever looks at them, as :data:`~...mending.COMPANY_OF_LEAD` has it.

        :rtype: res.company
        """
        return self.env["res.users"].sudo().browse(SUPERUSER_ID).company_id

    @api.model
    def _foresee_team(self, vals):
        """Return the team of a new lead: that core will give it, where none is named.

        :param dict vals: of ``crm.lead``.
        :return: empty for none.
        :rtype: crm.team
        """
        teams = self.env["crm.team"].sudo()
        if "team_id" in vals:
            return teams.browse(vals["team_id"])
        owner_id = vals.get("user_id")
        if not owner_id:
            return teams
        return teams._get_default_team_id(user_id=owner_id)

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
