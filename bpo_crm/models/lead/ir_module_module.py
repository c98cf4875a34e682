from odoo import api, models

from ...fresh_stages import translate_renamed_stage


class Module(models.Model):
    """The stage that we renamed has its name in a language that is loaded later."""

    _inherit = "ir.module.module"

    @api.model
    def _load_module_terms(self, modules, langs, *args, **kwargs):
        result = super()._load_module_terms(modules, langs, *args, **kwargs)
        if "bpo_crm" in modules:
            # Whoever may load a language need not be one who may change stages.
            translate_renamed_stage(self.env(su=True), langs)
        return result
