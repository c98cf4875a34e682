"""A mail without a document: who asks in it, if anybody does."""

import dataclasses
import functools

from .automatic_mail import ANSWER, BULK, LIST, MACHINE, judge
from .free_text import list_texts, read_customer, read_free_text
from .headers import find_address, read_address
from .labelled_text import Labelled, find_labelled
from .pairs import read_pairs
from .quoted import is_forward, read_from_line, take_apart
from .sender import fits, is_nobodys, is_same, is_same_domain, tell_name

# Why a person has to read a mail, beside what :mod:`automatic_mail` says.

#: It is sent for somebody whom its text does not name.
NOBODY = "nobody"
#: It forwards somebody else's mail.
FORWARD = "forward"
#: Its text names several people.
SEVERAL = "several people"


def read_letter(message, own_names=None):
    """Return the enquiries in a mail, in which nothing is but texts.

    :param email.message.EmailMessage message: the mail.
    :param dict own_names: what the labels of its source mean, as of
        :func:`field_names.find_field`.
    :return: one; with one of the constants as its problem where a person has to read
        the mail. None for what no person wrote.
    :rtype: list[Enquiry]
    """
    enquiry = _Letter(message, own_names).find()
    return [enquiry] if enquiry else []


def read_forwarded(message, own_names=None):
    """Return the enquiry in a mail that somebody forwards who is no customer.

    :param email.message.EmailMessage message: the mail.
    :param dict own_names: as of :func:`read_letter`.
    :return: None where nobody can tell whose it is.
    :rtype: Enquiry | None
    """
    return _Letter(message, own_names).read_forwarded()


