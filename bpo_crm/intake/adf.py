"""Enquiries as ADF/XML 1.0, the format in which the car trade sends leads.

Auto-lead Data Format, version 1.0: a document ``adf`` of ``prospect`` elements,
each with ``vehicle``, ``customer``, ``vendor`` and ``provider``. Senders follow it
loosely, so this reads what they mean, and what it has no field for becomes a part of
the message.
"""

import re

from .adf_markup import parse_adf
from .charset import decode_text
from .enquiry import MAX_SIZE, Enquiry, InvalidEnquiry
from .timestamp import read_asked_on

#: The most enquiries in one document.
MAX_PROSPECTS = 1000

#: Preferred first: a number on which the customer answers. The last ones never do.
_PHONE_TYPES = ("cellphone", "mobile", "voice", "phone", "")
_LAST_PHONE_TYPES = ("pager", "fax")

_NAME_PARTS = ("first", "middle", "last", "surname", "suffix")

#: Of whom or what the rest of a prospect tells.
_PARTIES = ("customer", "vehicle", "vendor", "provider")

_TRADED_IN = ("tradein", "trade", "sell")

#: Attributes that tell nobody anything, and those that are no news where a text has
#: become a field, or where there is none.
_SILENT = ("line", "sequence", "xmlns")
_KNOWN = ("part", "source", "type")


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
    prospects = list(parse_adf(text).iter("prospect"))
    if not prospects:
        raise InvalidEnquiry("The document has no prospect.")
    if len(prospects) > MAX_PROSPECTS:
        raise InvalidEnquiry(f"The document has more than {MAX_PROSPECTS} prospects.")
    return [_Prospect(prospect).to_enquiry() for prospect in prospects]


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


def _get_text(node):
    return " ".join(" ".join(node.itertext()).split())


def _get_lines(node):
    lines = ("".join(node.itertext())).splitlines()
    return "\n".join(filter(None, (" ".join(line.split()) for line in lines)))


def _get_own_text(node):
    """Return the text of an element without that of the elements in it."""
    texts = [node.text, *(child.tail for child in node)]
    return " ".join("".join(filter(None, texts)).split())


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
    """

    def __init__(self, node):
        self._node = node
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
        rest = [_get_own_text(self._node), *self._describe(self._node, [])]
        message = "\n".join(filter(None, [comments, *rest]))
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

    def _take(self, node, name, read=_get_text):
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
        """Return its name at whoever gave it one: others use the same numbers."""
        for node in self._node.findall("id"):
            name = _get_text(node)
            if name:
                self._used.add(node)
                return f"{node.get('source', '')} {name}".strip()
        return ""

    def _take_date(self):
        node = self._node.find("requestdate")
        asked_on = read_asked_on(_get_text(node)) if node is not None else {}
        if asked_on:
            self._used.add(node)
        return asked_on

    def _take_name(self, party):
        """Return the name of a person, or else of a business.

        :param xml.etree.ElementTree.Element party: a customer or a vendor.
        :return: empty where there is none.
        :rtype: str
        """
        names = [node for node in _find(party, "name") if _get_text(node)]
        names.sort(key=_is_business)
        by_part = {}
        for node in names:
            by_part.setdefault(node.get("part", "").lower() or "full", node)
        parts = [by_part[part] for part in _NAME_PARTS if part in by_part]
        full = by_part.get("full")
        if full is None or (parts and _is_business(full)):
            self._used.update(parts)
            return " ".join(map(_get_text, parts))
        name = _get_text(full)
        named = [full, *(part for part in parts if _get_text(part) in name)]
        self._used.update(*(node.iter() for node in named))
        return name

    def _take_phones(self, customer):
        """Return the phone numbers of a customer, as fields of an :class:`Enquiry`.

        :param xml.etree.ElementTree.Element customer: or the prospect, without one.
        :return: ``phone``, the best one, and ``other_phones``, one a line; both may be
            empty.
        :rtype: dict[str, str]
        """
        phones = [node for node in _find(customer, "phone") if _get_text(node)]
        phones.sort(key=_get_preference)
        # The others are told with what is known of each.
        self._used.update(phones[:1])
        numbers = list(map(_get_text, phones))
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
        lines = [*map(_get_text, streets), self._take(address, "apartment")]
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

        :return: ``dealership`` and, where that is a code, ``dealership_name``; nothing
            without a vendor.
        :rtype: dict[str, str]
        """
        vendor = self._get_party("vendor")
        if vendor is None:
            return {}
        code = self._take(vendor, "id")
        name = self._take(vendor, "vendorname")
        if not name:
            name = self._take_name(vendor)
        return {
            "dealership": code or name,
            "dealership_name": name if code else "",
        }

    def _describe(self, node, path):
        """Yield what has no field of its own, a line each.

        :param xml.etree.ElementTree.Element node: whose inside is looked at.
        :param list path: names of the elements that it is in.
        """
        for child in node:
            # Whose contact it is says enough.
            names = path if child.tag == "contact" else [*path, child.tag]
            line = self._describe_element(child)
            if line:
                yield " ".join(names).capitalize() + line
            yield from self._describe(child, names)

    def _describe_element(self, node):
        """Return what is in an element alone and was not read, with its attributes.

        :param xml.etree.ElementTree.Element node: any.
        :return: what follows its name in a line of the message; it may be empty.
        :rtype: str
        """
        is_used = node in self._used
        text = _get_text(node) if is_used else _get_own_text(node)
        known = (*_SILENT, *_KNOWN) if is_used or not text else _SILENT
        attributes = ", ".join(
            f"{name} {value}"
            for name, value in node.attrib.items()
            if value and name not in known
        )
        if is_used and not attributes:
            return ""
        if attributes and text:
            return f" ({attributes}): {text}"
        return f": {attributes or text}" if attributes or text else ""
