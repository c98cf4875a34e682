from odoo import api, models


class ResUsers(models.Model):
    """The activity menu of the systray."""

    _inherit = "res.users"

    @api.model
    def _get_activity_groups(self):
        groups = super()._get_activity_groups()
        numbers = self.env["crm.lead"]._count_my_activities()
        for group in groups:
            if group["model"] == "crm.lead":
                group.update(numbers)
        return [
            group
            for group in groups
            if group["model"] != "crm.lead" or any(numbers.values())
        ]
