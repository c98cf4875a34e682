"""The markup of ADF documents, as senders write it.

No parser of XML is used. What senders get wrong most often (an attribute without
quotes, a line break of HTML, an address in angle brackets, an element that is never
closed) ends a document for such a parser, or shifts everything after it, when it
recovers. The few names of ADF are known, so they tell what is markup here.
"""

import html
import re
from xml.etree.ElementTree import TreeBuilder

from .enquiry import InvalidEnquiry


def _split(names):
    return frozenset(names.split())


#: Elements with others in them.
_CONTAINERS = _split(
    "adf address colorcombination contact customer finance option prospect provider "
    "timeframe vehicle vendor"
)

#: Elements with a text.
_LEAVES = _split(
    "amount apartment balance bodystyle city comments condition country description "
    "doors earliestdate email exteriorcolor id imagetag interiorcolor latestdate make "
    "manufacturercode method model name odometer optionname phone postalcode "
    "preference price pricecomments regioncode requestdate service stock street "
    "transmission trim url vendorname vin weighting year"
)

#: Of HTML: where a line ends, and what is within one.
_LINE_ENDS = _split(
    "blockquote body br div h1 h2 h3 h4 h5 h6 head hr html li ol p pre table tbody td "
    "th tr ul"
)
_INLINE = _split("a b big em font i img s small span strong sub sup tt u")

#: Elements deeper than any of ADF are left out, but for their text.
_MAX_DEPTH = 30

_START = re.compile(r"<\s*(?:\w{1,30}:)?(?:adf|prospect)\b", re.IGNORECASE)

_ESCAPED = re.compile(r"&lt;\s*(?:adf|prospect)\b", re.IGNORECASE)

_TAG = re.compile(r"<([^<>]*)>")

#: Blanks are in one place only, or they would be tried in each of two.
_NAME = re.compile(
    r"\s*(?:(/)\s*)?(?:\w{1,30}:)?([a-z][\w.-]{0,60})(?=[\s/]|$)", re.IGNORECASE
)

_CLOSED = re.compile(r"</(?:\w{1,30}:)?([a-z][\w.-]{0,60})\s{0,9}>", re.IGNORECASE)

#: Its parts are bounded, or a long word would be looked at from each of its letters.
_ATTRIBUTE = re.compile(
    r"""(?:[\w.-]{1,30}:)?([\w.-]{1,30})\s{0,9}=\s{0,9}"""
    r"""(?:"([^"]*)"|'([^']*)'|([^\s"'=]+))"""
)

_QUOTES = str.maketrans("“”„‟‘’‚‛", "\"\"\"\"''''")

#: Without its semicolon, an entity is more likely a part of a web address.
_ENTITY = re.compile(r"&(?:#\d{1,7}|#x[0-9a-f]{1,6}|\w{1,31});", re.IGNORECASE)


def has_adf(text):
    """Whether a text has the start of an ADF document in it.

    :param str text: any.
    :rtype: bool
    """
    # Most texts are a name or a number.
    if "<" not in text and "&" not in text:
        return False
    return bool(_START.search(text) or _ESCAPED.search(text))


def parse_adf(text):
    """Return the elements of an ADF document.

    :param str text: a document, with or without anything around it.
    :return: what holds all of it, with names and attributes in lower case and
        without prefixes; and the texts before and after it.
    :rtype: tuple[xml.etree.ElementTree.Element, list[str]]
    :raises InvalidEnquiry: when it is no document, or when it declares entities.
    """
    if not _START.search(text) and _ESCAPED.search(text):
        # A mail client has escaped it.
        text = unescape(text)
    if re.search(r"<!ENTITY", text, re.IGNORECASE):
        raise InvalidEnquiry("The document must not declare entities.")
    start = _START.search(text)
    if not start:
        raise InvalidEnquiry("The document is not ADF: it has no element adf.")
    end = text.rfind(">") + 1
    document = _leave_out_comments(_unwrap(text[start.start() : end]))
    return _Tree(document).root, [text[: start.start()], text[end:]]


def unescape(text):
    """Return a text with the characters that its entities mean.

    :param str text: of XML or HTML.
    :rtype: str
    """
    return _ENTITY.sub(lambda match: html.unescape(match[0]), text)


def _unwrap(text):
    """Return a document whose sections of CDATA are escaped texts."""
    first, *sections = text.split("<![CDATA[")
    parts = [first]
    for section in sections:
        inside, end, after = section.partition("]]>")
        # One without an end is none.
        parts += [html.escape(inside, quote=False), after] if end else [section]
    return "".join(parts)


def _leave_out_comments(text):
    first, *sections = text.split("<!--")
    parts = [first]
    for section in sections:
        inside, end, after = section.partition("-->")
        parts.append(after if end else inside)
    return "".join(parts)


class _Tree:
    """A document on its way to a tree.

    :param str text: the document.
    """

    def __init__(self, text):
        self._builder = TreeBuilder()
        self._open = []
        self._closed = {match[1].lower() for match in _CLOSED.finditer(text)}
        self._start("document", {})
        position = 0
        for match in _TAG.finditer(text):
            self._builder.data(unescape(text[position : match.start()]))
            position = match.end()
            self._read_tag(match[0], match[1])
        self._builder.data(unescape(text[position:]))
        self._end("document")
        self.root = self._builder.close()

    def _read_tag(self, tag, inside):
        if inside[:1] in ("!", "?"):
            return
        is_empty = inside.endswith("/")
        match = _NAME.match(inside)
        name = match[2].lower() if match else ""
        if self._is_element(name, is_empty):
            if match[1]:
                self._end(name)
                return
            self._start(name, _read_attributes(inside[match.end() :]))
            if is_empty:
                self._end(name)
        elif name in _LINE_ENDS:
            self._builder.data("\n")
        elif name not in _INLINE:
            # Somebody wrote it, such as an address in angle brackets.
            self._builder.data(unescape(tag))

    def _is_element(self, name, is_empty):
        if name in _CONTAINERS or name in _LEAVES:
            return True
        if not name or name in _LINE_ENDS or name in _INLINE:
            return False
        return is_empty or name in self._closed

    def _start(self, name, attributes):
        self._end_what_lacks_an_end(name)
        if len(self._open) < _MAX_DEPTH:
            self._open.append(name)
            self._builder.start(name, attributes)

    def _end_what_lacks_an_end(self, name):
        """End what an element that starts here cannot be in."""
        if name == "prospect":
            self._end(name)
        is_known = name in _CONTAINERS or name in _LEAVES
        if is_known and self._open and self._open[-1] in _LEAVES:
            self._end(self._open[-1])

    def _end(self, name):
        """End an element and all in it; one that was never started is nothing."""
        while name in self._open:
            last = self._open.pop()
            self._builder.end(last)
            if last == name:
                return


def _read_attributes(text):
    attributes = {}
    for match in _ATTRIBUTE.finditer(text.rstrip("/ ").translate(_QUOTES)):
        value = next(filter(None, match.groups()[1:]), "")
        attributes.setdefault(match[1].lower(), unescape(value).strip())
    return attributes
