"""An enquiry on its way to a lead; its records are whatever the caller has."""

import dataclasses

from .enquiry import Enquiry
from .person import Person
from .word import fold_word

#: Of an unknown thing, for how many of its names somebody can give a meaning.
MAX_WORDS = 10


@dataclasses.dataclass(eq=False)
class Entry:
    """An enquiry on its way to a lead.

    :param crm.lead.enquiry row: where it is written down; None for nowhere.
    :param Enquiry enquiry: what was sent; None for what is not merged.
    :param crm.lead.source source: from where; empty where nobody knows.
    """

    row: object | None
    enquiry: Enquiry | None
    source: object
    #: Whose it is, as far as it is known; empty for any.
    company: object | None = None
    #: By what its customer is known.
    keys: list = dataclasses.field(default_factory=list)
    #: What its customer is called; empty where nobody said it.
    name: str = ""
    #: Of ``crm.lead``.
    values: dict = dataclasses.field(default_factory=dict)
    #: The phone numbers of values that came as typed, by field, as they are read in
    #: any country; False for what is none.
    numbers: dict = dataclasses.field(default_factory=dict)
    #: What of it was not understood, for people to read.
    unknown: list = dataclasses.field(default_factory=list)
    #: What of it is the name of something that is not known: what kind of thing, the
    #: word, and the company and the brand in which it was looked for; empty for any.
    words: list = dataclasses.field(default_factory=list)
    #: Why no lead can be made of it.
    error: str = ""
    lead: object | None = None
    #: Of a customer who has a lead: what has it as its ``lead``, or will have it.
    holder: object | None = None
    #: Whether its lead was made of it.
    is_new: bool = False
    #: Whether its phone number and its address are of two customers.
    is_disputed: bool = False
    #: Those of its keys that are no other customer's: its lead is known by them.
    own_keys: list = dataclasses.field(default_factory=list)
    #: What has one of its keys and is of another customer, as ``holder``.
    look_alikes: list = dataclasses.field(default_factory=list)

    @property
    def person(self):
        """Who asks.

        :rtype: Person
        """
        return Person.of_keys(self.keys, self.name)

    def describe_customer(self):
        """Return who asked what, for people.

        :rtype: str
        """
        said = self.enquiry
        vehicle = next(iter(said.vehicle_names), said.brand)
        parts = (said.name, *said.phones, said.email, vehicle, said.message)
        return "\n".join(filter(None, parts))

    def add_words(self, kind, words, company, brand=None):
        """Remember names of things that are not known.

        :param str kind: of the thing.
        :param list words: by which it was looked for.
        :param res.company company: in which; empty for any.
        :param crm.brand brand: likewise.
        """
        self.words += [
            (kind, word, company, brand)
            for word in dict.fromkeys(words[:MAX_WORDS])
            if fold_word(word)
        ]

    def to_result(self):
        """Return what became of it, as :meth:`_record_results` takes it.

        :return: the id of its row; the state of the row, ``created``, ``merged`` or
            ``quarantined``; the id of its lead, None in quarantine; and the error, None
            unless in quarantine.
        :rtype: tuple[int, str, int | None, str | None]
        """
        if self.error:
            return (self.row.id, "quarantined", None, self.error)
        state = "created" if self.is_new else "merged"
        return (self.row.id, state, self.lead.id, None)
