"""Enquiries as pairs of a name and a value, whatever they were written in."""

import re

from .enquiry import Enquiry
from .field_names import NAMES, PARTS, find_field
from .meaning import take_texts
from .timestamp import read_asked_on

#: Fields of which there may be several: where the further ones go.
_FURTHER = {
    "phone": "other_phones",
    "other_phones": "other_phones",
    "dealership": "other_dealerships",
}

#: What programs write for what they do not know.
_NO_VALUES = ("true", "false", "null", "undefined")

#: What a sender of forms writes into all fields of a test.
_TEST_VALUE = "<test lead:"

#: What a file of a lead form puts before each number and each code.
_MARK = re.compile(r"^[a-z]{1,2}:(?=\+?\d)")


def read_pairs(pairs, own_names=None):
    """Return the enquiry that pairs of a name and a value are.

    What has no field, does not fit, or comes a second time becomes a line of the
    message, so that nothing is lost that somebody asked. A further phone number is one
    of the others.

    :param list pairs: of texts: what the sender calls it, and the value.
    :param dict own_names: what the names of one source mean, as of
        :func:`find_field`.
    :rtype: Enquiry
    """
    pairs = list(pairs)
    rest, texts = take_texts(pairs, own_names)
    reading = _Reading()
    found = [(name, text.strip(), find_field(name, own_names)) for name, text in rest]
    for name, text, field in _put_the_person_first(found):
        if text:
            reading.add(name, text, field)
    return reading.to_enquiry(texts=texts, pairs=tuple(pairs))


def _put_the_person_first(found):
    """Return pairs with the names first that stand beside a number or an address.

    A form has a name, too, and says it before it says who filled it in.

    :param list found: of names, values and fields.
    :rtype: list[tuple[str, str, str]]
    """
    places = (_get_place(n) for n, text, f in found if text and f in ("phone", "email"))
    place = next(places, None)
    if place is None:
        return found
    return sorted(
        found, key=lambda pair: pair[2] in NAMES and _get_place(pair[0]) != place
    )


def _get_place(name):
    return name.rpartition(".")[0]


class _Reading:
    """An enquiry of which the values come one by one."""

    def __init__(self):
        self._known = {}
        self._others = []

    def add(self, name, text, field):
        """Take a value for a field, or for a line of the message.

        :param str name: what the sender calls it.
        :param str text: the value; not empty.
        :param str field: of an :class:`Enquiry`, or one of :data:`PARTS`, or none.
        """
        if text.startswith(_TEST_VALUE):
            self._known["is_test"] = True
        field = _tell_contact(text) if field == "contact" else field
        values = _read_value(text, field)
        if values and not self._has(field):
            self._known |= values
            if field == "is_test":
                self._others.append(f"{name}: {text}")
        elif not self._is_known(text, field):
            self._add_further(name, text, field)

    def _has(self, field):
        fields = ("enquired_at", "local_time") if field == "enquired_at" else (field,)
        return any(self._known.get(name) for name in fields)

    def _is_known(self, text, field):
        return bool(field) and self._known.get(field) == text

    def _add_further(self, name, text, field):
        """Keep a value whose field has one, or that fits into none.

        :param str name: what the sender calls it.
        :param str text: the value.
        :param str field: as of :meth:`add`.
        """
        further = text.lower() not in _NO_VALUES and _FURTHER.get(field)
        if further:
            known = self._known.get(further, "")
            self._known[further] = "\n".join(filter(None, (known, text)))
        if further != "other_phones":
            self._others.append(f"{name}: {text}")

    def to_enquiry(self, **others):
        """Return the enquiry that the values are.

        :param others: what it has beside them, by field.
        :rtype: Enquiry
        """
        known = self._known
        parts = {part: known.pop(part, "") for part in PARTS}
        self._add_names([parts[part] for part in NAMES[1:]])
        if parts["id"] and known.setdefault("external_id", parts["id"]) != parts["id"]:
            self._others.append(f"id: {parts['id']}")
        streets = (known.get("street"), parts["street2"])
        known["street"] = ", ".join(filter(None, streets))
        self._add_trim(parts["trim"])
        message = "\n".join(filter(None, [known.pop("message", ""), *self._others]))
        return Enquiry(**known, **others, message=message)

    def _add_names(self, parts):
        """Add to a name what it lacks: some forms call the first name the name.

        :param list parts: of a name; each may be empty.
        """
        name = self._known.get("name", "")
        further = [part for part in parts if part.casefold() not in name.casefold()]
        self._known["name"] = " ".join(filter(None, (name, *further)))

    def _add_trim(self, trim):
        """Tell a variant of a vehicle from the model.

        :param str trim: what makes it a variant; may be empty.
        """
        model = self._known.get("model") or self._known.get("vehicle", "")
        whole = self._known.get("vehicle") or model
        if trim and trim.casefold() not in whole.casefold():
            self._known["vehicle"] = f"{whole} {trim}".strip()
            self._known["model"] = model


def _read_value(text, field):
    """Return what a value says, by field.

    :param str text: not empty.
    :param str field: for which it is, or none.
    :return: nothing where it does not fit.
    :rtype: dict
    """
    if field == "is_test":
        return {"is_test": True} if text.lower() in ("true", "1", "yes") else {}
    if not field or text.lower() in _NO_VALUES:
        return {}
    if field == "enquired_at":
        return read_asked_on(text)
    if field in ("phone", "other_phones", "zip"):
        text = _MARK.sub("", text)
    return {field: text}


def _tell_contact(text):
    """Return which field a way to reach somebody is of.

    :param str text: a number, an address or a name.
    :rtype: str
    """
    if "@" in text:
        return "email"
    return "phone" if sum(map(str.isdigit, text)) > 6 else "name"
