import logging

from odoo import SUPERUSER_ID, api, models

from ...html_text import read_html
from ...passing_fault import log_fault

_logger = logging.getLogger(__name__)


class MailMail(models.Model):
    """What could not be sent about a lead is told on the lead.

    Core tells whoever wrote a message. A mail of a template has nobody who wrote it,
    and one without a valid address is deleted.
    """

    _inherit = "mail.mail"

    def _postprocess_sent_message(self, *args, **kwargs):
        failure = kwargs.get("failure_type")
        # Before core deletes them.
        notes = self._list_unsent(failure)
        result = super()._postprocess_sent_message(*args, **kwargs)
        leads = self.env["crm.lead"].with_user(SUPERUSER_ID)
        if failure == "mail_smtp" and not kwargs.get("failure_reason"):
            # No address is to blame, and by mail nobody would learn of it.
            leads._log_mails_not_sent(notes)
            return result
        for lead, mail in notes:
            try:
                with self.env.cr.savepoint():
                    lead._note_unsent(*mail)
            except Exception as error:  # noqa: BLE001 - the other mails are to be sent
                log_fault(_logger, error, "%s is not told of an unsent mail", lead)
        return result

    def _list_unsent(self, failure):
        """Return the mails to people outside that are about leads.

        :param str failure: the kind of core's; None where it found no address, or no
            fault.
        :return: the lead of each, and what :meth:`_note_unsent` takes.
        :rtype: list[tuple[crm.lead, tuple]]
        """
        kinds = dict(self._fields["failure_type"]._description_selection(self.env))
        notes = []
        # Core says that of each before it sends it.
        unsent = self.sudo().filtered(lambda mail: failure or mail.state == "exception")
        for mail in unsent:
            outside = mail.recipient_ids.filtered(lambda to: to.partner_share)
            addresses = [mail.email_to, *outside.mapped("email_formatted")]
            to = ", ".join(filter(None, addresses))
            is_inside = mail.recipient_ids and not (outside or mail.email_to)
            if not is_inside and (lead := mail._find_lead()):
                reason = kinds.get(failure or "mail_email_missing")
                notes.append((lead, (to, mail.subject or "", reason)))
        return notes

    def _find_lead(self):
        """Return the lead that a mail is about, itself or by a meeting of it.

        :rtype: crm.lead
        """
        leads = self.env["crm.lead"].with_user(SUPERUSER_ID)
        lead_id = self.res_id if self.model == "crm.lead" else None
        if self.model == "calendar.event":
            events = self.env["calendar.event"].with_user(SUPERUSER_ID)
            lead_id = events.browse(self.res_id).exists().opportunity_id.id
        lead = leads.browse(lead_id).exists()
        return lead.filtered("is_bpo")


class Lead(models.Model):
    """A mail that nobody got."""

    _inherit = "crm.lead"

    def _note_unsent(self, to, subject, reason):
        """Say in the chatter that a mail was not sent, and let the owner know, once.

        :param str to: the addresses.
        :param str subject: of the mail.
        :param str reason: why it was not sent.
        """
        lead = self.with_context(lang=self.user_id.lang)
        body = lead.env._(
            'The mail "%(subject)s" could not be sent to %(address)s: %(reason)s. '
            "Correct the address on the lead; a BPO manager corrects that of a "
            "dealership. Then send it again.",
            subject=subject,
            address=to or lead.env._("nobody"),
            reason=reason,
        )
        if body not in map(read_html, self.message_ids.mapped("body")):
            lead.message_post(body=body, partner_ids=self.user_id.partner_id.ids)

    @api.model
    def _log_mails_not_sent(self, notes):
        """Say in the chatter of leads that the server could send no mails.

        :param list notes: as of :meth:`MailMail._list_unsent`.
        """
        bodies = {
            lead.id: lead.env._(
                'The mail "%(subject)s" to %(address)s was not sent, because the mail '
                "server cannot be reached. Send it again later, and tell your "
                "administrator if it goes on.",
                subject=subject,
                address=to,
            )
            for lead, (to, subject, _reason) in notes
        }
        self.browse(bodies)._message_log_batch(bodies)
