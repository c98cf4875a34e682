"""The prospects of an ADF document, and what stands outside of them."""

import re
from xml.etree.ElementTree import Element

from .adf_lines import describe, get_own_text, get_text
from .beside import MAX_REPEATED
from .free_text import html_to_text

#: What all prospects of a document may have in common.
_COMMON = ("vendor", "provider", "requestdate")

#: Of how many elements that may consist.
_MAX_COMMON = 50

#: What a prospect is about, even where it is not called one.
_CUSTOMERS = ("customer", "contact")

#: A form's name of the field in which the document is.
_FIELD = re.compile(r"^\w{1,30}=$")


def list_prospects(root, around):
    """Return the prospects of a document, and what is said of them outside.

    :param xml.etree.ElementTree.Element root: as of :func:`parse_adf`.
    :param list[str] around: the texts before and after the document.
    :return: the prospects, with elements in them that stand outside and are meant for
        them; and lines of all else.
    :rtype: list[tuple[xml.etree.ElementTree.Element, list[str]]]
    """
    outside = _Outside()
    outside.add(root)
    lines = [line for text in around if (line := _read_words(text))]
    prospects, others = outside.give_out()
    lines += [*outside.texts, *describe(others)]
    is_long = sum(map(len, lines)) > MAX_REPEATED
    return [
        (prospect, lines if not (number and is_long) else [])
        for number, prospect in enumerate(prospects)
    ]


def _is_short(element):
    """Whether an element can be read for each of many prospects."""
    size = sum(1 for _node in element.iter())
    return size <= _MAX_COMMON and len(get_text(element)) <= MAX_REPEATED


def _read_words(text):
    """Return what somebody wrote around a document."""
    words = html_to_text(text) if "<" in text else text
    lines = (" ".join(line.split()) for line in words.splitlines())
    words = "\n".join(filter(None, lines))
    return "" if _FIELD.match(words) else words


class _Outside:
    """What stands outside of the prospects of a document."""

    def __init__(self):
        #: Of elements around the prospects.
        self.texts = []
        self._prospects = []
        # By tag: after how many prospects, and the element.
        self._elements = {}

    def add(self, node):
        """Take what is in an element around the prospects.

        :param xml.etree.ElementTree.Element node: the document, or one that has it.
        """
        text = get_own_text(node)
        if text:
            self.texts.append(text)
        for child in node:
            if child.tag == "prospect":
                self._prospects.append(child)
            elif child.tag == "adf" or child.find(".//prospect") is not None:
                self.add(child)
            else:
                found = self._elements.setdefault(child.tag, [])
                found.append((len(self._prospects), child))

    def give_out(self):
        """Give the prospects what is meant for them.

        :return: the prospects, and what has what is meant for none of them.
        :rtype: tuple[list, xml.etree.ElementTree.Element]
        """
        others = Element("document")
        if not self._prospects and any(tag in self._elements for tag in _CUSTOMERS):
            self._prospects.append(Element("prospect"))
        for tag, placed in self._elements.items():
            elements = [element for _place, element in placed]
            if not self._give(tag, elements, [place for place, _element in placed]):
                others.extend(elements)
        return self._prospects, others

    def _give(self, tag, elements, places):
        """Give the prospects the elements of one tag, if it is certain whose they are.

        :param str tag: of all of them.
        :param list elements: in their order.
        :param list[int] places: after how many prospects each of them stands.
        :rtype: bool
        """
        prospects = self._prospects
        count = len(prospects)
        if count == 1:
            if tag == "id" and prospects[0].find("id") is not None:
                return False
            prospects[0].extend(elements)
        elif len(elements) == 1 and tag in _COMMON and _is_short(elements[0]):
            for prospect in prospects:
                prospect.extend(elements)
        elif places in (list(range(count)), list(range(1, count + 1))):
            for prospect, element in zip(prospects, elements, strict=True):
                prospect.append(element)
        else:
            return False
        return True
