from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from ...mending import find_lost_stages
from ...roles import MANAGER, check_role
from ...series import STAGE_TEAM, Constraint, all_of, any_of

#: What a lead had before it was lost by its stage being taken over.
KEPT = (
    "stage_id",
    "active",
    "probability",
    "automated_probability",
    "lost_reason_id",
    "lost_stage_id",
    "date_closed",
)

#: What leads have, for the moment in which it is undone.
KEEP_LEADS = """
    INSERT INTO crm_stage_takeover_lead (takeover_id, lead_id, %(kept)s)
    SELECT %(takeover)s, id, %(kept)s FROM crm_lead WHERE %(chosen)s
        ON CONFLICT (lead_id, takeover_id) DO NOTHING
"""

#: Whether a lead came to the stage since, or left it.
HAS_MOVED = """
    SELECT FROM crm_lead AS lead
      LEFT JOIN crm_stage_takeover_lead AS kept
        ON kept.lead_id = lead.id AND kept.takeover_id = %(takeover)s
     WHERE lead.is_bpo AND lead.stage_id = %(stage)s AND kept.id IS NULL
    UNION ALL
    SELECT FROM crm_stage_takeover_lead AS kept
      JOIN crm_lead AS lead ON lead.id = kept.lead_id
     WHERE kept.takeover_id = %(takeover)s
       AND (lead.stage_id IS DISTINCT FROM %(stage)s OR lead.active)
     LIMIT 1
"""


class StageTakeover(models.Model):
    """A folded stage that became a lost one, until a lead moves.

    It is the server's own. What its leads had before is kept, so that it can be undone.
    """

    _name = "crm.stage.takeover"
    _description = "Stage That Was Taken Over as Lost"

    stage_id = fields.Many2one("crm.stage", required=True, ondelete="cascade")
    is_folded = fields.Boolean(help="The column was folded before.")

    _stage_uniq = Constraint("UNIQUE(stage_id)", "A stage is taken over once.")

    @api.autovacuum
    def _gc_moved(self):
        """Forget what cannot be undone any more."""
        self.search([]).filtered(lambda takeover: takeover._has_moved()).unlink()

    def _keep_lost(self, lost_stage, chosen):
        """Keep what leads have that are about to be lost in the stages taken over.

        :param crm.stage lost_stage: where those go that are lost in Odoo's sense.
        :param SQL chosen: the condition on ``crm_lead`` of all that are looked at.
        """
        elsewhere = SQL(
            "active IS NOT TRUE AND probability = 0"
            " AND (stage_id IS NULL OR stage_id != ALL(%s))",
            find_lost_stages(self.env.cr),
        )
        for takeover in self:
            stage = takeover.stage_id
            come = elsewhere if stage == lost_stage else SQL("FALSE")
            takeover._keep_leads(
                SQL("(%s) AND (stage_id = %s OR %s)", chosen, stage.id, come)
            )

    def _keep_leads(self, chosen):
        """Keep what leads have now.

        :param SQL chosen: the condition on ``crm_lead`` of which.
        """
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                KEEP_LEADS,
                kept=SQL(", ").join(map(SQL.identifier, KEPT)),
                takeover=self.id,
                chosen=chosen,
            )
        )

    def _has_moved(self):
        """Whether a lead has moved since the stage was taken over.

        :rtype: bool
        """
        self.env.flush_all()
        self.env.cr.execute(
            SQL(HAS_MOVED, takeover=self.id, stage=self.stage_id.id),
        )
        return bool(self.env.cr.rowcount)

    def _give_back(self):
        """Let leads be again as they were.

        :return: their ids.
        :rtype: list[int]
        """
        self._bring_back_own_lost()
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                "UPDATE crm_lead SET %(values)s FROM crm_stage_takeover_lead AS kept"
                " WHERE kept.lead_id = crm_lead.id AND kept.takeover_id = %(takeover)s"
                " AND crm_lead.is_bpo"
                " RETURNING crm_lead.id",
                values=SQL(", ").join(
                    SQL("%s = %s", SQL.identifier(name), SQL.identifier("kept", name))
                    for name in KEPT
                ),
                takeover=self.id,
            )
        )
        self.env.invalidate_all()
        return [lead_id for (lead_id,) in rows]

    def _bring_back_own_lost(self):
        """Make the addon's own lost stage anew, if leads were in it that go back."""
        kept = self.env["crm.stage.takeover.lead"].with_context(active_test=False)
        homeless = [("takeover_id", "=", self.id), ("stage_id", "=", False)]
        if kept.search_count(homeless, limit=1):
            stages = self.env["crm.stage"]
            own = stages._get_own_lost() or stages._make_lost()
            self.env.cr.execute(
                "UPDATE crm_stage_takeover_lead SET stage_id = %s"
                " WHERE takeover_id = %s AND stage_id IS NULL",
                [own.id, self.id],
            )


