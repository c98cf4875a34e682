import dataclasses
import json

from odoo import api, fields, models

#: The longest texts of a form that are kept as they were sent.
MAX_SENT = 512 * 1024  # bytes


class LeadEnquiry(models.Model):
    """What a visitor sent by a form: a row, as of all that comes in."""

    _inherit = "crm.lead.enquiry"

    website_id = fields.Many2one("website", readonly=True, ondelete="set null")

    # ------------------------------------------------------------
    # BUSINESS
    # ------------------------------------------------------------

    @api.model
    def _keep_form(self, website, enquiry, lead_id=None, is_new=False, error=""):
        """Write down what a visitor sent, and what became of it.

        :param website website: of the form.
        :param intake.Enquiry enquiry: what was sent.
        :param int lead_id: its lead; None for one that waits for somebody.
        :param bool is_new: whether that lead was made of it.
        :param str error: why there is none.
        :return: the row.
        :rtype: crm.lead.enquiry
        """
        source = self.env["crm.lead.source"]._get_of_core("website")
        named = enquiry.with_name()
        row, _new = self._write_down(source, [named])
        row.website_id = website
        state = "created" if is_new else "merged" if lead_id else "quarantined"
        self._record_results([(row.id, state, lead_id, error or None)])
        return row

    def _keep_what_was_sent(self, params, has_failed_here):
        """Keep the form itself, for whoever sees why it waits.

        :param dict params: its texts, by what the form calls them.
        :param bool has_failed_here: whether it was this server's fault.
        """
        body = json.dumps(params, ensure_ascii=False).encode(errors="ignore")
        self._keep_for_people(body[:MAX_SENT], has_failed_here)

    def _filter_delivered(self):
        # Of a form, what was understood counts, and its texts are for people.
        forms = self.filtered("website_id")
        return super(LeadEnquiry, self - forms)._filter_delivered()

    def _read_content(self):
        enquiry = super()._read_content()
        website = self.website_id
        if not website:
            return enquiry
        company, team = website.company_id, website.crm_default_team_id
        is_ours = team.active and (team.company_id or company) == company
        return dataclasses.replace(
            enquiry,
            team_id=team.id if is_ours else 0,
            values={"company_id": company.id},
        )

    def _take_in_again(self, source):
        result = super()._take_in_again(source)
        for row in self.filtered(lambda row: row.website_id and row.lead_id):
            row._find_uploads().write(
                {"res_model": row.lead_id._name, "res_id": row.lead_id.id}
            )
        return result

    def _find_uploads(self):
        """Return the files that a visitor uploaded with a form that waits.

        :rtype: ir.attachment
        """
        return self.env["ir.attachment"].search(
            [
                ("res_model", "=", self._name),
                ("res_id", "=", self.id),
                ("res_field", "=", False),
            ]
        )
