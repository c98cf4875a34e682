from odoo import models

#: What an enquiry says of where it comes from: Odoo's own records for that, and the
#: fields of a lead that have them.
CAMPAIGN_FIELDS = {
    "utm_source": ("utm.source", "source_id"),
    "utm_medium": ("utm.medium", "medium_id"),
    "utm_campaign": ("utm.campaign", "campaign_id"),
}


class LeadSource(models.Model):
    """The campaign by which a customer came, and what is only a sender's test."""

    _inherit = "crm.lead.source"

    def _prepare_leads_values(self, entries):
        found = {}
        return [
            {**vals, **self._prepare_campaign(entry.enquiry, found)}
            for entry, vals in zip(
                entries, super()._prepare_leads_values(entries), strict=True
            )
        ]

    def _prepare_campaign(self, enquiry, found):
        """Return by what campaign a customer came, as values of a lead.

        :param intake.Enquiry enquiry: as it was sent.
        :param dict found: the ids of what other enquiries name, which is added to.
        :return: only what the enquiry says; it counts more than the source's own.
        :rtype: dict
        """
        values = {}
        for name, (model, field) in CAMPAIGN_FIELDS.items():
            word = getattr(enquiry, name)
            if not word:
                continue
            if (model, word) not in found:
                # As core does for whoever comes by a link with them.
                leads = self.env["crm.lead"]
                found[model, word] = leads._find_or_create_record(model, word).id
            values[field] = found[model, word]
        return values

    def _prepare_title(self, entry):
        title = super()._prepare_title(entry)
        if not entry.enquiry.is_test:
            return title
        return self.env._("TEST: %s", title)
