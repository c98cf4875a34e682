from odoo import api, models

#: What a screen offers to do with a field of its own accord.
OFFERED = {"groupable", "searchable"}


class Lead(models.Model):
    """Fields that only the server reads say so where they are defined.

    ``inner=True`` is a parameter of a field: the search bar offers it neither for a
    group nor for a filter of one's own.
    """

    _inherit = "crm.lead"

    def _valid_field_parameter(self, field, name):
        return name == "inner" or super()._valid_field_parameter(field, name)

    @api.model
    def fields_get(self, allfields=None, attributes=None):
        descriptions = super().fields_get(allfields, attributes)
        for name, description in descriptions.items():
            if getattr(self._fields.get(name), "inner", False):
                description.update(dict.fromkeys(OFFERED & description.keys(), False))
        return descriptions
