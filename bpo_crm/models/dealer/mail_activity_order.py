from odoo import fields, models

from ...series import UniqueIndex


class Activity(models.Model):
    """What a supervisor is told of a won lead whose order does not stand any more."""

    _inherit = "mail.activity"

    is_order_trouble = fields.Boolean(readonly=True, copy=False, server_only=True)

    # Two runs that learn of it in the same moment tell it once.
    _order_trouble_uniq = UniqueIndex(
        "(res_model, res_id) WHERE active AND is_order_trouble"
    )
