from odoo import fields, models

#: Core's job, which a new lead wakes.
ENRICH_JOB = "crm_iap_enrich.ir_cron_lead_enrichment"


class Cron(models.Model):
    """New leads wake core's job only where a company wants them to be enriched."""

    _inherit = "ir.cron"

    def _trigger_list(self, at_list):
        # It would look for something to do with each new lead. It has its hours, too.
        job = self.env.ref(ENRICH_JOB, raise_if_not_found=False)
        if job and self == job and not self._is_enrichment_wanted():
            now = fields.Datetime.now()
            at_list = [at for at in at_list if at > now]
            if not at_list:
                return self.env["ir.cron.trigger"]
        return super()._trigger_list(at_list)

    def _is_enrichment_wanted(self):
        """Whether a company wants the leads of its dealerships to be enriched."""
        companies = self.env["res.company"].sudo()
        return bool(companies.search_count([("enriches_leads", "=", True)], limit=1))
