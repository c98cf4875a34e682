"""Enquiries in the body of a request, in whatever format it is."""

from werkzeug.http import parse_options_header

from .adf import read_adf_text
from .adf_markup import has_adf
from .beside import complete_all
from .charset import decode_text
from .enquiry import MAX_ENQUIRIES, Enquiry, InvalidEnquiry
from .form_body import URL_ENCODED, is_url_encoded, read_multipart, read_url_encoded
from .json_body import read_json
from .json_text import load_json
from .lead_forms import put_aside, read_object
from .table_body import read_table


def read_body(body, content_type="", own_names=None):
    """Return the enquiries in a body, by what it looks like.

    :param bytes body: JSON, ADF, a form, a table, or a text with ADF in it.
    :param str content_type: the header, with its parameters. It may be wrong.
    :param dict own_names: what the names of one source mean, as of
        :func:`find_field`.
    :return: at least one. What cannot be understood has a problem, and the text as
        its message.
    :rtype: list[Enquiry]
    :raises InvalidEnquiry: when there is nothing in it.
    """
    kind, options = parse_options_header(content_type)
    text = decode_text(body, options.get("charset", ""))
    if not text.strip():
        raise InvalidEnquiry("The body is empty.")
    try:
        enquiries = _read_known(body, text, kind, options, own_names)
        if len(enquiries) > MAX_ENQUIRIES:
            raise InvalidEnquiry(f"The body has more than {MAX_ENQUIRIES} enquiries.")
        return enquiries
    except InvalidEnquiry as problem:
        return [put_aside(text, str(problem))]
    except RecursionError:
        return [put_aside(text, "The body has more levels than any form.")]


def _read_known(body, text, kind, options, own_names):
    """Return the enquiries in a body whose format is known.

    :param bytes body: as it came.
    :param str text: the same in its character set.
    :param str kind: the type that it came with.
    :param dict options: the parameters of that.
    :param dict own_names: as of :func:`find_field`.
    :rtype: list[Enquiry]
    :raises InvalidEnquiry: when it cannot be understood.
    """
    charset = options.get("charset", "")
    form = read_multipart(body, options.get("boundary", ""), charset)
    if form:
        return _read_form(*form, own_names)
    if _is_form(text.strip(), kind):
        return read_object(read_url_encoded(body, charset), own_names)
    return _read_text(text, own_names)


def _is_form(text, kind):
    """Whether a body is a form: a type that is wrong does not make it one.

    :param str text: without blanks around it.
    :param str kind: the type that it came with.
    :rtype: bool
    """
    if text[:1] in ("{", "[", "<", '"') or "<" in text:
        return False
    return (kind == URL_ENCODED and "=" in text) or is_url_encoded(text)


def _read_text(text, own_names):
    """Return the enquiries in a text.

    :param str text: of JSON or ADF, or a table.
    :param dict own_names: as of :func:`find_field`.
    :rtype: list[Enquiry]
    :raises InvalidEnquiry: when it is none of these.
    """
    start = text.strip()[:1]
    if start == '"' and isinstance(inner := _find_inner(text), str):
        return _read_text(inner, own_names)
    if start in ("{", "["):
        try:
            return read_json(text, own_names)
        except InvalidEnquiry:
            if not has_adf(text):
                raise
    if start == "<" or has_adf(text):
        return read_adf_text(text)
    return read_table(text, own_names)


def _find_inner(text):
    """Return the text that a text of JSON is; None for none."""
    try:
        return load_json(text)
    except InvalidEnquiry:
        return None


def _read_form(values, files, own_names):
    """Return the enquiries of a form with files.

    :param dict values: the texts of each name.
    :param list[FormFile] files: in which there may be enquiries as well.
    :param dict own_names: as of :func:`find_field`.
    :rtype: list[Enquiry]
    :raises InvalidEnquiry: as :func:`read_object` does.
    """
    found, lines = [], []
    for file in files:
        in_file = _read_file(file, own_names)
        found += in_file
        if not in_file:
            lines.append(_describe_file(file))
    written = read_object(values, own_names) if values else []
    beside = Enquiry(message="\n".join(lines))
    if not found:
        return complete_all(written, beside) if written else [beside]
    if len(written) > 1:
        return complete_all([*written, *found], beside)
    return complete_all(complete_all(found, beside), *written or [Enquiry()])


def _read_file(file, own_names):
    """Return the enquiries in a file; none where it is of something else.

    :param FormFile file: of a form.
    :param dict own_names: as of :func:`find_field`.
    :rtype: list[Enquiry]
    """
    if not file.is_text():
        return []
    try:
        found = _read_text(decode_text(file.content), own_names)
    except InvalidEnquiry:
        return []
    return found if any(one.is_reachable for one in found) else []


def _describe_file(file):
    line = f"file: {file.describe()}"
    return f"{line}\n{decode_text(file.content)}" if file.is_text() else line
