from odoo import api, models

from ...tracked import Tracked


class TrackingValue(models.Model):
    """What changed, as the chatter shows it.

    Core writes it down with all rights, with a message that may be the user's.
    """

    _inherit = "mail.tracking.value"

    @api.model
    def _create_tracking_values(self, *args, **kwargs):
        return Tracked(super()._create_tracking_values(*args, **kwargs))

    @api.model
    def _create_tracking_values_property(self, *args, **kwargs):
        # Only 19.0 tracks properties.
        return Tracked(super()._create_tracking_values_property(*args, **kwargs))
