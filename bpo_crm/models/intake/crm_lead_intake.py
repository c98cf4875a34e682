from markupsafe import Markup

from odoo import api, fields, models

from ...domains import COMPANY_DATA
from ...inner_context import ASKED_AGAIN, CUSTOMERS_MATCHED

#: Matched already, and told to nobody one by one: the pool is looked at, and the owner
#: gets a toast.
QUIET = {
    **CUSTOMERS_MATCHED.say(),
    "mail_create_nolog": True,
    "mail_create_nosubscribe": True,
    "mail_notrack": True,
    "tracking_disable": True,
}


#: What an open lead learns from a further enquiry, where it does not know it.
FILLED_IN = ("dealership_id", "contact_name")
CONTACT = ("phone", "email_from")

#: A place is known, or it is not: no street of one enquiry in the city of another.
PLACE = ("street", "street2", "city", "zip")
COUNTRY = ("state_id", "country_id")


class Lead(models.Model):
    """The one door that every enquiry comes in by.

    Requirements 003, "What happens if the customer calls".

    Take in enquiries in a transaction of their own, in which nothing was read
    before, and at READ COMMITTED: then two of them that name one customer wait for
    each other instead of failing, as ``_deliver`` of the source does.
    """

    _inherit = "crm.lead"

    @api.model
    def _take_in(self, source, enquiries):
        """Make leads of enquiries, or merge them into their customers' open leads.

        :param crm.lead.source source: from where they come.
        :param list enquiries: of :class:`intake.Enquiry`.
        :return: their rows, in their order, and those of them that are new. The
            others had come in before, and keep what became of them then.
        :rtype: tuple[crm.lead.enquiry, crm.lead.enquiry]
        """
        named = [enquiry.with_name() for enquiry in enquiries]
        rows, new = self.env["crm.lead.enquiry"]._write_down(source, named)
        new_ids, fresh = set(new.ids), {}
        for row, enquiry in zip(rows, named, strict=True):
            if row.id in new_ids:
                fresh.setdefault(row, enquiry)
        self._take_in_rows(fresh, source)
        return rows, new

    @api.model
    def _take_in_rows(self, fresh, source):
        """Take in enquiries that are written down already.

        :param dict fresh: the :class:`intake.Enquiry` of each row of
            ``crm.lead.enquiry``.
        :param crm.lead.source source: from where they come.
        """
        if not fresh:
            return
        entries = source._prepare_entries(fresh)
        new, returning = self._match([entry for entry in entries if not entry.error])
        leads = self.with_context(**QUIET)._create_precomputed(
            source._prepare_leads_values(new)
        )
        self._link_enquiries(new, leads, returning)
        self.env["crm.lead.enquiry"]._record_results(
            [entry.to_result() for entry in entries]
        )
        leads.with_env(self.env)._distribute()

    @api.model
    def _link_enquiries(self, new, leads, returning):
        """Give the enquiries that were matched their leads.

        :param list[Entry] new: those that needed a lead.
        :param crm.lead leads: what was made of them, in their order.
        :param list[Entry] returning: the others, as :meth:`_match` tells them.
        """
        for entry, lead in zip(new, leads, strict=True):
            entry.lead = lead
        for entry in returning:
            entry.lead = entry.holder.lead
        self._merge_enquiries(returning)
        self._tell_of_look_alikes(new)
        self._drop_unused_keys([*new, *returning])

    @api.model
    def _drop_unused_keys(self, entries):
        """Forget the customers of enquiries that no lead was made of.

        :param list[Entry] entries: whose customers were locked by :meth:`_match`.
        """
        keys = [key for entry in entries for key in entry.keys]
        self.env.cr.execute(
            "DELETE FROM crm_lead_customer WHERE lead_id IS NULL AND key = ANY(%s)",
            [keys],
        )

    @api.model
    def _merge_enquiries(self, entries):
        """Add what customers asked again to their open leads.

        :param list entries: each with its lead.
        """
        by_lead = {}
        for entry in entries:
            by_lead.setdefault(entry.lead, []).append(entry)
        self._fetch_vehicles(entries)
        leads = self.concat(*by_lead)
        # One look at all of them, which have been found one by one.
        leads.mapped("dealership_id")
        notes = leads._message_log_batch(
            {
                lead.id: Markup("<hr/>").join(
                    entry.source._prepare_merge_message(entry) for entry in merged
                )
                for lead, merged in by_lead.items()
            }
        )
        for lead, merged in by_lead.items():
            values = lead._prepare_merge_values(merged)
            if values:
                lead.with_context(**QUIET, **ASKED_AGAIN.say()).write(values)
        leads._notify_asked_again(notes)

    def _prepare_merge_values(self, entries):
        """Return what a lead learns from its customer's further enquiries.

        :param list[Entry] entries: that are merged into this lead.
        :return: values of ``crm.lead``; nothing that it knows already.
        :rtype: dict
        """
        values, company = {}, self.company_id or self.user_id.company_id
        further = []
        for entry in entries:
            known = {name: value for name, value in entry.values.items() if value}
            company = self._leave_out_others(known, company)
            # The lead may have another country, in which it would not be the same.
            known |= {name: value for name, value in entry.numbers.items() if value}
            others = (n for n in entry.enquiry.values if n not in PLACE + COUNTRY)
            learns = [*FILLED_IN, *others]
            if not entry.is_disputed:
                learns += CONTACT
            learnt = {
                name: known[name]
                for name in learns
                if known.get(name) and not self[name] and name not in values
            }
            values |= learnt
            if not entry.is_disputed:
                further += _leave_out_learnt(entry, learnt)
            self._fill_in_place(values, known)
            self._fill_in_vehicle(values, known)
        return values | self._prepare_other_reach(further)

    @api.model
    def _leave_out_others(self, known, company):
        """Take out what belongs to another company; the chatter names it.

        :param dict known: of ``crm.lead``, what an enquiry says.
        :param res.company company: of the lead; empty for none yet.
        :return: the company of the lead, if it learns the rest.
        :rtype: res.company
        """
        for name in COMPANY_DATA:
            if name not in known or self._fields[name].type != "many2one":
                continue
            theirs = self[name].browse(known[name]).company_id
            if theirs and company and theirs != company:
                del known[name]
            company = company or theirs
        return company

    def _fill_in_place(self, values, known):
        """Learn where the customer lives, as a whole or not at all.

        :param dict values: what the lead learns, which is added to.
        :param dict known: of ``crm.lead``, what the enquiry says.
        """
        place = {name: known[name] for name in PLACE if name in known}
        if not place or any(values.get(name) or self[name] for name in PLACE):
            return
        values |= place
        country = self.env["res.country"].browse(known.get("country_id"))
        if not self._reads_numbers_differently(country):
            values |= {name: known[name] for name in COUNTRY if name in known}

    def _reads_numbers_differently(self, country):
        """Whether this lead's phone numbers are others in a country.

        :param res.country country: that the lead may get.
        """
        before = self.country_id or self.env.company.country_id
        numbers = [self[name] for name in self._phone_get_number_fields() if self[name]]
        return country != before and not all(n.startswith("+") for n in numbers)

    def _fill_in_vehicle(self, values, known):
        """Learn what the customer wants, which is of one brand.

        What a lead has no room for is *Also Asked About*.

        :param dict values: what the lead learns, which is added to.
        :param dict known: of ``crm.lead``, what the enquiry says.
        """
        vehicle = self.env["crm.vehicle.model"].browse(known.get("vehicle_model_id"))
        brand_id = vehicle.brand_id.id or known.get("brand_id")
        own_vehicle_id = values.get("vehicle_model_id") or self.vehicle_model_id.id
        own_brand_id = values.get("brand_id") or self.brand_id.id
        if not own_brand_id and brand_id:
            values["brand_id"] = own_brand_id = brand_id
        if not vehicle or vehicle.id == own_vehicle_id:
            return
        if not own_vehicle_id and own_brand_id == brand_id:
            values["vehicle_model_id"] = vehicle.id
        else:
            links = values.setdefault("vehicle_interest_ids", [])
            links.append(fields.Command.link(vehicle.id))

    @api.model
    def _fetch_vehicles(self, entries):
        """Read what enquiries are about, all at once."""
        ids = {entry.values.get("vehicle_model_id") for entry in entries}
        self.env["crm.vehicle.model"].browse(filter(None, ids)).fetch(["brand_id"])

    def _notify_asked_again(self, notes):
        """Tell the owners in their clients that their customers asked again.

        :param mail.message notes: of it, in the chatter of these leads.
        """

        @self.env.cr.precommit.add
        def notify():
            # The test run of an import takes back the notes, but no toasts.
            certain = set(notes.exists().mapped("res_id"))
            leads = self.filtered(lambda lead: lead.id in certain and lead.user_id)
            for owner, owned in leads.grouped("user_id").items():
                env = self.with_context(lang=owner.lang).env
                owned._send_toast(owner, "info", env._("The customer asked again"))


def _leave_out_learnt(entry, values):
    """Return by what a lead is known that learnt one number and one address of several.

    :param Entry entry: the enquiry that has them.
    :param dict values: what the lead learns of it.
    :rtype: list[str]
    """
    person = entry.person
    learnt = {*person.addresses} if "email_from" in values else set()
    if "phone" in values and person.numbers:
        learnt.add(entry.keys[0])
    return [key for key in entry.own_keys if key not in learnt]
