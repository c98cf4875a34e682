from odoo.tests import tagged

from ...intake.enquiry import Enquiry
from ...intake.field_names import _list_names, find_field, fold_name
from ...intake.pairs import read_pairs
from ..common import ReadingCase

#: What senders call the fields, in any way to write it.
NAMES = {
    "external_id": "lead_id leadgenId submission-id external_id",
    "enquired_at": "created_time submitted_at createdAt Submission-Date timestamp",
    "name": "full_name fullName customer-name Name contact_name your-name",
    "first_name": "first_name firstName First-Name fname given_name",
    "last_name": "last_name lastname surname family_name",
    "phone": "phone_number phoneNumber mobile Mobile-Number contact_number whatsapp "
    "tel. your-phone customerMobile cellphone telephone_no",
    "other_phones": "home_phone alternatePhone fax phone2",
    "email": "email_address e-mail E-Mail-Address EMAIL your_email customerEmail",
    "zip": "postal_code zip_code postcode",
    "street": "address street_address address_line_1",
    "city": "town City municipality",
    "brand": "make car_brand vehicleMake",
    "vehicle": "vehicle_of_interest car vehicle",
    "model": "car_model vehicleModel model",
    "trim": "variant trim Car-Variant",
    "dealership": "dealer branch showroom preferred_branch dealer_code dealerId",
    "dealership_name": "dealer_name BranchName showroom-name",
    "message": "comments comment Notes remarks message",
    "utm_source": "utm_source utmSource UTM-Source",
    "utm_medium": "utm_medium",
    "utm_campaign": "utm_campaign utmCampaign campaign_name",
}

LABELS = {
    "es": {
        "Nombre": "name",
        "Nombre completo:": "name",
        "Apellidos": "last_name",
        "Teléfono": "phone",
        "Número de celular": "phone",
        "Correo electrónico": "email",
        "Ciudad": "city",
        "Código postal": "zip",
        "País": "country",
        "Marca": "brand",
        "Modelo": "model",
        "Concesionario": "dealership",
        "Mensaje": "message",
    },
    "fr": {
        "Nom complet": "name",
        "Prénom": "first_name",
        "Nom": "last_name",
        "Téléphone": "phone",
        "Numéro de téléphone": "phone",
        "Courriel": "email",
        "Adresse e-mail": "email",
        "Ville": "city",
        "Code postal": "zip",
        "Pays": "country",
        "Marque": "brand",
        "Modèle": "model",
        "Véhicule": "vehicle",
        "Concession": "dealership",
        "Commentaires": "message",
    },
    "ko": {
        "이름": "name",
        "성함": "name",
        "전화번호": "phone",
        "휴대폰 번호": "phone",
        "연락처": "phone",
        "이메일": "email",
        "주소": "street",
        "우편번호": "zip",
        "차종": "model",
        "브랜드": "brand",
        "전시장": "dealership",
        "문의 내용": "message",
        "신청일": "enquired_at",
    },
    "tl": {
        "Pangalan": "name",
        "Apelyido": "last_name",
        "Telepono": "phone",
        "Tirahan": "street",
        "Lungsod": "city",
        "Sasakyan": "vehicle",
        "Sangay": "dealership",
        "Mensahe": "message",
    },
}


