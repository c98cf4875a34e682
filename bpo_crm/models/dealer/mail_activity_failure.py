from odoo import fields, models

from ...series import UniqueIndex


class Activity(models.Model):
    """What somebody is told of a dealership whose server takes no orders."""

    _inherit = "mail.activity"

    is_dealer_failure = fields.Boolean(readonly=True, copy=False, server_only=True)

    # Two wins that fail in the same moment tell it once.
    _dealer_failure_uniq = UniqueIndex(
        "(res_model, res_id, user_id) WHERE active AND is_dealer_failure"
    )
