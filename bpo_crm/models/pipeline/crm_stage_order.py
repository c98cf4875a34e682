from odoo import models

from ...domains import OPEN_STAGE


class Stage(models.Model):
    """How far leads have come is counted by the order that the stages have now."""

    _inherit = "crm.stage"

    def write(self, vals):
        if "sequence" not in vals:
            return super().write(vals)
        before = self._get_places()
        result = super().write(vals)
        if self._get_places() != before:
            self._mark_progress_anew()
        return result

    def _get_places(self):
        """Return the place of each open stage in the pipeline; some may share one.

        :rtype: dict[int, int]
        """
        stages = self.sudo().search(OPEN_STAGE)
        sequences = sorted(set(stages.mapped("sequence")))
        return {stage.id: sequences.index(stage.sequence) for stage in stages}

    def _mark_progress_anew(self):
        """Write of all leads how far they have come, once for all stages that move."""
        precommit = self.env.cr.precommit
        if precommit.data.get("bpo_crm.progress"):
            return
        precommit.data["bpo_crm.progress"] = True
        history = self.env["crm.lead.stage.history"].sudo()

        @precommit.add
        def mark():
            precommit.data.pop("bpo_crm.progress", None)
            history.env.flush_all()
            history._mark_progress()
