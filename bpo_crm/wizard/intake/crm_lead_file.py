import base64
import collections

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...intake import MAX_ROWS, InvalidEnquiry, read_lead_file
from ...roles import MANAGER, check_role

#: In bytes.
MAX_FILE = 20 * 1024 * 1024

#: How many enquiries come in together.
BATCH = 500


class LeadFile(models.TransientModel):
    """Takes in a file that was downloaded from whoever has the lead forms."""

    _name = "crm.lead.file"
    _description = "Import a File"

    source_id = fields.Many2one("crm.lead.source", "Lead Source", required=True)
    file = fields.Binary(attachment=False)
    file_name = fields.Char()
    # What became of it
    is_taken_in = fields.Boolean(readonly=True)
    created_count = fields.Integer("New Leads", readonly=True)
    merged_count = fields.Integer(
        "Merged",
        readonly=True,
        help="Enquiries of customers who have an open lead.",
    )
    known_count = fields.Integer(
        "Known", readonly=True, help="They had come in before."
    )
    quarantined_count = fields.Integer("In Quarantine", readonly=True)

    @api.constrains("source_id")
    def _check_source_is_seen(self):
        # The window shows its name.
        self.source_id.check_access("read")

    # ------------------------------------------------------------
    # ACTIONS
    # ------------------------------------------------------------

    def action_take_in(self):
        """Take in all enquiries of the file, and show what became of them.

        :return: an action that shows it in this window.
        :rtype: dict
        :raises AccessError: for anybody below a BPO manager.
        :raises UserError: for a file that cannot be read.
        """
        self.ensure_one()
        check_role(
            self.env, MANAGER, self.env._("Only a BPO manager can import files.")
        )
        self.source_id.check_access("write")
        enquiries = self._read_file()
        counts = collections.Counter()
        for start in range(0, len(enquiries), BATCH):
            answers = self.source_id.sudo()._deliver(enquiries[start : start + BATCH])
            counts.update(map(_get_outcome, answers))
        self.write(
            {
                "is_taken_in": True,
                "file": False,
                **{f"{name}_count": count for name, count in counts.items()},
            }
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.file_name or self._description,
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }

    def action_view_enquiries(self):
        """Open what came in through this source, that in quarantine if there is any.

        :rtype: dict
        """
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "bpo_crm.crm_lead_enquiry_action"
        )
        is_kept = {"search_default_quarantined": bool(self.quarantined_count)}
        return {
            **action,
            "domain": [("source_id", "=", self.source_id.id)],
            "context": is_kept,
        }

    # ------------------------------------------------------------
    # BUSINESS
    # ------------------------------------------------------------

    def _read_file(self):
        """Return the enquiries of the file.

        :rtype: list[intake.Enquiry]
        :raises UserError: where there is none, or it cannot be read.
        """
        try:
            content = base64.b64decode(self.with_context(bin_size=False).file or b"")
        except ValueError:
            # A program sent it, and no file was chosen.
            content = b""
        if not content:
            raise UserError(self.env._("Choose a file first."))
        if len(content) > MAX_FILE:
            raise UserError(
                self.env._("The file is too long. Split it, and import each part.")
            )
        try:
            return read_lead_file(content, self.source_id._get_own_names())
        except InvalidEnquiry as problem:
            raise UserError(
                self.env._(
                    "This file cannot be read. Save it as CSV, with the names of the "
                    "columns in the first row, a column with phone numbers or email "
                    "addresses, and at most %(rows)s rows. (%(problem)s)",
                    rows=MAX_ROWS,
                    problem=problem,
                )
            ) from problem


def _get_outcome(answer):
    """Return what became of an enquiry.

    :param dict answer: of ``_deliver``.
    :rtype: str
    """
    is_waiting = answer["state"] == "quarantined"
    return "known" if answer["is_known"] and not is_waiting else answer["state"]
