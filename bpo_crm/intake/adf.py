"""Enquiries as ADF/XML 1.0, the format in which the car trade sends leads.

Auto-lead Data Format, version 1.0: a document ``adf`` of ``prospect`` elements,
each with ``vehicle``, ``customer``, ``vendor`` and ``provider``. Senders follow it
loosely, so this reads what they mean.
"""

import html
import re

from lxml import etree

from .enquiry import MAX_SIZE, Enquiry, InvalidEnquiry, decode_text, parse_moment

#: The prologs of the standard, ``<?ADF VERSION "1.0"?>`` among them, are no XML.
_PROLOGS = re.compile(r"<\?\s*(?:adf|xml)\b[^>]*\?>", re.IGNORECASE)

_DOCTYPE = re.compile(r"<!DOCTYPE\b[^>[]*>", re.IGNORECASE)

#: An ampersand that begins no entity of XML, with the HTML entity that it may begin.
_BARE_AMPERSAND = re.compile(
    r"&(?!(?:amp|lt|gt|quot|apos|#\d+|#x[0-9a-f]+);)(\w{1,30};)?", re.IGNORECASE
)

#: Preferred first: a number on which the customer answers.
_PHONE_TYPES = ("cellphone", "mobile", "voice", "phone", "", "pager")

_NAME_PARTS = ("first", "middle", "last", "suffix")


def read_adf(body):
    """Return the enquiries of an ADF document.

    :param bytes body: the document, or a mail's text with one in it.
    :return: at least one.
    :rtype: list[Enquiry]
    :raises InvalidEnquiry: when there is no prospect in it, when it is too long,
        or when it declares entities.
    """
    if len(body) > MAX_SIZE:
        raise InvalidEnquiry(f"The document is longer than {MAX_SIZE} bytes.")
    root = _parse(_tidy(decode_text(body)))
    prospects = [node for node in root.iter() if _tag(node) == "prospect"]
    if not prospects:
        raise InvalidEnquiry("The document has no prospect.")
    return [_read_prospect(prospect) for prospect in prospects]


# The document


def _tidy(text):
    """Return the part of a text that is the document, as XML."""
    if re.search(r"&lt;\s*adf\b", text, re.IGNORECASE):
        # A mail client has escaped it.
        text = html.unescape(text)
    if re.search(r"<!ENTITY", text, re.IGNORECASE):
        raise InvalidEnquiry("The document must not declare entities.")
    text = _DOCTYPE.sub("", _PROLOGS.sub("", text))
    start = re.search(r"<(?:\w+:)?(?:adf|prospect)\b", text, re.IGNORECASE)
    if not start:
        raise InvalidEnquiry("The document is not ADF: it has no element adf.")
    end = text.rfind(">") + 1
    return _BARE_AMPERSAND.sub(_write_entity, text[start.start() : end])


def _write_entity(match):
    entity = match[0]
    character = html.unescape(entity)
    return "&amp;" + entity[1:] if character == entity else html.escape(character)


