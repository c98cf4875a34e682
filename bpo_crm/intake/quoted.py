"""What of a mail is somebody else's: what it answers, and what it forwards."""

import dataclasses
import itertools
import re

from .field_names import fold_name
from .headers import search_address

#: How many lines are looked through, and how many belong to the head of a mail.
_MAX_LINES = 2_000
_HEAD = 8

#: Lines between what somebody wrote and a mail that is quoted below.
_MARKER = re.compile(
    r"[-_=\s>*]{0,80}(?:begin |start of |inicio del? |début du |anfang der |fine |"
    r"inizio )?(?P<kind>forwarded message|original message|mensaje (?:original|"
    r"reenviado)|mensagem (?:original|encaminhada)|message (?:d['’]origine|original|"
    r"transféré|transmis)|(?:ursprüngliche|weitergeleitete) nachricht|messaggio "
    r"(?:originale|inoltrato)|(?:oorspronkelijk|doorgestuurd) bericht|원본 메시지|"
    r"원본 메일|전달된 메시지|전달된 메일|orihinal na mensahe|ipinasang mensahe)"
    r"[-_=\s:*]{0,80}",
    re.IGNORECASE,
)
_FORWARDED = re.compile(
    r"forward|reenvia|encaminha|transf|transmis|weiter|inoltra|doorgest|전달|ipinasa",
    re.IGNORECASE,
)
#: ``On Monday, Ana Cruz wrote:``, of two lines at the most.
_INTRO = re.compile(
    r"\bwrote|escribió|a écrit|schrieb|ha scritto|escreveu|schreef|skrev|"
    r"작성|쓴 글|sumulat|isinulat",
    re.IGNORECASE,
)

#: How the subject of a mail begins that is forwarded.
_SUBJECT = re.compile(
    r"\s*(?:\[[^\[\]]{0,40}\]\s*)?(?:fwd?|fw|rv|reenv|enc|tr|wg|i|doorst|vs|전달)\s*:",
    re.IGNORECASE,
)

#: What stands in the head of a quoted mail before its sender, and before all else.
_SENDERS = """
    From, De, Von, Da, Van, Fra, Från, Od, Mula, Mula kay, Mula sa, Remitente,
    Expéditeur, Absender, Mittente, Remetente, Afzender, 보낸 사람, 발신, 발신자,
    差出人, 发件人, 寄件者, От
"""
_REST = """
    Sent, To, Date, Reply-To, Enviado, Enviado el, Para, Fecha, Envoyé, À, Gesendet,
    An, Datum, Inviato, Data, Verzonden, Aan, Petsa, Ipinadala, Para kay, Kay,
    보낸 날짜, 받는 사람, 날짜, 수신, 宛先, 日付, 送信日時, 收件人, 发送时间
"""
_FROM = frozenset(map(fold_name, _SENDERS.split(",")))
_OTHERS = frozenset(map(fold_name, _REST.split(",")))


@dataclasses.dataclass(frozen=True)
class Parts:
    """The text of a mail, taken apart.

    :param str own: what its sender wrote.
    :param str quoted: the mail that it answers or forwards; may be empty.
    :param bool is_forward: whether it forwards that.
    :param str name: who wrote that mail; may be empty.
    :param str address: likewise.
    """

    own: str
    quoted: str = ""
    is_forward: bool = False
    name: str = ""
    address: str = ""


def take_apart(text, subject):
    """Return the text of a mail, without and with what it quotes.

    :param str text: of the mail.
    :param str subject: of the mail.
    :rtype: Parts
    """
    lines = text.split("\n")
    start, kind = _find_quoted(lines[:_MAX_LINES])
    if start is None:
        return Parts(text)
    quoted = [line.lstrip("> ") for line in lines[start:]]
    name, address = _read_head(quoted)
    return Parts(
        own="\n".join(lines[:start]),
        quoted="\n".join(quoted),
        is_forward=is_forward(subject) or bool(_FORWARDED.search(kind)),
        name=name,
        address=address,
    )


def is_forward(subject):
    """Whether the subject of a mail says that it forwards another one.

    :param str subject: of the mail.
    :rtype: bool
    """
    return bool(_SUBJECT.match(subject))


def read_from_line(text):
    """Return whom a text names as its sender, as web forms write it on top.

    :param str text: of a mail.
    :return: the name and the address; both are empty where it is no such text.
    :rtype: tuple[str, str]
    """
    lines = [line for line in text[:2_000].split("\n") if line.strip()]
    return _read_head(lines, 3)


def _find_quoted(lines):
    """Return where a quoted mail begins.

    :param list lines: of the text of a mail.
    :return: its first line, None for none; and what the line says that it is.
    :rtype: tuple[int | None, str]
    """
    for number, line in enumerate(lines):
        short = line.strip()[:300]
        marker = _MARKER.fullmatch(short[:200])
        if marker:
            return number, marker["kind"]
        if line.startswith(">") or _is_intro(short, lines[number - 1 : number]):
            return number, ""
        if _find_label(short) in _FROM and _is_head(lines[number + 1 : number + _HEAD]):
            return number, ""
    return None, ""


def _is_intro(line, before):
    """Whether a line says who wrote what follows.

    :param str line: any.
    :param list before: the line before it, if there is one.
    :rtype: bool
    """
    if not line.endswith((":", "：")):
        return False
    both = f"{before[0][:200] if before else ''} {line}"
    has_date = any(letter.isdecimal() for letter in both)
    return has_date and bool(_INTRO.search(line))


def _is_head(lines):
    # That of a form has a subject at the most, and ends with a blank line.
    head = itertools.takewhile(str.strip, lines)
    return any(_find_label(line[:300]) in _OTHERS for line in head)


def _find_label(line):
    label, colon, _value = line.replace("：", ":").partition(":")
    return fold_name(label[:30]) if colon and len(label) < 30 else ""


def _read_head(lines, count=_HEAD):
    """Return who wrote a mail, by the first lines of it.

    :param list lines: of the mail, with its head.
    :param int count: how many of them, at the most.
    :return: the name and the address; both may be empty.
    :rtype: tuple[str, str]
    """
    for line in [line for line in lines if line.strip()][:count]:
        if _find_label(line) not in _FROM:
            continue
        value = line.replace("：", ":").partition(":")[2][:300]
        address = search_address(value)
        if address:
            name = value[: value.find(address)]
            name = re.sub(r"mailto:|[<\[(\"'*]", " ", name)
            return " ".join(name.split()), address
    return "", ""
