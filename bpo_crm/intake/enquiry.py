"""An enquiry, whichever door it comes in by."""

import dataclasses
import datetime
import functools
import hashlib
import json
import re
import uuid

from .charset import (
    clean_address,
    leave_out_controls,
    put_address_on_one_line,
    put_on_one_line,
)
from .person import Person, fold

#: The longest document or body that is read.
MAX_SIZE = 512 * 1024  # bytes

#: The most enquiries in one of them.
MAX_ENQUIRIES = 1000

#: Fields that may have several lines; all others are one.
_LONG = ("email", "message", "other_dealerships", "other_phones", "problem")

#: What the name begins with of an enquiry that its sender calls nothing.
UNNAMED = "unnamed-"

#: What tells an enquiry from others of its name, in characters.
MARK_LENGTH = 12

#: The last digits of a phone number, which it has however it is written.
LOCAL_DIGITS = 9

#: The longest text of a field that is one line. A longer one is cut, and the whole of
#: it becomes a part of the message.
MAX_LINE = 250


class InvalidEnquiry(ValueError):
    """Something was sent that is no enquiry.

    :param str message: what is wrong with it, for whoever sends it.
    """


_internal = functools.partial(
    dataclasses.field, compare=False, metadata={"is_internal": True}
)


@dataclasses.dataclass(frozen=True)
class Enquiry:
    """A customer who asks for a vehicle.

    Everything but the means to reach the customer may be missing. References
    are the sender's words for things; who takes the enquiry in looks them up.
    """

    external_id: str = ""
    #: When the customer asked, in UTC, naive; None for now.
    enquired_at: datetime.datetime | None = None
    #: The same in ISO 8601, by the clock of the dealership, where that is all that is
    #: known.
    local_time: str = ""
    # The customer
    name: str = ""
    phone: str = ""
    #: Further numbers, one a line; the first of all that can be called counts.
    other_phones: str = ""
    email: str = ""
    street: str = ""
    city: str = ""
    zip: str = ""
    #: ISO 3166 code, or a country's name.
    country: str = ""
    # What the customer wants, and who sells it
    brand: str = ""
    vehicle: str = ""
    #: The vehicle without what makes a variant of it.
    model: str = ""
    dealership: str = ""
    #: What the dealership is called, where that is a code.
    dealership_name: str = ""
    #: By what else the dealership may be known, one a line.
    other_dealerships: str = ""
    message: str = ""
    # By which advertisement, in the sender's words
    utm_source: str = ""
    utm_medium: str = ""
    utm_campaign: str = ""
    #: Whether the sender only tries out whether enquiries come in.
    is_test: bool = False
    # What no sender says, but the feed that read it
    #: Further values of the lead, by field.
    values: dict = _internal(default_factory=dict)
    #: Further values of the lead as its sender wrote them, by field.
    texts: dict = _internal(default_factory=dict)
    #: The names and values that it was read from, where it was written so.
    pairs: tuple = _internal(default=())
    #: Why it cannot be used as it is.
    problem: str = _internal(default="")
    #: The brand whose distributor it came from, where the record names none.
    brand_id: int = _internal(default=0)
    #: Whether it is what somebody wrote, who is taken for the customer.
    is_free_text: bool = _internal(default=False)
    #: The sales team to whose address it was sent.
    team_id: int = _internal(default=0)
    #: The feed, and what it read: ``id`` and values by remote field.
    feed_id: int = _internal(default=0)
    record: dict = _internal(default_factory=dict)
    #: Whether that record is to be marked as taken.
    is_written_back: bool = _internal(default=False)

    def __post_init__(self):
        long = []
        for field in dataclasses.fields(self):
            value = getattr(self, field.name)
            if isinstance(value, str):
                whole = _clean(field.name, value)
                text = _shorten(field.name, whole)
                if text != whole:
                    long.append(f"{field.name}: {whole}")
                object.__setattr__(self, field.name, text)
        if long:
            message = "\n".join(filter(None, [self.message, *long]))
            object.__setattr__(self, "message", message)

    @classmethod
    def get_names(cls):
        """Return the names of what a sender may say.

        :rtype: frozenset
        """
        return frozenset(
            field.name
            for field in dataclasses.fields(cls)
            if not field.metadata.get("is_internal")
        )

    def with_name(self):
        """Return an enquiry that can be told from all others of its source.

        :return: itself, where its sender called it by a name.
        :rtype: Enquiry
        """
        if self.external_id:
            return self
        return dataclasses.replace(self, external_id=make_name())

    def with_mark(self, mark):
        """Return an enquiry under a name that others with the same name have not.

        :param str mark: what tells it from them.
        :return: called by its name, as far as there is room, and a digest of that.
        :rtype: Enquiry
        """
        digest = hashlib.sha256(mark.encode()).hexdigest()[:MARK_LENGTH]
        start = self.external_id[: MAX_LINE - MARK_LENGTH - 1]
        return dataclasses.replace(self, external_id=f"{start} {digest}")

    def to_content(self):
        """Return what is kept of it.

        :return: JSON.
        :rtype: str
        """
        names = (self.get_names() | {"record", "texts"}) - {"enquired_at"}
        values = {name: getattr(self, name) for name in sorted(names)}
        content = json.dumps(
            {name: value for name, value in values.items() if value},
            ensure_ascii=False,
        )
        # Half a character, which no database takes, may be in a record.
        return content.encode(errors="ignore").decode()

    @property
    def asker(self):
        """Who asks, by the words of the sender alone.

        :rtype: Person
        """
        digits = (re.sub(r"\D", "", phone) for phone in self.phones)
        address = clean_address(self.email).lower()
        return Person(
            # Without what stands before it in one country or from another.
            frozenset(n[-LOCAL_DIGITS:] for n in digits if len(n) >= LOCAL_DIGITS - 2),
            frozenset([address] if "@" in address else []),
            self.name,
        )

    def describe_asker(self):
        """Return a text that tells who asks from all others.

        :return: the message, where nothing says who it is.
        :rtype: str
        """
        asker = self.asker
        if asker == Person():
            return self.message
        words = [*sorted(asker.numbers), *sorted(asker.addresses), fold(asker.name)]
        return "\n".join(words)

    @property
    def is_reachable(self):
        """Whether there is a way to reach the customer."""
        return bool(self.phones or self.email)

    @property
    def phones(self):
        """All numbers of the customer, the best one first."""
        return list(filter(None, [self.phone, *self.other_phones.splitlines()]))

    @property
    def vehicle_names(self):
        """By what the vehicle may be known, the most exact one first."""
        return list(filter(None, [self.vehicle, self.model]))

    @property
    def dealership_names(self):
        """By what the dealership may be known, the most exact one first."""
        names = [self.dealership, *self.other_dealerships.splitlines()]
        return list(dict.fromkeys(filter(None, [*names, self.dealership_name])))


