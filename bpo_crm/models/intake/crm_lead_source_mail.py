import dataclasses
import logging

from odoo import api, fields, models
from odoo.tools import parse_contact_from_email

from ...domains import OPEN_LEAD
from ...email_address import read_address
from ...inner_context import ORIGINAL_MAIL
from ...intake import (
    InvalidEnquiry,
    describe_mail,
    is_other_name,
    is_plain_letter,
    leave_out_controls,
    mend_headers,
    mend_mail,
    put_on_one_line,
    read_forwarded_mail,
    read_mail,
    tell_name,
)
from ...limits import MAX_MAIL

_logger = logging.getLogger(__name__)


#: How many open leads of one address are looked at for its sender's name.
MAX_SHARED = 20

MAIL_TYPE = "message/rfc822"


class LeadSource(models.Model):
    """The door of a source for mails: ADF documents, or what somebody wrote."""

    _name = "crm.lead.source"
    _inherit = ["crm.lead.source", "mail.alias.mixin.optional"]

    alias_id = fields.Many2one(
        help="The address to which the source sends its mails, with ADF/XML or without."
    )

    def _alias_get_creation_values(self):
        values = super()._alias_get_creation_values()
        values["alias_model_id"] = self.env["ir.model"]._get_id("crm.lead")
        if self.id:
            values["alias_defaults"] = {"intake_source_id": self.id}
        return values

    # ------------------------------------------------------------
    # BUSINESS
    # ------------------------------------------------------------

    def _take_in_mail(self, original, team):
        """Take in what is in a mail.

        :param bytes original: the mail.
        :param crm.team team: to whose address it came; empty for a source's.
        """
        enquiries = self.env["crm.lead.enquiry"]
        try:
            found = self._read_mail(original)
        except InvalidEnquiry as problem:
            enquiries._write_down_mail(self, original, str(problem)).team_id = team
            return
        if not found:
            _logger.info("A mail that no person wrote came to %s", self.code)
            return
        read = [dataclasses.replace(enquiry, team_id=team.id) for enquiry in found]
        named = enquiries._tell_mails_apart(self, read, original)
        _rows, new = self.env["crm.lead"]._take_in(self, named)
        new._attach_mail(original)
        new.team_id = team

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


class LeadEnquiry(models.Model):
    """The mails that enquiries came by."""

    _inherit = "crm.lead.enquiry"

    mail = fields.Binary("Original Mail", readonly=True, attachment=True)
    mail_name = fields.Char(compute="_compute_mail_name")
    team_id = fields.Many2one(
        "crm.team",
        "Sales Team",
        readonly=True,
        ondelete="set null",
        help="The sales team to whose address the mail came.",
    )

    def _compute_mail_name(self):
        for row in self:
            row.mail_name = f"{row.id}.eml"

    # ------------------------------------------------------------
    # BUSINESS
    # ------------------------------------------------------------

    def _take_in_again(self, source):
        files = self._find_files("mail").sorted("res_id")
        others = self - self.browse(files.mapped("res_id"))
        # All that came by one mail is in it.
        for of_mail in files.grouped("checksum").values():
            rows = self.browse(of_mail.mapped("res_id"))
            original, team = self._read_kept_file(of_mail[0]), rows.team_id[:1]
            # What is in the mail may have its name.
            rows.unlink()
            source._take_in_mail(original, team)
        return super(LeadEnquiry, others)._take_in_again(source)

    @api.model
    def _write_down_mail(self, source, original, reason):
        """Keep a mail in quarantine.

        :param crm.lead.source source: to whose address it came.
        :param bytes original: the mail.
        :param str reason: why it is there.
        :return: its row; empty if the mail had come before.
        """
        enquiry = describe_mail(original).with_name()
        (enquiry,) = self._tell_mails_apart(source, [enquiry], original)
        _rows, new = self._write_down(source, [enquiry])
        if new:
            new._record_results([(new.id, "quarantined", None, reason)])
            new._keep_file("mail", original, MAIL_TYPE)
        return new

    @api.model
    def _tell_mails_apart(self, source, enquiries, original):
        """Return enquiries of a mail under names that no other mail in quarantine has.

        Some senders give all of their mails one name.

        :param crm.lead.source source: to whose address it came.
        :param list enquiries: of :class:`intake.Enquiry`.
        :param bytes original: the mail.
        :rtype: list[Enquiry]
        """
        names = [enquiry.external_id for enquiry in enquiries if enquiry.external_id]
        waiting = self.search(
            [
                ("source_id", "=", source.id),
                ("external_id", "in", names),
                ("state", "=", "quarantined"),
            ]
        )
        files = waiting._find_files("mail")
        checksum = files._compute_checksum(original)
        others = files.filtered(lambda file: file.checksum != checksum)
        taken = set(self.browse(others.mapped("res_id")).mapped("external_id"))
        return [
            enquiry.with_mark(checksum) if enquiry.external_id in taken else enquiry
            for enquiry in enquiries
        ]

    def _attach_mail(self, original):
        """Keep the mail that these enquiries came by, with their leads as well.

        :param bytes original: the mail.
        """
        self._keep_file("mail", original, MAIL_TYPE)
        leads = self.lead_id
        files = self.env["ir.attachment"]._create_with_content(
            [
                {
                    "name": "mail.eml",
                    "mimetype": MAIL_TYPE,
                    "res_model": leads._name,
                    "res_id": lead.id,
                }
                for lead in leads
            ],
            original,
        )
        for lead, file in zip(leads, files, strict=True):
            lead._message_log(
                body=self.env._("The mail in which the enquiry came."),
                attachment_ids=file.ids,
            )


