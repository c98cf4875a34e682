from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...roles import MANAGER, check_role


class CompanyData(models.AbstractModel):
    """What may belong to a company. Without one, all companies share it.

    Who is not allowed in a company neither sees nor changes what is its, and what is
    shared is changed by managers only: see ``security/company_rules.xml``.
    """

    _name = "crm.company.data"
    _description = "Data of a Company"
    _inherit = ["crm.checked.afterwards"]
    _check_company_auto = True

    company_id = fields.Many2one(
        "res.company",
        index="btree_not_null",
        # Without it, what was a company's would be shared once the company is gone.
        ondelete="restrict",
        default=lambda self: self._default_company_id(),
        help="Only users of this company see it. Without a company, all "
        "companies share it with everything in it, and the managers of "
        "each of them can change it.",
    )

    @api.model
    def _default_company_id(self):
        """Sharing is a decision, as soon as there is somebody to share with."""
        company = self.env.company
        return company if company._are_several() else company.browse()

    # ------------------------------------------------------------
    # CONSTRAINTS
    # ------------------------------------------------------------

    @api.constrains("company_id")
    def _check_users_of_company(self):
        """What is used by others than a company cannot become that company's.

        Leads that have no company yet follow what they are about.
        """
        for record in self.sudo().filtered("company_id"):
            for model, name in self._get_users():
                used = [(name, "in", record.ids)]
                if model == "crm.lead":
                    record._let_leads_follow(used)
                record._check_not_used(model, used)

    def _check_not_used(self, model, domain):
        """Refuse to let this record be its company's only while others use it.

        :param str model: of those who may use it.
        :param list domain: of those of them that do.
        :raises ValidationError: naming one of them, where the user may see it.
        """
        others = [*domain, ("company_id", "!=", self.company_id.id)]
        users = self.env[model].with_context(active_test=False)
        user = users.search(others, limit=1)
        if user:
            seen = user.with_user(self.env.user)._filtered_access("read")
            raise ValidationError(
                self.env._(
                    '"%(name)s" cannot be of %(company)s only: it is used by what is '
                    "shared or another company's (%(user)s). Ask a manager who works "
                    "for all of these companies to change that first.",
                    name=self.display_name,
                    company=self.company_id.name,
                    user=seen.display_name or user._description,
                )
            )

    def _check_company_domain(self, companies):
        # What a form offers to a record that has no company yet: a lead gets that of
        # what is chosen.
        if isinstance(companies, str) and not companies:
            return []
        return super()._check_company_domain(companies)

    def _check_company(self, fnames=None):
        # The refusal names what it is about, which the user may not see.
        if not self.env.su:
            for name in self._fields if fnames is None else fnames:
                field = self._fields[name]
                if field.relational and field.check_company and self[name]:
                    self[name].check_access("read")
        return super()._check_company(fnames)

    # ------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------

    def write(self, vals):
        before = {record: record.company_id for record in self}
        result = super().write(vals)
        if any(record.company_id != before[record] for record in self):
            check_role(
                self.env,
                MANAGER,
                self.env._(
                    "Only a BPO manager can change the company that "
                    "something belongs to."
                ),
            )
        return result

    @api.model
    def fields_get(self, allfields=None, attributes=None):
        """Let the screens offer only what the server allows."""
        described = super().fields_get(allfields, attributes)
        if "company_id" in described and not self.env.user.has_group(MANAGER):
            described["company_id"]["readonly"] = True
        return described

    # ------------------------------------------------------------
    # BUSINESS
    # ------------------------------------------------------------

    @api.model
    def _get_users(self):
        """Hook: what refers to records of this model, and by which field.

        :return: pairs of a model with a company and one of its fields.
        :rtype: list[tuple]
        """
        return []

    def _let_leads_follow(self, domain):
        leads = self.env["crm.lead"].with_context(active_test=False)
        placeless = leads.search([*domain, ("company_id", "=", False)])
        placeless._follow_company()

    @api.model
    def _get_domain_of(self, company):
        """Return the domain of what a company can use.

        :param res.company company: empty for what any company can.
        :rtype: list
        """
        return [("company_id", "in", [False, company.id])] if company else []

    def _check_own_or_shared(self, name):
        """Refuse what is another company's in a field with records of core's.

        Core gives them a company where nobody thinks of one, so what is shared may
        use those of any.

        :param str name: of the field.
        :raises ValidationError: for the first record that is wrong.
        """
        for record in self.sudo():
            used = record[name]
            companies = record.company_id, used.company_id
            if all(companies) and companies[0] != companies[1]:
                raise ValidationError(
                    self.env._(
                        '"%(name)s" is of %(company)s, and cannot use what is of '
                        "another company. Choose something else as: %(field)s",
                        name=record.display_name,
                        company=record.company_id.name,
                        field=self._fields[name]._description_string(self.env),
                    )
                )
