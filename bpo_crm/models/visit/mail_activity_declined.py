from odoo import fields, models

from ...series import UniqueIndex


class Activity(models.Model):
    """To find another time with a customer who does not come."""

    _inherit = "mail.activity"

    declined_event_id = fields.Many2one(
        "calendar.event",
        "Declined Meeting",
        readonly=True,
        copy=False,
        server_only=True,
        index="btree_not_null",
        ondelete="set null",
        help="The meeting for which the customer wants another time.",
    )

    # Two guests who decline in the same moment are one call.
    _declined_uniq = UniqueIndex(
        "(res_model, res_id) WHERE active AND declined_event_id IS NOT NULL"
    )
