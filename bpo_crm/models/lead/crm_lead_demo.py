from odoo import SUPERUSER_ID, api, models
from odoo.exceptions import AccessError


class Lead(models.Model):
    """The demo data's leads have a past, which only an installation gives them."""

    _inherit = "crm.lead"

    @api.model
    def _load_demo_floor(self):
        """Play the demo's last months, once.

        :raises AccessError: for anybody but the superuser, whom no client can be, not
            even where code takes on all rights for it.
        """
        if self.env.uid != SUPERUSER_ID:
            raise AccessError(self.env._("Demo data comes with the installation."))
        if self.env.ref("bpo_crm.lead_1", raise_if_not_found=False):
            return
        # Of use this once: no other server reads it.
        from ...demo.floor import Floor

        Floor(self.env).play()
