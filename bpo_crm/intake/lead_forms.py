"""Enquiries as objects of names and values, in the shapes in which forms send them."""

from .adf import read_adf_text
from .adf_markup import has_adf
from .beside import complete_all
from .enquiry import Enquiry, InvalidEnquiry
from .field_names import WRAPPERS, find_field, fold_name
from .form_items import list_titles, read_item, read_keyed_item
from .json_text import Repeated, dump_json, load_json
from .pairs import read_pairs

#: Deeper than any form.
MAX_DEPTH = 30

#: More values than any form has.
MAX_VALUES = 5000

#: What several enquiries are in.
_LISTS = WRAPPERS | frozenset(
    [
        "enquiries",
        "events",
        "inquiries",
        "list",
        "prospects",
        "requests",
        "responses",
        "rows",
    ]
)

#: How deep that is in other objects.
_MAX_LIST_DEPTH = 3

#: What proves who sends, and what nobody else has to see.
_SECRETS = frozenset(("googlekey",))


def read_object(values, own_names=None):
    """Return the enquiries that an object is.

    :param dict values: by name, as of :func:`load_json`.
    :param dict own_names: as of :func:`find_field`.
    :return: of one in which there is a list of customers, those of the list.
    :rtype: list[Enquiry]
    :raises InvalidEnquiry: when it is deeper than any form, or has more values.
    """
    several, beside = _take_out_list(values)
    if several:
        found = [one for each in several for one in _read_one(each, own_names)]
        (common, *documents) = _read_one(beside, own_names)
        is_list = any(one.is_reachable for one in found) and not common.is_reachable
        if is_list and not documents:
            return complete_all(found, common)
    return _read_one(values, own_names)


def is_field_list(values):
    """Whether a list is one of labels and answers, and so all one enquiry.

    :param list values: as of :func:`load_json`.
    :rtype: bool
    """
    return bool(values) and all(read_item(value, {}) for value in values)


def _take_out_list(values, depth=0):
    """Return the customers of whom there is a list in an object, and the rest of it.

    :param dict values: by name.
    :param int depth: of the object in others.
    :return: no customers where there is no such list.
    :rtype: tuple[list[dict], dict]
    """
    for name, value in values.items():
        if fold_name(name[:99]) not in _LISTS:
            continue
        inner, rest = _unwrap(value), None
        if isinstance(inner, dict) and depth < _MAX_LIST_DEPTH:
            inner, rest = _take_out_list(inner, depth + 1)
        if _is_list_of_objects(inner):
            others = {key: other for key, other in values.items() if key != name}
            return inner, {**others, name: rest} if rest else others
    return [], values


def _is_list_of_objects(values):
    if not isinstance(values, list) or isinstance(values, Repeated):
        return False
    is_of_objects = values and all(isinstance(value, dict) for value in values)
    return is_of_objects and not is_field_list(values)


def _read_one(values, own_names):
    """Return the enquiry that an object is, or those of the documents in it.

    :param dict values: by name.
    :param dict own_names: as of :func:`find_field`.
    :rtype: list[Enquiry]
    """
    form = _Form(own_names)
    form.add(values)
    own = read_pairs(form.pairs, own_names)
    return complete_all(form.enquiries, own) if form.enquiries else [own]


def _unwrap(value):
    """Return what is written in a text of JSON; of any other value, itself.

    :param value: as of :func:`load_json`.
    :return: an object, or a list with objects, where the text is one.
    """
    if not isinstance(value, str) or value.strip()[:1] not in ("{", "["):
        return value
    try:
        inner = load_json(value)
    except InvalidEnquiry:
        return value
    is_list = isinstance(inner, list) and any(isinstance(one, dict) for one in inner)
    return inner if is_list or isinstance(inner, dict) else value


class _Form:
    """What a form says, as pairs of a name and a text.

    :param dict own_names: as of :func:`find_field`.
    """

    def __init__(self, own_names):
        self.pairs = []
        #: Of the ADF documents in it.
        self.enquiries = []
        self._own_names = own_names
        self._titles = {}

    def add(self, value, name="", depth=0):
        """Take a value and all that is in it.

        :param value: as of :func:`load_json`.
        :param str name: what it is called, behind what it is in, with dots.
        :param int depth: in how many others it is.
        :raises InvalidEnquiry: when it is deeper than any form, or has more values.
        """
        if depth > MAX_DEPTH:
            raise InvalidEnquiry(f"The body has more than {MAX_DEPTH} levels.")
        value = _unwrap(value)
        if isinstance(value, dict):
            self._add_object(value, name, depth + 1)
        elif isinstance(value, list):
            self._add_list(value, name, depth + 1)
        elif value is not None:
            self._add_text(name, _to_text(value))

    def _add_text(self, name, text):
        if len(self.pairs) + len(self.enquiries) >= MAX_VALUES:
            raise InvalidEnquiry(f"One enquiry has more than {MAX_VALUES} values.")
        if not self._add_document(text):
            self.pairs.append((name, text))

    def _add_document(self, text):
        """Take the enquiries of a document.

        :param str text: in which there may be one.
        :return: whether there is one.
        :rtype: bool
        """
        if not has_adf(text):
            return False
        try:
            self.enquiries += read_adf_text(text)
        except InvalidEnquiry:
            return False
        return True

    def _add_object(self, values, name, depth):
        """Take what an object says.

        :param dict values: by name.
        :param str name: of the object, as of :meth:`add`.
        :param int depth: of its values.
        """
        self._titles |= list_titles(values)
        for key, value in values.items():
            if fold_name(key[:99]) in _SECRETS or (
                key == "definition" and self._titles
            ):
                continue
            item = read_keyed_item(key.strip(), value)
            own, inner = item or (key.strip(), value)
            place = f"{name}.{own}" if name else own
            for one in inner if isinstance(inner, Repeated) else [inner]:
                self.add(one, place, depth)

    def _add_list(self, values, name, depth):
        """Take what a list says.

        :param list values: of any kind.
        :param str name: of the list, as of :meth:`add`.
        :param int depth: of its values.
        """
        if all(not isinstance(_unwrap(value), dict | list) for value in values):
            self._add_texts(values, name)
            return
        for number, value in enumerate(values, 1):
            item = read_item(value, self._titles)
            place = f"{name}.{number}" if number > 1 else name
            for own, inner in item or [(place, value)]:
                self.add(inner, own, depth)

    def _add_texts(self, values, name):
        """Take several texts of one name: each, where it is that of a field.

        :param list values: none of which is an object or a list.
        :param str name: as of :meth:`add`.
        """
        texts = [_to_text(value) for value in values if value is not None]
        if not find_field(name, self._own_names):
            texts = [", ".join(texts)]
        for text in texts:
            self._add_text(name, text)


def _to_text(value):
    """Return a value that is no object and no list as the text that was meant."""
    return value if isinstance(value, str) else dump_json(value)


def put_aside(text, problem):
    """Return what cannot be understood as an enquiry that waits for people.

    :param str text: what was sent.
    :param str problem: why it is none.
    :rtype: Enquiry
    """
    return Enquiry(message=text, problem=problem)
