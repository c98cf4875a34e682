import ast
import json

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ... import remote_odoo
from ...inner_context import CHECKED_AS_A_WHOLE
from ...series import Constraint

#: What a feed fills, by its kind.
TARGETS = {
    "lead": "crm.lead",
    "dealership": "crm.dealership",
    "vehicle_model": "crm.vehicle.model",
}

#: Of each kind: the model, the domain where it does not depend on the day, and the
#: remote field for each field of ours that a plain Odoo with the usual apps has.
PRESETS = {
    "lead": (
        "crm.lead",
        None,
        {
            "contact_name": "contact_name",
            "phone": "phone",
            "email_from": "email_from",
            "street": "street",
            "city": "city",
            "zip": "zip",
            "country_id": "country_id.code",
            "description": "description",
            "enquiry_date": "create_date",
        },
    ),
    "dealership": (
        "res.partner",
        "[('is_company', '=', True), ('ref', '!=', False)]",
        {
            "code": "ref",
            "name": "name",
            "street": "street",
            "zip": "zip",
            "city": "city",
            "country_id": "country_id.code",
            "phone": "phone",
        },
    ),
    "vehicle_model": (
        "product.product",
        "[('sale_ok', '=', True), ('default_code', '!=', False)]",
        {
            "external_ref": "default_code",
            "default_code": "default_code",
            "name": "name",
            "list_price": "list_price",
        },
    ),
}

#: What each kind must have, one field of each row. By the first one of all, a
#: dealership or a vehicle model is found again.
NEEDED = {
    "lead": [("phone", "email_from")],
    "dealership": [("code",), ("name",)],
    "vehicle_model": [("external_ref",), ("name",)],
}

#: What is checked against the distributor's server.
CHECKED_FIELDS = {
    "active",
    "brand_id",
    "domain",
    "field_ids",
    "kind",
    "remote_model",
    "source_id",
    "write_back_ids",
}

#: What says which records are read, and by which names they are known.
IDENTITY_FIELDS = {"brand_id", "kind", "remote_model", "source_id"}

MAX_BATCH = 1000


