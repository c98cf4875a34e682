import dataclasses

from odoo import models
from odoo.tools import parse_contact_from_email

from ...domains import OPEN_LEAD
from ...email_address import read_address
from ...intake import (
    InvalidEnquiry,
    is_other_name,
    is_plain_letter,
    read_forwarded_mail,
    read_mail,
    tell_name,
)

#: How many open leads of one address are looked at for its sender's name.
MAX_SHARED = 20


class LeadSource(models.Model):
    """Reading a mail: of whom it is, and why a person has to look at it."""

    _inherit = "crm.lead.source"

    def _read_mail(self, original):
        """Return the enquiries in a mail, with why a person has to read some of them.

        :param bytes original: the mail.
        :return: none, where no person wrote it.
        :rtype: list[Enquiry]
        :raises InvalidEnquiry: when there is a document that cannot be read.
        """
        found = read_mail(original, self._get_own_names())
        forwarded = self._find_forwarded(original, found)
        return [
            dataclasses.replace(one, problem=self._explain_mail_problem(one))
            for one in ([forwarded] if forwarded else found)
        ]

    def _is_plain_mail(self, original):
        """Whether a mail is just its sender's, or an employee's about somebody.

        :param bytes original: the mail.
        :rtype: bool
        """
        try:
            found = read_mail(original, self._get_own_names())
        except InvalidEnquiry:
            return False
        if self._is_of_employee(found):
            return not self._find_forwarded(original, found)
        is_plain = is_plain_letter(original, found)
        return is_plain and not self._explain_mail_problem(found[0])

    def _find_forwarded(self, original, found):
        """Return the enquiry of whose mail an employee forwards.

        :param bytes original: the mail.
        :param list found: the enquiries that were read in it.
        :return: None where no employee forwards it, or nobody can tell whose it is.
        :rtype: Enquiry | None
        """
        if not self._is_of_employee(found):
            return None
        forwarded = read_forwarded_mail(original, self._get_own_names())
        # Of an answer of ours, nobody can tell.
        leads = self.env["crm.lead"]
        is_told = forwarded and not leads._is_forwarding_employee(forwarded.email)
        return forwarded if is_told else None

    def _is_of_employee(self, found):
        """Whether a mail says no more of the customer than which employee sent it.

        :param list found: the enquiries that were read in it.
        :rtype: bool
        """
        leads = self.env["crm.lead"]
        return bool(
            len(found) == 1
            and found[0].is_free_text
            and leads._is_forwarding_employee(found[0].email)
        )

    def _explain_mail_problem(self, enquiry):
        """Return why a person has to read a mail, and what to do then.

        :param Enquiry enquiry: what the mail says.
        :return: empty where nobody has to.
        :rtype: str
        """
        if self._is_of_employee([enquiry]):
            # Two customers whose mails one employee forwards must not become one.
            return self.env._(
                "%s is an employee. The customer is only named in the text of "
                "the mail, which somebody has to read.",
                enquiry.email,
            )
        if enquiry.problem:
            return self._explain_mail_reading(enquiry.problem)
        other = enquiry.is_free_text and self._find_other_name(enquiry)
        if other:
            return self.env._(
                "%(address)s is the address of %(customer)s, who has an open lead, and "
                "%(name)s wrote the mail. Read who asks, and enter a lead, or add the "
                "mail to the one that there is.",
                address=enquiry.email,
                customer=other,
                name=enquiry.name,
            )
        return ""

    def _explain_mail_reading(self, problem):
        """Return what a problem means that the reading of a mail found.

        :param str problem: of an enquiry that :func:`read_mail` returns.
        :return: the problem itself, if it is a sentence already.
        :rtype: str
        """
        explanations = {
            "nobody": self.env._(
                "The address that sent the mail sends for others, and no label in the "
                "text names the customer. Read the mail, and enter the lead."
            ),
            "forward": self.env._(
                "The mail forwards one of somebody else, and nobody can tell which of "
                "the two is the customer. Read the mail, and enter the lead."
            ),
            "several people": self.env._(
                "The mail names several people. Read it, and enter a lead for each "
                "customer."
            ),
            "automatic subject": self.env._(
                "The subject is that of an automatic answer, but nothing else says "
                "that it is one. If a person wrote it, enter the lead."
            ),
            "mailing list": self.env._(
                "The mail came through a mailing list, and no label in the text names "
                "a customer. If it is an enquiry, enter the lead."
            ),
            "machine": self.env._(
                "A program sent the mail, and no label in the text names the customer. "
                "If it is an enquiry, enter the lead."
            ),
            "calendar": self.env._(
                "The mail answers an invitation. If it says more, note it on the "
                "customer's lead."
            ),
        }
        return explanations.get(problem, problem)

    def _find_other_name(self, enquiry):
        """Return whose open lead an address is, if that is surely somebody else.

        :param Enquiry enquiry: of a mail, with its sender's name and address.
        :return: the name on the lead; empty where nobody has to ask.
        :rtype: str
        """
        address = read_address(enquiry.email)
        if not self.env["crm.lead.customer"].search_count([("key", "=", address)]):
            return ""
        of_address = [("email_normalized", "=", address), *OPEN_LEAD]
        leads = self.env["crm.lead"].search(of_address, limit=MAX_SHARED)
        known = [_find_name(lead) for lead in leads]
        name = tell_name(enquiry.name, enquiry.email)
        is_others = known and all(is_other_name(name, one) for one in known)
        return known[0] if is_others else ""


def _find_name(lead):
    """Return what the customer of a lead is called.

    :param crm.lead lead: that Odoo's gateway may have made, which knows the name as a
        part of the address.
    :return: empty where nobody said it.
    :rtype: str
    """
    name, address = parse_contact_from_email(lead.email_from or "")
    said = lead.contact_name or lead.partner_id.name or lead.partner_name
    return said or tell_name(name, address)
