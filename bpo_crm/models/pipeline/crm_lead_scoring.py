from datetime import datetime, time, timedelta

from odoo import api, fields, models

from ...local_time import from_zone, to_zone

#: Core's job, which learns from all closed leads anew. It is off out of the box.
SCORING_JOB = "crm.website_crm_score_cron"

#: When nobody waits for it.
AT_NIGHT = time(3)


class Lead(models.Model):
    """What core's predictive scoring learns from closed leads, and when."""

    _inherit = "crm.lead"

    @api.model
    def _schedule_scoring(self):
        """Let core's job learn each night, where the company works.

        An update of core's CRM switches it off.
        """
        job = self.env.ref(SCORING_JOB, raise_if_not_found=False)
        if job and not job.active:
            zone = self.env.company._get_sales_calendar().tz
            day = to_zone(fields.Datetime.now(), zone).date() + timedelta(days=1)
            night = from_zone(datetime.combine(day, AT_NIGHT), zone)
            job.write({"active": True, "nextcall": night})

    # ------------------------------------------------------------
    # HOOKS
    # ------------------------------------------------------------

    def _pls_increment_frequencies(self, from_state=None, to_state=None):
        # Core counts each lead in the same few rows as it is closed, and whoever closes
        # one waits for all others. Its job counts them all.
        others = self.filtered(lambda lead: not lead.is_bpo)
        return super(Lead, others)._pls_increment_frequencies(from_state, to_state)

    def _pls_get_lead_pls_values(self, *args, **kwargs):
        """Let core's scoring learn from the stage that a lead was lost in.

        It reads how far a lost lead came from its stage, which core leaves alone
        when a lead is lost. The lost column would say: through all stages.
        """
        values_by_lead = super()._pls_get_lead_pls_values(*args, **kwargs)
        lost_stages = self.env["crm.stage"].search([("is_lost", "=", True)])
        in_lost_column = {("stage_id", stage.id) for stage in lost_stages}
        lost = self.browse(
            lead_id
            for lead_id, row in values_by_lead.items()
            if in_lost_column.intersection(row["values"])
        )
        for lead in lost:
            row = values_by_lead[lead.id]
            row["values"] = [pair for pair in row["values"] if pair[0] != "stage_id"]
            if lead.lost_stage_id:
                row["values"].append(("stage_id", lead.lost_stage_id.id))
        return values_by_lead