class LeadFeed(models.Model):
    """What to read from the Odoo of a brand's distributor, and what it means here."""

    _name = "crm.lead.feed"
    _description = "Distributor Feed"
    _inherit = ["crm.company.data"]
    _order = "brand_id, sequence, id"

    name = fields.Char(required=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    brand_id = fields.Many2one(
        "crm.brand",
        required=True,
        index=True,
        # PostgreSQL would delete the feeds of other companies, and those in use.
        ondelete="restrict",
        check_company=True,
    )
    company_id = fields.Many2one(
        default=None, compute="_compute_company_id", store=True, readonly=False
    )
    kind = fields.Selection(
        [
            ("lead", "Leads"),
            ("dealership", "Dealerships"),
            ("vehicle_model", "Vehicle Models"),
        ],
        "Brings In",
        required=True,
        default="lead",
    )
    target_model = fields.Char(compute="_compute_target_model")
    source_id = fields.Many2one(
        "crm.lead.source",
        "Lead Source",
        ondelete="restrict",
        check_company=True,
        help="The source of the leads that come in here, which gives them its "
        "team and its target.",
    )
    # What is read there
    remote_model = fields.Char(
        "Distributor's Model",
        required=True,
        help="The technical name of the distributor's model, such as crm.lead.",
    )
    domain = fields.Char(
        "Records to Read",
        required=True,
        default="[]",
        help="The distributor's records that match this domain are taken, each once.",
    )
    batch_size = fields.Integer(
        default=200,
        required=True,
        help="How many records are read and taken in at a time.",
    )
    field_ids = fields.One2many("crm.lead.feed.field", "feed_id", "Fields", copy=True)
    write_back_ids = fields.One2many(
        "crm.lead.feed.write.back",
        "feed_id",
        "Write-Back",
        copy=True,
        help="What is written to the distributor's record once it has become a "
        "lead here.",
    )

    _batch_size_range = Constraint(
        f"CHECK(batch_size BETWEEN 1 AND {MAX_BATCH})",
        f"A batch has between 1 and {MAX_BATCH} records.",
    )
    _source_of_leads = Constraint(
        "CHECK(kind != 'lead' OR source_id IS NOT NULL)",
        "Choose the lead source that the leads of this feed get.",
    )

    @api.depends("brand_id.company_id", "source_id.company_id")
    def _compute_company_id(self):
        for feed in self:
            feed.company_id = (
                feed.brand_id.company_id or feed.source_id.company_id or feed.company_id
            )

    @api.depends("kind")
    def _compute_target_model(self):
        for feed in self:
            feed.target_model = TARGETS.get(feed.kind)

    @api.onchange("kind")
    def _onchange_kind(self):
        """Propose what a plain Odoo has; whoever has another one changes it."""
        if self.kind:
            self.remote_model, domain, remote_fields = PRESETS[self.kind]
            self.domain = domain or self._get_proposed_domain()
            self.field_ids = [
                fields.Command.clear(),
                *(
                    fields.Command.create(
                        {"target_field": target, "remote_field": remote}
                    )
                    for target, remote in remote_fields.items()
                ),
            ]

    # ------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        as_a_whole = self.with_context(**CHECKED_AS_A_WHOLE.say())
        feeds = super(LeadFeed, as_a_whole).create(vals_list)
        feeds = feeds.with_env(self.env)
        feeds._check_fit()
        return feeds

    def write(self, vals):
        if not self._is_checked(vals):
            return super().write(vals)
        self._check_same_records(vals)
        as_a_whole = self.with_context(**CHECKED_AS_A_WHOLE.say())
        result = super(LeadFeed, as_a_whole).write(vals)
        self._check_fit()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_in_use(self):
        used = self.filtered(lambda feed: feed._have_read_leads())
        if used:
            raise UserError(
                self.env._(
                    "Leads have come in by %s. Archive it instead of deleting it.",
                    ", ".join(used.mapped("name")),
                )
            )

    def _check_same_records(self, vals):
        """Refuse to read other records under the names of those that came in.

        :param dict vals: what is written.
        :raises UserError: for a feed by which leads have come in.
        """
        names = IDENTITY_FIELDS.intersection(vals)
        for feed in self:
            before = feed._convert_to_write({name: feed[name] for name in names})
            is_other = any(before[name] != vals[name] for name in names)
            if is_other and feed._have_read_leads():
                raise UserError(
                    self.env._(
                        "Leads have come in by %s. Archive it and make another feed "
                        "for other records.",
                        feed.name,
                    )
                )

    # ------------------------------------------------------------
    # CONSTRAINTS
    # ------------------------------------------------------------

    @api.model
    def _is_checked(self, vals):
        """Whether a write is of what is checked against the distributor's server.

        :param dict vals: what is written.
        :rtype: bool
        """
        return not CHECKED_FIELDS.isdisjoint(vals)

    def _check_fit(self):
        """Refuse what does not fit the distributor's server, as it is now.

        :raises ValidationError: with the remote field's name.
        """
        if CHECKED_AS_A_WHOLE.get(self.env):
            return
        self.field_ids._check_targets()
        for feed in self:
            feed._check_needed()
        for feed in self.filtered("active"):
            try:
                with feed._open_distributor() as distributor:
                    feed._check_remote(distributor)
            except remote_odoo.RemoteError as error:
                raise ValidationError(
                    self.env._(
                        "The feed %(feed)s could not be checked. %(reason)s\n"
                        "Archive it to save it all the same.",
                        feed=feed.name,
                        reason=feed.brand_id._explain(error),
                    )
                ) from None

    def _check_needed(self):
        """Refuse a mapping that makes no record."""
        mapped = set(self.field_ids.mapped("target_field"))
        for names in NEEDED[self.kind]:
            if not mapped.intersection(names):
                raise ValidationError(
                    self.env._(
                        "Choose which field of the distributor fills this one: %s",
                        " / ".join(self._get_label(name) for name in names),
                    )
                )

    def _check_remote(self, distributor):
        """Check that the distributor has what this feed reads and writes.

        :param remote_odoo.Distributor distributor: of this feed's model.
        :raises ValidationError: what does not fit, with the remote field's name.
        :raises remote_odoo.RemoteError: a subclass of it.
        """
        self.field_ids._check_remote(distributor)
        self.write_back_ids._check_remote(distributor)
        distributor.count(self._get_domain())
        if self.write_back_ids and not distributor.may_write():
            raise ValidationError(
                self.env._(
                    "The account may not write %s at the distributor, so nothing can "
                    "be written back. Ask for the right to, or remove what is written "
                    "back.",
                    self.remote_model,
                )
            )

    # ------------------------------------------------------------
    # BUSINESS
    # ------------------------------------------------------------

    def _have_read_leads(self):
        """Whether leads have come in by any of these feeds."""
        enquiries = self.env["crm.lead.enquiry"].sudo()
        return bool(enquiries.search([("feed_id", "in", self.ids)], limit=1))

    def _open_distributor(self):
        """Return the distributor's records, for use in a ``with`` statement.

        :rtype: contextlib.AbstractContextManager[remote_odoo.Distributor]
        :raises remote_odoo.NotConfigured: when the connection lacks something.
        """
        self.ensure_one()
        session = self.brand_id._open_session()
        return remote_odoo.Distributor(session, self.remote_model)

    def _get_domain(self):
        """Return the domain of what is new.

        :rtype: list
        :raises ValidationError: when it is none.
        """
        try:
            domain = ast.literal_eval(self.domain.strip())
            # It travels as JSON, which has no sets, bytes or infinite numbers.
            json.dumps(domain, allow_nan=False)
        except (TypeError, ValueError, SyntaxError, RecursionError, MemoryError):
            domain = None
        if not isinstance(domain, list):
            raise ValidationError(
                self.env._(
                    "The records to read must be given as a domain, such as "
                    "[('type', '=', 'lead')]. This is not a domain: %s",
                    self.domain,
                )
            )
        return domain

    def _get_key(self):
        """Return by which field a record of ours is found again."""
        return NEEDED[self.kind][0][0]

    def _get_label(self, name):
        """Return how people know a field of ours."""
        field = self.env[self.target_model]._fields[name]
        return field._description_string(self.env)

    def _get_paths(self):
        """Return the fields to read there.

        :rtype: list[str]
        """
        return sorted(set(filter(None, self.field_ids.mapped("remote_field"))))
