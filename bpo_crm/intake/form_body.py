"""What a form of a web page sends: names with values, and files."""

import dataclasses
import re
from urllib.parse import parse_qsl

from werkzeug.exceptions import HTTPException
from werkzeug.sansio.multipart import Data, Epilogue, Field, File, MultipartDecoder

from .charset import decode_text
from .enquiry import InvalidEnquiry

URL_ENCODED = "application/x-www-form-urlencoded"

#: The most fields of a form.
MAX_FIELDS = 1000

#: The first line of a form with files, where its type does not tell the boundary.
_FIRST_LINE = re.compile(
    rb"\s{0,9}--([^\r\n]{1,100})\r?\nContent-Disposition: *form-data", re.IGNORECASE
)

_NAME_PARTS = re.compile(r"[\[\]]+")

_TEXT_FILES = ("json", "xml", "adf", "csv")


@dataclasses.dataclass
class FormFile:
    """A file of a form."""

    name: str
    kind: str
    content: bytes

    def is_text(self):
        """Whether there may be an enquiry in it."""
        end = self.name.lower().rpartition(".")[2]
        return (
            self.kind.startswith("text/")
            or self.kind.endswith(_TEXT_FILES)
            or end in (*_TEXT_FILES, "txt", "tsv", "ndjson", "jsonl")
        )

    def describe(self):
        """Return what people are told of it, whose content is not read.

        :rtype: str
        """
        kind = ", ".join(filter(None, (self.kind, f"{len(self.content)} bytes")))
        return f"{self.name} ({kind})"


def read_url_encoded(body, charset=""):
    """Return the values of a form.

    :param bytes body: as a browser sends it.
    :param str charset: that it came with, if any.
    :return: the texts of each name.
    :rtype: dict[str, list[str]]
    :raises InvalidEnquiry: when there are too many.
    """
    try:
        # Each byte is a character here: the character set is looked for in each value.
        pairs = parse_qsl(
            body.strip().decode("latin-1"),
            keep_blank_values=True,
            encoding="latin-1",
            max_num_fields=MAX_FIELDS,
        )
    except ValueError:
        raise InvalidEnquiry(f"The form has more than {MAX_FIELDS} fields.") from None
    return _group(
        tuple(decode_text(part.encode("latin-1"), charset) for part in pair)
        for pair in pairs
    )


def is_url_encoded(text):
    """Whether a text looks like a form, whatever its type says.

    :param str text: without blanks around it.
    :rtype: bool
    """
    words = text.split(None, 1)
    return len(words) == 1 and all("=" in part for part in text.split("&"))


def read_multipart(body, boundary="", charset=""):
    """Return the values and the files of a form.

    :param bytes body: of ``multipart/form-data``.
    :param str boundary: that it came with; where there is none, its first line tells.
    :param str charset: that it came with, if any.
    :return: the texts of each name and the files; None where it is no such form.
    :rtype: tuple[dict[str, list[str]], list[FormFile]] | None
    :raises InvalidEnquiry: when there are too many.
    """
    parts = _split(body, boundary)
    if not parts:
        return None
    if len(parts) > MAX_FIELDS:
        raise InvalidEnquiry(f"The form has more than {MAX_FIELDS} fields.")
    pairs, files = [], []
    for part, content in parts:
        kind = part.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        if isinstance(part, File) and (part.filename or content):
            files.append(FormFile(part.filename or part.name or "", kind, content))
        elif isinstance(part, Field):
            pairs.append((part.name or "", decode_text(content, charset)))
    return _group(pairs), files


def _split(body, boundary):
    """Return the parts of a form with files.

    :param bytes body: of ``multipart/form-data``.
    :param str boundary: that it came with.
    :return: its parts with their contents; none where it is no such form.
    :rtype: list[tuple]
    """
    first = _FIRST_LINE.match(body)
    mark = first[1].rstrip() if first else boundary.encode(errors="replace")
    if not mark:
        return []
    decoder = MultipartDecoder(mark)
    # A form that was cut off ends as well.
    decoder.receive_data(body + b"\r\n--" + mark + b"--\r\n")
    decoder.receive_data(None)
    try:
        return list(_list_parts(decoder))
    except (AssertionError, AttributeError, HTTPException, ValueError):
        return []


def _list_parts(decoder):
    """Yield the parts of a form, and one more than there may be.

    :param MultipartDecoder decoder: with the whole form.
    """
    part, content, count = None, [], 0
    while not isinstance(event := decoder.next_event(), Epilogue):
        if isinstance(event, Field | File):
            part, content, count = event, [], count + 1
        elif isinstance(event, Data):
            content.append(event.data)
            if not event.more_data:
                yield part, b"".join(content)
        if count > MAX_FIELDS + 1:
            return


def _group(pairs):
    """Return the values of names that are written as PHP does.

    :param pairs: of texts, such as ``lead[phone]`` or ``cars[]``, and a value.
    :return: the values of each name, with dots instead of brackets.
    :rtype: dict[str, list[str]]
    """
    values = {}
    for name, value in pairs:
        parts = filter(None, _NAME_PARTS.split(name.strip()))
        values.setdefault(".".join(parts), []).append(value)
    return values
