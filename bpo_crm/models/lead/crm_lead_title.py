from odoo import api, models
from odoo.exceptions import UserError


class Lead(models.Model):
    """The title of a lead makes itself: who asks, and for which vehicle."""

    _inherit = "crm.lead"

    # ------------------------------------------------------------
    # COMPUTE
    # ------------------------------------------------------------

    @api.depends("partner_id", "contact_name", "partner_name", "vehicle_model_id")
    def _compute_name(self):
        for lead in self.filtered("is_bpo"):
            # The vehicle is often said after the customer.
            if lead.name in (False, lead._get_asker()):
                lead.name = lead._get_title()
        return super()._compute_name()

    # ------------------------------------------------------------
    # PHASES
    # ------------------------------------------------------------

    @api.model
    def _prepare_births(self, vals_list):
        vals_list = super()._prepare_births(vals_list)
        if "name" in self._get_names_of_defaults():
            return vals_list
        return [self._prepare_title(vals) for vals in vals_list]

    # ------------------------------------------------------------
    # BUSINESS
    # ------------------------------------------------------------

    @api.model
    def _prepare_title(self, vals):
        """Return the values of a new lead with a title, where they have none.

        :param dict vals: as the ORM takes them.
        :rtype: dict
        :raises UserError: where nothing is known of the customer.
        """
        if vals.get("name"):
            return vals
        title = self.new(vals)._get_title()
        if not title:
            raise UserError(
                self.env._(
                    "Nothing is known of this customer yet. Enter a name, a phone "
                    "number or an email address."
                )
            )
        return {**vals, "name": title}

    def _get_title(self):
        """Return what this lead is called while nobody calls it something else.

        :return: False where nothing is known of the customer.
        :rtype: str | bool
        """
        asker = self._get_asker() or self.phone or self.email_from
        vehicle = self.vehicle_model_id.display_name
        return " – ".join(filter(None, (asker, vehicle))) or False

    def _get_asker(self):
        """Return the name of the customer as it was given.

        :return: False for none.
        :rtype: str | bool
        """
        return self.contact_name or self.partner_name or self.partner_id.name or False
