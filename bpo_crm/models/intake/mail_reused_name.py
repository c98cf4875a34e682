import hashlib

from odoo import api, fields, models

from ...email_address import read_address

#: How many mails of one name are compared.
MAX_NAMED = 100

#: Headers of mails that Odoo has sent, which may come back.
OUR_HEADERS = ("X-Odoo-Message-Id", "X-Odoo-Objects")


class MailThread(models.AbstractModel):
    """Mails of one Message-Id are one mail where they say the same of themselves.

    Some programs give all of their mails one name. Core takes each but the first for
    one that came before, and throws it away.
    """

    _inherit = "mail.thread"

    @api.model
    def message_parse(self, message, *args, **kwargs):
        parsed = super().message_parse(message, *args, **kwargs)
        if not any(header in message for header in OUR_HEADERS):
            parsed["message_id"] = self._find_own_name(parsed)
        return parsed

    @api.model
    def _find_own_name(self, parsed):
        """Return a name of a mail that no other mail has.

        :param dict parsed: what core has read of the mail.
        :return: the mail's own name, where it came before or no other one has it.
        :rtype: str
        """
        name = parsed["message_id"]
        known = self.env["mail.message"].sudo()
        known = known.search([("message_id", "=", name)], limit=MAX_NAMED)
        others = known.filtered(lambda one: one.message_type == "email")
        if not known or known != others or any(_is_same(one, parsed) for one in others):
            return name
        said = (name, parsed["email_from"], parsed.get("subject"), parsed.get("date"))
        digest = hashlib.sha256(repr(said).encode(errors="replace")).hexdigest()
        return f"<{digest}@named.invalid>"


def _is_same(known, parsed):
    """Whether a mail came before, for all that its head says.

    :param mail.message known: of the same name.
    :param dict parsed: what core has read of the mail.
    :rtype: bool
    """
    is_senders = read_address(known.email_from) == read_address(parsed["email_from"])
    is_subjects = (known.subject or "") == (parsed.get("subject") or "")
    date = fields.Datetime.to_datetime(parsed.get("date"))
    return is_senders and is_subjects and date in (None, known.date)
