from odoo import models

from ...series import apply_indexes


class Base(models.AbstractModel):
    """Indexes are declared where the fields are, on both series."""

    _inherit = "base"

    def _auto_init(self):
        result = super()._auto_init()
        if self._auto and not self._abstract:
            apply_indexes(self)
        return result
