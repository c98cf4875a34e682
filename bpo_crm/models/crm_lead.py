from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError

from ..roles import SUPERVISOR
from ..series import Constraint
from .crm_stage import CLOSING_FLAGS

REFERENCE_SEQUENCE = "crm.lead.reference"

#: Written by the addon itself, never by a client.
SYSTEM_FIELDS = (
    "reference",
    "lost_stage_id",
    "dealer_so_id",
    "dealer_so_name",
    "dealer_so_state",
    "dealer_so_url",
    "next_step_date",
    "next_step_zone",
    "no_next_step_reason",
    "first_attempt_date",
    "first_attempt_user_id",
    "response_minutes",
    "response_target_minutes",
    "response_deadline",
    "response_warning_date",
    "response_met_rate",
    "is_response_warned",
    "is_response_unmeasured",
    "forgotten_by_id",
)


#: Domain of the leads that are neither won nor lost.
OPEN_LEAD = [(f"stage_id.{flag}", "=", False) for flag in CLOSING_FLAGS]

#: Domain of no lead at all.
NEVER = [("id", "=", 0)]


class Lead(models.Model):
    _inherit = "crm.lead"
    _rec_names_search = ["name", "reference"]

    reference = fields.Char(readonly=True, copy=False, index="trigram")
    is_won = fields.Boolean(related="stage_id.is_won", string="Is Won")
    is_lost = fields.Boolean(related="stage_id.is_lost", string="Is Lost")
    customer_name = fields.Char(compute="_compute_customer_name")
    # What the customer wants, and who sells it
    vehicle_model_id = fields.Many2one(
        "crm.vehicle.model",
        "Vehicle",
        index="btree_not_null",
        ondelete="restrict",
        tracking=True,
        domain="[('brand_id', '=?', brand_id)]",
    )
    brand_id = fields.Many2one(
        "crm.brand",
        compute="_compute_brand_id",
        store=True,
        readonly=False,
        index="btree_not_null",
        ondelete="restrict",
    )
    vehicle_interest_ids = fields.Many2many(
        "crm.vehicle.model",
        "crm_lead_vehicle_interest_rel",
        string="Also Asked About",
        copy=False,
    )
    dealership_id = fields.Many2one(
        "crm.dealership",
        index="btree_not_null",
        ondelete="restrict",
        tracking=True,
    )
    # Where it came from
    intake_source_id = fields.Many2one(
        "crm.lead.source",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )
    enquiry_ids = fields.One2many(
        "crm.lead.enquiry", "lead_id", "Enquiries", groups=SUPERVISOR
    )

    _reference_uniq = Constraint(
        "UNIQUE(reference)", "Another lead has this reference already."
    )

    @api.depends("contact_name", "partner_name", "partner_id.name", "name")
    def _compute_customer_name(self):
        for lead in self:
            names = (lead.contact_name, lead.partner_name, lead.partner_id.name)
            lead.customer_name = next(filter(None, names), lead.name)

    @api.depends("vehicle_model_id")
    def _compute_brand_id(self):
        for lead in self:
            lead.brand_id = lead.vehicle_model_id.brand_id or lead.brand_id

    @api.constrains("brand_id", "vehicle_model_id")
    def _check_vehicle_brand(self):
        for lead in self.filtered("vehicle_model_id"):
            if lead.brand_id != lead.vehicle_model_id.brand_id:
                raise ValidationError(
                    self.env._(
                        "%(vehicle)s is not a model of %(brand)s. Choose another "
                        "vehicle or another brand.",
                        vehicle=lead.vehicle_model_id.name,
                        brand=lead.brand_id.name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        references = self._next_references(len(vals_list))
        vals_list = [
            {**vals, "reference": reference}
            for vals, reference in zip(vals_list, references, strict=True)
        ]
        leads = super().create(vals_list)
        # The reference was drawn above, and what is computed takes no value.
        given = [name for name in SYSTEM_FIELDS[1:] if not self._fields[name].compute]
        if any(lead[name] for lead in leads for name in given):
            self._check_system_fields(given)
        return leads

    def write(self, vals):
        self._check_system_fields(vals)
        return super().write(vals)

    @api.model
    def _check_system_fields(self, names):
        if not self.env.su and any(name in names for name in SYSTEM_FIELDS):
            raise AccessError(
                self.env._(
                    "References, dealer orders, next steps and response times are not "
                    "written by hand."
                )
            )

    @api.model
    def _next_references(self, count):
        """Draw numbers for leads.

        :param int count: how many.
        :return: as many references, such as ``LEAD/2026/00001``.
        :rtype: list[str]
        """
        sequence = self.env["ir.sequence"].sudo()
        return sequence._next_many_by_code(REFERENCE_SEQUENCE, count)

    def _is_open(self):
        """Whether this lead is an opportunity that is neither won nor lost."""
        return self.type == "opportunity" and not self.stage_id._is_closed
