"""Ways in which programs write a moment, made into what a reader of dates knows."""

import re

#: Offsets of zones that programs write in words.
_ZONES = {
    "coordinated universal": "+00:00",
    "greenwich mean": "+00:00",
    "central european": "+01:00",
    "central european summer": "+02:00",
    "arabian": "+03:00",
    "gulf": "+04:00",
    "india": "+05:30",
    "indochina": "+07:00",
    "china": "+08:00",
    "hong kong": "+08:00",
    "malaysia": "+08:00",
    "philippine": "+08:00",
    "philippines": "+08:00",
    "singapore": "+08:00",
    "taipei": "+08:00",
    "japan": "+09:00",
    "korean": "+09:00",
    "eastern standard": "-05:00",
    "eastern daylight": "-04:00",
    "central standard": "-06:00",
    "central daylight": "-05:00",
    "mountain standard": "-07:00",
    "mountain daylight": "-06:00",
    "pacific standard": "-08:00",
    "pacific daylight": "-07:00",
}

_OFFSET = r"(?:[+-]\d{1,2}:?\d{1,2}|\bZ|\d ?Z|\b(?:UTC|GMT))"

#: In their order: what is written, and what it means.
_NOTATIONS = (
    # A minus of a typesetter; a clock beside UTC is written GMT+8, which means the
    # opposite to Unix.
    ("−", "-"),
    (r"\b(?:GMT|UTC) ?(?=[+-]\d)", " "),
    # What only repeats the zone: (Philippine Standard Time), [Asia/Manila], PHT.
    (rf"({_OFFSET}) ?(?:\([^()]*\)|\[[^\[\]]*\])$", r"\1"),
    (r" m=[+-][\d.]+$", ""),
    (r"([+-]\d\d:?\d\d) (?:[A-Z]{2,5}|[+-]\d\d(?::?\d\d)?)$", r"\1"),
    (r"^(.*\d.*)\((.*)\)$", r"\1 \2"),
    # Halves of the day.
    (r"(?i)\b([ap])\. ?m\b\.?", r"\1m"),
    (r"(오전|오후) ?(\d{1,2}:\d\d(?::\d\d)?)", r"\2 \1"),
    ("오전", "am"),
    ("오후", "pm"),
    # Dates in Korea: 2026. 11. 24. and 2026년 11월 24일 21시 30분.
    (
        r"(\d{4})(?:\.|년) ?(\d{1,2})(?:\.|월) ?(\d{1,2})(?:\.|일)?(?=\D|$)",
        r"\1-\2-\3 ",
    ),
    (r"(\d{1,2})시 ?(\d{1,2})분(?: ?(\d{1,2})초)?", r"\1:\2:0\3"),
    (r"(\d{1,2}:\d{1,2}):0(\d\d)$", r"\1:\2"),
    (r"(\d{1,2})시$", r"\1:00"),
    # The clock in words.
    (r"(?i)\b(?:Uhr|hrs?|heures?|horas?)\b\.?", " "),
    (r"(?i)(\d{1,2})h(\d\d)\b", r"\1:\2"),
    (r"(?i) (?:um|à|a las|kl\.?) (?=\d)", " "),
    # Seconds have as many digits as somebody wants.
    (r"(:\d\d[.,]\d{6})\d+", r"\1"),
)

_COMPILED = [(re.compile(pattern), meaning) for pattern, meaning in _NOTATIONS]

#: Their names, as the clocks of programs say them; the longest ones first.
_WORDS = re.compile(
    rf"(?i)\b({'|'.join(sorted(_ZONES, key=len, reverse=True))})(?: standard)? time$"
)

#: What needs none of this.
_PLAIN = re.compile(
    r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?(?:Z|[+-]\d\d:?\d\d)?"
)

_DAY_FIRST = re.compile(r"(?<![\d.])\d{1,2}\.\d{1,2}\.\d{2,4}(?![\d.])")


def make_readable(text):
    """Return a moment without what a reader of dates takes for something else.

    :param str text: on one line.
    :rtype: str
    """
    if _PLAIN.fullmatch(text):
        return text
    for pattern, meaning in _COMPILED:
        text = pattern.sub(meaning, text)
    text = _WORDS.sub(lambda match: _ZONES[match[1].lower()], text)
    return " ".join(text.split())


def is_day_first(text):
    """Whether a date has dots, as it has where the day comes first.

    :param str text: of a moment.
    :rtype: bool
    """
    return bool(_DAY_FIRST.search(text))
