"""Labels and values in a text: what web forms and portals write of a customer."""

import dataclasses
import re

from .field_names import NAMES, find_field, fold_name
from .headers import search_address

#: How much of a text is looked through. The whole of it is in the message.
MAX_TEXT = 100_000  # characters
MAX_LINES = 2_000
MAX_LINE = 2_000  # characters
MAX_LABEL = 40  # characters

#: How many rows one head of a table has, at the most.
_MAX_ROWS = 50

#: The longest that a name or a number is.
_MAX_VALUE = 80  # characters
_MAX_WORDS = 8

#: Fields by which somebody is reached, and those that tell who it is.
_WAYS = ("phone", "other_phones", "email")
_PERSONS = frozenset((*NAMES, *_WAYS))

#: What stands before a label, and around it and its value.
_BULLET = re.compile(r"(?:[\s>*_•·▪●‣◦–—|#-]|\(?\d{1,2}[.)]\s)*")
_AROUND = " \t*_>|\xa0"
_COLON = re.compile(r"\s?[:：=]")
_DASH = re.compile(r"\s[-–—]\s")
_IN_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
#: What stands between several labels in one line.
_BETWEEN = re.compile(r"([|;•·\t]|\s/\s|,\s|\s{3})")
#: An address as some programs repeat it: ``a@b.example <mailto:a@b.example>``.
_LINK = re.compile(
    r"[<\[(]\s?(?:mailto|tel|https?):[^<>\[\]()\s]{0,200}\s?[>\])]", re.I
)

#: What people write where they have nothing to say.
_EMPTY = """
    na none null nil nothing no nobody unknown undefined notprovided notspecified
    anonymous anonimo anonyme ninguno ninguna aucun wala 없음
"""
_NOTHING = frozenset(map(fold_name, _EMPTY.split()))

#: Who has a part of a form as well, as headings above it say.
_OTHERS = re.compile(
    r"\b(?:dealer|dealership|seller|salesperson|sales ?(?:person|man|rep|agent)|agent|"
    r"consultant|advisor|branch|store|showroom|office|assigned|concesionari[oa]|"
    r"vendedora?|asesora?|agencia|sucursal|tienda|concession(?:naire)?|vendeur|"
    r"vendeuse|conseill[eè]re?|magasin|nagbebenta|ahente|sangay)\b|딜러|대리점|판매자|"
    r"판매원|지점",
    re.IGNORECASE,
)
_CUSTOMERS = re.compile(
    r"\b(?:customer|client|buyer|lead|contact|enquirer|inquirer|prospect|cliente|"
    r"comprador|contacto|acheteur|kliyente|mamimili)\b|고객|구매자",
    re.IGNORECASE,
)

#: Above the lines in which somebody says who wrote a mail.
_SIGNATURE = re.compile(
    r"\W{0,3}(?:-- ?|(?:(?:best|kind|warm|with) )*regards|sincerely\W?.{0,20}|cheers|"
    r"(?:many )?thanks.{0,25}|thank you.{0,25}|yours.{0,20}|sent from my .{1,30}|"
    r"(?:un )?saludos?.{0,20}|atentamente|(?:muchas )?gracias.{0,25}|"
    r"enviado desde .{1,30}|"
    r"(?:bien )?cordialement|salutations.{0,20}|merci.{0,25}|bien à vous|"
    r"envoyé d.{1,30}|mit freundlichen gr.{1,8}|감사합니다|드림|"
    r"(?:maraming )?salamat.{0,20}|lubos na gumagalang)\W{0,3}",
    re.IGNORECASE,
)


@dataclasses.dataclass
class Labelled:
    """What a text says of one person.

    :param list pairs: of a label and its value, both as they were written.
    :param dict fields: the values of which it is sure, by field; of several numbers the
        first one is the phone.
    :param bool is_signature: whether it stands below the text of a letter.
    """

    pairs: list = dataclasses.field(default_factory=list)
    fields: dict = dataclasses.field(default_factory=dict)
    is_signature: bool = False

    @property
    def is_person(self):
        """Whether it names somebody, and says how to reach this person."""
        return bool(self.fields.keys() & set(NAMES)) and self.is_reachable

    @property
    def is_reachable(self):
        """Whether there is a number or an address."""
        return not self.fields.keys().isdisjoint(_WAYS)

    @property
    def person(self):
        """By what it can be told from others: the name, the number and the address."""
        name = " ".join(self.fields.get(part, "") for part in NAMES)
        digits = re.sub(r"\D", "", self.fields.get("phone", ""))
        return fold_name(name), digits, self.fields.get("email", "").lower()


