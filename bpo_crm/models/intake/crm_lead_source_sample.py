import re

from odoo import models

from ... import intake
from ...roles import MANAGER, check_role

MAIL_KIND = "message/rfc822"

#: By what a text is known to be a mail with its headers.
MAIL_HEADERS = re.compile(r"^(Delivered-To|MIME-Version|Received|Return-Path):", re.M)

#: Headers of a text that a mail may consist of.
TEXT_HEADERS = "Content-Type: text/plain; charset=utf-8\n\n"


class LeadSource(models.Model):
    """Reading a sample of what a sender sends, of which nothing is kept."""

    _inherit = "crm.lead.source"

    # ------------------------------------------------------------
    # ACTIONS
    # ------------------------------------------------------------

    def action_map_fields(self):
        """Open the window in which a manager says what this sender's fields mean.

        :return: an action that opens it.
        :rtype: dict
        :raises AccessError: for anybody below a BPO manager.
        """
        self.ensure_one()
        self._check_may_map()
        return self._open_map({"default_source_id": self.id})

    # ------------------------------------------------------------
    # BUSINESS
    # ------------------------------------------------------------

    def _check_may_map(self):
        """Refuse to say what the fields of these sources mean.

        :raises AccessError: for anybody but the managers of their companies.
        """
        check_role(
            self.env,
            MANAGER,
            self.env._("Only a BPO manager can say what the fields of a source mean."),
        )
        self.check_access("write")

    def _open_map(self, defaults):
        """Return the action that opens the window for mapping fields.

        :param dict defaults: of its record, by ``default_`` and the name of a field.
        :rtype: dict
        """
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Map Fields"),
            "res_model": "crm.lead.source.map",
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "new",
            "context": defaults,
        }

    def _read_sample(self, text, kind, own_names):
        """Return the enquiries in a sample: of a body, or of a mail.

        :param str text: what a manager has pasted.
        :param str kind: the type that it came with; empty for an unknown one.
        :param dict own_names: what the sender's names mean.
        :rtype: list[intake.Enquiry]
        """
        content, is_mail = self._tell_sample(text, kind)
        if not is_mail:
            return self._read_body(content, kind, own_names=own_names)
        try:
            return intake.read_mail(content, own_names)
        except intake.InvalidEnquiry as problem:
            return [intake.Enquiry(problem=str(problem))]

    def _list_sample(self, text, kind):
        """Return the fields in a sample, whatever they mean.

        :param str text: what a manager has pasted.
        :param str kind: the type that it came with; empty for an unknown one.
        :return: of names or labels, and values.
        :rtype: list[tuple[str, str]]
        """
        content, is_mail = self._tell_sample(text, kind)
        if is_mail:
            return intake.list_mail_labels(content)
        read = self._read_body(content, kind, own_names={})
        return [pair for enquiry in read for pair in enquiry.pairs]

    def _tell_sample(self, text, kind):
        """Tell whether a sample is a mail, or the text of one.

        :param str text: what a manager has pasted.
        :param str kind: the type that it came with; empty for an unknown one.
        :return: what is to be read, and whether it is a mail.
        :rtype: tuple[bytes, bool]
        """
        content = text[: intake.MAX_SIZE].encode(errors="ignore")
        if kind == MAIL_KIND or (not kind and MAIL_HEADERS.search(text)):
            return content, True
        if not kind:
            read = self._read_body(content, kind, own_names={})
            if all(enquiry.problem for enquiry in read):
                return TEXT_HEADERS.encode() + content, True
        return content, False


class LeadEnquiry(models.Model):
    """An enquiry in quarantine as a sample of what its source sends."""

    _inherit = "crm.lead.enquiry"

    def action_map_fields(self):
        """Open the window in which a manager says what the fields in this mean.

        :return: an action that opens it.
        :rtype: dict
        :raises AccessError: for anybody below a BPO manager.
        """
        self.ensure_one()
        self.check_access("read")
        self.source_id._check_may_map()
        defaults = {
            "default_source_id": self.source_id.id,
            "default_enquiry_id": self.id,
        }
        return self.source_id._open_map(defaults)

    def _get_sample(self):
        """Return what was sent, and the type that it came with.

        :return: the text of a body or of a mail; of what has neither, nothing.
        :rtype: tuple[str, str]
        """
        row = self.sudo()
        for name, kind in (("mail", MAIL_KIND), ("body", row.body_kind or "")):
            file = row._find_files(name)[:1]
            if file:
                return intake.decode_text(row._read_kept_file(file))[
                    : intake.MAX_SIZE
                ], kind
        return "", ""
