import base64
from datetime import datetime
from unittest.mock import patch

from odoo.exceptions import AccessError, RedirectWarning
from odoo.tests import tagged
from odoo.tools import mute_logger

from ...intake import Enquiry
from ..common import CALL, SourceCase


@tagged("post_install", "-at_install")
class TestIntake(SourceCase):
    """The one door that every enquiry comes in by."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls.env["crm.lead.source"].create({"name": "Portal", "code": "p-t"})

    def _take_in(self, *enquiries, source=None):
        rows, _new = self.env["crm.lead"]._take_in(
            source or self.source, list(enquiries)
        )
        return rows

    def _enquiry(self, **values):
        return Enquiry(**{"name": "Maria", "phone": "0917 555 9101", **values})

    # ------------------------------------------------------------
    # A new customer
    # ------------------------------------------------------------

    def test_an_enquiry_becomes_a_lead_in_the_pool(self):
        row = self._take_in(
            self._enquiry(
                external_id="1",
                email="Maria <MARIA@Customer.example>",
                enquired_at=datetime(2026, 11, 20, 1, 30),
                brand="kia",
                vehicle="KIA-P",
                dealership="psg-t",
                city="Pasig",
                message="Is it <there>?",
            )
        )
        self.assertEqual(row.state, "created")
        lead = row.lead_id
        self.assertFalse(lead.user_id)
        self.assertEqual(lead.stage_id, self.new)
        self.assertEqual(lead.phone, "+63 917 555 9101")
        self.assertEqual(lead.phone_sanitized, "+639175559101")
        self.assertEqual(lead.email_normalized, "maria@customer.example")
        self.assertEqual(lead.vehicle_model_id, self.vehicle)
        self.assertEqual(lead.brand_id, self.brand)
        self.assertEqual(lead.dealership_id, self.dealership)
        self.assertEqual(lead.contact_name, "Maria")
        self.assertEqual(lead.enquiry_date, datetime(2026, 11, 20, 1, 30))
        self.assertEqual(lead.source_id, self.source.utm_source_id)
        self.assertIn("Is it &lt;there&gt;?", lead.description)
        self.assertTrue(lead.reference)

    def test_what_is_unknown_is_kept_for_people(self):
        lead = self._take_in(
            self._enquiry(dealership="Nowhere", brand="Tatra", vehicle="T87")
        ).lead_id
        for text in ("Dealership: Nowhere", "Brand: Tatra", "Vehicle: T87"):
            self.assertIn(text, lead.description)

    def test_a_source_fills_in_what_it_never_says(self):
        self.source.write(
            {"brand_id": self.brand.id, "dealership_id": self.dealership.id}
        )
        lead = self._take_in(self._enquiry(vehicle="Picanto")).lead_id
        self.assertEqual(lead.vehicle_model_id, self.vehicle)
        self.assertEqual(lead.dealership_id, self.dealership)

    def test_a_phone_alone_is_enough(self):
        lead = self._take_in(Enquiry(phone="0917 555 9102")).lead_id
        self.assertEqual(lead.phone_sanitized, "+639175559102")
        self.assertEqual(lead.customer_name, "0917 555 9102")

    def test_phones_are_read_in_the_dealerships_country(self):
        self.dealership.country_id = self.env.ref("base.de")
        lead = self._take_in(
            self._enquiry(phone="0171 2345678", dealership="PSG-T")
        ).lead_id
        self.assertEqual(lead.phone_sanitized, "+491712345678")

    # ------------------------------------------------------------
    # What words mean
    # ------------------------------------------------------------

    def test_a_dealership_is_found_by_its_name_beside_a_code_of_others(self):
        self.dealership.name = "Kia Pasig"
        values = {"dealership": "99", "dealership_name": "Kia Pasig"}
        lead = self._take_in(self._enquiry(**values)).lead_id
        self.assertEqual(lead.dealership_id, self.dealership)
        values = {"dealership": "99", "dealership_name": "Nowhere"}
        lead = self._take_in(self._enquiry(phone="0917 555 9102", **values)).lead_id
        self.assertIn("Dealership: 99, Nowhere", lead.description)

    def test_a_vehicle_is_found_by_its_model(self):
        values = {"brand": "Kia", "vehicle": "Picanto 1.3 G", "model": "Picanto"}
        lead = self._take_in(self._enquiry(**values)).lead_id
        self.assertEqual(lead.vehicle_model_id, self.vehicle)
        self.assertIn("Vehicle: Picanto 1.3 G", lead.description)
        variant = self.vehicle.copy({"name": "Picanto 1.3 G", "default_code": "KIA-G"})
        lead = self._take_in(self._enquiry(phone="0917 555 9102", **values)).lead_id
        self.assertEqual(lead.vehicle_model_id, variant)
        self.assertNotIn("Vehicle:", lead.description)

    def test_what_may_be_either_is_neither(self):
        self.vehicle.copy({"name": self.vehicle.name, "default_code": "KIA-2"})
        self.dealership.copy({"name": self.dealership.name, "code": "OTHER-T"})
        lead = self._take_in(
            self._enquiry(vehicle="Picanto", dealership=self.dealership.name)
        ).lead_id
        self.assertFalse(lead.vehicle_model_id)
        self.assertFalse(lead.dealership_id)
        self.assertIn("Vehicle: Picanto", lead.description)
        lead = self._take_in(
            self._enquiry(phone="0917 555 9102", vehicle="KIA-P")
        ).lead_id
        self.assertEqual(lead.vehicle_model_id, self.vehicle)

    def test_the_brand_tells_vehicles_of_one_name_apart(self):
        other = self.brand.copy({"name": "Tatra", "code": "TATRA-T"})
        self.vehicle.copy({"brand_id": other.id, "name": "Picanto"})
        lead = self._take_in(self._enquiry(brand="Kia", vehicle="Picanto")).lead_id
        self.assertEqual(lead.vehicle_model_id, self.vehicle)

    def test_a_brand_that_is_unknown_has_no_vehicle_of_ours(self):
        lead = self._take_in(self._enquiry(brand="Tatra", vehicle="Picanto")).lead_id
        self.assertFalse(lead.vehicle_model_id or lead.brand_id)
        self.assertIn("Vehicle: Picanto", lead.description)

    def test_countries_are_known_by_many_names(self):
        for number, name in enumerate(
            ("US", "usa", "USA", "U.S.A.", "United States", "United States of America")
        ):
            lead = self._take_in(
                Enquiry(phone=f"212 555 12{number:02}", country=name)
            ).lead_id
            self.assertEqual(lead.country_id.code, "US", name)
            self.assertEqual(lead.phone_sanitized, f"+121255512{number:02}")

    def test_a_country_that_is_unknown_is_kept_for_people(self):
        lead = self._take_in(self._enquiry(country="Atlantis")).lead_id
        self.assertFalse(lead.country_id)
        self.assertIn("Country: Atlantis", lead.description)
        self.assertEqual(lead.phone_sanitized, "+639175559101")

    def test_the_first_phone_that_can_be_called_counts(self):
        lead = self._take_in(
            self._enquiry(phone="n/a", other_phones="02 8123 4567\n0917 555 9101")
        ).lead_id
        self.assertEqual(lead.phone_sanitized, "+63281234567")
        self.assertIn("Phone: n/a", lead.description)
        self.assertIn("Phone: 0917 555 9101", lead.description)

    def test_a_phone_is_found_among_other_words(self):
        for number, text in enumerate(
            (
                "0917 555 92{:02} / 0918 555 9298",
                "0917 555 92{:02} or 0918 555 9299",
                "0917 555 92{:02} local 12",
                "0917-555-92{:02} (call after 5)",
            )
        ):
            phone = text.format(number)
            lead = self._take_in(Enquiry(phone=phone)).lead_id
            self.assertEqual(lead.phone_sanitized, f"+63917555920{number}", text)
            self.assertIn(phone, lead.description)
        lead = self._take_in(Enquiry(phone="639175559210.0")).lead_id
        self.assertEqual(lead.phone, "+63 917 555 9210")

    def test_of_two_addresses_the_first_one_counts(self):
        lead = self._take_in(
            Enquiry(email="m@customer.example, maria@customer.example")
        ).lead_id
        self.assertEqual(lead.email_normalized, "m@customer.example")

    def test_a_time_is_read_by_the_dealerships_clock(self):
        calendar = self.env["resource.calendar"].create(
            {"name": "Pasig", "tz": "Asia/Manila"}
        )
        self.dealership.resource_calendar_id = calendar
        row = self._take_in(
            self._enquiry(local_time="2026-11-20T09:30:00", dealership="PSG-T")
        )
        self.assertEqual(row.lead_id.enquiry_date, datetime(2026, 11, 20, 1, 30))
        self.assertEqual(row.enquired_at, datetime(2026, 11, 20, 1, 30))

    def test_a_very_long_message_is_kept_with_the_enquiry(self):
        row = self._take_in(self._enquiry(message="x" * 30_000 + "end"))
        self.assertIn("The rest is kept", row.lead_id.description)
        self.assertLess(len(row.lead_id.description), 30_000)
        self.assertIn("xend", row.content)

    # ------------------------------------------------------------
    # A customer who asks again
    # ------------------------------------------------------------

    def test_the_same_customer_is_merged_whatever_the_notation(self):
        first = self._take_in(self._enquiry()).lead_id
        for phone in ("+63 917 555 9101", "(0917) 555-9101", "639175559101"):
            row = self._take_in(
                self._enquiry(phone=phone, message=f"By {phone}"), source=self.other
            )
            self.assertEqual((row.state, row.lead_id), ("merged", first))
            self._assert_in_chatter(f"By {phone}", first)
        self._assert_in_chatter("through Portal", first)

    def test_the_email_address_is_enough(self):
        first = self._take_in(self._enquiry(email="m@customer.example")).lead_id
        row = self._take_in(Enquiry(email="M@Customer.Example"))
        self.assertEqual(row.lead_id, first)

    def test_two_in_one_delivery_are_one_lead(self):
        rows = self._take_in(
            self._enquiry(external_id="1", email="m@customer.example"),
            self._enquiry(external_id="2", message="Again"),
            Enquiry(external_id="3", email="m@customer.example", message="By mail"),
        )
        self.assertEqual(rows.mapped("state"), ["created", "merged", "merged"])
        self.assertEqual(len(rows.lead_id), 1)
        self._assert_in_chatter("Again", rows.lead_id)
        self._assert_in_chatter("By mail", rows.lead_id)

    def test_a_merge_adds_what_is_new(self):
        self.dealership.country_id = self.env.ref("base.ph")
        first = self._take_in(self._enquiry(vehicle="KIA-P")).lead_id
        other = self.vehicle.copy({"name": "Rio", "default_code": "KIA-R"})
        self._take_in(
            self._enquiry(
                vehicle="KIA-R", email="m@customer.example", dealership="PSG-T"
            )
        )
        self.assertEqual(first.vehicle_model_id, self.vehicle)
        self.assertEqual(first.vehicle_interest_ids, other)
        self.assertEqual(first.email_from, "m@customer.example")
        self.assertEqual(first.dealership_id, self.dealership)

    def test_a_lead_without_a_vehicle_gets_the_one_that_is_asked_for_later(self):
        first = self._take_in(self._enquiry()).lead_id
        rio = self.vehicle.copy({"name": "Rio", "default_code": "KIA-R"})
        self._take_in(self._enquiry(vehicle="KIA-P"), self._enquiry(vehicle="KIA-R"))
        self.assertEqual(first.vehicle_model_id, self.vehicle)
        self.assertEqual(first.brand_id, self.brand)
        self.assertEqual(first.vehicle_interest_ids, rio)

    def test_a_lead_of_a_brand_gets_no_vehicle_of_another(self):
        tatra = self.env["crm.brand"].create({"name": "Tatra", "code": "TATRA-T"})
        first = self._take_in(self._enquiry()).lead_id
        self._take_in(self._enquiry(brand="Tatra"))
        self.assertEqual(first.brand_id, tatra)
        self._take_in(self._enquiry(vehicle="KIA-P"))
        self.assertFalse(first.vehicle_model_id)
        self.assertEqual(first.vehicle_interest_ids, self.vehicle)

    def test_a_lead_learns_where_the_customer_lives_as_a_whole(self):
        first = self._take_in(self._enquiry()).lead_id
        phone = first.phone
        hamburg = {"street": "Deichstr. 1", "city": "Hamburg", "country": "DE"}
        pasig = {"street": "1 Rizal Street", "zip": "1600", "country": "PH"}
        for place in (hamburg, pasig):
            self._take_in(self._enquiry(phone=phone, **place))
            self.assertEqual(first.street, "Deichstr. 1")
            self.assertEqual(first.city, "Hamburg")
            self.assertEqual(first.country_id, self.env.ref("base.de"))
            self.assertFalse(first.zip)

    def test_where_the_customer_lives_changes_no_number(self):
        first = self._new_lead(self.agent, phone="0917 555 9101")
        self._take_in(
            self._enquiry(phone="+63 917 555 9101", city="Hamburg", country="DE")
        )
        self.assertEqual(first.city, "Hamburg")
        self.assertEqual(first.phone_sanitized, "+639175559101")

    def test_a_phone_and_an_address_of_two_customers_change_neither(self):
        by_phone = self._new_lead(phone="+63 917 555 9101", email_from=False)
        by_email = self._new_lead(phone=False, email_from="m@customer.example")
        row = self._take_in(self._enquiry(email="m@customer.example"))
        self.assertEqual((row.state, row.lead_id), ("merged", by_phone))
        self.assertFalse(by_phone.email_from)
        self.assertFalse(by_email.phone)
        self._assert_in_chatter("m@customer.example", by_phone)

    def test_the_owner_is_told(self):
        lead = self._take_in(self._enquiry()).lead_id
        lead.with_user(self.agent).action_claim()
        self._take_in(self._enquiry(message="Again"))
        self.env.cr.precommit.run()
        toasts = self.env["bus.bus"].search([("message", "ilike", "asked again")])
        self.assertIn(lead.reference, toasts[-1:].message)

    def test_an_owner_of_many_is_told_of_some_and_of_how_many(self):
        phones = [f"0917 555 912{n}" for n in range(5)]
        for phone in phones:
            self._new_lead(self.agent, phone=phone)
        self._take_in(*(self._enquiry(phone=phone) for phone in phones))
        self.assertIn("2 more", self._toasts(self.agent)[-1]["message"])

    def test_a_customer_with_a_closed_lead_gets_a_new_one(self):
        first = self._lose(self._take_in(self._enquiry()).lead_id)
        row = self._take_in(self._enquiry())
        self.assertEqual(row.state, "created")
        self.assertNotEqual(row.lead_id, first)

    def test_it_finds_leads_that_the_deliverer_may_not_see(self):
        lead = self._new_lead(self.other_agent, phone="+63 917 555 9101")
        row = self._take_in(self._enquiry())
        self.assertEqual(row.lead_id, lead)

    # ------------------------------------------------------------
    # The same enquiry again
    # ------------------------------------------------------------

    def test_an_enquiry_comes_in_once(self):
        first = self._take_in(self._enquiry(external_id="7"))
        again = self._take_in(self._enquiry(external_id="7", message="Changed"))
        self.assertEqual(again, first)
        self.assertEqual(len(first.lead_id.enquiry_ids), 1)
        self.assertNotIn("Changed", "".join(self._chatter(first.lead_id)))

    def test_sources_name_their_enquiries_by_themselves(self):
        self._take_in(self._enquiry(external_id="7"))
        row = self._take_in(self._enquiry(external_id="7"), source=self.other)
        self.assertEqual(row.state, "merged")

    # ------------------------------------------------------------
    # What cannot be used
    # ------------------------------------------------------------

    def test_who_cannot_be_reached_goes_to_quarantine(self):
        for values in ({}, {"phone": "soon"}, {"phone": "12", "email": "nobody"}):
            row = self._take_in(Enquiry(name="Maria", message="Call me", **values))
            self.assertEqual(row.state, "quarantined")
            self.assertTrue(row.error)
            self.assertIn("Call me", row.content)
            self.assertFalse(row.lead_id)

    def test_what_went_wrong_here_is_not_told_to_the_sender(self):
        find_customer = type(self.source)._find_customer

        def fail(source, entry, *known):
            if not entry.enquiry.problem:
                raise ValueError("At line 7")
            return find_customer(source, entry, *known)

        def run_alone(source, work):
            with source.env.cr.savepoint():
                return work(source)

        with (
            patch.object(type(self.source), "_run_alone", run_alone),
            patch.object(type(self.source), "_find_customer", fail),
            mute_logger("odoo.addons.bpo_crm.models.intake.crm_lead_source_delivery"),
        ):
            enquiry = self._enquiry(external_id="7")
            (answer,) = self.source._deliver([enquiry], b"body")
        self.assertNotIn("line 7", answer["error"])
        row = self.source.enquiry_ids
        self.assertEqual((row.state, row.error), ("quarantined", "At line 7"))
        self.assertEqual(base64.b64decode(row.body), b"body")
        # Nor is a sender told who sends it again.
        self.assertNotIn("line 7", row._prepare_answer(is_known=True)["error"])

    def test_the_body_of_what_is_taken_in_is_not_kept(self):
        row = self._take_in(self._enquiry())
        row._keep_for_people(b"body", False)
        self.assertFalse(row.body)

    def test_the_body_of_many_in_quarantine_is_kept_once(self):
        rows = self._take_in(*(Enquiry(name=f"Nobody {n}") for n in range(9)))
        with self._count_written_files() as keep:
            rows._keep_for_people(b"Nobody was here", False)
        self.assertEqual(keep.call_count, 1)
        files = self._files_of(rows, "body")
        self.assertEqual(len(files), len(rows))
        self._assert_kept_once(files)
        # Nor does it go with one of them.
        rows[0].unlink()
        for row in rows[1:]:
            self.assertEqual(base64.b64decode(row.body), b"Nobody was here")

    def test_the_body_that_came_last_is_kept(self):
        rows = self._take_in(Enquiry(name="One"), Enquiry(name="Two"))
        for body in (b"first", b"second"):
            rows._keep_for_people(body, False)
        self.assertEqual(
            [base64.b64decode(row.body) for row in rows], [b"second", b"second"]
        )

    def test_one_bad_enquiry_does_not_stop_the_others(self):
        rows = self._take_in(Enquiry(name="Nobody"), self._enquiry())
        self.assertEqual(rows.mapped("state"), ["quarantined", "created"])

    def test_a_phone_that_is_none_does_not_hide_the_email(self):
        lead = self._take_in(
            Enquiry(phone="ask my wife", email="m@customer.example")
        ).lead_id
        self.assertIn("Phone: ask my wife", lead.description)

    def test_quarantine_can_be_tried_again(self):
        row = self._take_in(self._enquiry(phone="0171 2345678"))
        self.assertEqual(row.state, "quarantined")
        self.env.company.country_id = self.env.ref("base.de")
        row.with_user(self.manager).action_retry()
        self.assertEqual(row.state, "created")
        self.assertEqual(row.lead_id.phone_sanitized, "+491712345678")
        self.assertFalse(row.error)

    def test_what_is_sent_again_corrected_comes_in(self):
        bad = self._enquiry(external_id="7", phone="soon")
        row = self._take_in(bad)
        self.assertEqual(self._take_in(bad), row)
        self.assertEqual(row.state, "quarantined")
        self.assertEqual(self._take_in(self._enquiry(external_id="7")), row)
        self.assertEqual((row.state, row.error), ("created", False))
        self.assertIn("0917 555 9101", row.content)
        self.assertNotIn("soon", row.content)

    def test_one_that_fails_again_takes_no_other_back(self):
        bad, good = self._take_in(
            self._enquiry(phone="0171 2345678"), self._enquiry(phone="0171 2345679")
        )
        self.env.company.country_id = self.env.ref("base.de")
        read = type(bad)._read_content

        def read_content(row):
            if row == bad:
                raise ValueError("This one")
            return read(row)

        with (
            patch.object(type(bad), "_read_content", read_content),
            mute_logger("odoo.addons.bpo_crm.models.intake.crm_lead_enquiry"),
        ):
            (bad | good).with_user(self.manager).action_retry()
        self.assertEqual((bad.state, bad.error), ("quarantined", "This one"))
        self.assertEqual(good.state, "created")

    # ------------------------------------------------------------
    # Core's own ways in
    # ------------------------------------------------------------

    def test_a_web_form_of_a_known_customer_is_merged(self):
        first = self._new_lead(self.agent, phone="+63 917 555 9101")
        values = {
            "name": "Form",
            "type": "opportunity",
            "phone": "0917 555 9101",
            "description": "From the form",
        }
        new = {"name": "New", "type": "opportunity", "phone": "0917 555 9102"}
        leads = self.env["crm.lead"].create([values, new])
        self.assertEqual(leads[0], first)
        self.assertNotEqual(leads[1], first)
        self._assert_in_chatter("From the form", first)

    def test_what_a_web_form_sends_is_one_line_each(self):
        lead = self.env["crm.lead"].create(
            {
                "name": "Form\nBcc: x@evil.example",
                "type": "opportunity",
                "contact_name": "Ma\0ria\r\nSantos",
                "phone": "0917 555\n9101",
                "email_from": "maria@customer.example\nBcc: x@evil.example",
                "street": "1 Rizal\u2028Street",
                "description": "<p>Hel\0lo</p>\n<p>there</p>",
            }
        )
        self.assertEqual(lead.name, "Form Bcc: x@evil.example")
        self.assertEqual(lead.contact_name, "Maria Santos")
        self.assertEqual(lead.phone_sanitized, "+639175559101")
        self.assertEqual(lead.email_normalized, "maria@customer.example")
        self.assertEqual(lead.street, "1 Rizal Street")
        self.assertIn("Hello", lead.description)
        self.assertEqual(lead.email_from, "maria@customer.example")
        self.assertNotIn("\n", lead.phone)

    def test_a_web_form_with_two_addresses_is_merged(self):
        first = self._new_lead(self.agent, email_from="maria@customer.example")
        values = {"name": "Form", "email_from": "maria@customer.example, me@b.example"}
        self.assertEqual(self.env["crm.lead"].create(values), first)

    def test_what_a_visitor_sends_is_merged_with_all_rights_only(self):
        first = self._new_lead(self.agent, phone="+63 917 555 9101")
        visitor = self.env.ref("base.public_user")
        leads = self.env["crm.lead"].with_user(visitor)
        values = {"name": "Form", "type": "opportunity", "phone": "0917 555 9101"}
        self.assertEqual(leads.sudo().create(values), first)
        with self.assertRaises(AccessError):
            leads.create(values)

    def test_a_known_customer_is_merged_whatever_the_stage(self):
        first = self._new_lead(self.agent, email_from="maria@customer.example")
        first.stage_id = self.qualified
        mail = {"from": "maria@customer.example", "subject": "Hello"}
        self.assertEqual(self.env["crm.lead"].message_new(mail), first)
        values = {"name": "Form", "email_from": "maria@customer.example"}
        self.assertEqual(self.env["crm.lead"].create(values), first)
        self.assertEqual(first.stage_id, self.qualified)
        self._assert_in_chatter("Form", first)

    def test_what_was_done_for_a_known_customer_is_not_planned_again(self):
        self.new.activity_type_id = self.env.ref(CALL)
        first = self._new_lead(self.agent, email_from="maria@customer.example")
        first.activity_ids.unlink()
        mail = {"from": "maria@customer.example", "subject": "Hello"}
        self.env["crm.lead"].message_new(mail)
        self.assertFalse(first.activity_ids)

    def test_two_web_forms_of_one_new_customer_are_one_lead(self):
        values = {"name": "Form", "type": "opportunity", "phone": "0917 555 9101"}
        leads = self.env["crm.lead"].create([values, {**values, "name": "Again"}])
        self.assertEqual(leads[0], leads[1])
        self._assert_in_chatter("Again", leads[0])

    def test_a_mail_of_a_known_customer_is_merged(self):
        first = self._new_lead(self.agent, email_from="maria@customer.example")
        mail = {"from": "Maria <Maria@Customer.example>", "subject": "Hello"}
        leads = self.env["crm.lead"]
        self.assertEqual(leads.message_new(mail), first)
        self._lose(first)
        again = leads.message_new(mail)
        self.assertNotEqual(again, first)
        self.assertEqual(again.email_normalized, "maria@customer.example")

    # ------------------------------------------------------------
    # One open lead for a customer, whatever the way in
    # ------------------------------------------------------------

    def test_a_second_lead_by_hand_is_refused_and_names_the_owner(self):
        lead = self._new_lead(self.other_agent, phone="+63 917 555 9101")
        values = {"name": "Again", "type": "opportunity", "phone": "0917 555 9101"}
        with self.assertRaises(RedirectWarning) as caught:
            self.env["crm.lead"].with_user(self.agent).create(values)
        self.assertIn(lead.reference, caught.exception.args[0])
        self.assertIn(self.other_agent.name, caught.exception.args[0])
        # It leads to a message, not to the lead.
        self.assertNotIn("res_id", caught.exception.args[1])

    def test_who_may_see_the_lead_is_led_to_it(self):
        lead = self._new_lead(self.agent, phone="+63 917 555 9101")
        values = {"name": "Again", "type": "opportunity", "phone": "0917 555 9101"}
        with self.assertRaises(RedirectWarning) as caught:
            self.env["crm.lead"].with_user(self.agent).create(values)
        self.assertEqual(caught.exception.args[1]["res_id"], lead.id)

    def test_a_number_is_not_changed_to_that_of_another_open_lead(self):
        self._new_lead(self.other_agent, phone="+63 917 555 9101")
        lead = self._new_lead(self.agent)
        with self.assertRaisesRegex(RedirectWarning, "has an open lead already"):
            lead.with_user(self.agent).phone = "0917 555 9101"

    def _new_contact(self, **values):
        return self.env["res.partner"].create(
            {"name": "Maria", "phone": "+63 917 555 9101", **values}
        )

    def test_who_corrects_a_contact_corrects_its_lead(self):
        partner = self._new_contact(email="maria@customer.example")
        lead = self._new_lead(
            self.agent, partner_id=partner.id, phone=partner.phone, email_from=False
        )
        partner.with_user(self.manager).write(
            {"phone": "+63 917 555 9102", "email": "m@customer.example"}
        )
        self.assertEqual(lead.phone_sanitized, "+639175559102")
        row = self._take_in(Enquiry(phone="0917 555 9102"))
        self.assertEqual(row.lead_id, lead)
        row = self._take_in(Enquiry(email="m@customer.example"))
        self.assertEqual(row.lead_id, lead)
        self.assertEqual(self._take_in(self._enquiry()).state, "created")

    def test_a_contact_does_not_get_the_number_of_another_open_lead(self):
        other = self._new_lead(self.other_agent, phone="+63 917 555 9109")
        partner = self._new_contact()
        self._new_lead(self.agent, partner_id=partner.id, phone=partner.phone)
        values = {"phone": "+63 917 555 9109"}
        with self.assertRaisesRegex(RedirectWarning, other.reference):
            partner.with_user(self.agent).write(values)
        # What the server does for a visitor can neither be told nor be stopped.
        partner.with_user(self.env.ref("base.public_user")).sudo().write(values)
        self.assertEqual(self._take_in(Enquiry(**values)).lead_id, other)

    def test_a_closed_lead_holds_nobody(self):
        lead = self._new_lead(self.agent, phone="+63 917 555 9101")
        self._lose(lead)
        self.assertTrue(self._new_lead(self.agent, phone="+63 917 555 9101"))

    def test_another_number_lets_the_old_one_go(self):
        lead = self._new_lead(self.agent, phone="+63 917 555 9101")
        lead.phone = "+63 917 555 9199"
        self.assertTrue(self._new_lead(self.agent, phone="+63 917 555 9101"))

    def test_a_lead_holds_all_its_numbers(self):
        # 18.0 has a mobile number besides.
        names = self.env["crm.lead"]._phone_get_number_fields()
        numbers = {name: f"0917 555 910{n}" for n, name in enumerate(names, 1)}
        lead = self._new_lead(self.agent)
        lead.with_user(self.agent).write(numbers)
        for name, number in numbers.items():
            self.assertEqual(self._take_in(self._enquiry(phone=number)).lead_id, lead)
            others = dict.fromkeys(names, "0917 555 9199")
            values = {"name": "Form", **others, name: number}
            self.assertEqual(self.env["crm.lead"].create(values), lead)

    def test_a_merged_lead_holds_all_its_customers(self):
        leads = self._new_lead(self.agent, phone=False) | self._new_lead(
            self.agent, phone="+63 917 555 9101", email_from="m@customer.example"
        )
        head = leads.merge_opportunity()
        self.assertEqual(self._take_in(self._enquiry()).lead_id, head)

    def test_leads_of_the_other_type_hold_nobody(self):
        self._new_unqualified(phone="+63 917 555 9101")
        self.assertTrue(self._new_lead(self.agent, phone="+63 917 555 9101"))

    # ------------------------------------------------------------
    # Campaigns and tests
    # ------------------------------------------------------------

    def test_a_campaign_is_odoos_own(self):
        medium = self.env["utm.medium"].create({"name": "Cost per Click"})
        rows = self._take_in(
            self._enquiry(
                utm_source="newsletter-t", utm_medium="cost per click", utm_campaign="X"
            ),
            self._enquiry(phone="0917 555 9102", utm_campaign="x"),
            self._enquiry(phone="0917 555 9103"),
        )
        first, second, third = rows.lead_id
        self.assertEqual(first.source_id.name, "newsletter-t")
        self.assertEqual(first.medium_id, medium)
        self.assertEqual(first.campaign_id, second.campaign_id)
        self.assertEqual(third.source_id, self.source.utm_source_id)
        self.assertFalse(third.campaign_id)

    def test_a_senders_test_is_called_one(self):
        lead = self._take_in(self._enquiry(is_test=True)).lead_id
        self.assertEqual(lead.name, "TEST: Maria")
