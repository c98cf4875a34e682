"""What senders call the fields of an enquiry."""

import functools
import re
import unicodedata

from .enquiry import Enquiry

#: What a sender may say that is no field, but a part of one.
PARTS = ("first_name", "middle_name", "last_name", "street2", "trim", "contact", "id")

#: Fields and parts that are a person's name.
NAMES = ("name", "first_name", "middle_name", "last_name")

#: A longer name is none of a field, but a question.
_MAX_LENGTH = 200

#: The usual names beside those of the fields themselves, in English, Spanish, French,
#: Korean and Tagalog. Blanks, case, accents and other signs do not count.
_ALIASES = {
    "external_id": "lead id, leadgen id, enquiry id, inquiry id, prospect id, "
    "submission id, response id, form response token, entry id, opportunity id, "
    "record id, external reference, lead number, lead no, reference number, "
    "reference no, id del lead, id du lead, 리드 id",
    "enquired_at": "created time, created at, created on, create date, created date, "
    "creation date, date created, submitted at, submitted on, submission date, "
    "submission time, submit date, submit time, lead submit time, "
    "date submitted, received at, received on, request date, requested at, "
    "enquiry date, inquiry date, lead date, "
    "lead created, lead created at, timestamp, date, fecha, fecha de envio, "
    "fecha de creacion, fecha y hora, date de creation, date d'envoi, "
    "date de la demande, 날짜, 일시, 접수일, 접수일시, 등록일, 신청일, 문의일, petsa",
    "name": "full name, name full, customer, client, person name, sender name, "
    "name and surname, first and last name, nombre, nombre completo, "
    "nombre y apellido, nombre y apellidos, nombre del cliente, cliente, nom complet, "
    "nom et prenom, prenom et nom, nom du client, 이름, 성명, 성함, 고객명, 고객 이름, "
    "고객 성함, 신청자, 신청자명, pangalan, buong pangalan",
    "first_name": "fname, given name, given names, forename, name first, "
    "primer nombre, nombres, prenom, unang pangalan",
    "middle_name": "m name, name middle, middle initial, segundo nombre, "
    "gitnang pangalan",
    "last_name": "lname, family name, surname, name last, apellido, apellidos, "
    "nom, nom de famille, apelyido",
    "phone": "phone number, phone no, phone num, telephone, telephone number, "
    "telephone no, tel, tel no, tel number, mobile, mobile phone, mobile number, "
    "mobile no, mobile phone number, mobile num, cell, cell phone, cell phone number, "
    "cell number, cell no, cellular, contact number, contact no, "
    "contact num, contact phone, whatsapp, whatsapp number, whatsapp no, viber, "
    "viber number, phones, phone numbers, phone mobile, phone cell, phone 1, "
    "telefono, numero de telefono, telefono movil, telefono celular, movil, celular, "
    "numero de celular, numero de movil, numero de contacto, "
    "numero de telephone, telephone portable, telephone mobile, portable, "
    "numero de portable, mobile telephone, 전화, 전화번호, 휴대폰, 휴대폰 번호, "
    "휴대전화, 휴대전화번호, 핸드폰, 핸드폰 번호, 연락처, telepono, numero ng "
    "telepono, "
    "numero ng cellphone, selpon",
    "other_phones": "other phone, phone 2, phone 3, second phone, secondary phone, "
    "alternate phone, alternative phone, alternate number, alternative number, "
    "alt phone, home phone, work phone, office phone, business phone, day phone, "
    "evening phone, mobile 2, landline, landline number, phone home, phone work, "
    "other number, fax, fax number, otro telefono, telefono fijo, "
    "autre telephone, telephone fixe, telephone 2",
    "email": "email address, emails, mail, mail address, email id, "
    "personal email, work email, work email address, business email, company email, "
    "correo, correo electronico, direccion de correo, "
    "direccion de correo electronico, courriel, adresse email, adresse mail, "
    "adresse courriel, adresse electronique, 이메일, 이메일 주소, "
    "메일, 메일 주소, 전자우편",
    "street": "street address, address, address line, address line 1, address 1, "
    "address street, street 1, home address, full address, direccion, domicilio, "
    "calle, adresse, adresse postale, rue, 주소, 도로명 주소, tirahan",
    "street2": "address line 2, address 2, street 2, 상세주소",
    "city": "town, municipality, city town, city municipality, address city, "
    "ciudad, localidad, municipio, ville, commune, 도시, 시군구, lungsod, bayan",
    "zip": "zip code, post code, postal code, postal, postcode zip, address zip, "
    "codigo postal, code postal, 우편번호",
    "country": "country name, country code, address country, pais, pays, 국가, 나라, "
    "bansa",
    "brand": "make, car brand, car make, vehicle brand, vehicle make, manufacturer, "
    "marca, marque, 브랜드, 제조사, tatak",
    "vehicle": "vehicle of interest, vehicle interest, vehicle interested in, "
    "interested vehicle, vehicle name, car, car of interest, car interest, car name, "
    "preferred vehicle, preferred car, vehiculo, vehiculo de interes, auto, coche, "
    "carro, vehicule, voiture, vehicule souhaite, 차량, 관심 차량, 관심 차종, 자동차, "
    "sasakyan, kotse",
    "model": "car model, vehicle model, model name, model of interest, "
    "preferred model, "
    "interested model, modelo, modelo de interes, modele, modele souhaite, 모델, "
    "모델명, 차종, modelo ng sasakyan",
    "trim": "variant, vehicle variant, car variant, trim level, vehicle trim, "
    "car trim, model variant, version, vehicle version, grade, finition, 트림, 등급",
    "dealership": "dealer, dealer id, dealer code, dealership id, dealership code, "
    "branch, branch id, branch code, preferred branch, nearest branch, showroom, "
    "preferred showroom, showroom id, preferred dealer, preferred dealership, "
    "nearest dealer, selected dealer, outlet, outlet id, outlet code, store, store id, "
    "store code, vendor, vendor id, vendor code, concesionario, concesionaria, "
    "agencia, sucursal, concession, concessionnaire, succursale, agence, 대리점, "
    "전시장, 지점, 매장, sangay",
    "dealership_name": "dealer name, branch name, showroom name, outlet name, "
    "store name, vendor name, nombre del concesionario, nom du concessionnaire, "
    "nom de la concession, 대리점명, 지점명, 전시장명",
    "message": "messages, comment, comments, note, notes, remark, remarks, question, "
    "questions, enquiry, inquiry, enquiry details, inquiry details, "
    "additional comments, additional information, additional info, description, "
    "details, how can we help, how can we help you, mensaje, comentario, comentarios, "
    "consulta, observaciones, pregunta, notas, commentaire, commentaires, demande, "
    "remarques, 메시지, 문의, 문의사항, 문의 내용, 내용, 비고, "
    "요청사항, 메모, mensahe, komento, tanong",
    "utm_source": "source, lead source, traffic source, campaign source, fuente, "
    "origen",
    "utm_medium": "medium, campaign medium",
    "utm_campaign": "campaign, campaign name, campana, nombre de campana, campagne, "
    "nom de la campagne, 캠페인, 캠페인명",
    "is_test": "test lead, is test lead",
    "contact": "contacto",
    "id": "identifier, uuid",
    # Of somebody, not of the enquiry.
    "": "customer id, client id, contact id, user id, person id, buyer id",
}

