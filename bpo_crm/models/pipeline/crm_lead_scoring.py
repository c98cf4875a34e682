from datetime import datetime, time, timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ... import series
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

        Once: whoever switches it off later means it. An update of core's CRM would
        switch it off as well, and leaves it alone from now on. Where nobody works for
        dealerships, core learns by itself.
        """
        job = self.env.ref(SCORING_JOB, raise_if_not_found=False)
        if job and not job.active and self._is_somebody_working():
            zone = self.env.company._get_sales_zone()
            day = to_zone(fields.Datetime.now(), zone).date() + timedelta(days=1)
            night = from_zone(datetime.combine(day, AT_NIGHT), zone)
            job.write({"active": True, "nextcall": night})
            self._find_scoring_xml_id().noupdate = True

    @api.model
    def _unschedule_scoring(self):
        """Switch core's job off again, where the addon switched it on."""
        kept = self._find_scoring_xml_id().filtered("noupdate")
        if kept:
            self.env["ir.cron"].browse(kept.res_id).exists().active = False
            kept.noupdate = False

    @api.model
    def _find_scoring_xml_id(self):
        module, name = SCORING_JOB.split(".")
        xml_ids = self.env["ir.model.data"].sudo()
        return xml_ids.search([("module", "=", module), ("name", "=", name)])

    # ------------------------------------------------------------
    # HOOKS
    # ------------------------------------------------------------

    @api.model
    def _follow_switch(self, chosen, is_bpo):
        result = super()._follow_switch(chosen, is_bpo)
        if is_bpo and not self._find_scoring_xml_id().noupdate:
            self._schedule_scoring()
        return result

    def _rebuild_pls_frequency_table(self):
        """Learn anew, while all others read what was learned before.

        Core empties the table first, and holds it until all closed leads are counted:
        whoever asks for a probability, or closes a lead of core's, waits.
        """
        # Core's own condition, with its own words.
        if not self.browse().has_access("unlink"):
            super()._rebuild_pls_frequency_table()
            return
        learned, _existing = self._pls_prepare_update_frequency_table(rebuild=True)
        self._end_scoring_step()
        # Writers wait for each other, which takes a moment; readers for nobody.
        table = SQL.identifier(self.env["crm.lead.scoring.frequency"]._table)
        self.env.cr.execute(SQL("LOCK TABLE %s IN SHARE ROW EXCLUSIVE MODE", table))
        self.env.cr.execute(SQL("DELETE FROM %s", table))
        self.env["crm.lead.scoring.frequency"].invalidate_model()
        self._pls_update_frequency_table(learned, 1)
        self._end_scoring_step()

    @api.model
    def _end_scoring_step(self):
        """Keep what was done until now, as core does in the same job."""
        self.env.flush_all()
        if not series.is_tested():
            self.env.cr.commit()  # pylint: disable=invalid-commit

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
        if self and not any(self.mapped("is_bpo")):
            return values_by_lead
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
