from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...ids import is_id
from ...inner_context import BRINGS_PAST
from ...lead_change import WATCHED, LeadChange, read_value
from ...roles import SUPERVISOR
from ...series import Constraint

REFERENCE_SEQUENCE = "crm.lead.reference"

#: Worked out by the server, and saved with core's form all the same.
ECHOED = ("automated_probability",)


class Lead(models.Model):
    _inherit = "crm.lead"
    _rec_names_search = ["name", "reference"]

    reference = fields.Char(
        readonly=True, copy=False, index="trigram", server_only=True
    )
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
            lead.customer_name = lead._get_asker() or lead.name

    @api.depends("vehicle_model_id")
    def _compute_brand_id(self):
        for lead in self:
            lead.brand_id = lead.vehicle_model_id.brand_id or lead.brand_id

    @api.constrains("brand_id", "vehicle_model_id")
    def _check_vehicle_brand(self):
        for lead in self.filtered("vehicle_model_id"):
            if lead.brand_id != lead.vehicle_model_id.brand_id:
                # 19.0 checks with all rights, and not everybody sees every brand.
                lead = lead.sudo(False)
                raise ValidationError(
                    self.env._(
                        "%(vehicle)s is not a model of %(brand)s. Choose another "
                        "vehicle or another brand.",
                        vehicle=lead.vehicle_model_id.name,
                        brand=lead.brand_id.name,
                    )
                )

    # ------------------------------------------------------------
    # CRUD: the only create and write of a lead, and their phases
    # ------------------------------------------------------------

    # `super()` is called by what writes past the phases.
    # pylint: disable=method-required-super

    @api.model_create_multi
    def create(self, vals_list):
        if self._is_unattended():
            return self._take_in_values(vals_list)
        return self._create_in_phases(vals_list)

    def _create_in_phases(self, vals_list):
        """Make leads; each behaviour has its part in the phases.

        :param list vals_list: as somebody sent them.
        :return: the new leads.
        """
        leads = self._create_by_core(self._prepare_births(vals_list))
        leads._check_no_server_only(drawn=["reference"])
        born = leads.filtered("is_bpo")
        if not born:
            return leads
        born._complete_births()
        born._check_births()
        born._follow_up_births()
        born._close_births()
        return leads

    def write(self, vals):
        return self._write_in_phases([(self, vals)])

    @api.model
    def _write_in_phases(self, writes):
        """Write to leads; each behaviour has its part in the phases.

        Of several writes, all have been made before anything leaves the database.

        :param list writes: pairs of leads and their values, as somebody sent them.
        :return: True
        """
        changes = []
        for leads, vals in writes:
            changes += leads._begin_write(vals)
        for change in changes:
            change.leads._check_change(change)
        for change in changes:
            change.leads._follow_up_change(change)
        for change in changes:
            change.leads._send_change(change)
        return True

    def _begin_write(self, vals):
        """Write values, up to the moment in which the leads are looked at again.

        :param dict vals: as somebody sent them.
        :return: what was changed, of the leads that a rule speaks of.
        :rtype: list[LeadChange]
        """
        if not self:
            return []
        ours = self.filtered("is_bpo")
        others = self - ours
        # Core writes it when it loses a lead.
        echoed = {name: vals[name] for name in ECHOED if name in vals}
        vals = self._drop_echoed(vals)
        self._check_server_only(vals)
        vals = self._normalize(vals)
        if not self._is_watched(vals):
            for leads, values in ((ours, vals), (others, {**vals, **echoed})):
                if leads:
                    leads._write_by_core(values)
            return []
        changes = ours._prepare_changes(vals) if ours else []
        for change in changes:
            change.leads._refuse_change(change)
        for change in changes:
            change.leads._prepare_change(change)
            leads = change.leads._leave_trace(change)
            # Core adds to the values what it works out of them.
            leads._write_by_core(dict(change.vals))
        others._write_others({**vals, **echoed})
        return changes

    def _create_by_core(self, vals_list):
        """Make leads without any of the phases."""
        return super().create(vals_list)

    def _write_by_core(self, vals):
        """Write values without any of the phases: what follows from a rule."""
        return super().write(vals)

    # ------------------------------------------------------------
    # PHASES: behaviours extend them, in no order among each other
    # ------------------------------------------------------------

    @api.model
    def _is_unattended(self):
        """Whether nobody is there to be told that a customer has a lead already."""
        return False

    @api.model
    def _prepare_births(self, vals_list):
        """Return the values of new leads as the ORM is to take them.

        :param list vals_list: as somebody sent them.
        :rtype: list[dict]
        """
        return [self._normalize(self._drop_computed(vals)) for vals in vals_list]

    def _complete_births(self):
        """Number leads of which it was not foreseen that the rules are for them.

        They are opportunities, whatever Odoo's setting on leads is.
        """
        unforeseen = self.filtered(lambda lead: not lead.reference)
        references = self._next_references(len(unforeseen))
        for lead, reference in zip(unforeseen, references, strict=True):
            lead._write_by_core({"reference": reference})
        # Written where nothing changes, it would begin in the first stage again.
        self.filtered(lambda lead: lead.type != "opportunity")._write_by_core(
            {"type": "opportunity"}
        )

    def _check_births(self):
        """Refuse new leads that must not be, as they are now.

        :raises odoo.exceptions.UserError: or a subclass of it.
        """

    def _follow_up_births(self):
        """Do what belongs to new leads that may be."""

    def _close_births(self):
        """Send leads that were made as closed ones the way of all others."""

    @api.model
    def _get_watched_fields(self):
        """Return the names of the fields whose writes take the phases.

        :rtype: set[str]
        """
        return set(WATCHED)

    @api.model
    def _is_watched(self, vals):
        """Whether a write is one that a rule speaks of.

        :param dict vals: what is written.
        :rtype: bool
        """
        return not self._get_watched_fields().isdisjoint(vals)

    def _prepare_changes(self, vals):
        """Return what a write does, one for the leads with which it does the same.

        :param dict vals: what is written, normalised.
        :rtype: list[LeadChange]
        """
        targets = self._find_targets(vals)
        groups = self.grouped(lambda lead: lead._get_move(targets[lead]))
        return [
            LeadChange(leads, leads._prepare_move_values(vals, targets[leads[0]]))
            for leads in groups.values()
        ]

    def _refuse_change(self, change):
        """Refuse what must not be: asked before the write, of what is to be.

        And again after it where the leads have become something else.

        :param LeadChange change: of these leads.
        :raises odoo.exceptions.UserError: or a subclass of it.
        """

    def _prepare_change(self, change):
        """Do what has to be done before a write that is allowed.

        :param LeadChange change: of these leads.
        """

    def _check_change(self, change):
        """Refuse what must not be, of the leads as they are after the write.

        :param LeadChange change: of these leads.
        :raises odoo.exceptions.UserError: or a subclass of it.
        """
        if change.observe():
            self._refuse_change(change)

    def _follow_up_change(self, change):
        """Do what belongs to a write.

        :param LeadChange change: of these leads.
        """

    def _send_change(self, change):
        """Do what leaves the database. Nothing that can fail comes after it.

        :param LeadChange change: of these leads.
        """

    def _write_others(self, vals):
        """Write to leads that no rule speaks of.

        One that comes to a team that works for dealerships by this comes as a new
        lead does.

        :param dict vals: what is written, normalised.
        """
        if not self:
            return
        self._write_by_core(vals)
        arrived = self.sudo().filtered("is_bpo").with_env(self.env)
        if arrived:
            arrived._arrive()

    # ------------------------------------------------------------
    # BUSINESS
    # ------------------------------------------------------------

    @api.model
    def _normalize(self, vals):
        """Return values as the ORM understands them.

        It takes what is no id for no record: a list with the id of a stage would
        empty the stage.

        :param dict vals: as somebody sent them.
        :rtype: dict
        :raises UserError: for something else than an id where one is meant.
        """
        return {name: self._normalize_value(name, vals[name]) for name in vals}

    @api.model
    def _normalize_value(self, name, value):
        """Return a value as the ORM understands it.

        :param str name: of its field; of those that no rule speaks of, only values of
            many2ones are looked at.
        :param value: as somebody sent it.
        :return: for a many2one, an id or False.
        :raises UserError: for something else than an id where one is meant.
        """
        field = self._fields.get(name)
        if field is None or (field.type != "many2one" and name not in WATCHED):
            return value
        if field.type == "many2one" and (value is False or is_id(value)):
            # As nearly all are.
            return value
        try:
            told = read_value(self, name, value or False)
        except (TypeError, ValueError):
            self._refuse_value(field, value)
        if field.type != "many2one":
            return told
        if (value and not told) or not all(map(is_id, told._ids)):
            self._refuse_value(field, value)
        return told.id

    @api.model
    def _drop_echoed(self, vals):
        """Return values without what core's form sends back, which the server told it.

        :param dict vals: as somebody sent them.
        :rtype: dict
        """
        if self.env.su:
            return vals
        return {name: vals[name] for name in vals if name not in ECHOED}

    @api.model
    def _is_server_only(self, field):
        # What the ORM works out of other fields is not written past them.
        is_worked_out = field.compute and field.store and field.readonly
        return super()._is_server_only(field) or bool(
            is_worked_out and not field.inverse
        )

    @api.model
    def _drop_computed(self, vals):
        """Return the values of a new lead without those that are worked out.

        Core's copies and merges give some of them along.

        :param dict vals: as somebody sent them.
        :rtype: dict
        """
        if self.env.su:
            return vals
        names = self._get_server_only()
        given = {*vals, *self._get_names_of_defaults()}
        self._check_server_only(
            name for name in given & names if not self._fields[name].compute
        )
        return {name: vals[name] for name in vals if name not in names}

    @api.model
    def _get_names_of_defaults(self):
        """Return the names of the fields of which the context has a default."""
        prefix = "default_"
        return {
            key[len(prefix) :] for key in self.env.context if key.startswith(prefix)
        }

    @api.model
    def _add_precomputed_values(self, vals_list):
        # Of which team a lead is was worked out just now.
        result = super()._add_precomputed_values(vals_list)
        ours = [vals for vals in vals_list if self._is_for_dealership(vals)]
        if BRINGS_PAST.get(self.env):
            # Some have a reference from elsewhere.
            ours = [vals for vals in ours if not vals.get("reference")]
        references = self._next_references(len(ours))
        for vals, reference in zip(ours, references, strict=True):
            vals |= {"reference": reference, "type": "opportunity"}
        return result

    @api.model
    def _next_references(self, count):
        """Draw numbers for leads.

        :param int count: how many.
        :return: as many references, such as ``LEAD/2026/00001``.
        :rtype: list[str]
        """
        sequence = self.env["ir.sequence"].sudo()
        return sequence._next_many_by_code(REFERENCE_SEQUENCE, count)

    @api.model
    def _get_reference_pattern(self):
        """Return what the references look like that new leads get, in any year.

        :rtype: re.Pattern
        """
        sequence = self.env["ir.sequence"].sudo()
        return sequence._get_pattern_by_code(REFERENCE_SEQUENCE)

    def _is_open(self):
        """Whether this lead is an opportunity that is neither won nor lost."""
        return self.type == "opportunity" and not self.stage_id._is_closed
