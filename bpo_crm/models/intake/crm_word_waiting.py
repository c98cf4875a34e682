from odoo import api, fields, models
from odoo.tools import SQL

from ...client_actions import RELOAD, show_notification
from ...domains import OPEN_LEAD
from ...inner_context import with_inner_context
from ...intake import fold_word

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
    """Enquiries wait with the words that nobody knows, until these get a meaning."""

    _inherit = "crm.word"

    enquiry_ids = fields.Many2many(
        "crm.lead.enquiry", "crm_lead_enquiry_word_rel", copy=False, server_only=True
    )
    lead_count = fields.Integer("Leads That Wait", compute="_compute_lead_count")

    # ------------------------------------------------------------
    # COMPUTE
    # ------------------------------------------------------------

    @api.depends("enquiry_ids")
    def _compute_lead_count(self):
        enquiries = self.env["crm.lead.enquiry"]
        groups = ["unknown_word_ids"], ["lead_id:count_distinct"]
        counts = dict(enquiries._read_group(self._get_waiting_domain(), *groups))
        for word in self:
            word.lead_count = counts.get(word, 0)

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

    def _open_list(self):
        """Return an action that opens these words.

        :rtype: dict
        """
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "bpo_crm.crm_word_action"
        )
        return {**action, "domain": [("id", "in", self.ids)], "context": {}}

    def _get_waiting_domain(self):
        """Return the enquiries of open leads that wait with these words.

        :return: a domain of ``crm.lead.enquiry``.
        :rtype: list
        """
        return [("unknown_word_ids", "in", self.ids), ("lead_id", "any", OPEN_LEAD)]

    @api.model
    def _keep_unknown(self, entries):
        """Let enquiries wait with the words that nobody knows.

        :param list[intake.Entry] entries: each with its row and its lead.
        """
        rows = {}
        for entry in entries:
            for kind, name, company, brand in entry.words if entry.row else ():
                folded = fold_word(name)
                key = self._make_key(kind, folded, brand, None, company, False)
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
        known = self.filtered("is_known")
        if known:
            known._find_alike()._look_again()
        return super()._settle()

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
        enquiries = self.env["crm.lead.enquiry"]
        waiting = enquiries.search(self._get_waiting_domain(), order="id")
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
    return (record and record.id) or None
