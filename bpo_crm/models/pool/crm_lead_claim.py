import psycopg2
from babel.dates import format_timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL
from odoo.tools.misc import babel_locale_parse

from ...client_actions import show_notification
from ...domains import OUR_OPEN_LEAD, POOL_ORDER
from ...inner_context import IMPORTS_PAST
from ...roles import AGENT, SUPERVISOR, check_role
from ...series import Index

#: How many leads of the pool one look at it brings.
POOL_BATCH = 100


class Lead(models.Model):
    """Who works a lead: the pool, claiming out of it, and nobody else's lead."""

    _inherit = "crm.lead"

    enquiry_date = fields.Datetime(
        default=fields.Datetime.now,
        copy=False,
        help="When the customer asked. Leads are handed out of the pool by "
        "priority; of the same priority, the one whose customer has waited "
        "longest comes first.",
    )
    waiting_time = fields.Char(
        compute="_compute_waiting_time",
        help="How long ago the customer asked.",
    )

    is_claimable = fields.Boolean(
        compute="_compute_is_claimable",
        help="The lead waits in the pool, and you may claim it.",
    )

    # The pool among a million leads, in the order in which it is handed out.
    _pool_idx = Index(
        "(priority DESC, enquiry_date, id)"
        " INCLUDE (stage_id, company_id, is_bpo, user_id)"
        " WHERE user_id IS NULL AND active AND type = 'opportunity'"
    )
    # Who asked in a period, and what agents took.
    _asked_idx = Index("(enquiry_date)")
    _taken_idx = Index("(date_open) WHERE user_id IS NOT NULL")

    def _init_column(self, column_name):
        if column_name != "enquiry_date":
            return super()._init_column(column_name)
        # Leads from before the addon have waited since they were made.
        return self.env.cr.execute("UPDATE crm_lead SET enquiry_date = create_date")

    # ------------------------------------------------------------
    # COMPUTE
    # ------------------------------------------------------------

    @api.depends("enquiry_date")
    @api.depends_context("lang")
    def _compute_waiting_time(self):
        now = fields.Datetime.now()
        locale = babel_locale_parse(self.env.lang or "en_US")
        for lead in self:
            waiting = now - (lead.enquiry_date or lead.create_date or now)
            lead.waiting_time = format_timedelta(waiting, locale=locale, threshold=1.5)

    @api.depends("active", "user_id", "type", "stage_id")
    @api.depends_context("uid")
    def _compute_is_claimable(self):
        claims = self.env.user.has_group(AGENT)
        for lead in self:
            lead.is_claimable = claims and lead._is_in_pool()

    # ------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------

    @api.model
    def fields_get(self, allfields=None, attributes=None):
        """Let the screens offer only what the server allows."""
        described = super().fields_get(allfields, attributes)
        if not self._is_of_the_floor() or IMPORTS_PAST.get(self.env):
            return described
        # Leads are lost with a reason, not archived.
        closed = {"active"} | ({"user_id"} if self._is_agent_only() else set())
        for name in closed & described.keys():
            described[name]["readonly"] = True
        return described

    # ------------------------------------------------------------
    # PHASES
    # ------------------------------------------------------------

    def _check_births(self):
        if self._is_below_supervisor() and self.user_id - self.env.user:
            raise AccessError(
                self.env._("You can create leads for yourself or for the pool only.")
            )
        return super()._check_births()

    @api.model
    def _is_watched(self, vals):
        # An agent changes nothing at all in the pool.
        return super()._is_watched(vals) or self._is_below_supervisor()

    def _refuse_change(self, change):
        if self._is_below_supervisor():
            self._refuse_for_agent(change)
        elif not self.env.su:
            self._refuse_move_in_pool(change)
        return super()._refuse_change(change)

    def _write_others(self, vals):
        try:
            return super()._write_others(vals)
        except AccessError:
            # Core's notice to the new owner, for one, reads what is out of sight now.
            if vals.get("user_id") and self._is_below_supervisor():
                self.sudo().filtered("is_bpo")._refuse_given()
            raise

    # ------------------------------------------------------------
    # ACTIONS
    # ------------------------------------------------------------

    def action_claim(self):
        """Become the owner of unclaimed leads.

        :return: a client action that says so, and offers to open the lead.
        :rtype: dict
        :raises UserError: when somebody else was faster; it names them.
        """
        self._check_claim_rights()
        self._check_company_allowed()
        self._lock_for_claim()
        self._check_unclaimed()
        self._claim()
        return {
            "type": "ir.actions.client",
            "tag": "bpo_crm.lead_claimed",
            "params": {
                "message": self._prepare_claim_message(),
                "lead_id": self.id if len(self) == 1 else False,
            },
        }

    @api.model
    def action_claim_next(self, save_key=None):
        """Claim the most urgent lead of the pool.

        Agents who call at the same time get different leads, and none waits.

        :param str save_key: by which a client asks again whose reply was lost, and is
            answered with the same lead.
        :return: a notification that leads on to the form, or one that says that
            the pool is empty.
        :rtype: dict
        """
        lead = self._claim_next_once(save_key)
        message = lead._prepare_claim_message()
        if not lead:
            return show_notification(message, "info")
        return show_notification(message, "success", following=lead._open_form())

    # ------------------------------------------------------------
    # BUSINESS
    # ------------------------------------------------------------

    @api.model
    def _get_pool_domain(self):
        """Return the domain of the leads that anybody may claim."""
        return [
            ("type", "=", "opportunity"),
            ("user_id", "=", False),
            ("active", "=", True),
            *OUR_OPEN_LEAD,
        ]

    def _claim(self, owner=None):
        """Give these leads an owner.

        :param res.users owner: the user by default.
        """
        self.write({"user_id": owner.id if owner else self.env.uid})

    @api.model
    def _claim_next(self):
        """Claim the most urgent lead of the pool; return it, if there is one."""
        self._check_claim_rights()
        lead = self._lock_next_in_pool()
        lead._claim()
        return lead

    @api.model
    def _claim_next_once(self, save_key):
        """Claim the most urgent lead of the pool, or return what a key has claimed.

        :param str save_key: of a client that may ask again; nothing for another lead.
        :return: a lead of the user, or none where the pool is empty.
        """
        if not (save_key and isinstance(save_key, str)):
            return self._claim_next()
        self._check_claim_rights()
        row, _is_first = self.env["crm.saved.key"]._take(save_key, "crm.lead/next")
        own = [("id", "=", row.res_id), ("user_id", "=", self.env.uid)]
        lead = self.search(own) if row.res_id else self.browse()
        lead = lead or self._claim_next()
        row.res_id = lead.id
        return lead

    @api.model
    def _check_claim_rights(self):
        check_role(self.env, AGENT, self.env._("Only BPO agents can claim leads."))

    def _check_company_allowed(self):
        """Tell nobody who works the leads of another company."""
        allowed = self.env.user.company_ids
        others = self.sudo().filtered(lambda lead: lead.company_id - allowed)
        others.with_env(self.env).check_access("read")

    def _check_unclaimed(self):
        # The rules hide somebody else's lead, but its claimer must be named.
        for lead in self.sudo():
            if lead.user_id:
                raise UserError(lead._prepare_claimed_message(lead.user_id))
            lead._refuse_of_other_teams()
            lead._refuse_closed_to_claim(lead.stage_id)
            lead._refuse_unqualified()

    def _refuse_of_other_teams(self):
        """Refuse to claim what is in no pool.

        :raises UserError: for a lead that is not for a dealership.
        """
        if not self.is_bpo:
            raise UserError(
                self.env._(
                    "%s is not for a dealership, and is not claimed. Whoever leads its "
                    "team can give it to you.",
                    self._get_label(),
                )
            )

    def _refuse_closed_to_claim(self, stage):
        """Refuse to claim this lead when it is closed, or archived as it is.

        :param crm.stage stage: that it is in.
        :raises UserError: for a closing one, and for a lead that nobody sees.
        """
        if stage._is_closed:
            raise UserError(
                self.env._(
                    '%(lead)s is closed in stage "%(stage)s" and cannot be claimed.',
                    lead=self._get_label(),
                    stage=stage.name,
                )
            )
        if not self.active:
            raise UserError(
                self.env._(
                    "%s is archived and cannot be claimed. Ask a supervisor to restore "
                    "it first.",
                    self._get_label(),
                )
            )

    def _prepare_claimed_message(self, owner):
        """Return what somebody is told who claims this lead too late.

        :param res.users owner: who has it.
        :rtype: str
        """
        return self.env._(
            "%(lead)s is already claimed by %(owner)s.",
            lead=self._get_label(),
            owner=owner.name,
        )

    def _refuse_given(self):
        """Refuse to bring leads in by giving them away.

        :raises AccessError: for any; it names who can do it.
        """
        if self:
            raise AccessError(
                self.env._(
                    "With %(owner)s, these leads would be for a dealership. Ask a BPO "
                    "manager to give them away: %(leads)s.",
                    owner=self.user_id.name,
                    leads=", ".join(lead._get_label() for lead in self),
                )
            ) from None

    def _lock_for_claim(self):
        """Wait for whoever writes on these leads, and lock them.

        :raises UserError: when it was a faster claim.
        """
        self.flush_recordset()
        query = SQL(
            "SELECT id FROM crm_lead WHERE id IN %s ORDER BY id FOR NO KEY UPDATE",
            tuple(self.ids) or (0,),
        )
        try:
            with self.env.cr.savepoint(flush=False):
                self.env.cr.execute(query, log_exceptions=False)
        except psycopg2.errors.SerializationFailure:
            # Somebody wrote since this transaction began, whose view is frozen.
            with self.env.registry.cursor() as cr:
                self.with_env(self.env(cr=cr))._check_unclaimed()
            raise
        self.invalidate_recordset(["user_id", "stage_id"])

    @api.model
    def _lock_next_in_pool(self):
        """Return the most urgent lead that nobody else is taking, locked."""
        offset = 0
        while True:
            batch = self.search(
                self._get_pool_domain(),
                order=POOL_ORDER,
                limit=POOL_BATCH,
                offset=offset,
            )
            for lead in batch:
                if lead._lock_available():
                    return lead
            if len(batch) < POOL_BATCH:
                return self.browse()
            offset += POOL_BATCH

    def _prepare_claim_message(self):
        if not self:
            return self.env._("No lead is waiting in the pool.")
        return self.env._(
            "You are now assigned to lead %s",
            ", ".join(lead._get_label() for lead in self),
        )

    # Agents and other people's leads

    @api.model
    def _is_agent_only(self):
        """Whether the user is an agent without the rights of a supervisor."""
        return self._is_of_the_floor() and not self.env.user.has_group(SUPERVISOR)

    @api.model
    def _is_of_the_floor(self):
        """Whether the user works leads in any role, and not the system for it."""
        return not self.env.su and self.env.user.has_group(AGENT)

    @api.model
    def _is_below_supervisor(self):
        """Whether the user has leads of others to leave alone, in whatever role.

        Somebody with Odoo's own sales roles only is bound as an agent is.
        """
        return not (self.env.su or self.env.user.has_group(SUPERVISOR))

    def _refuse_for_agent(self, change):
        """An agent takes unclaimed leads for itself, and works what it has taken.

        :param LeadChange change: by an agent.
        :raises UserError: when somebody else has a lead, or nobody.
        :raises AccessError: for what a supervisor can do.
        """
        taken = change.find_changing("user_id")
        taken._refuse_taking(change)
        others = self.filtered(
            lambda lead: change.get_new(lead, "user_id") != self.env.user
        )
        others._refuse_unclaimed()
        if "team_id" in change.vals and change.find_changing("team_id"):
            raise AccessError(
                self.env._("Only a supervisor can give leads to another team.")
            )
        if "company_id" in change.vals and change.find_changing("company_id"):
            raise AccessError(
                self.env._("Only a supervisor can give leads to another company.")
            )

    def _refuse_taking(self, change):
        """An agent neither gives nor drops leads, nor takes them from somebody.

        :param LeadChange change: by an agent, which gives these leads another owner.
        :raises UserError: when somebody else has a lead, and for what cannot be
            claimed.
        :raises AccessError: when the new owner is not the user.
        """
        if self:
            self._check_claim_rights()
        for lead in self.sudo():
            owner = change.get_old(lead, "user_id")
            if owner and owner != self.env.user:
                raise UserError(lead._prepare_claimed_message(owner.sudo()))
        if any(change.get_new(lead, "user_id") != self.env.user for lead in self):
            raise AccessError(self.env._("Only a supervisor can reassign leads."))
        for lead in self:
            lead._refuse_closed_to_claim(change.get_old(lead, "stage_id"))
            lead._refuse_unqualified()

    def _refuse_move_in_pool(self, change):
        """Supervisors lose junk out of the pool, and move nothing else in it.

        :param LeadChange change: by a supervisor.
        """
        if self._is_guard_lifted():
            return
        change.find_changing("stage_id").filtered(
            lambda lead: (
                not change.get_new(lead, "user_id")
                and not change.get_old(lead, "stage_id")._is_closed
                and not change.get_new(lead, "stage_id").is_lost
                and "stage_id" in change.vals
            )
        )._refuse_unclaimed()

    def _check_workable(self):
        """Refuse work on leads that are not the user's to work, or not any more.

        :raises UserError: when a lead is unclaimed or closed.
        """
        self.check_access("write")
        self._check_claimed()
        self._check_not_closed()

    def _check_not_closed(self):
        for lead in self.filtered(
            lambda lead: lead.is_bpo and lead.stage_id._is_closed
        ):
            raise UserError(
                self.env._(
                    '%(lead)s is closed in stage "%(stage)s" and is not worked any '
                    "more.",
                    lead=lead._get_label(),
                    stage=lead.stage_id.name,
                )
            )

    def _open_work_dialog(self, name, model, context=None):
        """Return a window in which to work this lead.

        :param str name: its title.
        :param str model: of the form in it.
        :param dict context: with the form's defaults; this lead by default.
        :rtype: dict
        :raises UserError: when the lead is unclaimed or closed.
        """
        self.ensure_one()
        self._check_workable()
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": model,
            "views": [[False, "form"]],
            "target": "new",
            "context": context or {"default_lead_id": self.id, "dialog_size": "medium"},
        }

    def _check_claimed(self):
        """Refuse work on leads that are nobody's yet."""
        self.sudo().filtered(
            lambda lead: lead.is_bpo and not (lead.user_id or lead.stage_id._is_closed)
        )._refuse_unclaimed()

    def _check_worked_by_people(self):
        """Refuse plans for leads that nobody works, or works any more."""
        if not self.env.su:
            self._check_claimed()
            self.sudo()._check_not_closed()

    def _check_claimed_by_people(self):
        """Refuse work on the pool."""
        if not self.env.su:
            self._check_claimed()

    def _is_in_pool(self):
        """Whether this lead waits for somebody to claim it."""
        return self._is_open() and self.is_bpo and self.active and not self.user_id

    def _refuse_unclaimed(self):
        self._refuse_unqualified()
        if self:
            raise UserError(
                self.env._(
                    "Claim %s before you work it.",
                    ", ".join(lead._get_label() for lead in self),
                )
            )

    def _refuse_unqualified(self):
        """Refuse work on what may never be an opportunity."""
        for lead in self.filtered(lambda lead: lead.type == "lead"):
            raise UserError(
                self.env._(
                    "%s is not an opportunity yet. A supervisor can convert it.",
                    lead._get_label(),
                )
            )
