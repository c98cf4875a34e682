from odoo import api, fields, models
from odoo.exceptions import UserError


class Lead(models.Model):
    """Lost: in the lost stage, with a reason, and lost in Odoo's own sense.

    Core (``crm/models/crm_lead.py``) calls a lead lost when it is archived with
    a probability of 0. Both sides of the coin are written together here, so
    that the column, the filter, the report and the scoring agree.
    """

    _inherit = "crm.lead"

    lost_stage_id = fields.Many2one(
        "crm.stage",
        "Lost In",
        readonly=True,
        copy=False,
        ondelete="set null",
        help="The stage that the lead was in when it was lost.",
    )

    def write(self, vals):
        archiving = "active" in vals and not vals["active"]
        if archiving and "stage_id" not in vals:
            return self._write_archived(vals)
        if archiving:
            self._check_archived_as_lost(vals)
        self._check_stays_lost(vals)
        return super().write(vals)

    # ------------------------------------------------------------
    # ACTIONS
    # ------------------------------------------------------------

    def toggle_active(self):
        """Archiving is losing; see :meth:`write`. A lost lead stays archived."""
        for lead in self:
            lead.write({"active": not lead.active})
        return True

    def action_archive(self):
        """Mark leads as lost, which needs a reason that they have already."""
        return self.action_set_lost()

    def action_set_lost(self, **additional_values):
        """Move leads to the lost stage of their team.

        :param additional_values: further values; ``lost_reason_id`` is required
            where a lead has none yet.
        :return: True
        :raises UserError: without a reason, or without a lost stage.
        """
        for team, leads in self.grouped("team_id").items():
            stage = self._get_lost_stage(team)
            leads.write({**additional_values, "stage_id": stage.id})
        return True

    def action_mark_lost(self):
        """Open the wizard that asks for the reason.

        :return: a window action.
        :rtype: dict
        """
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm.crm_lead_lost_action"
        )
        context = {"default_lead_ids": self.ids, "dialog_size": "medium"}
        return {**action, "context": context}

    # ------------------------------------------------------------
    # HOOKS
    # ------------------------------------------------------------

    def _check_stage_move(self, stage, vals):
        if stage.is_lost and not vals.get("lost_reason_id"):
            without = self.filtered(lambda lead: not lead.lost_reason_id)
            if without or (self and "lost_reason_id" in vals):
                raise UserError(self._prepare_missing_reason_message(without or self))
        return super()._check_stage_move(stage, vals)

    def _before_stage_move(self, stage):
        lost = self.filtered(lambda lead: lead.stage_id.is_lost)
        if lost and not stage.is_lost:
            lost._leave_lost()
        if stage.is_lost:
            for origin, leads in (self - lost).grouped("stage_id").items():
                leads.sudo().write({"lost_stage_id": origin.id})
        return super()._before_stage_move(stage)

    def _prepare_stage_values(self, stage, vals):
        values = super()._prepare_stage_values(stage, vals)
        if stage.is_lost:
            # In one write, so that core counts the loss once.
            values |= {"active": False, "probability": 0, "automated_probability": 0}
        return values

    def _after_stage_move(self, stage, left):
        if stage.is_lost:
            self._log_orders_left_alone(left)
        else:
            self.filtered("lost_stage_id").sudo().write({"lost_stage_id": False})
        if not stage._is_closed:
            reopened = self.filtered(lambda lead: left[lead].is_lost)
            if reopened:
                reopened._compute_probabilities()
        return super()._after_stage_move(stage, left)

    # ------------------------------------------------------------
    # BUSINESS
    # ------------------------------------------------------------

    def _write_archived(self, vals):
        lost = self.filtered(lambda lead: lead.stage_id.is_lost)
        (self - lost).action_set_lost(**vals)
        return super(Lead, lost).write(vals)

    def _check_archived_as_lost(self, vals):
        """An archived lead in an open stage would be lost without a trace."""
        if not self.env["crm.stage"].browse(vals["stage_id"]).is_lost:
            raise UserError(
                self.env._("Archiving a lead is losing it: move it to the lost stage.")
            )

    def _check_stays_lost(self, vals):
        """A lost lead keeps its reason, and does not come back by itself."""
        lost = self.filtered(lambda lead: lead.stage_id.is_lost)
        if "stage_id" in vals:
            lost = lost.filtered(lambda lead: lead.stage_id.id == vals["stage_id"])
        if vals.get("active") and not all(lost.mapped("active")):
            raise UserError(
                self.env._(
                    "%s is lost and does not reopen. Create a new lead for a returning "
                    "customer.",
                    ", ".join(lead._get_label() for lead in lost),
                )
            )
        if lost and "lost_reason_id" in vals and not vals["lost_reason_id"]:
            raise UserError(self._prepare_missing_reason_message(lost))

    def _leave_lost(self):
        """Undo the archiving, in a write of its own so that core counts it once."""
        return super().write(
            {
                "active": True,
                "lost_reason_id": False,
                "probability": 1,
                "automated_probability": 1,
            }
        )

    @api.model
    def _get_lost_stage(self, team):
        stage = self.env["crm.stage"]._find_for_team(team, [("is_lost", "=", True)])[:1]
        if not stage:
            raise UserError(
                self.env._(
                    "No lost stage configured. Ask a manager to add one under "
                    "Configuration → Stages."
                )
            )
        return stage

    def _pls_get_lead_pls_values(self, *args, **kwargs):
        """Let core's scoring learn from the stage that a lead was lost in.

        It reads how far a lost lead came from its stage, which core leaves alone
        when a lead is lost. The lost column would say: through all stages.
        """
        values_by_lead = super()._pls_get_lead_pls_values(*args, **kwargs)
        lost_stages = self.env["crm.stage"].search([("is_lost", "=", True)])
        in_lost_column = {("stage_id", stage.id) for stage in lost_stages}
        lost = self.browse(
            lead_id
            for lead_id, row in values_by_lead.items()
            if in_lost_column.intersection(row["values"])
        )
        for lead in lost:
            row = values_by_lead[lead.id]
            row["values"] = [pair for pair in row["values"] if pair[0] != "stage_id"]
            if lead.lost_stage_id:
                row["values"].append(("stage_id", lead.lost_stage_id.id))
        return values_by_lead

    def _prepare_missing_reason_message(self, leads):
        return self.env._(
            "A lost lead needs a lost reason. Use the Mark Lost button to choose one "
            "for %s.",
            ", ".join(lead._get_label() for lead in leads),
        )

    def _log_orders_left_alone(self, left):
        pushes = self.env["crm.dealer.push"].sudo()
        possible = pushes.search(
            [("lead_id", "in", self.ids), ("order_may_exist", "=", True)]
        )
        for lead, attempts in possible.grouped("lead_id").items():
            lead = lead.with_env(self.env)
            if not lead.dealer_so_name:
                lead._log_order_possible(attempts.dealership_id)
            elif left[lead].is_won:
                lead._log_order_left_alone()

    def _log_order_possible(self, dealerships):
        self.message_post(
            body=self.env._(
                "An attempt to win this lead ended without an answer: there may be an "
                "order at %s. Tell them that the lead is lost.",
                ", ".join(dealerships.mapped("name")),
            )
        )

    def _log_order_left_alone(self):
        self.message_post(
            body=self.env._(
                "The lead was won before: order %(order)s at %(dealership)s is left as "
                "it is. Tell the dealership if it shall be cancelled.",
                order=self.dealer_so_name,
                dealership=self.dealership_id.name,
            )
        )
