from odoo import fields, models

from ...roles import SUPERVISOR


class Dealership(models.Model):
    """What senders call a dealership."""

    _inherit = "crm.dealership"

    word_ids = fields.One2many(
        "crm.word", "dealership_id", "Also Called", groups=SUPERVISOR
    )


class Brand(models.Model):
    """What senders call a brand."""

    _inherit = "crm.brand"

    word_ids = fields.One2many("crm.word", "brand_id", "Also Called", groups=SUPERVISOR)


class VehicleModel(models.Model):
    """What senders call a vehicle."""

    _inherit = "crm.vehicle.model"

    word_ids = fields.One2many(
        "crm.word", "vehicle_model_id", "Also Called", groups=SUPERVISOR
    )


class LeadSource(models.Model):
    """What a source means by its words."""

    _inherit = "crm.lead.source"

    def _index_words(self, kind, company):
        """Return what people said that words mean.

        :param str kind: of the words: ``dealership``, ``brand`` or ``vehicle``.
        :param res.company company: only what it can use; empty for any.
        :return: as of :meth:`_index_by`.
        :rtype: dict
        """
        return self.env["crm.word"]._find_known(kind, company, self)
