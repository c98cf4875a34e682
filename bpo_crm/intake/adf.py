"""Enquiries as ADF/XML 1.0, the format in which the car trade sends leads.

Auto-lead Data Format, version 1.0: a document ``adf`` of ``prospect`` elements,
each with ``vehicle``, ``customer``, ``vendor`` and ``provider``. Senders follow it
loosely, so this reads what they mean, and what it has no field for becomes a part of
the message.
"""

import re

from .adf_document import list_prospects
from .adf_lines import describe, get_own_text, get_text
from .adf_markup import parse_adf
from .charset import decode_text
from .enquiry import MAX_ENQUIRIES, MAX_SIZE, Enquiry, InvalidEnquiry
from .timestamp import read_asked_on

#: Preferred first: a number on which the customer answers. The last ones never do.
_PHONE_TYPES = ("cellphone", "mobile", "voice", "phone", "")
_LAST_PHONE_TYPES = ("pager", "fax")

_NAME_PARTS = ("first", "middle", "last", "surname", "suffix")

#: Of whom or what the rest of a prospect tells.
_PARTIES = ("customer", "vehicle", "vendor", "provider")

_TRADED_IN = ("tradein", "trade", "sell")

#: Sources of the one id among several by which an enquiry is known, and what only
#: looks like one.
_OF_LEAD = re.compile("lead|prospect|enquir|inquir|opportunit|request|submission", re.I)
_NOT_OF_LEAD = re.compile("campaign|form|source|type", re.I)


def read_adf(body, charset=""):
    """Return the enquiries of an ADF document.

    :param bytes body: the document, or a text with one in it.
    :param str charset: the character set that it came with, if any.
    :return: at least one.
    :rtype: list[Enquiry]
    :raises InvalidEnquiry: when there is no prospect in it or too many, when it is
        too long, or when it declares entities.
    """
    _check_size(body)
    return read_adf_text(decode_text(body, charset))


def read_adf_text(text):
    """Return the enquiries of an ADF document that was decoded already.

    :param str text: as in :func:`read_adf`.
    :rtype: list[Enquiry]
    :raises InvalidEnquiry: as :func:`read_adf` does.
    """
    _check_size(text)
    prospects = list_prospects(*parse_adf(text))
    if not prospects:
        raise InvalidEnquiry("The document has no prospect.")
    if len(prospects) > MAX_ENQUIRIES:
        raise InvalidEnquiry(f"The document has more than {MAX_ENQUIRIES} prospects.")
    return [_Prospect(node, lines).to_enquiry() for node, lines in prospects]


def _check_size(document):
    if len(document) > MAX_SIZE:
        raise InvalidEnquiry(f"The document is longer than {MAX_SIZE} bytes.")


# Elements


def _find(node, name):
    """Yield elements in another one, but not those of other parties in it.

    :param xml.etree.ElementTree.Element node: in which to look, at any depth.
    :param str name: the tag to look for.
    """
    for child in node:
        if child.tag == name:
            yield child
        if child.tag not in _PARTIES:
            yield from _find(child, name)


def _get_lines(node):
    lines = ("".join(node.itertext())).splitlines()
    return "\n".join(filter(None, (" ".join(line.split()) for line in lines)))


def _is_business(name):
    return name.get("type", "").lower() == "business"


def _get_preference(phone):
    kind = phone.get("type", "").lower()
    if kind in _LAST_PHONE_TYPES:
        return len(_PHONE_TYPES) + 1 + _LAST_PHONE_TYPES.index(kind)
    return _PHONE_TYPES.index(kind) if kind in _PHONE_TYPES else len(_PHONE_TYPES)


# What they say


