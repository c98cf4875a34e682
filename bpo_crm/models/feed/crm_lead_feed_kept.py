from odoo import fields, models

from ...roles import MANAGER


class Dealership(models.Model):
    """Which feed keeps a dealership up to date, of several that read it."""

    _inherit = "crm.dealership"

    feed_id = fields.Many2one(
        "crm.lead.feed",
        "Kept Up to Date By",
        copy=False,
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        groups=MANAGER,
    )


class VehicleModel(models.Model):
    """Which feed keeps a vehicle model up to date, of several that read it."""

    _inherit = "crm.vehicle.model"

    feed_id = fields.Many2one(
        "crm.lead.feed",
        "Kept Up to Date By",
        copy=False,
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        groups=MANAGER,
    )
