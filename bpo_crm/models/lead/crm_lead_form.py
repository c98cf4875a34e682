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
        leads = self
        if view_type == "form" and self.env.user.has_group(AGENT):
            # Whoever asks for another one by this key gets that.
            leads = self.with_context(**{"form_view_ref": FORM, **self.env.context})
        return super(Lead, leads).get_view(view_id, view_type, **options)
