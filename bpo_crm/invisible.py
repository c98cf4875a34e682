"""Characters that nobody sees, and by which two equal texts differ."""

import re

#: What marks the direction of a text, where it may break, or nothing at all.
_NOWHERE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f"
    "\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\U000e0000-\U000e007f]"
)

#: What joins letters, or keeps them apart, in scripts that need it.
_JOINERS = re.compile("[\u200c\u200d]")


def leave_out_invisible(text):
    """Return a text without what shows in no script.

    :param str text: any.
    :rtype: str
    """
    return _NOWHERE.sub("", text)


def leave_out_joiners(text):
    """Return a text that is no word, without what joins letters in words either.

    :param str text: a number, an address or a code.
    :rtype: str
    """
    return _JOINERS.sub("", leave_out_invisible(text))
