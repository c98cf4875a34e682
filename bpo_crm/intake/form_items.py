"""What of a form says its label and its answer, in the shapes of common lead forms."""

from .field_names import find_field, fold_name

#: What is a label, and what is an answer, the most exact ones first.
_LABELS = ("columnid", "title", "label", "question", "text", "name", "key", "fieldname")
_ANSWERS = (
    *("stringvalue", "answer", "answers", "answerdetails", "values", "value"),
    *("response", "text", "rawvalue"),
)

#: What a form says of its fields, and nobody asked.
_OF_FORM = frozenset(
    [
        "columnname",
        "field",
        "fieldid",
        "fieldtype",
        "id",
        "name",
        "order",
        "prettyformat",
        "questionid",
        "rawvalue",
        "ref",
        "required",
        "sublabels",
        "type",
    ]
)

#: A phone number in parts, in their order.
_OF_PHONE = ("country", "countrycode", "area", "areacode", "phone", "number")

#: What there is of a field that has a name of its own.
_OF_FIELD = _OF_FORM | frozenset(
    [
        "answer",
        "label",
        "source",
        "sourceid",
        "text",
        "timestamp",
        "title",
        "value",
        "versions",
    ]
)


def read_item(item, titles):
    """Return what an object in a list says, if it is a label and an answer.

    :param item: of a list.
    :param dict titles: of fields, by their ids.
    :return: pairs of a name and a value; None where it is no such object.
    :rtype: list[tuple[str, object]] | None
    """
    if not isinstance(item, dict):
        return None
    by_name = {fold_name(name): name for name in item}
    if any(find_field(name) in ("phone", "email") for name in item):
        return _read_typed(item, titles)
    if isinstance(item.get("type"), str) and item["type"] in item:
        return _read_typed(item, titles)
    label = _find(item, by_name, _LABELS)
    answer = _find(item, by_name, _ANSWERS, label)
    if not label or not answer or not isinstance(item[label], str):
        return None
    others = {
        name: value
        for folded, name in by_name.items()
        if (value := item[name]) is not None
        and name not in (label, answer)
        and folded not in _OF_FORM
    }
    return [(item[label], item[answer]), *([(item[label], others)] if others else [])]


def read_keyed_item(key, item):
    """Return what an object says that describes one field of a form.

    :param str key: what the field is called.
    :param item: what there is of it.
    :return: the name and the value; None where it is no such object.
    :rtype: tuple[str, object] | None
    """
    if not isinstance(item, dict):
        return None
    by_name = {fold_name(name): name for name in item}
    if by_name.keys() <= set(_OF_PHONE) and by_name.keys() & {"area", "areacode"}:
        parts = [item[by_name[part]] for part in _OF_PHONE if part in by_name]
        return (key, " ".join(part for part in parts if isinstance(part, str)))
    answer = _find(item, by_name, ("answer", "value"))
    if not answer or not by_name.keys() <= _OF_FIELD:
        return None
    labels = [
        item.get(by_name.get(name)) for name in ("text", "title", "label", "name")
    ]
    names = [key, *(label for label in labels if isinstance(label, str) and label)]
    if names[1:] and key.isdigit():
        names = names[1:]
    known = [name for name in names if find_field(name)]
    if not known and not key.isdigit():
        return None
    return next(iter(known or names)), item[answer]


def list_titles(values):
    """Return the titles of a form's fields.

    :param dict values: what a form sent.
    :return: by the id of each field.
    :rtype: dict[str, str]
    """
    definition = values.get("definition")
    fields = definition.get("fields") if isinstance(definition, dict) else None
    return {
        field["id"]: field["title"]
        for field in (fields if isinstance(fields, list) else ())
        if isinstance(field, dict)
        and isinstance(field.get("id"), str)
        and isinstance(field.get("title"), str)
    }


def _find(item, by_name, names, other=None):
    """Return the first of some names that an object has something under.

    :param dict item: the object.
    :param dict by_name: its names, by what they have in common with other spellings.
    :param tuple names: to look for.
    :param str other: its name that is used already.
    :rtype: str | None
    """
    for folded in names:
        name = by_name.get(folded)
        if name is not None and name != other and item[name] not in (None, ""):
            return name
    return None


def _read_typed(item, titles):
    """Return what an answer says that stands under the name of its type.

    :param dict item: such as ``{"type": "email", "email": "…", "field": {…}}``.
    :param dict titles: of fields, by their ids.
    :rtype: list[tuple[str, object]] | None
    """
    kind, field = item.get("type"), item.get("field")
    if not (isinstance(kind, str) and kind in item and isinstance(field, dict)):
        return None
    names = [titles.get(str(field.get("id"))), field.get("title"), field.get("ref")]
    names = [name for name in names if name and isinstance(name, str)]
    answer = item[kind]
    if isinstance(answer, dict):
        answer = answer.get("label") or answer.get("labels") or answer
    if find_field(kind) and not any(map(find_field, names)):
        names.insert(0, kind)
    known = [name for name in names if find_field(name)]
    return [(next(iter([*known, *names, kind])), answer)]