#: Of whom a form says what follows.
_WHOSE = "your my customer client contact buyer lead applicant prospect user primary"

#: What is said of a customer.
_OF_CUSTOMER = (
    *("name", "first_name", "middle_name", "last_name", "phone", "email"),
    *("street", "street2", "city", "zip", "country", "message"),
)

#: In what the fields of an enquiry are, which says nothing itself.
WRAPPERS = frozenset(
    [
        "address",
        "answer",
        "answers",
        "applicant",
        "attributes",
        "body",
        "buyer",
        "client",
        "contact",
        "contactdetails",
        "contactinfo",
        "contacts",
        "content",
        "customer",
        "customerdetails",
        "customerinfo",
        "customers",
        "data",
        "details",
        "enquiry",
        "entries",
        "entry",
        "event",
        "fields",
        "formdata",
        "formfields",
        "formresponse",
        "hidden",
        "info",
        "inquiry",
        "items",
        "lead",
        "leads",
        "message",
        "params",
        "payload",
        "person",
        "personal",
        "personalinfo",
        "profile",
        "properties",
        "prospect",
        "rawrequest",
        "record",
        "records",
        "request",
        "response",
        "result",
        "results",
        "submission",
        "submissions",
        "user",
        "value",
        "values",
    ]
)

#: What a vehicle and a dealership say of themselves, by what they are called.
_OF_THINGS = (
    (
        "vehicle vehicles car cars unit product vehicleofinterest interestedvehicle",
        {
            "make": "brand",
            "brand": "brand",
            "model": "model",
            "name": "vehicle",
            "trim": "trim",
            "variant": "trim",
            "version": "trim",
        },
    ),
    (
        "dealer dealership branch showroom outlet store vendor",
        {"name": "dealership_name", "id": "dealership", "code": "dealership"},
    ),
)

