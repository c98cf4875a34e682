from odoo import models


class Lead(models.Model):
    """What a visitor asks waits in the pool, like all that comes in."""

    _inherit = "crm.lead"

    def website_form_input_filter(self, request, values):
        """Prepare the values of a lead that a visitor asks for.

        :param odoo.http.Request request: the visitor's.
        :param dict values: of ``crm.lead``, as the form sent them.
        :rtype: dict
        """
        source = self.env["crm.lead.source"].sudo()._get_of_core("website")
        # 19.0 would give it to the team's leader, whom nobody chose for that.
        owner_id = values.get("user_id") or request.website.crm_default_user_id.id
        values = super().website_form_input_filter(request, values)
        return {**values, "intake_source_id": source.id, "user_id": owner_id}
