"""What senders call the fields of an enquiry."""

import unicodedata

from .enquiry import Enquiry

#: What a sender may say that is no field, but a part of one.
PARTS = ("first_name", "middle_name", "last_name")

#: The usual names, beside those of the fields themselves, as :func:`fold_name`
#: returns them.
_ALIASES = {
    "name": "fullname contactname customername yourname",
    "first_name": "firstname givenname",
    "last_name": "lastname familyname surname",
    "phone": "phonenumber telephone tel mobile mobilephone mobilenumber cellphone",
    "email": "emailaddress mail youremail",
    "message": "comment comments notes",
}


def fold_name(name):
    """Return a name as all ways to write it have in common.

    :param str name: of a field, or a label, in any script.
    :return: letters and digits only, in lower case and without accents.
    :rtype: str
    """
    parts = unicodedata.normalize("NFKD", name.casefold())
    return "".join(letter for letter in parts if letter.isalnum())


def _list_fields():
    names = Enquiry.get_names() - {"local_time"} | set(PARTS)
    known = {fold_name(name): name for name in sorted(names)}
    for field, aliases in _ALIASES.items():
        known |= dict.fromkeys(aliases.split(), field)
    return known


_FIELDS = _list_fields()


def find_field(name, own_names=None):
    """Return what a sender means by the name of a field.

    :param str name: as it was sent.
    :param dict own_names: what the names of one source mean, by :func:`fold_name` of
        each: a field, or nothing for a line of the message. They count more than the
        usual ones.
    :return: a field of :class:`Enquiry`, or one of :data:`PARTS`; empty for none.
    :rtype: str
    """
    folded = fold_name(name)
    own_names = own_names or {}
    return own_names[folded] if folded in own_names else _FIELDS.get(folded, "")