def _parse(text):
    parser = etree.XMLParser(
        recover=True,
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    # More than one root is one document that lacks its frame.
    root = etree.fromstring(f"<document>{text}</document>".encode(), parser)
    if root is None:
        raise InvalidEnquiry("The document is not XML.")
    return root


def _tag(node):
    name = node.tag if isinstance(node.tag, str) else ""
    return name.rsplit("}", 1)[-1].rsplit(":", 1)[-1].lower()


def _children(node, *path):
    """Return the elements at the end of a path, whatever the case of their names."""
    nodes = [] if node is None else [node]
    for name in path:
        nodes = [child for parent in nodes for child in parent if _tag(child) == name]
    return nodes


def _child(node, *path):
    return next(iter(_children(node, *path)), None)


def _text(node, *path):
    """Return the text of the first element at the end of a path that has one."""
    found = _children(node, *path)
    texts = (" ".join("".join(child.itertext()).split()) for child in found)
    return next(filter(None, texts), "")


def _attribute(node, name):
    return next(
        (value.strip() for key, value in node.attrib.items() if key.lower() == name),
        "",
    )


# What it says


def _read_prospect(prospect):
    customer = _child(prospect, "customer")
    contact = _child(customer, "contact")
    if contact is None:
        contact = customer
    vehicle = _find_wanted_vehicle(prospect)
    address = _child(contact, "address")
    return Enquiry(
        external_id=_text(prospect, "id"),
        enquired_at=parse_moment(_text(prospect, "requestdate")),
        name=_read_name(contact),
        phone=_read_phone(contact),
        email=_text(contact, "email"),
        street=", ".join(_read_street(address)),
        city=_text(address, "city"),
        zip=_text(address, "postalcode"),
        country=_text(address, "country"),
        brand=_text(vehicle, "make"),
        vehicle=_read_vehicle(vehicle),
        dealership=_text(prospect, "vendor", "id") or _read_vendor(prospect),
        message=_read_message(prospect, customer, vehicle),
    )


def _find_wanted_vehicle(prospect):
    """Return the vehicle that the customer wants, not the one to be traded in."""
    vehicles = _children(prospect, "vehicle")
    wanted = [
        vehicle
        for vehicle in vehicles
        if _attribute(vehicle, "interest").lower() not in ("trade-in", "sell")
    ]
    return next(iter(wanted), None)


def _read_name(contact):
    names = _children(contact, "name")
    by_part = {_attribute(name, "part").lower(): _text(name) for name in names}
    parts = [by_part[part] for part in _NAME_PARTS if by_part.get(part)]
    full = by_part.get("full") or by_part.get("") or ""
    return full or " ".join(parts)


def _read_phone(contact):
    phones = [
        (_attribute(phone, "type").lower(), _text(phone))
        for phone in _children(contact, "phone")
    ]
    # A fax never answers.
    callable_phones = [row for row in phones if row[1] and row[0] != "fax"]

    def preference(row):
        known = row[0] in _PHONE_TYPES
        return _PHONE_TYPES.index(row[0]) if known else len(_PHONE_TYPES)

    return min(callable_phones, key=preference, default=("", ""))[1]


def _read_street(address):
    streets = _children(address, "street")
    lines = sorted(streets, key=lambda street: _attribute(street, "line") or "1")
    return filter(None, [*map(_text, lines), _text(address, "apartment")])


def _read_vehicle(vehicle):
    return " ".join(filter(None, (_text(vehicle, "model"), _text(vehicle, "trim"))))


def _read_vendor(prospect):
    vendor = _child(prospect, "vendor")
    return _text(vendor, "vendorname") or _read_name(_child(vendor, "contact"))


def _read_message(prospect, customer, vehicle):
    """Return everything that somebody wrote or that has no field of its own."""
    details = [
        ("Comments", _text(customer, "comments") or _text(prospect, "comments")),
        ("Year", _text(vehicle, "year")),
        ("Condition", "" if vehicle is None else _attribute(vehicle, "status")),
        ("Colour", _text(vehicle, "colorcombination", "exteriorcolor")),
        ("Price", _text(vehicle, "price")),
        ("Stock number", _text(vehicle, "stock")),
        ("VIN", _text(vehicle, "vin")),
        ("About the vehicle", _text(vehicle, "comments")),
        ("When", _text(customer, "timeframe", "description")),
        *(("Trade-in", text) for text in _read_trade_ins(prospect)),
        ("Sent by", _read_name(_child(prospect, "provider"))),
    ]
    return "\n".join(f"{label}: {text}" for label, text in details if text)


def _read_trade_ins(prospect):
    for vehicle in _children(prospect, "vehicle"):
        if _attribute(vehicle, "interest").lower() in ("trade-in", "sell"):
            names = ("year", "make", "model", "trim", "odometer")
            yield " ".join(filter(None, (_text(vehicle, name) for name in names)))