class _Letter:
    """A mail, and what is known of who asks in it.

    :param email.message.EmailMessage message: the mail.
    :param dict own_names: as of :func:`read_letter`.
    """

    def __init__(self, message, own_names):
        self._message = message
        self._own_names = own_names
        self._letter = read_free_text(message)
        self._sender_name, self._sender = read_customer(message)
        self._is_nobodys = is_nobodys(self._sender, self._sender_name)
        self._subject = str(message.get("Subject") or "")

    def find(self):
        """Return the enquiry; None for none."""
        verdict = self._judge()
        if verdict == ANSWER:
            return None
        people = self._find_people()
        if people:
            return self._read_people(people)
        if verdict == BULK:
            return None
        problem = verdict or self._find_problem()
        if problem:
            return self._give_up(problem)
        return self._read_unnamed()

    def read_forwarded(self):
        """Return the enquiry of whoever wrote the mail that this one forwards."""
        for parts in self._parts:
            if not parts.is_forward:
                continue
            people = self._find_quoted_people(parts)
            if people:
                return self._read_people(people)
            if self._is_somebody_else(parts.address):
                return self._read_head(parts)
        for mail in self._forwarded_mails:
            for found in read_letter(mail, self._own_names):
                if not found.problem and (found.email or found.phone):
                    return dataclasses.replace(
                        found, message=self._letter.message, is_free_text=False
                    )
        return None

    # What is in it

    @functools.cached_property
    def _parts(self):
        texts = list_texts(self._message)
        return [take_apart(text, self._subject) for text in texts]

    @functools.cached_property
    def _forwarded_mails(self):
        kind = "message/rfc822"
        parts = [self._message, *self._message.iter_parts()]
        mails = (part for part in parts if part.get_content_type() == kind)
        return [mail for part in mails for mail in part.get_payload()]

    @functools.cached_property
    def _own_labels(self):
        """What each text says by labels, without what it quotes."""
        return [self._label(parts.own) for parts in self._parts]

    def _label(self, text):
        """Return what a text says of people by labels.

        :param str text: of the mail, or a part of it.
        :rtype: list[Labelled]
        """
        found = find_labelled(text, self._own_names)
        name, address = read_from_line(text)
        if not address or any(one.is_person for one in found):
            return found
        if is_same(address, find_address(self._message, "To")):
            return found
        head = Labelled([("email", address)], {"email": address})
        if name:
            head.pairs.append(("name", name))
            head.fields["name"] = name
        for one in found[:1]:
            head.pairs += one.pairs
            head.fields = {**one.fields, **head.fields}
        return [head, *found[1:]]

    def _find_people(self):
        """Return the people whom the text names, and says how to reach."""
        people = next(filter(None, map(_choose, self._own_labels)), [])
        if people:
            return people
        # What is answered was said before.
        of_others = (
            self._find_quoted_people(parts)
            for parts in self._parts
            if parts.is_forward or self._is_nobodys
        )
        return next(filter(None, of_others), [])

    def _find_quoted_people(self, parts):
        return _choose(find_labelled(parts.quoted, self._own_names))

    # What it means

    def _judge(self):
        """Return what the mail says of itself, as of :func:`judge`."""
        verdict = judge(self._message)
        if verdict in (BULK, LIST, MACHINE) and self._answers_another():
            # A web form, or a list, that says who wrote.
            return LIST if verdict == BULK else ""
        return verdict

    def _answers_another(self):
        """Whether the mail names another customer than the one who sends it."""
        _name, sender = read_address(self._message, "From")
        return not (self._is_nobodys or is_same_domain(self._sender, sender))

    def _find_problem(self):
        """Return why nobody but a person can tell whose mail it is; empty if not."""
        if self._is_nobodys:
            return ""
        forwarded = [part.address for part in self._parts if part.is_forward]
        forwarded += [
            read_address(mail, "From")[1]
            for mail in self._forwarded_mails
            if is_forward(self._subject)
        ]
        return FORWARD if any(map(self._is_somebody_else, forwarded)) else ""

    def _is_somebody_else(self, address):
        own = find_address(self._message, "To")
        is_known = is_same(address, self._sender) or is_same(address, own)
        return bool(address) and not is_known and not is_nobodys(address)

    def _read_people(self, people):
        """Return the enquiry of the person whom the text names.

        :param list people: of :class:`Labelled`, at least one.
        :rtype: Enquiry
        """
        if len({one.person for one in people}) > 1:
            return self._give_up(SEVERAL)
        person = people[0]
        read = read_pairs(person.pairs, self._own_names)
        is_senders = not read.email and self._may_be_sender(read.name)
        return self._complete(
            read, person, self._letter.email if is_senders else read.email
        )

    def _may_be_sender(self, name):
        """Whether the sender's address may be that of the person named."""
        if self._is_nobodys:
            return False
        is_told = self._answers_another()
        return is_told or fits(name, self._sender_name, self._sender)

    def _read_unnamed(self):
        """Return the enquiry of whom no label names."""
        found = [one for labelled in self._own_labels for one in labelled]
        ways = next((one for one in found if one.is_reachable), None)
        if self._is_nobodys:
            heads = [parts for parts in self._parts if parts.address]
            if ways and not ways.is_signature:
                return self._complete(read_pairs(ways.pairs, self._own_names), ways)
            if heads and self._is_somebody_else(heads[0].address):
                return self._read_head(heads[0])
            return self._give_up(NOBODY)
        if not ways:
            return self._letter
        address = ways.fields.get("email") or self._sender
        if ways.is_signature or is_same(address, self._sender):
            return self._add_numbers(self._letter, ways)
        read = read_pairs(ways.pairs, self._own_names)
        name = self._sender_name if fits(self._sender_name, "", address) else ""
        return self._complete(dataclasses.replace(read, name=name), ways)

    def _read_head(self, parts):
        """Return the enquiry of whoever wrote the mail that this one forwards.

        :param Parts parts: the text with that mail.
        :rtype: Enquiry
        """
        enquiry = dataclasses.replace(
            self._letter, name=parts.name, email=parts.address, is_free_text=False
        )
        found = find_labelled(parts.quoted, self._own_names)
        ways = [one for one in found if one.is_reachable]
        return self._add_numbers(enquiry, ways[0]) if ways else enquiry

    def _complete(self, read, labelled, email=None):
        """Return what was read of a person, with the whole text.

        :param Enquiry read: of the labels.
        :param Labelled labelled: the same.
        :param str email: the customer's address; by default, what was read.
        :rtype: Enquiry
        """
        email = read.email if email is None else email
        is_senders = bool(email) and is_same(email, self._letter.email)
        enquiry = dataclasses.replace(
            read,
            email=email,
            message=self._letter.message if is_senders else self._tell_sender(),
            is_free_text=is_senders,
        )
        return self._add_numbers(enquiry, labelled)

    def _add_numbers(self, enquiry, labelled):
        """Return an enquiry with the phone numbers that labels say.

        :param Enquiry enquiry: of their owner.
        :param Labelled labelled: what they say.
        :rtype: Enquiry
        """
        numbers = {
            name: labelled.fields[name]
            for name in ("phone", "other_phones")
            if labelled.fields.get(name)
        }
        return dataclasses.replace(enquiry, **numbers)

    def _give_up(self, problem):
        """Return the enquiry of nobody, for a person to read.

        :param str problem: one of the constants.
        :rtype: Enquiry
        """
        return dataclasses.replace(
            self._letter,
            name=tell_name(self._letter.name, self._sender),
            message=self._tell_sender(),
            problem=problem,
        )

    def _tell_sender(self):
        """Return the text of the mail, and by whom it was sent."""
        text = self._letter.message
        # Of nobody's, it is there already.
        if self._is_nobodys:
            return text
        return "\n".join([text, f"{self._sender_name} {self._sender}".strip()])


def _choose(found):
    """Return the people among what is labelled.

    :param list found: of :class:`Labelled`.
    :rtype: list[Labelled]
    """
    return [one for one in found if one.is_person]
