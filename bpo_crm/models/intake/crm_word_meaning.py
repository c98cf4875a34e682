from odoo import api, fields, models

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

        :param str kind: of the words: ``dealership`` or ``brand``.
        :param res.company company: only what it can use; empty for any.
        :return: as of :meth:`_index_by`.
        :rtype: dict
        """
        return self._leave_out_several(self._find_words(kind, company))

    def _find_words(self, kind, company):
        return self.env["crm.word"]._find_known(kind, company, self)

    @api.model
    def _filter_words(self, known, brand):
        """Return what words mean among the vehicles of a brand.

        :param dict known: of :meth:`_find_words`.
        :param crm.brand brand: empty or None for any.
        :return: as of :meth:`_index_by`.
        :rtype: dict
        """
        if not brand:
            return self._leave_out_several(known)
        of_brand = {
            word: found.filtered(lambda vehicle: vehicle.brand_id == brand)
            for word, found in known.items()
        }
        return self._leave_out_several(
            {word: one for word, one in of_brand.items() if one}
        )