class StageTakeoverLead(models.Model):
    _name = "crm.stage.takeover.lead"
    _description = "Lead in a Stage That Was Taken Over"
    _log_access = False

    takeover_id = fields.Many2one(
        "crm.stage.takeover", required=True, index=True, ondelete="cascade"
    )
    lead_id = fields.Many2one("crm.lead", required=True, ondelete="cascade")
    stage_id = fields.Many2one("crm.stage", ondelete="set null")
    active = fields.Boolean()
    probability = fields.Float()
    automated_probability = fields.Float()
    lost_reason_id = fields.Many2one("crm.lost.reason", ondelete="set null")
    lost_stage_id = fields.Many2one("crm.stage", ondelete="set null")
    date_closed = fields.Datetime()

    _lead_uniq = Constraint("UNIQUE(lead_id, takeover_id)", "A lead is kept once.")


class Stage(models.Model):
    """A folded *Lost* from before the addon becomes the one in which leads are lost."""

    _inherit = "crm.stage"

    is_taken_over = fields.Boolean(compute="_compute_is_taken_over", compute_sudo=True)

    @api.depends()
    def _compute_is_taken_over(self):
        takeovers = self.env["crm.stage.takeover"].search(
            [("stage_id", "in", self.ids)]
        )
        for stage in self:
            stage.is_taken_over = stage in takeovers.stage_id

    # ------------------------------------------------------------
    # ACTIONS
    # ------------------------------------------------------------

    def action_undo_takeover(self):
        """Let this stage be the open one that it was, with its leads as they were.

        :return: True
        :raises AccessError: for anybody but the managers of the companies.
        :raises UserError: once a lead has moved.
        """
        self.ensure_one()
        self._check_may_take_over()
        takeover = self.env["crm.stage.takeover"].sudo()
        takeover = takeover.search([("stage_id", "=", self.id)])
        if not takeover:
            return True
        if takeover._has_moved():
            raise UserError(
                self.env._(
                    'A lead has moved since "%s" became the lost stage, so this cannot '
                    "be undone any more.",
                    self.name,
                )
            )
        self.sudo()._flag_lost(False, fold=takeover.is_folded)
        lead_ids, taken_over_at = takeover._give_back(), takeover.create_date
        takeover.unlink()
        leads = self.env["crm.lead"].sudo()
        leads._follow_undone_takeover(lead_ids, taken_over_at)
        return True

    # ------------------------------------------------------------
    # BUSINESS
    # ------------------------------------------------------------

    def _take_over(self):
        """Let this stage be the lost one of its team, with the leads that are in it.

        In SQL, as it is no move that somebody made. Those of teams that do not work
        for dealerships stay as they are.

        :raises AccessError: for anybody but the managers of the companies.
        :raises ValidationError: for a won stage.
        """
        self.ensure_one()
        if self.is_lost:
            return
        self._check_may_take_over()
        self._refuse_won_and_lost(self.is_won, True)
        takeover = self.env["crm.stage.takeover"].sudo()
        takeover = takeover.create({"stage_id": self.id, "is_folded": self.fold})
        self.sudo()._flag_lost(True, fold=True)
        self.env["crm.lead"].sudo()._follow_takeover(takeover)

    def _flag_lost(self, is_lost, fold):
        """Say whether leads are lost in this stage, past the rule of its leads.

        :param bool is_lost: whether they are.
        :param bool fold: whether its column is folded.
        """
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE crm_stage SET is_lost = %s, fold = %s, write_uid = %s,"
            " write_date = timezone('UTC', now()) WHERE id = %s",
            [is_lost, fold, self.env.uid, self.id],
        )
        self.env.invalidate_all()

    def _check_may_take_over(self):
        """Refuse to change what a stage means, to all but managers of its leads.

        :raises AccessError: for anybody else.
        """
        check_role(
            self.env,
            MANAGER,
            self.env._("Only a BPO manager can say in which stage leads are lost."),
        )
        self.check_access("write")
        leads = self.env["crm.lead"].sudo().with_context(active_test=False)
        # Those in the addon's own lost stage may come to this one.
        of_teams = [("team_id", "in", self[STAGE_TEAM].ids)] if self[STAGE_TEAM] else []
        own = [("stage_id", "in", self._get_own_lost().ids), *of_teams]
        concerned = any_of([[("stage_id", "=", self.id)], own])
        ours = all_of([[("is_bpo", "=", True)], concerned])
        groups = leads._read_group(ours, ["company_id"])
        companies = self.env.company.browse().concat(*(row[0] for row in groups))
        if not self.env.su and companies - self.env.user.company_ids:
            raise AccessError(
                self.env._(
                    '"%s" has leads of companies that you are not allowed in. Only a '
                    "BPO manager of all of them can say whether leads are lost there.",
                    self.name,
                )
            )


