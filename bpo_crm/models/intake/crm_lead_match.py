import dataclasses

from markupsafe import Markup, escape

from odoo import api, models

from ...domains import CUSTOMER_KEYS, OUR_OPEN_LEAD
from ...intake import Person
from ...series import any_of


@dataclasses.dataclass(eq=False)
class Holder:
    """An open lead that has a number or an address of somebody who asks.

    :param Person person: its customer, as far as is known.
    :param found: the lead, where it is there already.
    :param Entry entry: of which it will be made, where it is not.
    """

    person: Person
    found: object | None = None
    entry: object | None = None

    @property
    def lead(self):
        """The lead; None for one that is still to be made."""
        return self.entry.lead if self.entry else self.found


class Lead(models.Model):
    """Telling the enquiries of new customers from those of customers who ask again.

    The rule is that of ``docs/intake.md``, "Who is one customer".
    """

    _inherit = "crm.lead"

    @api.model
    def _match(self, entries):
        """Tell the enquiries of new customers from those of customers who ask again.

        Whoever else takes in one of these customers waits here until this
        transaction is over. Two enquiries of one new customer need one lead: the second
        one asks again.

        :param list[Entry] entries: that a lead can be made of.
        :return: those that need a lead, and the others. Each of these has as its
            ``holder`` what has the customer's lead, a :class:`Holder`.
        :rtype: tuple[list[Entry], list[Entry]]
        """
        holders = self._lock_customers({key for entry in entries for key in entry.keys})
        new, returning = [], []
        for entry in entries:
            known = {
                id(holder): holder for key in entry.keys for holder in holders[key]
            }
            holder = _choose(entry, known.values())
            entry.own_keys = [
                key for key in entry.keys if not holders[key] or holder in holders[key]
            ]
            if holder:
                entry.is_disputed = entry.own_keys != entry.keys
                entry.holder = holder
                returning.append(entry)
            else:
                entry.is_new = True
                entry.look_alikes = list(known.values())
                holder = Holder(Person(name=entry.name), entry=entry)
                new.append(entry)
            for key in _let_learn(holder, entry):
                if holder not in holders[key]:
                    holders[key].append(holder)
        return new, returning

    @api.model
    def _lock_customers(self, keys):
        """Lock customers, and return who has which open leads.

        Whoever else locks one of them waits until this transaction is over.

        :param set keys: phone numbers in E.164, and normalized email addresses.
        :return: for each key those who have it, the oldest first.
        :rtype: dict[str, list[Holder]]
        """
        held = dict(self._insert_customers(dict.fromkeys(keys, self.browse())))
        taken = {key: lead_id for key, lead_id in held.items() if lead_id}
        holders = {key: [] for key in keys}
        for holder in self._read_holders(taken):
            for key in holder.person.numbers | holder.person.addresses:
                if key in taken:
                    holders[key].append(holder)
        return holders

    @api.model
    def _read_holders(self, taken):
        """Return who has numbers and addresses of which one lead is the holder.

        :param dict taken: the id of that lead, by key. Another one may share the key.
        :return: the oldest first.
        :rtype: list[Holder]
        """
        if not taken:
            return []
        keys = list(taken)
        ways = [[(name, "in", keys)] for name in CUSTOMER_KEYS]
        ways.append([("id", "in", self._find_also_reached_at(keys))])
        leads = self.browse(set(taken.values()))
        leads |= self.search([*any_of(ways), *OUR_OPEN_LEAD])
        found = []
        for lead in leads.sorted("id"):
            own = {key for key, lead_id in taken.items() if lead_id == lead.id}
            person = lead._get_person()
            found.append(Holder(person.learn(Person.of_keys(own, "")), found=lead))
        return found

    def _get_person(self):
        """Return who the customer of this lead is.

        :rtype: Person
        """
        return Person.of_keys(self._list_keys(), self._get_person_name())

    @api.model
    def _tell_of_look_alikes(self, entries):
        """Let two leads that share a number or an address say so, each of the other.

        :param list[Entry] entries: that leads were made of.
        """
        notes = {}
        for entry in entries:
            for other in (holder.lead for holder in entry.look_alikes):
                notes.setdefault(entry.lead, []).append(other._describe_look_alike())
                notes.setdefault(other, []).append(entry.lead._describe_look_alike())
        self.concat(*notes)._message_log_batch(
            {lead.id: Markup("<br/>").join(lines) for lead, lines in notes.items()}
        )

    def _describe_look_alike(self):
        """Return what another lead says of this one.

        :rtype: markupsafe.Markup
        """
        if self.user_id:
            words = self.env._(
                "Another customer with the same phone number or email address has an "
                "open lead: %(lead)s, which %(owner)s works. If it is the same one, a "
                "supervisor can merge the two.",
                lead=self._get_label(),
                owner=self.user_id.name,
            )
        else:
            words = self.env._(
                "Another customer with the same phone number or email address has an "
                "open lead: %s, which waits in the pool. If it is the same one, a "
                "supervisor can merge the two.",
                self._get_label(),
            )
        return escape(words)


def _choose(entry, holders):
    """Return who of those that have something in common with an enquiry asks in it.

    :param Entry entry: the enquiry.
    :param holders: each with its ``person``, the oldest first.
    :return: None where a person would not say of any that it is.
    :rtype: Holder | None
    """
    person = entry.person
    fitting = [holder for holder in holders if not person.is_other_than(holder.person)]
    return max(fitting, key=lambda holder: _rate(person, holder.person), default=None)


def _rate(person, other):
    """Return how well two fit: what they have in common, and then what contradicts.

    :param Person person: who asks.
    :param Person other: who has a lead.
    :return: of two that fit as well, a number counts more than an address.
    :rtype: tuple[int, int, bool]
    """
    has_number = not person.numbers.isdisjoint(other.numbers)
    return person.count_equal(other), -person.count_different(other), has_number


def _let_learn(holder, entry):
    """Let a holder be known by what its lead learns of an enquiry.

    :param Holder holder: who asks in it.
    :param Entry entry: the enquiry.
    :return: by what it is known now.
    :rtype: list[str]
    """
    keys = [] if entry.is_disputed else entry.own_keys
    if entry.is_new:
        # It is the lead's own, whoever has it, too.
        keys = [*keys, *entry.person.addresses, *entry.keys[:1]]
    holder.person = holder.person.learn(Person.of_keys(keys, entry.name))
    return keys