class MailThread(models.AbstractModel):
    """Mails to the address of a source go to its door."""

    _inherit = "mail.thread"

    @api.model
    def message_process(self, model, message, *args, **kwargs):
        # The bytes as they came: a mail with mistakes cannot be written from its parts.
        # Core reads others, and loses the mail where Python fails at them.
        original = _to_bytes(getattr(message, "data", message))
        thread = self.with_context(**ORIGINAL_MAIL.say(original[:MAX_MAIL]))
        return super(MailThread, thread).message_process(
            model, mend_mail(original), *args, **kwargs
        )

    @api.model
    def message_parse(self, message, *args, **kwargs):
        # Core reads all addresses of a mail, and loses it at one that Python cannot.
        mend_headers(message)
        return super().message_parse(message, *args, **kwargs)

    def _message_parse_extract_payload_postprocess(self, message, payload_dict):
        # No database takes these characters, and nobody typed them.
        body, files = payload_dict["body"], payload_dict["attachments"]
        payload_dict = {
            **payload_dict,
            "body": type(body)(leave_out_controls(body)),
            "attachments": [
                file._replace(fname=put_on_one_line(file.fname or "")) for file in files
            ],
        }
        return super()._message_parse_extract_payload_postprocess(message, payload_dict)

    @api.model
    def _message_route_process(self, message, message_dict, routes):
        others = []
        for route in routes or ():
            model, thread_id, values, *_others = route
            source_id = model == "crm.lead" and (values or {}).get("intake_source_id")
            if thread_id or not source_id:
                others.append(route)
                continue
            source = self.env["crm.lead.source"].sudo().browse(source_id)
            source._receive_mail(self._get_original(message))
        return super()._message_route_process(message, message_dict, others)

    @api.model
    def _get_original(self, message):
        """Return a mail as it came, up to the longest that is kept whole.

        :param email.message.EmailMessage message: what the gateway made of it.
        :rtype: bytes
        """
        return ORIGINAL_MAIL.get(self.env) or message.as_bytes()


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


def _to_bytes(mail):
    """Return a mail in bytes, as far as it can be written in UTF-8.

    :param mail: as it was handed over, a str or bytes.
    :rtype: bytes
    """
    if not isinstance(mail, str):
        return mail
    try:
        return mail.encode(errors="surrogateescape")
    except UnicodeEncodeError:
        # Half a character, which no mail program writes.
        return mail.encode(errors="ignore")
