"""An enquiry, whichever door it comes in by."""

import dataclasses
import datetime
import functools
import re

#: The longest document or body that is read.
MAX_SIZE = 512 * 1024  # bytes

#: The longest text of each field that is kept. Longer ones are cut, and the whole
#: of them stays with the enquiry.
MAX_LINE = 250
MAX_TEXT = 20_000

#: Character sets in which any bytes are a text, so that they prove nothing.
_SINGLE_BYTE = ("us-ascii", "iso-8859", "latin", "windows-125", "cp125")

#: Characters that no database takes, and that nobody typed.
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


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
    # The customer
    name: str = ""
    phone: str = ""
    email: str = ""
    street: str = ""
    city: str = ""
    zip: str = ""
    #: ISO 3166 code of two letters, or a country's name.
    country: str = ""
    # What the customer wants, and who sells it
    brand: str = ""
    vehicle: str = ""
    dealership: str = ""
    message: str = ""
    # What no sender says, but the feed that read it
    #: Further values of the lead, by field.
    values: dict = _internal(default_factory=dict)
    #: Why it cannot be used as it is.
    problem: str = _internal(default="")
    #: The brand whose distributor it came from, where the record names none.
    brand_id: int = _internal(default=0)
    #: The feed, and what it read: ``id`` and values by remote field.
    feed_id: int = _internal(default=0)
    record: dict = _internal(default_factory=dict)
    #: Whether that record is to be marked as taken.
    is_written_back: bool = _internal(default=False)

    def __post_init__(self):
        for field in dataclasses.fields(self):
            value = getattr(self, field.name)
            if isinstance(value, str):
                is_text = field.name in ("message", "problem")
                limit = MAX_TEXT if is_text else MAX_LINE
                cleaned = _CONTROLS.sub("", value).strip()[:limit]
                object.__setattr__(self, field.name, cleaned)

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

    @property
    def is_reachable(self):
        """Whether there is any way to the customer."""
        return bool(self.phone or self.email)


def parse_moment(text):
    """Return a moment that somebody wrote in ISO 8601, or in a form close to it.

    :param str text: such as ``2026-11-22T09:30:00+08:00``; without an offset it
        is UTC.
    :return: in UTC, naive; None where it is no moment.
    :rtype: datetime.datetime | None
    """
    compact = re.sub(r"\s+", " ", (text or "").strip())
    # Some senders leave a blank before the offset, or write it without a colon.
    compact = re.sub(r" ?([+-]\d\d):?(\d\d)$", r"\1:\2", compact)
    for form in (compact, compact.replace(" ", "T", 1)):
        try:
            return to_utc(datetime.datetime.fromisoformat(form))
        except (ValueError, OverflowError):
            continue
    return None


def to_utc(moment):
    """Return a moment in UTC.

    :param datetime.datetime moment: with a zone, or in UTC.
    :return: naive, to the second.
    :rtype: datetime.datetime
    :raises OverflowError: when there is no such moment in UTC.
    """
    if moment.tzinfo:
        moment = moment.astimezone(datetime.UTC).replace(tzinfo=None)
    return moment.replace(microsecond=0)


def decode_text(body, charset=""):
    """Return a text that somebody sent, in whatever character set it is.

    :param bytes body: the text.
    :param str charset: the one that it came with, if any.
    :rtype: str
    """
    declared = re.search(rb'encoding\s*=\s*["\']([\w-]+)["\']', body[:300])
    charsets = [charset, "utf-8-sig", declared and declared[1].decode("ascii")]
    if charset.lower().startswith(_SINGLE_BYTE):
        charsets = ["utf-8-sig", charset]
    if body[:2] in (b"\xff\xfe", b"\xfe\xff"):
        charsets = ["utf-16"]
    for name in filter(None, [*charsets, "cp1252"]):
        try:
            return body.decode(name)
        except (UnicodeError, LookupError):
            continue
    return body.decode("latin-1")
