import dataclasses
import logging

from odoo import api, fields, models

from ...inner_context import ORIGINAL_MAIL
from ...intake import (
    InvalidEnquiry,
    describe_mail,
    leave_out_controls,
    mend_headers,
    mend_mail,
    put_on_one_line,
)
from ...limits import MAX_MAIL

_logger = logging.getLogger(__name__)

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

    def _read_content(self):
        enquiry = super()._read_content()
        if not self.team_id:
            return enquiry
        return dataclasses.replace(enquiry, team_id=self.team_id.id)

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
