from odoo import api, fields, models

from ...intake import fold_word
from ...roles import MANAGER, check_role
from ...series import Constraint

KINDS = [
    ("dealership", "Dealership"),
    ("brand", "Brand"),
    ("vehicle", "Vehicle"),
]

#: What a word of each kind means.
MEANINGS = {
    "dealership": "dealership_id",
    "brand": "brand_id",
    "vehicle": "vehicle_model_id",
}

#: What whoever gives a word its meaning decides.
ASSIGNED = {*MEANINGS.values(), "source_id"}


class Word(models.Model):
    """What senders call a dealership, a brand or a vehicle, beside its own names.

    A word that nobody knows yet is one without a meaning: the enquiries that have it
    wait until somebody says what it means.
    """

    _name = "crm.word"
    _description = "Word of Senders"
    _inherit = ["crm.company.data"]
    _order = "is_known, kind, name, id"

    name = fields.Char("Word", required=True, help="As senders write it.")
    kind = fields.Selection(
        KINDS,
        required=True,
        compute="_compute_kind",
        store=True,
        readonly=False,
        precompute=True,
        help="What senders mean by it.",
    )
    # What it means
    dealership_id = fields.Many2one(
        "crm.dealership", index="btree_not_null", ondelete="cascade", check_company=True
    )
    brand_id = fields.Many2one(
        "crm.brand", index="btree_not_null", ondelete="cascade", check_company=True
    )
    vehicle_model_id = fields.Many2one(
        "crm.vehicle.model",
        "Vehicle",
        index="btree_not_null",
        ondelete="cascade",
        check_company=True,
    )
    is_known = fields.Boolean(
        compute="_compute_is_known",
        store=True,
        precompute=True,
        index=True,
        server_only=True,
    )
    # Where it means that
    of_brand_id = fields.Many2one(
        "crm.brand",
        "Among the Vehicles of",
        compute="_compute_of_brand_id",
        store=True,
        precompute=True,
        index="btree_not_null",
        ondelete="cascade",
        server_only=True,
    )
    source_id = fields.Many2one(
        "crm.lead.source",
        "Only from",
        index="btree_not_null",
        ondelete="cascade",
        check_company=True,
        help="What the word means where other senders mean something else by it.",
    )
    company_id = fields.Many2one(
        default=None,
        compute="_compute_company_id",
        store=True,
        readonly=False,
        precompute=True,
    )
    # By which it is found
    folded = fields.Char(
        compute="_compute_folded",
        store=True,
        precompute=True,
        index=True,
        server_only=True,
    )
    key = fields.Char(
        compute="_compute_key", store=True, precompute=True, server_only=True
    )

    _key_uniq = Constraint("UNIQUE(key)", "This word has a meaning already.")
    _of_one_kind = Constraint(
        "CHECK((dealership_id IS NULL OR kind = 'dealership')"
        " AND (brand_id IS NULL OR kind = 'brand')"
        " AND (vehicle_model_id IS NULL OR kind = 'vehicle'))",
        "A word means something of its own kind: a dealership, a brand or a vehicle.",
    )
    _of_letters = Constraint(
        "CHECK(folded != '')", "A word has at least one letter or digit."
    )

    # ------------------------------------------------------------
    # COMPUTE
    # ------------------------------------------------------------

    @api.depends(*MEANINGS.values())
    def _compute_kind(self):
        for word in self:
            said = (kind for kind, name in MEANINGS.items() if word[name])
            word.kind = word.kind or next(said, False)

    @api.depends(*MEANINGS.values())
    def _compute_is_known(self):
        for word in self:
            word.is_known = any(word[name] for name in MEANINGS.values())

    @api.depends("vehicle_model_id.brand_id")
    def _compute_of_brand_id(self):
        for word in self:
            word.of_brand_id = word.vehicle_model_id.brand_id or word.of_brand_id

    @api.depends(
        "source_id.company_id", *(f"{name}.company_id" for name in MEANINGS.values())
    )
    def _compute_company_id(self):
        for word in self:
            owner = word._get_meaning().company_id or word.source_id.company_id
            word.company_id = owner or word.company_id

    @api.depends("name")
    def _compute_folded(self):
        for word in self:
            word.folded = fold_word(word.name or "")

    @api.depends("kind", "folded", "of_brand_id", "source_id", "company_id", "is_known")
    def _compute_key(self):
        for word in self:
            word.key = self._make_key(
                word.kind,
                word.folded,
                word.of_brand_id,
                word.source_id,
                word.company_id,
                word.is_known,
            )

    # ------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        names = {name for vals in vals_list for name in vals}
        defaults = {name.removeprefix("default_") for name in self.env.context}
        self._check_server_only(names | defaults)
        words = super().create(vals_list)
        words._settle()
        return words

    def write(self, vals):
        if not vals.keys() <= ASSIGNED:
            check_role(
                self.env,
                MANAGER,
                self.env._(
                    "Only a BPO manager can change a word. Choose what it means, "
                    "or ask a manager."
                ),
            )
        self._check_server_only(vals)
        result = super().write(vals)
        self._settle()
        return result

    # ------------------------------------------------------------
    # BUSINESS
    # ------------------------------------------------------------

    def _get_meaning(self):
        """Return what this word means; empty for a word that nobody knows."""
        return self[MEANINGS[self.kind]] if self.kind else self.env["crm.brand"]

    @api.model
    def _find_known(self, kind, company, source):
        """Return what words mean, those of a company and of a source before others.

        :param str kind: of the words.
        :param res.company company: only what it can use; empty for any.
        :param crm.lead.source source: who sent them.
        :return: the record of each folded word, or the several that it means.
        :rtype: dict
        """
        name = MEANINGS[kind]
        words = self.search(
            [
                ("kind", "=", kind),
                (name, "any", [("active", "=", True)]),
                ("source_id", "in", [False, *source.ids]),
                *(self._get_domain_of(company) if company else []),
            ]
        )
        found = {}
        ranks = words.grouped(lambda w: (bool(w.source_id), bool(w.company_id)))
        for _rank, alike in sorted(ranks.items()):
            for folded, same in alike.grouped("folded").items():
                found[folded] = same[name]
        return found

    def _settle(self):
        """Hook: let these words count from now on."""

    @api.model
    def _make_key(self, kind, folded, brand, source, company, is_known):
        """Return what is there once of each word.

        :param str kind: of the word.
        :param str folded: the word.
        :param crm.brand brand: of whose vehicles; empty or None for any.
        :param crm.lead.source source: from where; empty or None for anywhere.
        :param res.company company: whose word it is; empty or None for all.
        :param bool is_known: whether it has a meaning.
        :rtype: str
        """
        ids = ((record and record.id) or 0 for record in (brand, source, company))
        words = (str(int(bool(is_known))), str(kind), *map(str, ids), folded)
        return " ".join(words)
