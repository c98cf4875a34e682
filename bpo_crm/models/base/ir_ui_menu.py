from odoo import api, models

from ... import roles

#: What a manager sets up in, and all others have in the addon's own menu.
CRM_MENU = "crm.crm_menu_root"


class IrUiMenu(models.Model):
    _inherit = "ir.ui.menu"

    @api.model
    def _visible_menu_ids(self, debug=False):
        # Core keeps what is visible for each set of groups, and takes an app for
        # visible that only `_load_menus_blacklist` leaves out on 18.0.
        visible = super()._visible_menu_ids(debug)
        user = self.env.user
        if not user.has_group(roles.AGENT) or user.has_group(roles.MANAGER):
            return visible
        hidden = self.env["ir.model.data"]._xmlid_to_res_id(
            CRM_MENU, raise_if_not_found=False
        )
        return visible - {hidden}
