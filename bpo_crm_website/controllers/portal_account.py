from odoo.exceptions import UserError
from odoo.http import request

from odoo.addons.portal.controllers import portal


class CustomerPortal(portal.CustomerPortal):
    """A number or an address that a customer cannot take is refused in the form."""

    def _create_or_update_address(self, partner_sudo, **form):
        # Odoo 18.0 has none: it shows the sentence on a page of its own.
        try:
            with request.env.cr.savepoint():
                return super()._create_or_update_address(partner_sudo, **form)
        except UserError as refusal:
            return partner_sudo, {"invalid_fields": [], "messages": [str(refusal)]}
