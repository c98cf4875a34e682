from odoo import fields, models


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
