from odoo import api, models

from ...roles import AGENT

FORM = "bpo_crm.crm_lead_view_form"


class Lead(models.Model):
    """Whoever has a role here sees a lead on the call centre's form.

    From a link, a mail or an activity, too. Everybody else gets core's.
    """

    _inherit = "crm.lead"

    @api.model
    def get_view(self, view_id=None, view_type="form", **options):
        if view_type == "form" and not view_id and self._has_own_form():
            view_id = self.env["ir.model.data"]._xmlid_to_res_id(FORM)
        return super().get_view(view_id, view_type, **options)

    @api.model
    def _has_own_form(self):
        is_asked_for = self.env.context.get("form_view_ref")
        return not is_asked_for and self.env.user.has_group(AGENT)
