from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import AccessError, ValidationError

from ...domains import COMPANY_DATA

#: What may change whose a lead is, or whose is what it is about.
DECISIVE = {"company_id", "partner_id", "team_id", "user_id", *COMPANY_DATA}


class Lead(models.Model):
    """A lead is of the company whose vehicles, dealerships and sources it is about."""

    _inherit = "crm.lead"

    # See COMPANY_DATA.
    dealership_id = fields.Many2one(check_company=True)
    brand_id = fields.Many2one(check_company=True)
    vehicle_model_id = fields.Many2one(check_company=True)
    intake_source_id = fields.Many2one(check_company=True)
    vehicle_interest_ids = fields.Many2many(check_company=True)

    # ------------------------------------------------------------
    # COMPUTE
    # ------------------------------------------------------------

    def _compute_company_id(self):
        # Core asks the team and the owner, and lets leads of the pool have none.
        placeless = self.filtered(lambda lead: not lead.company_id)
        result = super()._compute_company_id()
        for lead in self:
            if lead in placeless or not lead.company_id:
                lead.company_id = lead._propose_company()
        return result

    # ------------------------------------------------------------
    # CONSTRAINTS
    # ------------------------------------------------------------

    def _check_company(self, fnames=None):
        # Called after a write, with the rights of who writes.
        if fnames is None or DECISIVE.intersection(fnames):
            self._check_data_company()
        return super()._check_company(fnames)

    def _check_data_company(self):
        """Refuse what belongs to another company than the lead.

        A lead without a company becomes one of the company that it is about now.

        :raises AccessError: for what is of a company that the user is not allowed in.
        :raises ValidationError: naming what is another company's.
        """
        for lead in self.sudo():
            companies = lead._get_data_companies()
            if not self.env.su:
                self._check_allowed_in(companies)
            if companies <= lead.company_id:
                continue
            if lead.company_id or len(companies) > 1:
                self._check_allowed_in(companies)
                lead._refuse_other_company()
            lead.company_id = companies

    @api.model
    def _check_allowed_in(self, companies):
        """Let nobody learn the name of what is another company's by its number.

        :param res.company companies: of what a lead is about.
        :raises AccessError: when the user does not work for one of them.
        """
        is_allowed = not companies - self.env.user.company_ids
        if not (is_allowed or self.env.uid == SUPERUSER_ID):
            raise AccessError(
                self.env._(
                    "A lead cannot be about what belongs to a company that you do not "
                    "work for. Choose a dealership and a vehicle that you see."
                )
            )

    def _refuse_other_company(self):
        others = [
            data
            for name in COMPANY_DATA
            for data in self[name]
            if data.company_id - self.company_id
        ]
        words = {
            "lead": self._get_label(),
            "names": ", ".join(
                f"{data.display_name} ({data.company_id.name})" for data in others
            ),
        }
        if not self.company_id:
            raise ValidationError(
                self.env._(
                    "%(lead)s has no company, and cannot have what belongs to one: "
                    "%(names)s. Choose something that all companies share.",
                    **words,
                )
            )
        raise ValidationError(
            self.env._(
                "%(lead)s is of %(company)s, and cannot have what belongs to another "
                "company: %(names)s. Choose something of the same company.",
                company=self.company_id.name,
                **words,
            )
        )

    # ------------------------------------------------------------
    # PHASES
    # ------------------------------------------------------------

    def _check_change(self, change):
        result = super()._check_change(change)
        change.find_changing("company_id")._check_works_for_company()
        return result

    # ------------------------------------------------------------
    # BUSINESS
    # ------------------------------------------------------------

    def _check_works_for_company(self):
        """Refuse to give leads to a company that the user does not work for."""
        companies = self.sudo().company_id
        # Most writes give no lead to a company, and need not read the user's.
        if not companies or self.env.su:
            return
        others = companies - self.env.user.company_ids
        if others:
            raise AccessError(
                self.env._(
                    "You do not work for %s, and cannot give leads to it. Its "
                    "managers can.",
                    ", ".join(others.mapped("name")),
                )
            )

    def _follow_company(self):
        """Let these leads, which have no company, be of that of what they are about."""
        self.env.add_to_compute(self._fields["company_id"], self)

    def _get_data_companies(self):
        """Return the companies of what this lead is about; none for what is shared.

        :rtype: res.company
        """
        companies = self.env["res.company"]
        for name in COMPANY_DATA:
            companies |= self[name].company_id
        return companies

    def _get_company(self):
        """Return the company that works this lead."""
        return self.company_id or self.env.company

    def _propose_company(self):
        """Return the company of what this lead is about, where it can be its.

        :return: the one that it has otherwise.
        :rtype: res.company
        """
        company = self._get_data_companies()[:1]
        team, owner = self.team_id.company_id, self.user_id
        if not company or (team and team != company):
            return self.company_id
        if owner and company not in owner.company_ids:
            return self.company_id
        return company
