import logging

from odoo import api, fields, models

from ...local_time import to_local
from ...roles import AGENT, SUPERVISOR
from ...series import GROUP_MEMBERS

_logger = logging.getLogger(__name__)

#: The digest is written from this hour of the user's day on.
DIGEST_HOUR = 7

DIGEST_TEMPLATE = "bpo_crm.mail_template_follow_up_digest"


class ResUsers(models.Model):
    """The morning mail on leads that need attention."""

    _inherit = "res.users"

    follow_up_digest_date = fields.Date(
        readonly=True, copy=False, help="The day on which the user last got the digest."
    )

    @api.model
    def _cron_send_follow_up_digest(self):
        """Write to everybody for whom it is morning, once a day."""
        template = self.env.ref(DIGEST_TEMPLATE, raise_if_not_found=False)
        if not template:
            return
        now = fields.Datetime.now()
        for user in self.env.ref(AGENT).sudo()[GROUP_MEMBERS]:
            local = to_local(now, user)
            if local.hour >= DIGEST_HOUR and user.follow_up_digest_date != local.date():
                user.follow_up_digest_date = local.date()
                user._send_follow_up_digest(template, local.date())

    # ------------------------------------------------------------
    # BUSINESS
    # ------------------------------------------------------------

    def _send_follow_up_digest(self, template, day):
        """Send the digest, if there is anything in it.

        :param mail.template template: of ``res.users``.
        :param datetime.date day: that it is for the user.
        """
        if not self.company_id._is_sales_day(day):
            return
        try:
            with self.env.cr.savepoint():
                digest = self._prepare_follow_up_digest()
                if digest:
                    template.with_context(digest=digest).send_mail(self.id)
        except Exception:
            # A template that somebody broke must not be sent every hour, nor keep
            # the others from theirs.
            _logger.exception("No follow-up digest for user %s", self.id)

    def _prepare_follow_up_digest(self):
        """Return what needs attention, as the user may see it; empty for nothing.

        :return: lists of leads with their number, and of owners with theirs.
        :rtype: dict
        """
        companies = self.company_id | self.company_ids
        leads = self.env["crm.lead"].with_user(self)
        leads = leads.with_context(allowed_company_ids=companies.ids)
        own = leads._get_own_domain()
        digest = {
            name: leads._list_for_digest([*own, *domain])
            for name, domain in leads._get_digest_domains().items()
        }
        if self.has_group(SUPERVISOR):
            digest["owners"] = leads._count_digest_by_owner()
        return {name: found for name, found in digest.items() if found}
