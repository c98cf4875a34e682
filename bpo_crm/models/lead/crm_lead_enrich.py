import functools

from odoo import models
from odoo.exceptions import UserError


class Lead(models.Model):
    """Customers' addresses leave the call centre only where that is wanted.

    Core's ``crm_iap_enrich`` need not be there, comes after this addon, and calls
    nothing of it: its methods are wrapped once all addons are loaded, as
    ``base_automation`` does it.
    """

    _inherit = "crm.lead"

    # ------------------------------------------------------------
    # HOOKS
    # ------------------------------------------------------------

    def _register_hook(self):
        result = super()._register_hook()
        lead_class = self.env.registry[self._name]
        for name, wrap in WRAPPED.items():
            if hasattr(lead_class, name) and name not in vars(lead_class):
                setattr(lead_class, name, wrap(getattr(lead_class, name)))
        return result

    def _unregister_hook(self):
        lead_class = self.env.registry[self._name]
        for name in WRAPPED.keys() & vars(lead_class).keys():
            delattr(lead_class, name)
        return super()._unregister_hook()

    # ------------------------------------------------------------
    # BUSINESS
    # ------------------------------------------------------------

    def _filter_enriched(self):
        """Return the leads of which a service outside may learn the addresses."""
        others = self.filtered(lambda lead: not lead.is_bpo)
        allowed = others
        for company, leads in (self - others).grouped("company_id").items():
            # A lead that is of no company is of all of them.
            companies = company.sudo() or company.sudo().search([])
            if all(companies.mapped("enriches_leads")):
                allowed |= leads
        return self & allowed

    def _refuse_enriching(self):
        """Tell people that these leads are not enriched. Jobs leave them out.

        :raises UserError: for leads that stay in the house.
        """
        if self and not self.env.su:
            raise UserError(
                self.env._(
                    "Leads of dealerships are not enriched: it would send the "
                    "addresses of customers to a service outside. An administrator can "
                    "allow it under Settings → BPO CRM."
                )
            )


def _wrap_enrich(enrich):
    """Return core's method that asks the service, for leads that it may know of.

    :param enrich: core's ``iap_enrich``.
    """

    @functools.wraps(enrich)
    def iap_enrich(self, *args, **kwargs):
        allowed = self._filter_enriched()
        (self - allowed)._refuse_enriching()
        return enrich(allowed, *args, **kwargs)

    return iap_enrich


def _wrap_button(compute):
    """Return core's compute of whether there is a button, with none for the others.

    :param compute: core's ``_compute_show_enrich_button``.
    """

    @functools.wraps(compute)
    def compute_show_enrich_button(self):
        compute(self)
        (self - self._filter_enriched()).show_enrich_button = False

    return compute_show_enrich_button


#: Methods of core's lead, and what is made of them.
WRAPPED = {
    "iap_enrich": _wrap_enrich,
    "_compute_show_enrich_button": _wrap_button,
}
