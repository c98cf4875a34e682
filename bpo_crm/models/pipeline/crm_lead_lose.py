from odoo import api, fields, models
from odoo.exceptions import UserError

from ...html_text import read_html
from ...series import Constraint, Index


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
        server_only=True,
        help="The stage that the lead was in when it was lost.",
    )
    lost_note = fields.Text(
        readonly=True,
        copy=False,
        server_only=True,
        help="What was noted when the lead was lost.",
    )

    # What was lost in a period, and why, among many more that were lost.
    _lost_idx = Index(
        "(date_closed) INCLUDE (stage_id, lost_reason_id, company_id, user_id)"
        " WHERE active IS NOT TRUE AND is_bpo AND type = 'opportunity'"
    )

    _lost_with_reason = Constraint(
        "CHECK(lost_reason_id IS NOT NULL OR lost_stage_id IS NULL OR active"
        " OR is_bpo IS NOT TRUE)",
        "A lost lead must have a lost reason.",
    )

    # ------------------------------------------------------------
    # ACTIONS
    # ------------------------------------------------------------

    def toggle_active(self):
        """Archiving is losing: see :meth:`_find_targets`. Lost leads stay archived."""
        ours = self.filtered("is_bpo")
        if self - ours:
            super(Lead, self - ours).toggle_active()
        by_active = ours.grouped("active").items()
        return self._write_in_phases(
            [(leads, {"active": not active}) for active, leads in by_active]
        )

    def action_archive(self):
        """Mark leads as lost, which needs a reason that they have already."""
        ours = self.filtered("is_bpo")
        if self - ours:
            super(Lead, self - ours).action_archive()
        return ours.action_set_lost()

    def action_set_lost(self, **additional_values):
        """Move leads to the lost stage of their team; Odoo's own are lost its way.

        :param additional_values: further values; ``lost_reason_id`` is required
            where a lead has none yet.
        :return: True
        :raises UserError: without a reason, or without a lost stage.
        """
        ours = self.filtered("is_bpo")
        if self - ours:
            super(Lead, self - ours).action_set_lost(**additional_values)
        by_team = ours.grouped("team_id").items()
        return self._write_in_phases(
            [
                (
                    leads,
                    {**additional_values, "stage_id": self._get_lost_stage(team).id},
                )
                for team, leads in by_team
            ]
        )

    def action_mark_lost(self):
        """Open the wizard that asks for the reason.

        :return: a window action.
        :rtype: dict
        """
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm.crm_lead_lost_action"
        )
        context = {"default_lead_ids": self.ids, "dialog_size": "medium"}
        return {**action, "context": context}

    # ------------------------------------------------------------
    # PHASES
    # ------------------------------------------------------------

    def _find_targets(self, vals):
        targets = super()._find_targets(vals)
        if vals.get("active", True) or "stage_id" in vals:
            return targets
        # Archiving is losing.
        for team, leads in self._filter_not_lost().grouped("team_id").items():
            targets |= dict.fromkeys(leads, self._get_lost_stage(team))
        return targets

    def _get_move(self, stage):
        move = super()._get_move(stage)
        # How far each came is written with its loss.
        return (move, self.stage_id) if stage and stage.is_lost else move

    def _prepare_move_values(self, vals, stage):
        values = super()._prepare_move_values(vals, stage)
        if stage and stage.is_lost:
            # In one write, so that core counts the loss once.
            return {
                **values,
                "active": False,
                "probability": 0,
                "automated_probability": 0,
                "lost_stage_id": self.stage_id.id,
            }
        if stage is not None and self.lost_stage_id:
            return {**values, "lost_stage_id": False}
        return values

    def _prepare_changes(self, vals):
        changes = super()._prepare_changes(vals)
        for change in changes:
            # See _leave_lost().
            change.foresee(
                _find_leaving_lost(change),
                active=True,
                lost_reason_id=self.env["crm.lost.reason"],
            )
        return changes

    def _refuse_change(self, change):
        self._refuse_without_reason(change)
        self._refuse_unlike_stage(change)
        return super()._refuse_change(change)

    def _prepare_change(self, change):
        leaving = _find_leaving_lost(change)
        if leaving:
            leaving._leave_lost()
        return super()._prepare_change(change)

    def _follow_up_change(self, change):
        moved = change.find_changing("stage_id")
        lost = moved.filtered(lambda lead: change.get_new(lead, "stage_id").is_lost)
        lost._log_orders_left_alone(change)
        reopened = _find_leaving_lost(change).filtered(
            lambda lead: not change.get_new(lead, "stage_id")._is_closed
        )
        if reopened:
            reopened.sudo()._compute_probabilities()
        return super()._follow_up_change(change)

    # ------------------------------------------------------------
    # BUSINESS
    # ------------------------------------------------------------

    def _keep_lost_note(self, note):
        """Keep why these leads were lost, beside the reason, for the reports.

        Nothing said anew takes nothing away.

        :param str note: as HTML.
        """
        text = read_html(note).strip()
        if text:
            self.sudo().lost_note = text

    def _filter_not_lost(self):
        return self.filtered(lambda lead: not lead.stage_id.is_lost)

    def _refuse_without_reason(self, change):
        """A lost lead has a reason, and keeps one.

        :param LeadChange change: of these leads.
        :raises UserError: for lost leads without a reason.
        """
        asked = change.find_changing("stage_id", "lost_reason_id")
        if "lost_reason_id" in change.vals:
            asked = self
        without = asked.filtered(
            lambda lead: (
                change.get_new(lead, "stage_id").is_lost
                and not change.get_new(lead, "lost_reason_id")
            )
        )
        if without:
            raise UserError(self._prepare_missing_reason_message(without))

    def _refuse_unlike_stage(self, change):
        """Lost leads are archived, and open ones are not.

        :param LeadChange change: of these leads.
        :raises UserError: for a lost lead that is restored, and for an open one that is
            archived.
        """
        for lead in change.find_changing("active", "stage_id"):
            stage = change.get_new(lead, "stage_id")
            is_active = change.get_new(lead, "active")
            if is_active and stage.is_lost:
                raise UserError(
                    self.env._(
                        "%s is lost and does not reopen. Create a new lead for a "
                        "returning customer.",
                        lead._get_label(),
                    )
                )
            if not (is_active or stage._is_closed):
                raise UserError(
                    self.env._("A lead cannot be archived. Mark it as lost instead.")
                )

    def _leave_lost(self):
        """Undo the archiving, in a write of its own so that core counts it once."""
        return self._write_by_core(
            {
                "active": True,
                "lost_note": False,
                "lost_reason_id": False,
                "probability": 1,
                "automated_probability": 1,
            }
        )

    @api.model
    def _get_lost_stage(self, team):
        """Return the stage in which the leads of a team are lost.

        :param crm.team team: a team, or an empty recordset.
        :return: the first one of its own, or else the first shared one.
        :rtype: crm.stage
        :raises UserError: without a lost stage.
        """
        stage = self.env["crm.stage"]._find_lost(team)
        if not stage:
            raise UserError(
                self.env._(
                    "No lost stage configured. Ask a manager to add one under "
                    "Configuration → Stages."
                )
            )
        return stage

    def _prepare_missing_reason_message(self, leads):
        """Return what is said of leads that need a reason to be lost.

        :param crm.lead leads: which are named.
        :rtype: str
        """
        return self.env._(
            "A lost lead needs a lost reason. Use the Mark as Lost button to "
            "choose one for %s.",
            ", ".join(lead._get_label() for lead in leads),
        )

    def _log_orders_left_alone(self, change):
        """Leave a line with those of these leads that a dealer may have an order for.

        :param LeadChange change: that loses them.
        """
        possible = self._find_possible_orders()
        for lead, attempts in possible.grouped("lead_id").items():
            lead = lead.with_env(self.env)
            if not lead.dealer_so_name:
                lead._log_order_possible(attempts.dealership_id)
            elif change.get_old(lead, "stage_id").is_won:
                lead._log_order_left_alone()

    def _log_order_possible(self, dealerships):
        """Leave a line with this lead that there may be an order for it.

        :param crm.dealership dealerships: where it may be.
        """
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
                "The lead was won before: order %(order)s at %(dealership)s is "
                "left as it is. Tell the dealership if it is to be cancelled.",
                order=self.dealer_so_name,
                dealership=self.dealership_id.name,
            )
        )


def _find_leaving_lost(change):
    """Return the leads that a write takes out of the lost stage.

    :param LeadChange change: the write.
    """
    return change.find_changing("stage_id").filtered(
        lambda lead: (
            change.get_old(lead, "stage_id").is_lost
            and not change.get_new(lead, "stage_id").is_lost
        )
    )
