import dataclasses

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import plaintext2html

from ...intake import Entry, fold_word
from ...roles import SUPERVISOR

#: What an unknown word keeps a lead from knowing.
WORDED = ("dealership_id", "brand_id", "vehicle_model_id", "vehicle_interest_ids")


class LeadEnquiry(models.Model):
    """The words of an enquiry that nobody knows, until somebody says what they mean."""

    _inherit = "crm.lead.enquiry"

    unknown_word_ids = fields.Many2many(
        "crm.word", "crm_lead_enquiry_word_rel", string="Unknown Words", readonly=True
    )

    # ------------------------------------------------------------
    # ACTIONS
    # ------------------------------------------------------------

    def action_view_unknown_words(self):
        """Open the list in which the unknown words of this enquiry get a meaning.

        :rtype: dict
        """
        self.ensure_one()
        return self.unknown_word_ids._open_list()

    # ------------------------------------------------------------
    # BUSINESS
    # ------------------------------------------------------------

    def _read_words_again(self):
        """Fill in what the leads of these lack, by what their words mean now.

        What is still not known, waits on.

        :return: the leads that learnt something.
        """
        self.fetch(["unknown_word_ids"])
        entries = []
        for source, rows in self.grouped("source_id").items():
            of_source = [row._prepare_entry_again(source) for row in rows]
            source._find_asked(of_source)
            entries += of_source
        by_lead = {}
        for entry in entries:
            by_lead.setdefault(entry.lead, []).append(entry)
        learnt = self.env["crm.lead"]._learn_words(by_lead)
        self.unknown_word_ids = False
        self.flush_recordset(["unknown_word_ids"])
        self.env["crm.word"]._keep_unknown(entries)
        return learnt

    def _prepare_entry_again(self, source):
        """Return what this row says, to be looked up as if it came in now.

        :param crm.lead.source source: from where it came.
        :rtype: Entry
        """
        enquiry = self._read_content()
        if not enquiry.brand:
            own_brand = enquiry.brand_id or self.lead_id.brand_id.id
            enquiry = dataclasses.replace(enquiry, brand_id=own_brand or 0)
        company = self.lead_id.company_id or source._find_company(enquiry)
        return Entry(self, enquiry, source, company, lead=self.lead_id)


class Lead(models.Model):
    """A lead waits with the words of its enquiries that nobody knows."""

    _inherit = "crm.lead"

    unknown_word_ids = fields.Many2many(
        "crm.word",
        string="Unknown Words",
        compute="_compute_unknown_word_ids",
        groups=SUPERVISOR,
    )

    @api.depends("enquiry_ids.unknown_word_ids")
    def _compute_unknown_word_ids(self):
        for lead in self:
            lead.unknown_word_ids = lead.enquiry_ids.unknown_word_ids

    # ------------------------------------------------------------
    # ACTIONS
    # ------------------------------------------------------------

    def action_view_unknown_words(self):
        """Open the list in which the unknown words of this lead get a meaning.

        :rtype: dict
        """
        self.ensure_one()
        return self.unknown_word_ids._open_list()

    # ------------------------------------------------------------
    # BUSINESS
    # ------------------------------------------------------------

    @api.model
    def _link_enquiries(self, new, leads, returning):
        result = super()._link_enquiries(new, leads, returning)
        self.env["crm.word"]._keep_unknown([*new, *returning])
        return result

    @api.model
    def _learn_words(self, by_lead):
        """Fill in what open leads lack, by what their enquiries mean now.

        :param dict by_lead: the entries of each lead.
        :return: those that learnt something.
        :rtype: crm.lead
        """
        self.concat(*by_lead).fetch(WORDED)
        learnt = {
            lead: values
            for lead, entries in by_lead.items()
            if (values := lead._prepare_worded_values(entries))
        }
        taught = self.concat(*self._teach(learnt))
        taught._message_log_batch(
            {lead.id: lead._describe_learnt(by_lead[lead]) for lead in taught}
        )
        taught._distribute()
        return taught

    def _prepare_worded_values(self, entries):
        """Return what this lead lacks, and its enquiries say.

        What its source says for enquiries that do not say it, nobody said.

        :param list[Entry] entries: with what they mean.
        :return: values of ``crm.lead``.
        :rtype: dict
        """
        values, company = {}, self.company_id or self.user_id.company_id
        for entry in entries:
            known = {name: entry.values.get(name) for name in WORDED}
            known = {name: value for name, value in known.items() if value}
            company = self._leave_out_others(known, company)
            dealership_id = known.get("dealership_id")
            if dealership_id and not self._has_own_dealership(entry.source):
                values.setdefault("dealership_id", dealership_id)
            self._fill_in_vehicle(values, known)
        return {name: value for name, value in values.items() if value != self[name].id}

    def _has_own_dealership(self, source):
        """Whether somebody said by whom this lead is to be sold.

        :param crm.lead.source source: that has a dealership where an enquiry has none.
        """
        is_proposed = not self.user_id and self.dealership_id == source.dealership_id
        return self.dealership_id and not is_proposed

    @api.model
    def _teach(self, learnt):
        """Write what leads learn, all at once or, where one is refused, each apart.

        :param dict learnt: the values of each lead.
        :return: the leads that took them.
        :rtype: list
        """
        groups = {}
        for lead, values in learnt.items():
            groups.setdefault(str(sorted(values.items())), ([], values))[0].append(lead)
        # The chatter is told in a line of its own.
        quiet = self.with_context(mail_notrack=True)
        writes = [(quiet.concat(*leads), values) for leads, values in groups.values()]
        if quiet._try_to_write(writes):
            return list(learnt)
        return [
            lead
            for lead, values in learnt.items()
            if quiet._try_to_write([(quiet.concat(lead), values)])
        ]

    @api.model
    def _try_to_write(self, writes):
        """Write to leads, unless one of them is refused.

        :param list writes: as of :meth:`_write_in_phases`.
        :return: whether it was written.
        """
        try:
            with self.env.cr.savepoint():
                self._write_in_phases(writes)
                self.env.flush_all()
        except UserError:
            return False
        return True

    def _describe_learnt(self, entries):
        """Return what the chatter says of words that are known now.

        :param list[Entry] entries: of this lead, with what they mean.
        :return: in HTML.
        :rtype: markupsafe.Markup
        """
        unknown = {
            fold_word(word) for entry in entries for _kind, word, *_ in entry.words
        }
        rows = self.env["crm.lead.enquiry"].concat(*(entry.row for entry in entries))
        waited = rows.unknown_word_ids
        words = waited.filtered(lambda word: word.folded not in unknown).mapped("name")
        parts = (self.dealership_id, self.vehicle_model_id or self.brand_id)
        names = ", ".join(part.display_name for part in parts if part)
        return plaintext2html(
            self.env._(
                "What the customer wrote is known now (%(words)s): %(names)s",
                words=", ".join(dict.fromkeys(words)),
                names=names,
            )
        )
