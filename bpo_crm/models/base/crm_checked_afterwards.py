from odoo import models


class CheckedAfterwards(models.AbstractModel):
    """The rules look at records as they are after a write, too.

    Odoo asks before it writes, and not whether somebody has given something away:
    to another company, or to the lead of somebody else.
    """

    _name = "crm.checked.afterwards"
    _description = "Checked before and after a Write"

    def write(self, vals):
        result = super().write(vals)
        self.check_access("write")
        return result