class _Prospect:
    """A prospect, and what of it has been read.

    :param xml.etree.ElementTree.Element node: of the document.
    :param list[str] lines: what stands outside of it and is not meant for it alone.
    """

    def __init__(self, node, lines=()):
        self._node = node
        self._lines = lines
        self._used = set()

    def to_enquiry(self):
        """Return the enquiry that it is.

        :rtype: Enquiry
        """
        customer = self._get_party("customer")
        if customer is None:
            customer = self._node
        vehicle = self._find_wanted_vehicle()
        fields = {
            "external_id": self._take_id(),
            "name": self._take_name(customer),
            **self._take_phones(customer),
            "email": self._take(customer, "email"),
            **self._take_address(customer),
            **self._take_vehicle(vehicle),
            **self._take_vendor(),
            **self._take_date(),
        }
        # The customer's own words come first.
        comments = self._take(customer, "comments", _get_lines)
        rest = [get_own_text(self._node), *describe(self._node, self._used)]
        message = "\n".join(filter(None, [comments, *rest, *self._lines]))
        return Enquiry(**fields, message=message)

    def _get_party(self, name):
        return next(self._node.iter(name), None)

    def _find_wanted_vehicle(self):
        """Return the vehicle that the customer wants, not the one to be traded in."""
        for vehicle in self._node.iter("vehicle"):
            interest = re.sub("[^a-z]", "", vehicle.get("interest", "").lower())
            if interest not in _TRADED_IN:
                return vehicle
        return None

    def _take(self, node, name, read=get_text):
        """Return the first text in an element, and remember that it has been read.

        :param xml.etree.ElementTree.Element node: in which to look, at any depth.
        :param str name: the tag of what has the text.
        :param read: takes an element, and returns its text.
        :return: empty where there is none.
        :rtype: str
        """
        for found in _find(node, name):
            text = read(found)
            if text:
                self._used.update(found.iter())
                return text
        return ""

    def _take_id(self):
        """Return its name at whoever gave it one: others use the same numbers.

        :return: of several, the one that is said to be the enquiry's, or else all: one
            of them may be that of a form, which all its enquiries have.
        :rtype: str
        """
        nodes = [node for node in self._node.findall("id") if get_text(node)]
        named = [node for node in nodes if _is_of_lead(node.get("source", ""))]
        nodes = named[:1] or nodes
        self._used.update(nodes)
        parts = [
            part for node in nodes for part in (node.get("source"), get_text(node))
        ]
        if nodes and not any(node.get("source") for node in nodes):
            parts.insert(0, self._get_provider())
        return " ".join(filter(None, parts))

    def _get_provider(self):
        provider = self._get_party("provider")
        if provider is None:
            return ""
        return self._find_name(provider)[0] or get_own_text(provider)

    def _take_date(self):
        node = self._node.find("requestdate")
        asked_on = read_asked_on(get_text(node)) if node is not None else {}
        if asked_on:
            self._used.add(node)
        return asked_on

    def _take_name(self, party):
        """Return the name of a person, or else of a business, as read from now on.

        :param xml.etree.ElementTree.Element party: a customer or a vendor.
        :return: empty where there is none.
        :rtype: str
        """
        name, nodes = self._find_name(party)
        self._used.update(nodes)
        return name

    def _find_name(self, party):
        """Return the name of a person, or else of a business.

        :param xml.etree.ElementTree.Element party: of a prospect.
        :return: the name, and the elements that say it; empty where there is none.
        :rtype: tuple[str, list]
        """
        names = [node for node in _find(party, "name") if get_text(node)]
        names.sort(key=_is_business)
        by_part = {}
        for node in names:
            by_part.setdefault(node.get("part", "").lower() or "full", node)
        parts = [by_part[part] for part in _NAME_PARTS if part in by_part]
        full = by_part.get("full")
        if full is None or (parts and _is_business(full)):
            return " ".join(map(get_text, parts)), parts
        name = get_text(full)
        named = [full, *(part for part in parts if get_text(part) in name)]
        return name, [inner for node in named for inner in node.iter()]

    def _take_phones(self, customer):
        """Return the phone numbers of a customer, as fields of an :class:`Enquiry`.

        :param xml.etree.ElementTree.Element customer: or the prospect, without one.
        :return: ``phone``, the best one, and ``other_phones``, one a line; both may be
            empty.
        :rtype: dict[str, str]
        """
        phones = [node for node in _find(customer, "phone") if get_text(node)]
        phones.sort(key=_get_preference)
        # The others are told with what is known of each.
        self._used.update(phones[:1])
        numbers = list(map(get_text, phones))
        return {
            "phone": next(iter(numbers), ""),
            "other_phones": "\n".join(numbers[1:]),
        }

    def _take_address(self, customer):
        """Return where a customer lives, as fields of an :class:`Enquiry`.

        :param xml.etree.ElementTree.Element customer: or the prospect, without one.
        :return: ``street``, ``city``, ``zip`` and ``country``; each may be empty.
        :rtype: dict[str, str]
        """
        address = next(_find(customer, "address"), customer)
        streets = sorted(
            _find(address, "street"), key=lambda node: node.get("line") or "1"
        )
        self._used.update(streets)
        lines = [*map(get_text, streets), self._take(address, "apartment")]
        return {
            "street": ", ".join(filter(None, lines)),
            "city": self._take(address, "city"),
            "zip": self._take(address, "postalcode"),
            "country": self._take(address, "country"),
        }

    def _take_vehicle(self, vehicle):
        """Return what a vehicle is called, as fields of an :class:`Enquiry`.

        :param xml.etree.ElementTree.Element vehicle: the wanted one, or None.
        :return: ``brand``, ``vehicle`` and ``model``, which is empty unless the vehicle
            is a variant of one; nothing without a vehicle.
        :rtype: dict[str, str]
        """
        if vehicle is None:
            return {}
        model, trim = self._take(vehicle, "model"), self._take(vehicle, "trim")
        return {
            "brand": self._take(vehicle, "make"),
            "vehicle": " ".join(filter(None, (model, trim))),
            "model": model if trim else "",
        }

    def _take_vendor(self):
        """Return who is to sell the vehicle, as fields of an :class:`Enquiry`.

        :return: ``dealership``, and where that is a code, ``dealership_name`` and the
            other codes; nothing without a vendor.
        :rtype: dict[str, str]
        """
        vendor = self._get_party("vendor")
        if vendor is None:
            return {}
        codes = list(filter(None, map(get_text, _find(vendor, "id"))))
        # The others are told with what is known of each.
        code = self._take(vendor, "id")
        name = self._take(vendor, "vendorname")
        if not name:
            name = self._take_name(vendor)
        return {
            "dealership": code or name,
            "dealership_name": name if code else "",
            "other_dealerships": "\n".join(codes[1:]),
        }


def _is_of_lead(source):
    return bool(_OF_LEAD.search(source)) and not _NOT_OF_LEAD.search(source)
