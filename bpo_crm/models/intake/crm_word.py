from odoo import api, fields, models
from odoo.tools import SQL

from ...client_actions import RELOAD, show_notification
from ...domains import OPEN_LEAD
from ...inner_context import with_inner_context
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

#: How many enquiries are looked at again at once.
BATCH = 500

KEEP = """
    INSERT INTO crm_word (
        key, kind, name, folded, of_brand_id, company_id, is_known,
        create_uid, create_date, write_uid, write_date
    )
    SELECT sent.*, FALSE, %(uid)s, %(now)s, %(uid)s, %(now)s
      FROM unnest(
        %(keys)s::varchar[], %(kinds)s::varchar[], %(names)s::varchar[],
        %(folded)s::varchar[], %(brands)s::integer[], %(companies)s::integer[]
      ) AS sent
        ON CONFLICT (key) DO NOTHING
"""


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
    # Who waits
    enquiry_ids = fields.Many2many(
        "crm.lead.enquiry", "crm_lead_enquiry_word_rel", copy=False, server_only=True
    )
    lead_count = fields.Integer("Leads That Wait", compute="_compute_lead_count")

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
            word.key = _make_key(
                word.kind,
                word.folded,
                word.of_brand_id,
                word.source_id,
                word.company_id,
                word.is_known,
            )

    @api.depends("enquiry_ids")
    def _compute_lead_count(self):
        waiting = [
            ("unknown_word_ids", "in", self.ids),
            ("lead_id", "any", OPEN_LEAD),
        ]
        enquiries = self.env["crm.lead.enquiry"]
        groups = ["unknown_word_ids"], ["lead_id:count_distinct"]
        counts = dict(enquiries._read_group(waiting, *groups))
        for word in self:
            word.lead_count = counts.get(word, 0)

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
    # ACTIONS
    # ------------------------------------------------------------

    def action_view_leads(self):
        """Open the open leads that wait with these words.

        :rtype: dict
        """
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "bpo_crm.crm_lead_action_all"
        )
        words = ("enquiry_ids.unknown_word_ids", "in", self.ids)
        return {**action, "domain": [words, *OPEN_LEAD], "context": {}}

    def action_look_again(self):
        """Fill in what leads lack that wait with these words, if that is known by now.

        A dealership, a brand or a vehicle may have been added that is called so.

        :return: a notification with how many leads learnt something.
        :rtype: dict
        """
        self.check_access("write")
        count = len(self._find_alike()._look_again())
        return show_notification(
            self.env._("%s leads learnt what their customers wrote.", count),
            "success",
            following=RELOAD,
        )

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

    @api.model
    def _keep_unknown(self, entries):
        """Let enquiries wait with the words that nobody knows.

        :param list[intake.Entry] entries: each with its row and its lead.
        """
        rows = {}
        for entry in entries:
            for kind, name, company, brand in entry.words if entry.row else ():
                folded = fold_word(name)
                key = _make_key(kind, folded, brand, None, company, False)
                word = (kind, name, folded, _get_id(brand), _get_id(company))
                rows.setdefault(key, (word, []))[1].append(entry.row.id)
        if rows:
            self._insert_unknown({key: word for key, (word, _ids) in rows.items()})
            self._link_unknown({key: ids for key, (_word, ids) in rows.items()})

    @api.model
    def _insert_unknown(self, words):
        """Write down words that nobody knows, unless they are there.

        :param dict words: the kind, the word, the same folded, and the ids of the brand
            and of the company, by key.
        """
        # In one order, so that two deliveries never wait in a circle.
        keys = sorted(words)
        kinds, names, folded, brands, companies = zip(
            *(words[key] for key in keys), strict=True
        )
        self.flush_model()
        self.env.cr.execute(
            KEEP,
            {
                "keys": keys,
                "kinds": list(kinds),
                "names": list(names),
                "folded": list(folded),
                "brands": list(brands),
                "companies": list(companies),
                "uid": self.env.uid,
                "now": fields.Datetime.now(),
            },
        )

    @api.model
    def _link_unknown(self, row_ids):
        """Let enquiries wait with words.

        :param dict row_ids: of the enquiries, by the key of the word.
        """
        pairs = [(key, row_id) for key, ids in row_ids.items() for row_id in ids]
        keys, ids = zip(*pairs, strict=True)
        self.env.cr.execute(
            SQL(
                """
                WITH word AS (
                    SELECT id, key FROM crm_word WHERE key = ANY(%s) FOR KEY SHARE
                )
                INSERT INTO crm_lead_enquiry_word_rel (
                    crm_word_id, crm_lead_enquiry_id
                )
                SELECT word.id, sent.enquiry_id
                  FROM unnest(%s::varchar[], %s::integer[]) AS sent (key, enquiry_id)
                  JOIN word USING (key)
                    ON CONFLICT DO NOTHING
                """,
                list(row_ids),
                list(keys),
                list(ids),
            )
        )
        self.invalidate_model(["enquiry_ids", "lead_count"])
        self.env["crm.lead.enquiry"].invalidate_model(["unknown_word_ids"])

    def _settle(self):
        """Let those who wait with these words have what these mean now."""
        known = self.filtered("is_known")
        if known:
            known._find_alike()._look_again()

    def _find_alike(self):
        """Return these words, and those written like them for any brand and company.

        :return: with all rights.
        """
        words = with_inner_context(self).sudo()
        alike = words.search(
            [
                ("folded", "in", self.mapped("folded")),
                ("kind", "in", self.mapped("kind")),
            ]
        )
        return alike | words

    def _look_again(self):
        """Read again what waits with these words, and fill in what leads lack.

        :return: the leads that learnt something.
        """
        domain = [("unknown_word_ids", "in", self.ids), ("lead_id", "any", OPEN_LEAD)]
        waiting = self.env["crm.lead.enquiry"].search(domain, order="id")
        learnt = self.env["crm.lead"]
        for start in range(0, len(waiting), BATCH):
            learnt |= waiting[start : start + BATCH]._read_words_again()
        return learnt

    @api.autovacuum
    def _gc_unknown(self):
        """Forget the words that nobody knows and nobody waits with."""
        idle = self.search([("is_known", "=", False), ("enquiry_ids", "=", False)])
        idle.unlink()


def _get_id(record):
    return record.id or None if record else None


def _make_key(kind, folded, brand, source, company, is_known):
    """Return what is there once of each word.

    :param str kind: of the word.
    :param str folded: the word.
    :param crm.brand brand: of whose vehicles; empty or None for any.
    :param crm.lead.source source: from where; empty or None for anywhere.
    :param res.company company: whose word it is; empty or None for all.
    :param bool is_known: whether it has a meaning.
    :rtype: str
    """
    ids = (_get_id(record) or 0 for record in (brand, source, company))
    return " ".join([str(int(bool(is_known))), str(kind), *map(str, ids), folded])
