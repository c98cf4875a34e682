from odoo import api, fields, models


class LeadWinReport(models.TransientModel):
    """What came of marking many leads as won."""

    _name = "crm.lead.win.report"
    _description = "Result of Winning Many Leads"

    line_ids = fields.One2many("crm.lead.win.report.line", "report_id", "Leads")
    won_count = fields.Integer("Won", readonly=True)
    failed_count = fields.Integer("Not Won", readonly=True)

    @api.model
    def _show(self, outcomes):
        """Return a window on the outcomes.

        :param list outcomes: pairs of a lead and its error, or None.
        :rtype: dict
        """
        lines = [
            fields.Command.create({"lead_id": lead.id, "error": error})
            for lead, error in outcomes
        ]
        failed = sum(1 for _lead, error in outcomes if error)
        # Nobody makes one by hand, so that nobody names other leads in it.
        report = self.sudo().create(
            {
                "line_ids": lines,
                "won_count": len(outcomes) - failed,
                "failed_count": failed,
            }
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Mark as Won"),
            "res_model": self._name,
            "res_id": report.id,
            "views": [[False, "form"]],
            "target": "new",
        }


class LeadWinReportLine(models.TransientModel):
    _name = "crm.lead.win.report.line"
    _description = "Result of Winning One of Many Leads"

    report_id = fields.Many2one("crm.lead.win.report", ondelete="cascade")
    lead_id = fields.Many2one("crm.lead", readonly=True)
    reference = fields.Char(related="lead_id.reference", related_sudo=False)
    order_name = fields.Char(related="lead_id.dealer_so_name", related_sudo=False)
    error = fields.Text(readonly=True)
