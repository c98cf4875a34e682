from odoo import api, models
from odoo.tools import SQL

from ...mending import move_lost_leads


class Lead(models.Model):
    """Leads that were lost before the rules were for them are lost as all others."""

    _inherit = "crm.lead"

    @api.model
    def _prepare_switch(self, chosen):
        result = super()._prepare_switch(chosen)
        self._lose_as_before(chosen)
        return result

    def _arrive(self):
        # Archiving is losing; core may have worked out another probability just now.
        archived = self.filtered(lambda lead: not (lead.active or lead.is_won))
        archived._write_by_core({"probability": 0, "automated_probability": 0})
        lost = archived | self.filtered("is_lost")
        if lost:
            self.sudo()._lose_as_before(SQL("id = ANY(%s)", lost.ids))
        return super()._arrive()

    @api.model
    def _lose_as_before(self, chosen):
        """Let leads go to the lost stage of their team that were lost in Odoo's sense.

        Those in a stage that was taken over are so in both senses, too.

        :param SQL chosen: the condition on ``crm_lead`` of which.
        """
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL("SELECT DISTINCT team_id FROM crm_lead WHERE %s", chosen)
        )
        teams = self.env["crm.team"].sudo()
        taken_over = self.env["crm.stage.takeover"].sudo().search([])
        for (team_id,) in rows:
            lost = self.env["crm.stage"].sudo()._get_or_make_lost(teams.browse(team_id))
            of_team = SQL("(%s) AND team_id IS NOT DISTINCT FROM %s", chosen, team_id)
            taken_over._keep_lost(lost, of_team)
            move_lost_leads(self.sudo().env, lost, of_team)
