"""Whose an address is that a mail came from: a customer's, or nobody's."""

import re

from .field_names import fold_name
from .person import is_other_name

#: Words for *do not answer*, wherever they stand in an address or a name: English,
#: Spanish, French, German, Italian, Portuguese, Dutch, the Scandinavian languages,
#: Finnish, Polish, Czech, Hungarian, Romanian, Turkish, Tagalog, Indonesian,
#: Vietnamese, Russian, Korean, Japanese and Chinese.
_NO_ANSWER = """
    noreply noreplies donotreply donotrespond dontreply donotanswer cannotreply
    notmonitored unmonitored sendonly
    noresponder norespond nocontestar nocontestes nocontesta sinrespuesta
    nepasrepondre nepasreponse sansreponse
    keineantwort nichtantworten antwortnicht nichtbeantworten
    nonrispondere nonrispondete senzarisposta
    naoresponda naoresponder naoresponde semresposta
    nietantwoorden geenantwoord nietbeantwoorden geenreactie
    svarainte svarej ingensvar svarikke ikkesvar besvarikke besvaraej
    eivastausta alavastaa eivastata
    nieodpowiada nieodpisuj bezodpowiedzi
    neodpovid nevalaszol nuraspunde
    cevaplamayin yanitlamayin cevapvermeyin
    huwagsumagot huwagtumugon huwagreplyan huwagmagreply
    jangandibalas tidakdibalas janganbalas
    khongtraloi neotvech neotvet неотвеч
    balsinjeonyong hoesinbulga hoesingeumji 발신전용 회신불가 회신금지
    soushinsenyou henshinfuka henshinfuyou 送信専用 返信不可
    wuxuhuifu qingwuhuifu 请勿回复 請勿回覆
"""
_ASKS_FOR_NO_ANSWER = re.compile("|".join(map(fold_name, _NO_ANSWER.split())))

#: What machines are called whose mails are about others, in English, Spanish,
#: Portuguese, Italian, French, German, Dutch, Polish, Turkish, Tagalog and Korean.
_MACHINES = """
    relay mailer mailerdaemon daemon postmaster bounce bounces
    notification notifications notify notifier alert alerts alerting
    voicemail voicemails fax efax scanner autoresponder robot
    webform webforms formmail formmailer formsubmit contactform
    leadgen newlead newleads wordpress listserv majordomo
    notificacion notificaciones avisos alerta alertas formulario formularios rebotes
    buzondevoz contestador
    notificacao notificacoes notifica notifiche avvisi
    formulaire formulaires alerte alertes messagerievocale
    benachrichtigung benachrichtigungen formular formulare anrufbeantworter
    meldingen powiadomienia bildirim bildirimler abiso
    알림 알림톡 通知
"""
_OF_MACHINES = frozenset(map(fold_name, _MACHINES.split()))

#: The same, unless a number follows.
_FORMS = "form forms lead leads enquiry enquiries inquiry inquiries"
_OF_FORMS = frozenset(_FORMS.split())

#: The same where nothing else stands before the ``@``.
_ALONE = """
    apache auto automated automatic bot daemon httpd nobody nginx root system web
    webmaster webserver website www wwwdata
"""
_OF_SYSTEMS = frozenset(_ALONE.split())

#: ``Ana Cruz via Portal``, as list servers and portals write it.
_VIA = re.compile(r"(?<=\S)\s+v[ií]a\s+(?=\S)", re.IGNORECASE)


def is_nobodys(address, name=""):
    """Whether an address sends mails for others.

    :param str address: of a sender.
    :param str name: the name that it came with.
    :rtype: bool
    """
    local = address.partition("@")[0]
    words = {fold_name(word) for word in re.split(r"[\W_]+", local)}
    words.add(fold_name(local))
    # ``relay7`` is a relay's, but ``lead7`` may be anybody's.
    numbered = {word.rstrip("0123456789") for word in words}
    return bool(
        _ASKS_FOR_NO_ANSWER.search(fold_name(local))
        or _ASKS_FOR_NO_ANSWER.search(fold_name(name))
        or words & (_OF_MACHINES | _OF_FORMS)
        or numbered & _OF_MACHINES
        or fold_name(local) in _OF_SYSTEMS
        or _VIA.search(name)
    )


def is_same(address, other):
    """Whether two addresses are one, in whatever case.

    :param str address: of a mail.
    :param str other: of a mail.
    :rtype: bool
    """
    return address.lower() == other.lower()


def is_same_domain(address, other):
    """Whether two addresses are of one organisation, as far as they tell.

    :param str address: of a mail.
    :param str other: of a mail.
    :rtype: bool
    """
    one, two = (text.lower().rpartition("@")[2] for text in (address, other))
    return one == two or one.endswith(f".{two}") or two.endswith(f".{one}")


def fits(name, sender_name, address):
    """Whether a person may be who wrote from an address.

    :param str name: of the person.
    :param str sender_name: that came with the address; may be missing.
    :param str address: of the sender.
    :return: False where neither the sender's name nor the address says so.
    :rtype: bool
    """
    if tell_name(sender_name, address):
        return not is_other_name(name, sender_name)
    local = fold_name(address.partition("@")[0])
    words = [fold_name(word) for word in name.split()]
    return any(len(word) > 2 and word in local for word in words)


def leave_out_carrier(name):
    """Return a name without through whom its owner wrote.

    :param str name: such as ``'Ana Cruz' via Sales``.
    :rtype: str
    """
    return _VIA.split(name)[0].strip("'\" ")


def tell_name(name, address):
    """Return the name that came with an address.

    :param str name: as it came.
    :param str address: of the sender.
    :return: empty where it only repeats the address.
    :rtype: str
    """
    folded = fold_name(name)
    is_address = folded in (fold_name(address), fold_name(address.partition("@")[0]))
    return "" if is_address or "@" in name else name
