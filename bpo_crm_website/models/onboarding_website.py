from odoo import models

STEP = "bpo_crm_website.onboarding_step_contact_page"


class Onboarding(models.Model):
    """Setting up: a contact page whose form makes a lead."""

    _inherit = "onboarding.onboarding"

    def _prepare_checklist_steps(self):
        steps = super()._prepare_checklist_steps()
        own_id = self.env["ir.model.data"]._xmlid_to_res_id(STEP)
        for step in steps:
            if step["id"] == own_id:
                step["is_done"] = not self._are_contacts_by_mail()
        return steps

    def _are_contacts_by_mail(self):
        """Whether a website of the current company has a form that makes mails only."""
        domain = [("company_id", "=", self.env.company.id)]
        websites = self.env["website"].sudo().search(domain)
        return any(website._is_contact_by_mail() for website in websites)
