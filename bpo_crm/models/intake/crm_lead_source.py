from odoo import api, fields, models
from odoo.exceptions import UserError

from ...inner_context import with_inner_context
from ...roles import SUPERVISOR
from ...series import Constraint

#: Odoo's own ways in, each with a source of its own.
CORE_WAYS = ("import", "mail", "website")


class LeadSource(models.Model):
    """Where enquiries come from: a web site, a portal, a distributor."""

    _name = "crm.lead.source"
    _description = "Lead Source"
    _inherit = ["crm.company.data"]
    _order = "name, id"

    name = fields.Char(required=True)
    code = fields.Char(
        required=True,
        copy=False,
        help="The last part of the address that enquiries are sent to: "
        "/bpo_crm/intake/<code>",
    )
    active = fields.Boolean(default=True)
    utm_source_id = fields.Many2one(
        "utm.source",
        "Source in the Reports",
        ondelete="restrict",
        help="The source that leads have in the reports when they come from here.",
    )
    # What its enquiries do not say
    brand_id = fields.Many2one("crm.brand", ondelete="restrict", check_company=True)
    dealership_id = fields.Many2one(
        "crm.dealership", ondelete="restrict", check_company=True
    )
    team_id = fields.Many2one(
        "crm.team",
        "Sales Team",
        ondelete="restrict",
        domain="['|', ('company_id', '=', False), ('company_id', '=?', company_id)]",
    )
    rate_limit = fields.Integer(
        default=120,
        required=True,
        help="How many requests the source may send in a minute.",
    )
    # Speed to lead
    target_minutes = fields.Integer(
        "First Attempt within",
        help="Within how many working minutes somebody should try to reach the "
        "customer. 0 means no target.",
    )
    enquiry_ids = fields.One2many(
        "crm.lead.enquiry", "source_id", "Enquiries", groups=SUPERVISOR
    )

    _code_uniq = Constraint("UNIQUE(code)", "Another source has this code already.")
    _rate_limit_positive = Constraint(
        "CHECK(rate_limit > 0)", "The rate limit of a source must be at least 1."
    )
    _target_minutes_positive = Constraint(
        "CHECK(target_minutes >= 0)",
        "The minutes until the first attempt cannot be negative.",
    )

    @api.constrains("company_id", "team_id")
    def _check_team_company(self):
        self._check_own_or_shared("team_id")

    @api.model_create_multi
    def create(self, vals_list):
        sources = super().create(vals_list)
        for source in sources.filtered(lambda source: not source.utm_source_id):
            source.utm_source_id = self._find_utm_source(source.name)
        return sources

    @api.model
    def _find_utm_source(self, name):
        """Return a source of the reports that has a name; it is made if need be.

        :param str name: as one of an earlier installation may be called, which no
            other source of enquiries has.
        """
        utm_sources = with_inner_context(self.env["utm.source"]).sudo()
        others = self.sudo().with_context(active_test=False).search([])
        found = utm_sources.search(
            [("name", "=", name), ("id", "not in", others.utm_source_id.ids)], limit=1
        )
        return found or utm_sources.create({"name": name})

    @api.ondelete(at_uninstall=False)
    def _unlink_except_of_core(self):
        of_core = self & self.browse().concat(*map(self._get_of_core, CORE_WAYS))
        if of_core:
            raise UserError(
                self.env._(
                    "Enquiries that come in through Odoo itself are kept under "
                    "%s. Rename it instead of deleting it.",
                    ", ".join(of_core.mapped("name")),
                )
            )

    @api.model
    def _get_users(self):
        return [
            ("crm.lead", "intake_source_id"),
            ("crm.lead.feed", "source_id"),
            ("crm.call.script", "source_ids"),
        ]

    @api.model
    def _get_of_core(self, way):
        """Return the source of what comes in by a way of Odoo's own.

        :param str way: one of :data:`CORE_WAYS`.
        """
        return self.env.ref(f"bpo_crm.crm_lead_source_{way}")
