from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ...intake import Enquiry, read_body
from ..common import SourceCase
from ..companies import CompaniesCase


class WordsCase(SourceCase):
    """A source, and a brand with two vehicles of long names."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.honda = cls.env["crm.brand"].create({"name": "Hónda", "code": "HON-T"})
        cls.crv, cls.city = cls.env["crm.vehicle.model"].create(
            [
                {
                    "name": "CR-V V Turbo",
                    "brand_id": cls.honda.id,
                    "list_price": 2_000_000,
                },
                {"name": "City 1.5 S+", "brand_id": cls.honda.id},
            ]
        )
        cls.quezon = cls.env["crm.dealership"].create(
            {"name": "Quezon Avenue", "code": "QZA-T"}
        )
        cls.words = cls.env["crm.word"]
        cls.count = 0

    def _take_in(self, source=None, **values):
        """Take in one enquiry of a new customer; return its lead."""
        type(self).count += 1
        values.setdefault("phone", f"0917 733 {self.count:04}")
        leads = self.env["crm.lead"]
        rows, _new = leads._take_in(source or self.source, [Enquiry(**values)])
        return rows.lead_id

    def _find_word(self, name):
        return self.words.search([("name", "=", name)])


@tagged("post_install", "-at_install")
class TestFoldedWords(WordsCase):
    """A name is found however somebody writes it."""

    def test_a_dealership_is_found_however_it_is_written(self):
        for name in (
            "Quezon  Avenue",
            "quezon\u00a0avenue",
            "QUEZON AVENUE.",
            "Qu\u00e9zon Avenue",
            "Que\u200bzon Avenue",
            "\u201cQuezon Avenue\u201d",
            "Quezon\u3000Avenue,",
            "qza-t",
            "QZA\u2011T",
            "(QZA-T)",
        ):
            with self.subTest(name):
                self.assertEqual(
                    self._take_in(dealership=name).dealership_id, self.quezon
                )

    def test_all_names_of_a_vendor_are_tried(self):
        document = """<adf><prospect><customer><contact>
            <name part="full">Vi Go</name><phone>0917 700 1401</phone></contact>
            </customer><vendor>%s</vendor></prospect></adf>"""
        ids = '<id sequence="%s" source="%s">%s</id>'
        other = ids % (1, "DealerID", "1001")
        for vendor in (
            other + ids % (2, "DealerLocationID", " qza-t"),
            other + "<vendorname>Quezon\u00a0 AVENUE</vendorname>",
            "".join(ids % (n, "Id", n) for n in range(4)) + ids % (5, "Id", "QZA-T"),
            other + "<vendorname>Acme</vendorname><id>Quezon Avenue</id>",
        ):
            with self.subTest(vendor):
                (enquiry,) = read_body((document % vendor).encode())
                lead = self._take_in(**{**vars(enquiry), "external_id": vendor})
                self.assertEqual(lead.dealership_id, self.quezon)
                lead.unlink()

    def test_a_vehicle_is_found_as_our_own_screen_shows_it(self):
        for name in (
            self.crv.display_name,
            "Honda CR-V V Turbo",
            "CR-V V Turbo (Honda)",
            "honda  cr-v\u00a0v turbo",
            "Honda, CR-V V Turbo",
            "Honda\u00ae CR\u2013V V Turbo!",
            "CR-V V Turbo \u2013 Honda",
            "HON-T CR-V V Turbo",
        ):
            with self.subTest(name):
                lead = self._take_in(vehicle=name)
                self.assertEqual(lead.vehicle_model_id, self.crv)
                self.assertFalse(lead.description.count("Vehicle:"))
                lead = self._take_in(vehicle=name, brand="HONDA ")
                self.assertEqual(lead.vehicle_model_id, self.crv)

    def test_a_brand_is_found_however_it_is_written(self):
        for name in (
            "honda",
            "H\u00d3NDA",
            " Honda\u00ae",
            "hon\u2011t",
            "H\u00f3nda.",
        ):
            with self.subTest(name):
                self.assertEqual(self._take_in(brand=name).brand_id, self.honda)

    def test_a_country_is_found_however_it_is_written(self):
        for name, code in (
            ("M\u00c9XICO", "MX"),
            ("Cote d\u2019Ivoire", "CI"),
            ("C\u00f4te  d'Ivoire", "CI"),
            ("the\u00a0Philippines", "PH"),
            ("U.S.A.", "US"),
            ("phl.", "PH"),
            ("Trinidad and Tobago", "TT"),
        ):
            with self.subTest(name):
                lead = self._take_in(country=name, phone="+63 917 734 0001")
                self.assertEqual(lead.country_id.code, code)
                lead.unlink()

    def test_what_tells_two_names_apart_counts(self):
        base = self.crv.copy({"name": "City 1.5 S"})
        self.assertEqual(
            self._take_in(vehicle="city 1.5 s+").vehicle_model_id, self.city
        )
        self.assertEqual(self._take_in(vehicle="City 1.5 S!").vehicle_model_id, base)
        for name in ("City 15 S", "City 1.5", "CRV V Turbo", "???", "+"):
            self.assertFalse(self._take_in(vehicle=name).vehicle_model_id, name)

    def test_what_two_are_called_is_unknown(self):
        twin = self.crv.copy({"brand_id": self.brand.id})
        lead = self._take_in(vehicle="CR-V V  TURBO")
        self.assertFalse(lead.vehicle_model_id)
        self.assertEqual(
            self._take_in(vehicle="kia cr-v v turbo").vehicle_model_id, twin
        )
        self.quezon.copy({"code": "QZB-T", "name": "quezon   avenue"})
        self.assertFalse(self._take_in(dealership="Quezon Avenue").dealership_id)

    def test_a_vehicle_of_an_unknown_brand_is_none_of_the_others(self):
        self.assertFalse(
            self._take_in(vehicle="CR-V V Turbo", brand="Hondo").vehicle_model_id
        )


@tagged("post_install", "-at_install")
class TestWords(WordsCase):
    """Somebody says what a word means, and from then on it is known."""

    def test_an_unknown_word_waits_until_it_is_assigned(self):
        leads = self._take_in(vehicle="CRV Top") | self._take_in(vehicle="crv  TOP")
        worked = self._take_in(vehicle="CRV Top")
        worked._claim(self.agent)
        lost = self._lose(self._take_in(vehicle="CRV Top"))
        word = self._find_word("CRV Top")
        self.assertEqual((word.kind, word.lead_count), ("vehicle", 3))
        self.assertEqual(leads.unknown_word_ids, word)
        word.with_user(self.supervisor).vehicle_model_id = self.crv
        for lead in leads | worked:
            self.assertEqual(lead.vehicle_model_id, self.crv)
            self.assertEqual(lead.brand_id, self.honda)
            self.assertEqual(lead.expected_revenue, 2_000_000)
            self._assert_in_chatter("CRV Top", lead)
            self.assertFalse(lead.unknown_word_ids)
        self.assertEqual(worked.user_id, self.agent)
        self.assertFalse(lost.vehicle_model_id)
        self.assertEqual(word.lead_count, 0)
        self.assertEqual(self._take_in(vehicle="crv top.").vehicle_model_id, self.crv)

    def test_dealerships_and_brands_have_words_too(self):
        lead = self._take_in(
            dealership="1001", dealership_name="Acme", brand="Hondaa", vehicle="City"
        )
        names = set(lead.unknown_word_ids.mapped("name"))
        self.assertEqual(names, {"1001", "Acme", "Hondaa", "City"})
        self._find_word("1001").dealership_id = self.quezon
        self._find_word("Hondaa").brand_id = self.honda
        self.assertEqual(lead.dealership_id, self.quezon)
        self.assertEqual(lead.brand_id, self.honda)
        (waiting,) = lead.unknown_word_ids
        self.assertEqual((waiting.name, waiting.of_brand_id), ("City", self.honda))
        waiting.vehicle_model_id = self.city
        self.assertEqual(lead.vehicle_model_id, self.city)
        self.words._gc_unknown()
        self.assertFalse(self._find_word("Acme"))

    def test_a_vehicle_may_be_assigned_before_its_brand(self):
        lead = self._take_in(brand="Hondaa", vehicle="The City")
        self._find_word("The City").vehicle_model_id = self.city
        self.assertEqual(lead.vehicle_model_id, self.city)
        self.assertEqual(lead.brand_id, self.honda)

    def test_what_a_lead_knows_stays(self):
        lead = self._take_in(vehicle="CRV Top", dealership="1001")
        lead.write(
            {"vehicle_model_id": self.city.id, "dealership_id": self.dealership.id}
        )
        self._find_word("CRV Top").vehicle_model_id = self.crv
        self._find_word("1001").dealership_id = self.quezon
        self.assertEqual(lead.vehicle_model_id, self.city)
        self.assertEqual(lead.vehicle_interest_ids, self.crv)
        self.assertEqual(lead.dealership_id, self.dealership)

    def test_the_dealership_of_the_source_is_nobodys_answer(self):
        self.source.dealership_id = self.dealership
        waiting, worked = (self._take_in(dealership="1001") for _ in range(2))
        worked._claim(self.agent)
        self.assertEqual(waiting.dealership_id, self.dealership)
        self._find_word("1001").dealership_id = self.quezon
        self.assertEqual(waiting.dealership_id, self.quezon)
        self.assertEqual(worked.dealership_id, self.dealership)

    def test_a_word_of_one_source_means_nothing_elsewhere(self):
        other = self.source.copy({"code": "other-t"})
        here, there = (
            self._take_in(vehicle="Turbo"),
            self._take_in(other, vehicle="Turbo"),
        )
        self.words.create(
            {
                "name": "TURBO",
                "vehicle_model_id": self.crv.id,
                "source_id": self.source.id,
            }
        )
        self.assertEqual(here.vehicle_model_id, self.crv)
        self.assertFalse(there.vehicle_model_id)
        self.words.create({"name": "turbo", "vehicle_model_id": self.city.id})
        self.assertEqual(there.vehicle_model_id, self.city)
        self.assertEqual(self._take_in(vehicle="Turbo").vehicle_model_id, self.crv)
        self.assertEqual(
            self._take_in(other, vehicle="Turbo").vehicle_model_id, self.city
        )

    def test_a_word_may_mean_a_vehicle_of_each_brand(self):
        for vehicle in self.crv, self.vehicle:
            self.words.create({"name": "XLE", "vehicle_model_id": vehicle.id})
        self.assertEqual(
            self._take_in(vehicle="xle", brand="Honda").vehicle_model_id, self.crv
        )
        self.assertEqual(
            self._take_in(vehicle="Kia XLE").vehicle_model_id, self.vehicle
        )
        self.assertFalse(self._take_in(vehicle="XLE").vehicle_model_id)

    def test_what_two_are_called_is_settled_by_a_word(self):
        twin = self.quezon.copy({"code": "QZB-T", "name": "Quezon Avenue"})
        lead = self._take_in(dealership="Quezon Avenue")
        lead.unknown_word_ids.dealership_id = twin
        self.assertEqual(lead.dealership_id, twin)

    def test_a_word_is_given_on_the_form_of_what_it_means(self):
        lead = self._take_in(vehicle="crv top")
        self.crv.with_user(self.manager).word_ids = [
            Command.create({"name": "CRV Top", "kind": "vehicle"})
        ]
        self.assertEqual(lead.vehicle_model_id, self.crv)

    def test_what_is_added_later_is_looked_for_again(self):
        lead = self._take_in(vehicle="Civic RS", brand="Honda")
        civic = self.crv.copy({"name": "Civic RS"})
        self._find_word("Civic RS").with_user(self.supervisor).action_look_again()
        self.assertEqual(lead.vehicle_model_id, civic)

    def test_what_waited_in_the_pool_is_given_out(self):
        self.team.lead_distribution = "round_robin"
        self.source.team_id = self.team
        members = self.team.crm_team_member_ids
        members.assignment_domain = f"[('brand_id', '=', {self.honda.id})]"
        self._set_presence(self.agent)
        self.env.company.sales_calendar_id = self._new_calendar("Always")
        lead = self._take_in(vehicle="CRV Top")
        self.assertFalse(lead.user_id)
        lead.unknown_word_ids.vehicle_model_id = self.crv
        self.assertEqual(lead.user_id, self.agent)

    def test_a_merged_enquiry_waits_as_well(self):
        lead = self._take_in(phone="0917 735 0001", name="Ada Cruz")
        again = self._take_in(phone="0917 735 0001", name="Ada Cruz", vehicle="CRV Top")
        self.assertEqual(again, lead)
        lead.unknown_word_ids.vehicle_model_id = self.crv
        self.assertEqual(lead.vehicle_model_id, self.crv)

    def test_a_word_means_one_thing(self):
        self.words.create({"name": "Vios", "vehicle_model_id": self.crv.id})
        with self._refused(error=Exception), self.env.cr.savepoint():
            self.words.create({"name": "VIOS.", "vehicle_model_id": self.city.id})
        for values in (
            {"name": "Vios", "kind": "brand", "vehicle_model_id": self.crv.id},
            {"name": "?!", "vehicle_model_id": self.crv.id},
        ):
            with self._refused(error=Exception), self.env.cr.savepoint():
                self.words.create(values).flush_recordset()

    def test_supervisors_assign_and_managers_manage(self):
        lead = self._take_in(vehicle="CRV Top")
        lead._claim(self.agent)
        word = lead.unknown_word_ids
        with self.assertRaises(AccessError):
            word.with_user(self.agent).read(["name"])
        with self.assertRaises(AccessError):
            lead.with_user(self.agent).read(["unknown_word_ids"])
        with self.assertRaises(AccessError):
            self.crv.with_user(self.agent).read(["word_ids"])
        self.assertTrue(lead.with_user(self.agent).read())
        self.assertTrue(self.crv.with_user(self.agent).read())
        as_supervisor = word.with_user(self.supervisor)
        with self.assertRaises(AccessError):
            as_supervisor.name = "Other"
        with self.assertRaises(AccessError):
            as_supervisor.unlink()
        with self.assertRaises(AccessError):
            as_supervisor.create({"name": "X", "vehicle_model_id": self.crv.id})
        as_manager = word.with_user(self.manager)
        for values in ({"is_known": True}, {"key": "x"}, {"enquiry_ids": []}):
            with self.assertRaises(AccessError):
                as_manager.write(values)
        as_manager.name = "CRV Tops"

    def test_queries_do_not_grow_with_the_leads_that_wait(self):
        counts = []
        for size in (10, 40):
            for _number in range(size):
                self._take_in(vehicle=f"Many {size}")
            word = self._find_word(f"Many {size}")
            values = {"vehicle_model_id": self.crv.id}
            counts.append(self._count_queries(lambda w=word, v=values: w.write(v)))
        self.assertLess(counts[1] - counts[0], 20)

    def test_queries_do_not_grow_with_the_unknown_words(self):
        counts = []
        for size in (5, 5, 40):
            enquiries = [
                Enquiry(
                    phone=f"0917 736 {len(counts)}{n:03}", vehicle=f"Word {n} {size}"
                )
                for n in range(size)
            ]
            counts.append(
                self._count_queries(
                    lambda sent=enquiries: self.env["crm.lead"]._take_in(
                        self.source, sent
                    )
                )
            )
        self.assertEqual(counts[1], counts[2])

    def test_leads_that_refuse_hold_up_no_others(self):
        lead, other = (self._take_in(vehicle="CRV Top") for _ in range(2))
        original, refused = type(lead)._write_in_phases, "Not this one."

        def refuse(leads, writes):
            if any(lead in written for written, _vals in writes):
                raise UserError(refused)
            return original(leads, writes)

        self.patch(type(lead), "_write_in_phases", refuse)
        self._find_word("CRV Top").vehicle_model_id = self.crv
        self.assertFalse(lead.vehicle_model_id)
        self.assertEqual(other.vehicle_model_id, self.crv)


@tagged("post_install", "-at_install")
class TestWordsOfCompanies(CompaniesCase):
    """A word that means what is a company's is that company's."""

    def test_a_shared_word_becomes_that_of_what_it_means(self):
        source = self.env["crm.lead.source"].create(
            {"name": "Web", "code": "web-t", "company_id": False}
        )
        leads = self.env["crm.lead"]
        rows, _new = leads._take_in(
            source, [Enquiry(phone="+63 917 737 0001", dealership="The Place")]
        )
        word = self.env["crm.word"].search([("name", "=", "The Place")])
        self.assertFalse(word.company_id)
        company = self.env["res.company"].search([], limit=1)
        place = self.env["crm.dealership"].create(
            {"name": "P", "code": "P-T", "company_id": company.id}
        )
        word.dealership_id = place
        self.assertEqual(word.company_id, company)
        self.assertEqual(rows.lead_id.dealership_id, place)
        self.assertEqual(rows.lead_id.company_id, company)
