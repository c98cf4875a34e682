from odoo import api, models

from ...fresh_stages import translate_fresh_stages


class Module(models.Model):
    """Core's stages keep our names in a language that is loaded later."""

    _inherit = "ir.module.module"

    @api.model
    def _load_module_terms(self, modules, langs, *args, **kwargs):
        result = super()._load_module_terms(modules, langs, *args, **kwargs)
        if "bpo_crm" in modules:
            translate_fresh_stages(self.env, langs)
        return result