def find_labelled(text, own_names=None):
    """Return what a text says of people by labels, the customers first.

    :param str text: lines, in which tabs stand between the cells of a table.
    :param dict own_names: what the labels of one source mean, as of
        :func:`field_names.find_field`.
    :return: nothing of other parties, such as the dealer.
    :rtype: list[Labelled]
    """
    reader = _Reader(own_names)
    reader.look_through(text)
    return [one for one in reader.found if one.fields]


def list_labels(text):
    """Return what a text has by labels, whatever they mean.

    :param str text: as of :func:`find_labelled`.
    :return: of labels and values, as they were written.
    :rtype: list[tuple[str, str]]
    """
    reader = _Reader(None)
    reader.look_through(text)
    return [pair for one in reader.found for pair in one.pairs]


class _Reader:
    """Reads lines, and puts what it finds into groups of one person each.

    :param dict own_names: as of :func:`find_labelled`.
    """

    def __init__(self, own_names):
        self._own_names = own_names
        self.found = [Labelled()]
        self._is_of_another = False
        self._is_signature = False
        self._has_text = False

    def look_through(self, text):
        """Read a text, as far as :data:`MAX_TEXT` and :data:`MAX_LINES` go.

        :param str text: as of :func:`find_labelled`.
        """
        lines = text[:MAX_TEXT].splitlines()[:MAX_LINES]
        rows = [_split_cells(line[:MAX_LINE]) for line in lines]
        rows = [cells for cells in rows if cells]
        position = 0
        while position < len(rows):
            rest = rows[position + 1 : position + 1 + _MAX_ROWS]
            position += self._read_row(rows[position], rest)

    def _read_row(self, cells, rest):
        """Read one line.

        :param list cells: of it, at least one.
        :param list rest: the next lines.
        :return: how many lines were read.
        :rtype: int
        """
        columns = self._count_columns(cells, rest)
        if columns:
            for row in rest[:columns]:
                self._add_all(zip(cells, row, strict=True))
            return 1 + columns
        if len(cells) > 1 and self._find(cells[0]):
            self._add_all(zip(cells[::2], cells[1::2], strict=False))
            return 1
        pairs = self._split_line("\t".join(cells))
        if any(value.strip(_AROUND) for _label, value in pairs):
            self._add_all(pairs)
            return 1
        is_label = len(cells) == 1 and bool(rest) and bool(self._find(cells[0]))
        if is_label and self._add_next(cells[0], rest[0]):
            return 2
        self._read_text(cells)
        return 1

    def _add_next(self, label, cells):
        """Take the next line as the value of a label that stands alone.

        :param str label: with or without a colon.
        :param list cells: of that line.
        :return: whether it is one.
        :rtype: bool
        """
        if self._find(cells[0]) or self._split_line("\t".join(cells)):
            return False
        self._add(label, cells[0])
        return True

    def _read_text(self, cells):
        """See what a line without labels says of the following ones.

        :param list cells: of the line.
        """
        line = " ".join(cells)
        if self._has_text and _SIGNATURE.fullmatch(line[:100]):
            self._is_signature = True
        self._has_text = True
        if len(line) > MAX_LABEL or len(line.split()) > 5:
            return
        if _OTHERS.search(line):
            self._is_of_another = True
        elif _CUSTOMERS.search(line):
            self._is_of_another = False

    def _count_columns(self, cells, rest):
        """Return how many of the next lines have their labels in this one.

        :param list cells: of this line.
        :param list rest: the next lines.
        :rtype: int
        """
        if len(cells) < 2 or not all(map(self._find, cells)):
            return 0
        count = 0
        for row in rest:
            if len(row) != len(cells) or any(map(self._find, row)):
                break
            count += 1
        return count

    def _split_line(self, line):
        """Return the labels and values in a line.

        :param str line: one that begins with a label, or with anything else.
        :return: pairs; after the first, only those with a label that is known.
        :rtype: list[tuple[str, str]]
        """
        pieces = _BETWEEN.split(line[_BULLET.match(line).end() :])
        first = self._split_label(pieces[0])
        if not first:
            return []
        pairs = [first]
        for between, piece in zip(pieces[1::2], pieces[2::2], strict=True):
            found = self._split_label(piece)
            if found and self._find(found[0]):
                pairs.append(found)
            else:
                label, value = pairs[-1]
                pairs[-1] = (label, f"{value}{between}{piece}")
        return pairs

    def _split_label(self, text):
        """Return the label and the value of a piece of a line.

        :param str text: the piece.
        :return: None for none.
        :rtype: tuple[str, str] | None
        """
        head = text[: MAX_LABEL + 20]
        colon = _COLON.search(head)
        if colon:
            label, value = text[: colon.start()], text[colon.end() :]
            is_label = len(label.split()) <= 5 and not value.startswith("//")
            return (label, value) if is_label and _is_label(label) else None
        dash = _DASH.search(head)
        if not dash:
            return None
        label, value = text[: dash.start()], text[dash.end() :]
        field = self._find(label, value)
        is_sure = field in _PERSONS and _read_value(field, value)
        return (label, value) if is_sure else None

    def _add_all(self, pairs):
        for label, value in pairs:
            self._add(label, value)

    def _add(self, label, value):
        """Note that a label has a value, of the person that it belongs to.

        :param str label: as it was written.
        :param str value: likewise; may be blank.
        """
        value = _LINK.sub("", value).strip(_AROUND)
        if not value or self._is_of_another:
            return
        field = self._find(label, value)
        is_persons = field in _PERSONS
        known = _read_value(field, value) if is_persons else value
        if not known:
            return
        if field in NAMES and self._is_next(field, known):
            self.found.append(Labelled())
        group = self.found[-1]
        group.is_signature |= self._is_signature
        group.pairs.append((self._clean(label), known))
        if not is_persons:
            return
        if field == "phone" and group.fields.get("phone", known) != known:
            field = "other_phones"
            known = "\n".join(filter(None, (group.fields.get(field), known)))
            group.fields[field] = known
        group.fields.setdefault(field, known)

    def _is_next(self, field, value):
        """Whether a name begins what is said of the next person."""
        group = self.found[-1]
        return group.is_reachable and group.fields.get(field, value) != value

    def _find(self, label, value=""):
        """Return what a label means, as of :func:`find_field`.

        :param str label: as it was written.
        :param str value: what it may be the label of.
        :rtype: str
        """
        if len(label) > MAX_LABEL + 10:
            return ""
        field = find_field(self._clean(label), self._own_names)
        return _find_way(value) if field == "contact" else field

    def _clean(self, label):
        """Return a label as it is known, if it is.

        :param str label: as it was written, such as ``* Name (required):``.
        :rtype: str
        """
        label = _clean_label(label)
        is_known = bool(find_field(label, self._own_names))
        return label if is_known else _IN_BRACKETS.sub("", label).strip()


