from odoo import api, models


class Onboarding(models.Model):
    """Setting up: a brand that customers can ask a vehicle of."""

    _inherit = "onboarding.onboarding"

    @api.model
    def _list_done_steps(self):
        done = super()._list_done_steps()
        of_brand = [("brand_id.active", "=", True)]
        if self._is_there("crm.vehicle.model", of_brand):
            done.append("brand")
        return done