class Lead(models.Model):
    """What becomes of the leads in a stage that is taken over, and given back."""

    _inherit = "crm.lead"

    @api.model
    def _follow_takeover(self, takeover):
        """Let leads that the rules are for be lost with their stage.

        :param crm.stage.takeover takeover: of the stage.
        """
        chosen = SQL("is_bpo AND stage_id = %s", takeover.stage_id.id)
        lead_ids = self._find_ids(chosen)
        if lead_ids:
            self._release_existing_customers(chosen)
            self._lose_as_before(chosen)
        lead_ids += self._leave_own_lost(takeover)
        self.env["crm.lead.stage.history"]._follow_stages(self.browse(lead_ids))
        takeover.stage_id._drop_unused_lost()

    @api.model
    def _leave_own_lost(self, takeover):
        """Let leads in the addon's own lost stage be in the one that is theirs now.

        :param crm.stage.takeover takeover: of that stage.
        :return: their ids.
        :rtype: list[int]
        """
        stage = takeover.stage_id
        own = stage._get_own_lost()
        teams = self.env["crm.team"].with_context(active_test=False).search([])
        moving = [
            team.id or 0
            for team in [*teams, teams.browse()]
            if stage._find_lost(team) == stage
        ]
        chosen = SQL(
            "is_bpo AND stage_id = %s AND COALESCE(team_id, 0) = ANY(%s)",
            own.id or None,
            moving,
        )
        takeover._keep_leads(chosen)
        rows = self.env.execute_query(
            SQL(
                "UPDATE crm_lead SET stage_id = %s WHERE %s RETURNING id",
                stage.id,
                chosen,
            )
        )
        self.env.invalidate_all()
        return [lead_id for (lead_id,) in rows]

    @api.model
    def _follow_undone_takeover(self, lead_ids, taken_over_at):
        """Let leads be worked again whose stage was given back.

        :param list lead_ids: of those that were lost in it.
        :param datetime.datetime taken_over_at: since when, in UTC, naive.
        :raises UserError: for one whose customer has asked again since.
        """
        chosen = SQL("is_bpo AND id = ANY(%s)", lead_ids)
        newer = SQL("SELECT id FROM crm_lead WHERE create_date > %s", taken_over_at)
        self._refuse_two_leads(chosen, newer)
        self._lose_as_before(chosen)
        self._hold_existing_customers(chosen)
        self.env["crm.lead.stage.history"]._follow_stages(self.browse(lead_ids))
