import logging

import psycopg2

from odoo import api, fields, models

from ...local_time import to_local
from ...mail_templates import try_to_mail
from ...roles import AGENT, SUPERVISOR
from ...series import GROUP_MEMBERS, commit_progress

_logger = logging.getLogger(__name__)

#: The digest is written from this hour of the user's day on.
DIGEST_HOUR = 7

#: How often a digest is sent anew that another transaction got in the way of.
ATTEMPTS = 3

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
        members = self.env.ref(AGENT).sudo()[GROUP_MEMBERS]
        due = members.filtered(lambda user: user._get_digest_day())
        # What Odoo knows of this run must not be rolled back with somebody's digest.
        commit_progress(self.env, 0, len(due))
        for number, user in enumerate(due, 1):
            user._send_digest_alone(template)
            commit_progress(self.env, 1, len(due) - number)

    # ------------------------------------------------------------
    # BUSINESS
    # ------------------------------------------------------------

    def _get_digest_day(self):
        """Return the day that it is for this user, when a digest is due; or None.

        :rtype: datetime.date | None
        """
        local = to_local(fields.Datetime.now(), self)
        is_due = (
            local.hour >= DIGEST_HOUR and self.follow_up_digest_date != local.date()
        )
        return local.date() if is_due else None

    def _send_digest_alone(self, template):
        """Send the digest of this user in a transaction of its own, to be committed.

        Where another transaction gets in the way, such as that of somebody who changes
        the user, it is sent anew.

        :param mail.template template: of ``res.users``.
        """
        for _attempt in range(ATTEMPTS):
            try:
                day = self._get_digest_day()
                if day:
                    self._send_follow_up_digest(template, day)
                    self.env.flush_all()
                return
            except psycopg2.OperationalError:
                self.env.cr.rollback()
        _logger.warning("The follow-up digest of user %s waits an hour", self.id)

    def _send_follow_up_digest(self, template, day):
        """Send the digest, if there is anything in it.

        :param mail.template template: of ``res.users``.
        :param datetime.date day: that it is for the user.
        :raises psycopg2.OperationalError: when another transaction got in the way.
        """
        self.follow_up_digest_date = day
        if not self.company_id._is_sales_day(day):
            return
        # A template that somebody broke must not be tried every hour.
        about = f"digest of user {self.id}"
        try_to_mail(self.env, lambda: self._mail_digest(template), about)

    def _mail_digest(self, template):
        """Queue the mail in the morning, where there is anything to tell.

        :param mail.template template: in the language of this user.
        """
        digest = self._prepare_follow_up_digest()
        if digest:
            template.with_context(digest=digest).send_mail(
                self.id, email_values=self._prepare_digest_sender(template)
            )

    def _prepare_digest_sender(self, template):
        """Return the values of a mail that the user's company sends.

        :param mail.template template: which may name another sender.
        :rtype: dict
        """
        company = self.company_id
        values = {"author_id": company.partner_id.id}
        if company.email and not template.email_from:
            values["email_from"] = company.email_formatted
        return values

    def _prepare_follow_up_digest(self):
        """Return what needs attention, as the user may see it; empty for nothing.

        :return: lists of leads with their number, and of owners with theirs.
        :rtype: dict
        """
        companies = self.company_id | self.company_ids
        leads = self.env["crm.lead"].with_user(self)
        leads = leads.with_context(allowed_company_ids=companies.ids, lang=self.lang)
        own = leads._get_own_domain()
        digest = {
            name: leads._list_for_digest([*own, *domain])
            for name, domain in leads._get_digest_domains().items()
        }
        if self.has_group(SUPERVISOR):
            digest["owners"] = leads._count_digest_by_owner()
        return {name: found for name, found in digest.items() if found}
