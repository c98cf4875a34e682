from odoo import models


class Team(models.Model):
    """What a team's leads have gone through counts while it works for dealerships."""

    _inherit = "crm.team"

    def write(self, vals):
        result = super().write(vals)
        if "is_bpo" in vals:
            self.env["crm.lead.stage.history"]._follow_switch(
                [("team_id", "in", self.ids)]
            )
        return result


class Company(models.Model):
    """The same of leads without a team."""

    _inherit = "res.company"

    def write(self, vals):
        result = super().write(vals)
        if "is_bpo" in vals:
            self.env["crm.lead.stage.history"]._follow_switch(
                [
                    ("team_id", "=", False),
                    ("company_id", "in", [False, *self.ids]),
                ]
            )
        return result
