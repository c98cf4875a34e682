"""A mail as it comes from the wire, with headers that Python reads in no time.

Python reads the headers of all parts while it takes a mail apart. It fails at some, and
the time that others take grows with the square of their length. So what is in the way
is mended in the text of the mail; whatever else it says is left as it is.
"""

import re
from email.utils import unquote

from .charset import is_charset

#: Of a header with a text, and of any other one, in characters.
MAX_TEXT = 20_000
MAX_HEADER = 2_000
#: Of one that only other servers read, such as a signature.
MAX_SIGNATURE = 4_000

#: Of all headers of a kind in one mail: the longest that plausible ones are.
MAX_READ = 100_000  # characters
MAX_UNREAD = 200_000  # characters
MAX_ADDRESSES = 1_000
#: Of address headers as they came, which Python takes the longest for.
MAX_WRITTEN = 20_000  # characters

#: Addresses in one header.
AT_ONCE = 25

MAX_PARTS = 1_000
#: Python calls itself for each part that has parts.
MAX_NESTED = 100

#: Headers with addresses. Nobody reads some of them, but Python does.
_ADDRESSES = {
    "bcc",
    "cc",
    "delivered-to",
    "from",
    "reply-to",
    "resent-bcc",
    "resent-cc",
    "resent-from",
    "resent-reply-to",
    "resent-sender",
    "resent-to",
    "sender",
    "to",
    "x-original-to",
}

#: Other headers that Odoo or an enquiry is read from, and how much of each.
_READ = {
    "auto-submitted": MAX_HEADER,
    "content-id": MAX_HEADER,
    "date": MAX_HEADER,
    "in-reply-to": MAX_HEADER,
    "message-id": MAX_HEADER,
    "precedence": MAX_HEADER,
    "references": MAX_TEXT,
    "return-path": MAX_HEADER,
    "subject": MAX_TEXT,
}

_END = r"(?:\r\n|\r|\n)"
_HEADER = re.compile(
    rf"([!-9;-~]*):([^\r\n]*(?:{_END}[ \t][^\r\n]*)*)({_END}|\Z)|"
    # What Python skips among headers.
    rf"(?:From |[ \t])[^\r\n]*(?:{_END}|\Z)"
)
_NEWLINE = re.compile(_END)
#: A line that may be between two parts.
_DASHED = re.compile(rf"--(?<![^\r\n]--)([^\r\n]*)(?:{_END}|\Z)")

_NAME = r"[\w!#$%&'*+.^`|~-]+"
_VALUE = r'"[^"\\<>()]*"|[^\s;"\\<>()]+'
#: A type and its parameters as programs write them.
_PLAIN = re.compile(
    rf"\s*{_NAME}(?:/{_NAME})?\s*(?:;\s*{_NAME}\s*=\s*(?:{_VALUE})\s*)*;?\s*",
    re.ASCII,
)
_TYPE = re.compile(rf"{_NAME}/{_NAME}", re.ASCII)
_WORD = re.compile(r"[\w.-]+", re.ASCII)
_PARAMETER = re.compile(rf';\s*({_NAME})\s*=\s*("(?:[^"\\]|\\.)*"|[^;"]*)', re.ASCII)
_BETWEEN = re.compile(r'[\s<>()\[\],;:"]+')
_ADDRESS = re.compile(r"[^@]{1,64}@[^@]{1,200}\.[^@.]{1,60}")


def mend_mail(original):
    """Return a mail that Python can take apart.

    :param bytes original: the mail.
    :rtype: bytes
    """
    return _RawMail(original.decode("latin-1")).mend().encode("latin-1")


