"""What the elements of an ADF document say, for people to read."""

#: Attributes that tell nobody anything, and those that are no news where a text has
#: become a field, or where there is none.
_SILENT = ("line", "sequence", "xmlns")
_KNOWN = ("part", "source", "type")


def get_text(node):
    """Return the text of an element and of those in it, on one line.

    :param xml.etree.ElementTree.Element node: any.
    :rtype: str
    """
    return " ".join(" ".join(node.itertext()).split())


def get_own_text(node):
    """Return the text of an element without that of the elements in it.

    :param xml.etree.ElementTree.Element node: any.
    :rtype: str
    """
    texts = [node.text, *(child.tail for child in node)]
    return " ".join("".join(filter(None, texts)).split())


def describe(node, used=(), path=()):
    """Yield what has no field of its own, a line each.

    :param xml.etree.ElementTree.Element node: whose inside is looked at.
    :param set used: the elements that have been read.
    :param tuple path: names of the elements that it is in.
    """
    for child in node:
        # Whose contact it is says enough.
        names = path if child.tag == "contact" else (*path, child.tag)
        line = _describe_element(child, child in used)
        if line:
            yield " ".join(names).capitalize() + line
        yield from describe(child, used, names)


def _describe_element(node, is_used):
    """Return what is in an element alone and was not read, with its attributes.

    :param xml.etree.ElementTree.Element node: any.
    :param bool is_used: whether its text was read.
    :return: what follows its name in a line of the message; it may be empty.
    :rtype: str
    """
    text = get_text(node) if is_used else get_own_text(node)
    known = (*_SILENT, *_KNOWN) if is_used or not text else _SILENT
    attributes = ", ".join(
        f"{name} {value}"
        for name, value in node.attrib.items()
        if value and name not in known
    )
    if is_used and not attributes:
        return ""
    if attributes and text:
        return f" ({attributes}): {text}"
    return f": {attributes or text}" if attributes or text else ""
