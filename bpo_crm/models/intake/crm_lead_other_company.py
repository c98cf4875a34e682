from markupsafe import Markup

from odoo import api, models
from odoo.tools import plaintext2html

from ...roles import SUPERVISOR
from ...series import GROUP_MEMBERS


class Lead(models.Model):
    """A customer who asks one company, and has an open lead with another one.

    There is one open lead for a customer, so the enquiry is merged there, where nobody
    of the company that was asked sees it.
    """

    _inherit = "crm.lead"

    @api.model
    def _merge_enquiries(self, entries):
        result = super()._merge_enquiries(entries)
        elsewhere = {}
        for entry in entries:
            asked, own = entry.company, entry.lead.company_id
            if asked and own and asked != own:
                elsewhere.setdefault(asked, []).append(entry)
        for company, merged in elsewhere.items():
            self._tell_asked_company(company, merged)
        return result

    @api.model
    def _tell_asked_company(self, company, entries):
        """Tell the supervisors of a company that others work who asked it.

        Of the lead nothing is told but whose it is.

        :param res.company company: that was asked.
        :param list[Entry] entries: that were merged into leads of other companies.
        """
        supervisors = self.env.ref(SUPERVISOR).sudo()[GROUP_MEMBERS]
        told = supervisors.filtered(lambda user: company in user.company_ids)
        for lang, users in told.grouped("lang").items():
            env = self.with_context(lang=lang).env
            lines = [
                env._(
                    "A customer who asked %(company)s has an open lead with %(other)s, "
                    "and the enquiry was added to that one. Ask a supervisor there who "
                    "answers the customer.",
                    company=company.name,
                    other=entry.lead.company_id.name,
                )
                + "\n"
                + entry.describe_customer()
                for entry in entries
            ]
            env["mail.thread"].sudo().message_notify(
                partner_ids=users.partner_id.ids,
                subject=env._("A customer of yours asked, who has a lead elsewhere"),
                body=Markup("<hr/>").join(map(plaintext2html, lines)),
            )