class _RawMail:
    """The text of a mail, and what was found in it so far.

    :param str text: each of its characters is a byte.
    """

    def __init__(self, text):
        self._text = text
        self._mended = []
        self._boundaries = set()
        self._nested = 0
        self._has_digest = False
        self._left = {
            "addresses": MAX_ADDRESSES,
            "read": MAX_READ,
            "unread": MAX_UNREAD,
            "written": MAX_WRITTEN,
        }

    def mend(self):
        """Return the mail; of one with too many parts, the first ones."""
        position, parts = self._mend_head(0), 0
        while line := _DASHED.search(self._text, position):
            if line[1].rstrip() not in self._boundaries:
                self._mended.append(self._text[position : line.end()])
                position = line.end()
                continue
            parts += 1
            if parts > MAX_PARTS:
                self._mended.append(self._text[position : line.start()])
                return "".join(self._mended)
            self._mended.append(self._text[position : line.end()])
            position = self._mend_head(line.end())
        self._mended.append(self._text[position:])
        return "".join(self._mended)

    def _mend_head(self, position):
        """Mend the headers that begin somewhere, and those of a mail in that part.

        :param int position: in the text.
        :return: where the next line begins.
        :rtype: int
        """
        is_first, is_status, start = True, False, -1
        while position > start:
            start = position
            position, kind = self._mend_block(start)
            is_mail = kind.startswith("message/")
            # Of a digest, every part is a mail unless it says that it is none.
            is_mail |= is_first and self._has_digest and not kind
            # Each address that a mail did not reach has headers of its own.
            is_status |= kind.startswith("message/delivery-status")
            if not (is_mail or is_status):
                break
            is_first = False
            if blank := _NEWLINE.match(self._text, position):
                self._mended.append(blank[0])
                position = blank.end()
        return position

    def _mend_block(self, position):
        """Mend headers up to the first line that is none.

        :param int position: in the text, of the first header.
        :return: where that line begins, and the type of the part in lower case, which
            is empty where it is not said.
        :rtype: tuple[int, str]
        """
        kinds = {}
        while header := _HEADER.match(self._text, position):
            if self._is_between(header[0]):
                break
            position = header.end()
            if header[1] is None:
                self._mended.append(header[0])
                continue
            name = header[1].lower()
            if name.startswith("content-") and name in kinds:
                # Python reads the first one.
                continue
            values = self._mend_values(name, header[2])
            kinds[name] = values[0].strip().lower() if values else ""
            end = header[3]
            self._mended += [f"{header[1]}:{value}{end}" for value in values]
        return position, kinds.get("content-type", "")

    def _is_between(self, line):
        return line.startswith("--") and line[2:].rstrip() in self._boundaries

    # Headers

    def _mend_values(self, name, value):
        """Return what a header says that can be read, in one or several headers.

        :param str name: of the header, in lower case.
        :param str value: what follows its colon.
        :return: a value a header; none where nobody misses it.
        :rtype: list[str]
        """
        if name == "content-type":
            return [self._mend_type(value)]
        if name == "content-disposition":
            return [_write_plainly(value)]
        if name == "content-transfer-encoding":
            return [f" {word}" for word in _WORD.findall(value[:MAX_HEADER])[:1]]
        if name in _ADDRESSES:
            return self._mend_addresses(value)
        return self._cut(name, value)

    def _mend_type(self, value):
        """Return a type of a part that Python can read, and remember what parts it has.

        :param str value: of ``Content-Type``.
        :rtype: str
        """
        plain = _write_plainly(value)
        kind = plain.strip().lower()
        if kind.startswith("text/rfc822-headers"):
            # Of a mail that did not arrive. Core would take them apart as they are.
            plain = " message/rfc822"
        if plain.strip().lower().startswith(("message/", "multipart/")):
            self._nested += 1
            if self._nested > MAX_NESTED:
                return " text/plain"
        self._has_digest |= kind.startswith("multipart/digest")
        for name, found in _PARAMETER.findall(plain):
            if name.lower() == "boundary":
                self._boundaries.add(unquote(found.strip()).rstrip())
        return plain

    def _mend_addresses(self, value):
        """Return a header with addresses; of one that is too long, no more than these.

        :param str value: of the header.
        :return: as it was, or values with up to :data:`AT_ONCE` addresses each.
        :rtype: list[str]
        """
        self._left["written"] -= len(value)
        if len(value) <= MAX_HEADER and self._left["written"] >= 0:
            return [value]
        words = dict.fromkeys(_BETWEEN.split(value))
        found = [word for word in words if _ADDRESS.fullmatch(word)]
        room = self._left["addresses"]
        if len(found) > room:
            # Whether it is for us may be said at its end.
            found = found[: room // 2] + found[len(found) - room // 2 :]
        self._left["addresses"] -= len(found)
        return [
            " " + ", ".join(found[start : start + AT_ONCE])
            for start in range(0, len(found), AT_ONCE)
        ]

    def _cut(self, name, value):
        """Return as much of a header that has no addresses as is read of it.

        :param str name: of the header, in lower case.
        :param str value: what follows its colon.
        :return: one value; none for a long one that nobody reads, and once the mail had
            as many as are read of one.
        :rtype: list[str]
        """
        longest = _READ.get(name)
        budget = "read" if longest else "unread"
        if len(value) > (longest or MAX_SIGNATURE):
            if not longest:
                return []
            # What a mail answers is named last.
            value = value[-longest:] if name == "references" else value[:longest]
            value = value.rstrip()
        self._left[budget] -= len(name) + len(value)
        return [value] if self._left[budget] >= 0 else []


def _write_plainly(value):
    """Return a type, or a disposition, with parameters that Python can read.

    :param str value: of ``Content-Type`` or ``Content-Disposition``.
    :rtype: str
    """
    value = value[:MAX_HEADER].rstrip()
    parameters = _PARAMETER.findall(value)
    named = {name.partition("*")[0].lower() for name, _value in parameters}
    if _PLAIN.fullmatch(value) and not named & {"boundary", "charset"}:
        return value
    first = value.partition(";")[0]
    kind = _TYPE.search(first) or _WORD.search(first)
    texts = [f" {kind[0] if kind else ''}"]
    texts += [f'{name}="{text}"' for name, text in _read_parameters(parameters)]
    return "; ".join(texts)


def _read_parameters(parameters):
    """Return names and texts of parameters: one boundary, and a character set.

    :param list parameters: pairs of a name and a value, as they came.
    :return: pairs of a name and its text, without quotes.
    :rtype: collections.abc.ItemsView
    """
    joined = {}
    for name, value in parameters:
        key = name.partition("*")[0].lower()
        if key not in ("boundary", "charset"):
            joined.setdefault(name, _keep_plain(unquote(value.strip())))
        elif "*" in name:
            # Written in several parts, or with its own character set.
            joined[key] = joined.get(key, "") + unquote(value.strip()).split("'")[-1]
        else:
            joined.setdefault(key, unquote(value.strip()))
    if "charset" in joined:
        charset = _keep_plain(joined["charset"])
        joined["charset"] = charset if is_charset(charset) else "utf-8"
    if "boundary" in joined:
        joined["boundary"] = _keep_plain(joined["boundary"]).replace("=?", "")
    return joined.items()


def _keep_plain(text):
    return re.sub(r'["\\<>()\r\n]+', " ", text).strip()