@tagged("post_install", "-at_install")
class TestFieldNames(ReadingCase):
    """What senders call the fields of an enquiry, and what is made of the values."""

    def test_the_usual_names_are_known(self):
        for field, names in NAMES.items():
            for name in names.split():
                for way in (name, name.upper(), name.replace("_", " ").title()):
                    self.assertEqual(find_field(way), field, way)

    def test_labels_are_known_in_our_languages(self):
        for language, labels in LABELS.items():
            for label, field in labels.items():
                self.assertEqual(find_field(label), field, f"{language}: {label}")

    def test_what_is_said_of_something_else_is_no_field(self):
        for name in (
            *("customer_id", "form_id", "form_name", "page_name", "salesman_email"),
            *("ip_address", "user_agent", "dealer_phone", "budget", "question_1"),
            *("", ".", "...", "company", "state", "x" * 5000, "." * 5000),
        ):
            self.assertEqual(find_field(name), "", name)

    def test_what_is_longer_than_any_name_is_not_remembered(self):
        before = _list_names.cache_info()
        for digit in "123":
            self.assertEqual(find_field(digit * 5000), "")
        self.assertEqual(_list_names.cache_info(), before)

    def test_every_field_is_known_by_its_name(self):
        for name in Enquiry.get_names() - {"local_time"}:
            self.assertEqual(find_field(name), name)
        self.assertEqual(find_field("local_time"), "")

    def test_a_senders_own_names_count_more(self):
        own = {fold_name("Car"): "message", fold_name("q1"): "vehicle", "name": ""}
        for name, field in (
            *(("car", "message"), ("Q1", "vehicle"), ("name", ""), ("phone", "phone")),
            *(("data.car", "message"), ("data.name", "")),
        ):
            self.assertEqual(find_field(name, own), field, name)

    # ------------------------------------------------------------
    # The values
    # ------------------------------------------------------------

    def test_names_come_in_parts(self):
        for pairs, name in (
            ([("last_name", "Cruz"), ("first_name", "Ana")], "Ana Cruz"),
            ([("first", "x"), ("First Name", "Ana"), ("middle_name", "B.")], "Ana B."),
            ([("full_name", "Ana Cruz"), ("first_name", "Ana")], "Ana Cruz"),
            ([("nombre", "Ana"), ("apellidos", "Cruz Lim")], "Ana Cruz Lim"),
            ([("Prénom", "Ana"), ("Nom", "Cruz")], "Ana Cruz"),
        ):
            self.assertEqual(read_pairs(pairs).name, name)

    def test_the_first_value_counts_and_no_other_is_lost(self):
        enquiry = read_pairs(
            [
                *(("phone", "1"), ("mobile", "2"), ("fax", "3"), ("phone", "1")),
                *(("email", "a@b.example"), ("work_email", "c@b.example")),
                *(
                    ("city", "Pasig"),
                    ("town", "Cebu"),
                    ("note", "Hi"),
                    ("remarks", "Ho"),
                ),
                *(("dealer", "Acme"), ("branch", "Makati")),
                *(("created_at", "2026-11-20 09:30"), ("date", "2026-11-21 09:30Z")),
            ]
        )
        self.assertEqual(enquiry.phones, ["1", "2", "3"])
        self.assertEqual((enquiry.email, enquiry.city), ("a@b.example", "Pasig"))
        self.assertEqual(enquiry.dealership_names, ["Acme", "Makati"])
        self.assertEqual(enquiry.local_time, "2026-11-20T09:30:00")
        self.assertIsNone(enquiry.enquired_at)
        self.assertEqual(
            enquiry.message.splitlines(),
            [
                "Hi",
                "work_email: c@b.example",
                "town: Cebu",
                "remarks: Ho",
                "branch: Makati",
                "date: 2026-11-21 09:30Z",
            ],
        )

    def test_a_variant_is_told_from_its_model(self):
        for pairs, names in (
            ([("model", "Vios"), ("variant", "1.3 G")], ["Vios 1.3 G", "Vios"]),
            ([("trim", "1.3 G"), ("car", "Vios")], ["Vios 1.3 G", "Vios"]),
            ([("car", "Vios 1.3 G"), ("trim", "1.3 G")], ["Vios 1.3 G"]),
            ([("trim", "1.3 G")], ["1.3 G"]),
        ):
            self.assertEqual(read_pairs(pairs).vehicle_names, names)

    def test_a_contact_is_what_it_looks_like(self):
        for text, field in (
            ("0917 555 0101", "phone"),
            ("ana@c.example", "email"),
            ("Ana Cruz", "name"),
        ):
            self.assertEqual(getattr(read_pairs([("Contact", text)]), field), text)

    def test_an_id_is_the_enquirys_where_there_is_no_better_one(self):
        enquiry = read_pairs([("id", "5"), ("lead_id", "L7")])
        self.assertEqual(enquiry.external_id, "L7")
        self.assertIn("id: 5", enquiry.message)
        self.assertEqual(read_pairs([("id", "5")]).external_id, "5")

    def test_marks_of_a_file_are_left_out(self):
        enquiry = read_pairs([("phone_number", "p:+639175550101"), ("zip", "z:1600")])
        self.assertEqual((enquiry.phone, enquiry.zip), ("+639175550101", "1600"))

    def test_what_programs_write_for_nothing_is_no_value(self):
        for text in ("true", "false", "null", "undefined", "NULL"):
            enquiry = read_pairs([("whatsapp", text), ("phone", "0917 555 0101")])
            self.assertEqual(enquiry.phones, ["0917 555 0101"])
            self.assertIn(text, enquiry.message)
