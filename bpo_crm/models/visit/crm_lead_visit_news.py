from functools import partial

from odoo import models

from ...mail_templates import try_to_mail

VISIT_NEWS = "bpo_crm.mail_template_visit"


class Lead(models.Model):
    """A dealership is told of the visits of a customer.

    The mail is about the lead: the meeting may not be there any more.
    """

    _inherit = "crm.lead"

    def _tell_of_visit(self, news, start):
        """Write to the manager of the dealership, once the transaction is over.

        :param str news: what became of the visit: ``planned``, ``moved`` or
            ``cancelled``.
        :param str start: when it is, or was to be, by the clock there.
        """
        template = self.env.ref(VISIT_NEWS, raise_if_not_found=False)
        if template:
            template = template.sudo().with_context(visit_news=news, visit_start=start)
            mail = partial(template.send_mail, self.id)
            try_to_mail(self.env, mail, f"visit of lead {self.id}, which is {news}")
