"""What the fields of one source may mean beside the fields of an enquiry."""

from .field_names import fold_name

#: Nothing that anybody has to read.
LEFT_OUT = "left_out"

#: Before the name of a field of the lead.
OF_LEAD = "lead."


def take_texts(pairs, own_names=None):
    """Take out what is left out, and what is meant for fields of the lead.

    :param list pairs: of a name and a value, as they were sent.
    :param dict own_names: as of :func:`read_pairs`.
    :return: the other pairs, and the texts by field of the lead.
    :rtype: tuple[list, dict]
    """
    if not own_names:
        return pairs, {}
    rest, texts = [], {}
    for name, text in pairs:
        meaning = own_names.get(fold_name(name), "")
        if meaning.startswith(OF_LEAD):
            field = meaning.removeprefix(OF_LEAD)
            texts[field] = ", ".join(filter(None, [texts.get(field), text]))
        elif meaning != LEFT_OUT:
            rest.append((name, text))
    return rest, {field: text for field, text in texts.items() if text}