def make_name():
    """Return a name that nothing else has, for what its sender calls nothing.

    :rtype: str
    """
    return f"{UNNAMED}{uuid.uuid4()}"


def tell_apart(enquiries, name=""):
    """Return enquiries that came together, each with a name of its own.

    :param list enquiries: of one document, mail or request. Equal ones are one.
    :param str name: of what they came in, for those that have none.
    :rtype: list[Enquiry]
    """
    taken, counts = set(), {}
    named = []
    for enquiry in dict.fromkeys(enquiries):
        base = own = enquiry.external_id or name
        while own and own in taken:
            counts[base] = counts.get(base, 1) + 1
            own = f"{base} {counts[base]}"
        taken.add(own)
        named.append(dataclasses.replace(enquiry, external_id=own))
    return named


def _clean(field, text):
    """Return a text without what no database takes, on one line where it is one.

    :param str field: of an :class:`Enquiry`.
    :param str text: its value.
    :rtype: str
    """
    text = leave_out_controls(text).strip()
    if field in _LONG:
        return text
    if field == "external_id":
        # Two that differ in their blanks only are two.
        return " ".join(filter(None, text.splitlines()))
    return put_on_one_line(text)


def _shorten(field, text):
    """Return as much of a text as its field has room for.

    :param str field: of an :class:`Enquiry`.
    :param str text: its value, from :func:`_clean`.
    :return: at most :data:`MAX_LINE` characters; a message or a problem as it is.
    :rtype: str
    """
    if field == "email":
        text = put_address_on_one_line(text)
    if len(text) <= MAX_LINE or field in ("message", "problem"):
        return text
    if field != "external_id":
        return text[:MAX_LINE]
    # Two that differ at their ends only stay two.
    mark = hashlib.sha256(text.encode()).hexdigest()
    return f"{text[: MAX_LINE - len(mark) - 1]}-{mark}"