#: What says nothing behind the name of a field.
_WHOLE = ("answer", "full", "value")

#: What a form puts before each of its names: q3_phone.
_NUMBERED = re.compile(r"^q\d+(?=\D)")


def fold_name(name):
    """Return a name as all ways to write it have in common.

    :param str name: of a field, or a label, in any script.
    :return: letters and digits only, in lower case and without accents.
    :rtype: str
    """
    parts = unicodedata.normalize("NFKD", name.casefold())
    return "".join(letter for letter in parts if letter.isalnum())


def _list_fields():
    """Return the fields by the folded names that everybody gives them.

    :return: what is a part of no field by its folded name, too: as an empty text.
    :rtype: dict[str, str]
    """
    known = {}
    for things, fields in _OF_THINGS:
        for thing in things.split():
            known |= {thing + word: field for word, field in fields.items()}
    for field in _OF_CUSTOMER:
        for word in _list_words(field):
            known |= dict.fromkeys((whose + word for whose in _WHOSE.split()), field)
    for field in _ALIASES:
        known |= dict.fromkeys(_list_words(field), field)
    names = Enquiry.get_names() - {"local_time"} | set(PARTS)
    return known | {fold_name(name): name for name in sorted(names)}


def _list_words(field):
    names = [field, *_ALIASES.get(field, "").split(",")]
    return [word for word in map(fold_name, names) if word]


_FIELDS = _list_fields()


def find_field(name, own_names=None):
    """Return what a sender means by the name of a field.

    :param str name: as it was sent. What it is in may stand before it, with dots
        (``customer.phone``).
    :param dict own_names: what the names of one source mean, by :func:`fold_name` of
        each: a field, or nothing for a line of the message. They count more than the
        usual ones.
    :return: a field of :class:`Enquiry`, or one of :data:`PARTS`; empty for none.
    :rtype: str
    """
    if len(name) > _MAX_LENGTH:
        return ""
    words = _list_names(name)
    for names in (own_names or {}, _FIELDS):
        for word in words:
            if word in names:
                return names[word]
    return ""


@functools.lru_cache(4096)
def _list_names(name):
    """Return by what a name may be known, the most exact first.

    :param str name: as of :func:`find_field`.
    :rtype: tuple[str]
    """
    parts = (_NUMBERED.sub("", fold_name(part)) for part in name.split("."))
    parts = list(filter(None, parts))
    if len(parts) > 1 and parts[-1] in _WHOLE:
        parts.pop()
    names = ["".join(parts)]
    while len(parts) > 1 and parts[0] in WRAPPERS:
        parts = parts[1:]
        names.append("".join(parts))
    return (fold_name(name), *names)
