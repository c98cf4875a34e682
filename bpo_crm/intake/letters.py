"""Letters as all ways to write them have in common."""

import unicodedata


def fold_letters(text):
    """Return a text without case, width and accents.

    :param str text: in any script.
    :return: its letters composed, as they compare.
    :rtype: str
    """
    parts = unicodedata.normalize("NFKD", text).casefold()
    parts = unicodedata.normalize("NFKD", parts)
    letters = "".join(one for one in parts if not unicodedata.combining(one))
    return unicodedata.normalize("NFC", letters)
