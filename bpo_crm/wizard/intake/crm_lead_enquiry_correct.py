from odoo import api, fields, models

from ...client_actions import CLOSE
from ...ids import is_id


class LeadEnquiryCorrect(models.TransientModel):
    """Says who asks in an enquiry that nobody but a person can read."""

    _name = "crm.lead.enquiry.correct"
    _description = "Make a Lead of an Enquiry"

    enquiry_id = fields.Many2one("crm.lead.enquiry", required=True, ondelete="cascade")
    error = fields.Char(
        "In Quarantine because", related="enquiry_id.error", related_sudo=False
    )
    name = fields.Char("Customer")
    phone = fields.Char()
    email = fields.Char()
    message = fields.Text()

    @api.constrains("enquiry_id")
    def _check_enquiry_is_seen(self):
        # The window shows its name.
        self.enquiry_id.check_access("read")

    @api.model
    def default_get(self, fields_list):
        self.browse().check_access("read")
        values = super().default_get(fields_list)
        enquiry_id = values.get("enquiry_id")
        if is_id(enquiry_id):
            enquiry = self.env["crm.lead.enquiry"].browse(enquiry_id)
            # Of another company, not even what it says is told.
            enquiry._check_may_correct()
            corrected = enquiry._get_corrected()
            values |= {
                name: corrected[name] for name in corrected if name in fields_list
            }
        return values

    def action_take_in(self):
        """Take the enquiry in as it is corrected, and open its lead.

        :return: an action that opens it; of a lead that the user may not see, one that
            closes the window.
        :rtype: dict
        :raises UserError: where nobody can be reached.
        """
        self.ensure_one()
        self.check_access("write")
        lead = self.enquiry_id._take_in_corrected(
            {
                "name": self.name or "",
                "phone": self.phone or "",
                "email": self.email or "",
                "message": self.message or "",
            }
        )
        seen = lead._filtered_access("read")
        return seen._open_form() if seen else CLOSE
