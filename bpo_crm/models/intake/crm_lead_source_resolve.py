import dataclasses
import functools
from datetime import datetime

import pytz

from odoo import api, fields, models
from odoo.tools import format_datetime, groupby, plaintext2html

from ...email_address import read_address
from ...intake import Entry, find_country_code, fold_word
from ...phone_number import is_alone, read_numbers, to_e164, to_international

#: By what a vehicle is called, the last of which counts most.
VEHICLE_NAMES = ("name", "default_code", "external_ref")

#: The longest text that a lead shows. The whole of it is kept with the enquiry.
MAX_TEXT = 20_000


class LeadSource(models.Model):
    """Finding what the words of an enquiry mean."""

    _inherit = "crm.lead.source"

    def _prepare_entries(self, fresh):
        """Return what is known of enquiries.

        :param dict fresh: the :class:`intake.Enquiry` of each row of
            ``crm.lead.enquiry``.
        :return: in their order, with ``company``, ``keys`` and ``values``, and with an
            ``error`` where no lead can be made of them.
        :rtype: list[Entry]
        """
        entries = [
            Entry(row, enquiry, self, self._find_company(enquiry))
            for row, enquiry in fresh.items()
        ]
        self._find_asked(entries)
        countries = self._index("res.country", ("name", "code"))
        nobody = self.env["crm.placeholder"]._get_nobody()
        for entry in entries:
            self._find_moment(entry)
            self._find_customer(entry, countries, nobody)
        return entries

    # ------------------------------------------------------------
    # WHAT IS MEANT
    # ------------------------------------------------------------

    def _find_asked(self, entries):
        """Find what customers want, and who is to sell it.

        :param list[Entry] entries: with the company of each, where it is known; they
            get values.
        """
        for find in (self._find_dealerships, self._find_vehicles):
            for company, alike in groupby(entries, lambda entry: entry.company):
                find(alike, company)

    def _find_company(self, enquiry):
        """Return whose lead an enquiry will be, by the way that it came.

        :rtype: res.company
        """
        companies = filter(None, (way.company_id for way in self._list_ways(enquiry)))
        return next(companies, self.env["res.company"])

    def _list_ways(self, enquiry):
        """Return by what an enquiry came, the nearest first.

        :param intake.Enquiry enquiry: as it was sent.
        :return: records that may belong to a company.
        :rtype: list
        """
        team = self.env["crm.team"].browse(enquiry.team_id or None)
        return [team, self, self.team_id]

    def _find_dealerships(self, entries, company):
        """Find who is to sell the vehicle: who is named, or this source's dealership.

        :param list[Entry] entries: they get ``dealership_id`` among their values, and
            its company, if they have none.
        :param res.company company: of all of them; only what it can use is found. Empty
            for none yet.
        """
        known = self._index("crm.dealership", ("name", "code"), company)
        known |= self._index_words("dealership", company)
        for entry in entries:
            names = entry.enquiry.dealership_names
            found = _find_first(known, names)
            if names and not found:
                words = ", ".join(names)
                entry.unknown.append(self.env._("Dealership: %s", words))
                entry.add_words("dealership", names, company)
            dealership = found or self.dealership_id
            entry.values["dealership_id"] = dealership.id
            entry.company = company or dealership.company_id

    def _find_vehicles(self, entries, company):
        """Find what the customers want.

        :param list[Entry] entries: they get ``vehicle_model_id`` and ``brand_id`` among
            their values, and the company of these, if they have none.
        :param res.company company: of all of them; only what it can use is found. Empty
            for none yet.
        """
        brands = self._index("crm.brand", ("name", "code"), company)
        brands |= self._index_words("brand", company)
        index_of = self._prepare_vehicle_index(company)
        for entry in entries:
            enquiry = entry.enquiry
            brand = self._find_brand(entry, brands, company)
            # A vehicle of a brand that is not known is none of the others', unless
            # somebody said so.
            where = None if not (brand or enquiry.brand) else brand
            find = functools.partial(self._find_vehicle, where, brands, index_of)
            found = find(enquiry.vehicle_names)
            words = _join(enquiry.vehicle_names)
            if words and (not found or find([words]) != found):
                entry.unknown.append(self.env._("Vehicle: %s", words))
            if words and not found:
                entry.add_words("vehicle", enquiry.vehicle_names, company, brand)
            entry.values["vehicle_model_id"] = found.id if found else False
            asked = found.brand_id if found else brand
            entry.values["brand_id"] = asked.id
            entry.company = company or (found and found.company_id) or asked.company_id
            if entry.company:
                entry.values["company_id"] = entry.company.id

    def _prepare_vehicle_index(self, company):
        """Return what finds vehicles by what senders call them.

        :param res.company company: only what it can use; empty for any.
        :return: takes a brand, and returns an index as of :meth:`_index_by` of its
            vehicles; for None of all, and for no brand of those that somebody gave a
            meaning.
        :rtype: collections.abc.Callable
        """
        vehicles = self._search_of("crm.vehicle.model", company)
        known = self._find_words("vehicle", company)

        @functools.cache
        def index_of(brand):
            words = self._filter_words(known, brand)
            return self._index_by(_filter_of(vehicles, brand), VEHICLE_NAMES) | words

        return index_of

    def _find_vehicle(self, brand, brands, index_of, names):
        """Return the vehicle of the first name that is one's.

        :param crm.brand brand: of which it is; None for any.
        :param dict brands: by what senders call them.
        :param index_of: of :meth:`_prepare_vehicle_index`.
        :param list names: as senders write them, with the name of the brand or without.
        :rtype: crm.vehicle.model | None
        """
        for word in filter(None, map(fold_word, names)):
            found = index_of(brand).get(word)
            found = found or self._find_with_brand(brand, brands, index_of, word)
            if found:
                return found
        return None

    def _find_with_brand(self, brand, brands, index_of, word):
        """Return the one vehicle that is meant with the name of its brand beside it.

        :param crm.brand brand: as of :meth:`_find_vehicle`, and so are the next two.
        :param dict brands: by what senders call them.
        :param index_of: of :meth:`_prepare_vehicle_index`.
        :param str word: folded.
        :return: empty for none, or for several.
        :rtype: crm.vehicle.model
        """
        found = none = self.env["crm.vehicle.model"]
        for called, own in brands.items():
            if not own or brand not in (None, own):
                continue
            found |= index_of(brand).get(f"{called} {word}", none)
            for bare in (
                word.removeprefix(f"{called} "),
                word.removesuffix(f" {called}"),
            ):
                if bare != word:
                    found |= index_of(own).get(bare, none)
        return found if len(found) == 1 else none

    def _find_brand(self, entry, brands, company):
        """Return the brand that is asked for: the one that is named, or this source's.

        :param Entry entry: it gets a name that is not known among what is ``unknown``.
        :param dict brands: by what senders call them.
        :param res.company company: of the enquiry; empty for none yet.
        :return: empty for none, or an unknown one.
        :rtype: crm.brand
        """
        enquiry = entry.enquiry
        if enquiry.brand_id:
            return self.env["crm.brand"].browse(enquiry.brand_id)
        if not enquiry.brand:
            return self.brand_id
        found = brands.get(fold_word(enquiry.brand))
        if not found:
            entry.unknown.append(self.env._("Brand: %s", enquiry.brand))
            entry.add_words("brand", [enquiry.brand], company)
        return found or self.brand_id.browse()

    def _find_moment(self, entry):
        """Find the moment, in UTC, that a clock of the dealership showed.

        :param Entry entry: with its dealership; its enquiry, and its row, get the
            moment as ``enquired_at``.
        """
        local_time = entry.enquiry.local_time
        if not local_time:
            return
        dealership = self._get_dealership(entry)
        company = self.env.company
        calendar = dealership.resource_calendar_id or company.resource_calendar_id
        zone = pytz.timezone(calendar.tz or "UTC")
        moment = zone.localize(datetime.fromisoformat(local_time))
        moment = moment.astimezone(pytz.utc).replace(tzinfo=None)
        entry.enquiry = dataclasses.replace(entry.enquiry, enquired_at=moment)
        if entry.row:
            entry.row.enquired_at = moment

    def _find_customer(self, entry, countries, nobody):
        """Find who asks, how to reach the customer, and where the customer lives.

        :param Entry entry: with its dealership; it gets ``keys`` and values, and an
            ``error`` where nobody can be reached or the enquiry has a problem.
        :param dict countries: by their names and codes.
        :param Nobody nobody: what identifies no customer.
        """
        enquiry = entry.enquiry
        country = self._find_country(entry, countries)
        near = self._get_dealership(entry).country_id or self.env.company.country_id
        numbers = self._find_phones(entry, country or near, nobody)
        phone = to_e164(numbers[0]) if numbers else False
        if not enquiry.country:
            # In which another number of the customer is read, too.
            country = near
        email = self._find_email(entry, nobody)
        entry.name = enquiry.name
        entry.keys = [*map(to_e164, numbers), *([email] if email else [])]
        entry.error = enquiry.problem
        if not (entry.keys or entry.error):
            entry.error = self._explain_unreachable(enquiry)
        entry.values |= {
            "contact_name": enquiry.name,
            "phone": to_international(numbers[0]) if numbers else False,
            "phone_sanitized": phone,
            "phone_state": "correct" if phone else False,
            "email_from": enquiry.email if email else False,
            "email_normalized": email,
            "email_state": "correct" if email else False,
            "street": enquiry.street,
            "city": enquiry.city,
            "zip": enquiry.zip,
            "country_id": country.id,
            **enquiry.values,
        }

    def _find_country(self, entry, countries):
        """Return the country that a customer says; empty for none.

        :param Entry entry: it gets a name that is not known among what is ``unknown``.
        :param dict countries: by their names and codes.
        :rtype: res.country
        """
        name = entry.enquiry.country
        words = (name, find_country_code(name))
        found = _find_first(countries, words)
        if name and not found:
            entry.unknown.append(self.env._("Country: %s", name))
        return found or self.env["res.country"]

    def _find_email(self, entry, nobody):
        """Return the customer's own address; another one is kept for people.

        :param Entry entry: it gets that among what is ``unknown``.
        :param Nobody nobody: what identifies no customer.
        :return: of several the first one, as of any lead; False for none.
        :rtype: str | bool
        """
        sent = entry.enquiry.email
        email = read_address(sent)
        if nobody.filter_identifying([email], entry.enquiry.name):
            return email
        if sent:
            entry.unknown.append(self.env._("Email: %s", sent))
        return False

    def _find_phones(self, entry, country, nobody):
        """Return the customer's own numbers; what else is there is kept for people.

        :param Entry entry: it gets that among what is ``unknown``, unless the message
            has it.
        :param res.country country: of numbers without a prefix.
        :param Nobody nobody: what identifies no customer.
        :return: the best one first, each once.
        :rtype: list[phonenumbers.PhoneNumber]
        """
        enquiry, found = entry.enquiry, {}
        for sent in enquiry.phones:
            numbers = {to_e164(one): one for one in read_numbers(sent, country.code)}
            own = nobody.filter_identifying(numbers, enquiry.name)
            is_told = own and not found and is_alone(sent)
            if not is_told and sent not in enquiry.message:
                entry.unknown.append(self.env._("Phone: %s", sent))
            for key in own:
                found.setdefault(key, numbers[key])
        return list(found.values())

    def _get_dealership(self, entry):
        return self.env["crm.dealership"].browse(entry.values["dealership_id"])

    @api.model
    def _explain_unreachable(self, enquiry):
        """Return why no lead is made of an enquiry that reaches nobody.

        :param intake.Enquiry enquiry: as it was sent.
        :rtype: str
        """
        sent = ", ".join(filter(None, (*enquiry.phones, enquiry.email)))
        if not sent:
            return self.env._("There is neither a phone number nor an email address.")
        return self.env._(
            "Nobody can be reached at: %s. It is no number and no address, or a "
            "placeholder, or one of our own.",
            sent,
        )

    @api.model
    def _index(self, model, names, company=None):
        """Return all records of a small table by what senders call them.

        :param str model: of the records.
        :param tuple names: of the fields that senders may mean.
        :param res.company company: only what it can use; any by default.
        :return: as of :meth:`_index_by`.
        :rtype: dict
        """
        return self._index_by(self._search_of(model, company), names)

    @api.model
    def _search_of(self, model, company):
        domain = self._get_domain_of(company) if company else []
        return self.env[model].search(domain)

    @api.model
    def _index_by(self, records, names):
        """Return records by the values of fields, the last of which counts most.

        :param records: of any model.
        :param tuple names: of fields with texts.
        :return: one record for each text, as :func:`fold_word` writes it; an empty
            recordset for what several of them are called.
        :rtype: dict
        """
        index = {}
        for name in names:
            by_name = records.grouped(
                lambda record, name=name: fold_word(record[name] or "")
            )
            by_name.pop("", None)
            index |= self._leave_out_several(by_name)
        return index

    @api.model
    def _leave_out_several(self, known):
        """Return an empty record for each word that means several.

        :param dict known: the records of each word.
        :rtype: dict
        """
        return {
            word: found if len(found) == 1 else found.browse()
            for word, found in known.items()
        }

    # ------------------------------------------------------------
    # WHAT IS WRITTEN
    # ------------------------------------------------------------

    def _prepare_leads_values(self, entries):
        """Return the values of the new leads of enquiries.

        :param list entries: of customers without an open lead.
        :rtype: list[dict]
        """
        teams = self._find_teams({entry.company for entry in entries})
        shared = {
            "type": "opportunity",
            "user_id": False,
            "source_id": self.utm_source_id.id,
            "intake_source_id": self.id,
        }
        return [
            {
                **shared,
                "team_id": entry.enquiry.team_id or teams[entry.company].id,
                **self._prepare_lead_values(entry),
            }
            for entry in entries
        ]

    def _find_teams(self, companies):
        """Return which team the leads of each company are for: this source's, or any.

        :param set companies: of ``res.company``; empty for no company.
        :rtype: dict
        """
        teams = self.env["crm.team"]
        found = {}
        for company in companies:
            own = self.team_id.filtered_domain(self._get_domain_of(company))
            found[company] = own or teams.search(self._get_domain_of(company), limit=1)
        return found

    def _prepare_lead_values(self, entry):
        """Return the values of an enquiry's new lead, but those that all of them share.

        :param Entry entry: of a customer without an open lead.
        :rtype: dict
        """
        enquiry = entry.enquiry
        return {
            "name": self._prepare_title(entry),
            **entry.values,
            "enquiry_date": self._get_arrival(enquiry),
            "description": plaintext2html(self._prepare_text(entry)),
            **self._prepare_other_reach(entry),
        }

    @api.model
    def _prepare_other_reach(self, entry):
        """Return by what else a new lead is known, beside its number and its address.

        :param Entry entry: of a customer without an open lead.
        :rtype: dict
        """
        own = (entry.values["phone_sanitized"], entry.values["email_normalized"])
        further = [key for key in entry.own_keys if key not in own]
        return self.env["crm.lead"]._prepare_other_reach(further) if further else {}

    @api.model
    def _get_arrival(self, enquiry):
        """Return when the customer asked."""
        now = fields.Datetime.now()
        # A sender's clock may be wrong; nobody asked tomorrow.
        return min(enquiry.enquired_at or now, now)

    def _prepare_title(self, entry):
        """Return what the new lead of an enquiry is called.

        :param Entry entry: of a customer without an open lead.
        :return: the vehicle and the customer, or the customer alone.
        :rtype: str
        """
        enquiry = entry.enquiry
        customer = enquiry.name or enquiry.phone or enquiry.email
        vehicle = next(iter(enquiry.vehicle_names), enquiry.brand)
        if not vehicle:
            return customer
        return self.env._(
            "%(vehicle)s for %(customer)s", vehicle=vehicle, customer=customer
        )

    def _prepare_text(self, entry):
        """Return what was written, and what nobody could make sense of."""
        message = self._cut(entry.enquiry.message)
        return "\n".join(filter(None, [message, *entry.unknown]))

    def _cut(self, message):
        if len(message) <= MAX_TEXT:
            return message
        rest = self.env._("The rest is kept with the enquiry.")
        return f"{message[:MAX_TEXT]}…\n{rest}"

    def _prepare_merge_message(self, entry):
        """Return what the chatter of the customer's open lead says.

        :param Entry entry: that is merged, with its lead.
        :return: in HTML.
        :rtype: markupsafe.Markup
        """
        enquiry = entry.enquiry
        vehicle = " ".join(filter(None, (enquiry.brand, _join(enquiry.vehicle_names))))
        dealership = ", ".join(enquiry.dealership_names)
        place = (enquiry.street, enquiry.zip, enquiry.city, enquiry.country)
        address = ", ".join(filter(None, place))
        lines = [
            self.env._("The customer asked again through %s.", self.name)
            if self
            else self.env._("The customer asked again."),
            enquiry.enquired_at
            and self.env._("Enquiry date: %s", self._format_moment(entry)),
            vehicle and self.env._("Vehicle: %s", vehicle),
            dealership and self.env._("Dealership: %s", dealership),
            enquiry.name and self.env._("Name: %s", enquiry.name),
            *(self.env._("Phone: %s", phone) for phone in enquiry.phones),
            enquiry.email and self.env._("Email: %s", enquiry.email),
            address and self.env._("Address: %s", address),
            *self._list_values(enquiry),
            self._cut(enquiry.message),
            *entry.unknown,
        ]
        # What nobody could make sense of has been said with the rest already.
        return plaintext2html("\n".join(filter(None, dict.fromkeys(lines))))

    def _format_moment(self, entry):
        """Return when the customer asked, by the dealership's clock."""
        zone = entry.lead._get_response_calendar().tz or "UTC"
        moment = format_datetime(self.env, entry.enquiry.enquired_at, tz=zone)
        return f"{moment} ({zone})"

    def _list_values(self, enquiry):
        """Return the further values of an enquiry, for people to read.

        :param intake.Enquiry enquiry: with values of ``crm.lead``.
        :return: a line with the label and the value of each.
        :rtype: list[str]
        """
        names = self.env["crm.lead"]._fields
        return [
            f"{names[name]._description_string(self.env)}: {value}"
            for name, value in enquiry.values.items()
        ]


def _find_first(index, names):
    """Return the record of the first name that is one; None for none."""
    return next(filter(None, (index.get(fold_word(name)) for name in names)), None)


def _filter_of(vehicles, brand):
    """Return the vehicles of a brand, of which there are none of no brand.

    :param crm.vehicle.model vehicles: of any.
    :param crm.brand brand: None for all.
    """
    if brand is None:
        return vehicles
    return vehicles.filtered(lambda vehicle: vehicle.brand_id == brand)


def _join(names):
    """Return names as a text, without those that are a part of another one."""
    parts = {one for one in names for other in names if one != other and one in other}
    return ", ".join(name for name in dict.fromkeys(names) if name not in parts)