def _split_cells(line):
    return [cell.strip() for cell in line.split("\t") if cell.strip(_AROUND)]


def _clean_label(label):
    label = label[_BULLET.match(label).end() :].strip(_AROUND)
    return label.rstrip(":：=?*_ ").strip()


def _is_label(text):
    return any(letter.isalpha() for letter in _clean_label(text)[:1])


def _find_way(value):
    """Return of which field a value is by which somebody can be reached.

    :param str value: as it was written.
    :return: ``contact`` for none: whom that names is often the dealer's.
    :rtype: str
    """
    ways = (name for name in ("email", "phone") if _read_value(name, value))
    return next(ways, "contact")


def _read_value(field, value):
    """Return the value of a field that tells who somebody is.

    :param str field: of an :class:`Enquiry`, or a part of a name.
    :param str value: without what stands around it.
    :return: empty where it is none of that kind.
    :rtype: str
    """
    if field == "email":
        return search_address(value[: MAX_LINE + 1])
    if len(value) > _MAX_VALUE or fold_name(value) in _NOTHING:
        return ""
    digits = sum(letter.isdecimal() for letter in value)
    if field in ("phone", "other_phones"):
        return value if 6 <= digits <= 40 else ""
    letters = sum(letter.isalpha() for letter in value)
    is_name = letters > digits and "@" not in value and "://" not in value
    return value if is_name and len(value.split()) <= _MAX_WORDS else ""
