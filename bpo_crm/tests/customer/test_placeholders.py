from odoo.exceptions import AccessError, RedirectWarning, ValidationError
from odoo.tests import tagged

from ...intake import Enquiry
from ..common import SourceCase


@tagged("post_install", "-at_install")
class TestPlaceholders(SourceCase):
    """What says *none*, and what is our own, makes nobody of two strangers."""

    def _take_in(self, *enquiries):
        rows, _new = self.env["crm.lead"]._take_in(self.source, list(enquiries))
        return rows

    def _take_in_two(self, **values):
        """Take in two strangers who have something in common."""
        return self._take_in(
            Enquiry(name="Ada Cruz", **{"phone": "0917 700 0201", **values}),
            Enquiry(name="Ben Lim", **{"phone": "0917 700 0202", **values}),
        )

    def test_a_placeholder_is_nobodys_address(self):
        for email in (
            "none@none.com",
            "NoEmail@gmail.com",
            "no.email@dealer.example",
            "x@na.com",
            "test@test.com",
            "sincorreo@correo.example",
            "n/a@gmail.com",
        ):
            with self.subTest(email), self.env.cr.savepoint():
                leads = self._take_in_two(email=email).lead_id
                self.assertEqual(len(leads), 2)
                self.assertFalse(any(leads.mapped("email_from")))
                self.assertIn(email, leads[0].description)
                leads.unlink()

    def test_a_placeholder_alone_reaches_nobody(self):
        for phone in (
            "0912 345 6789",
            "+63 912 345 6789",
            "0917 000 0000",
            "0999 999 9999",
            "123456789",
        ):
            row = self._take_in(Enquiry(name="Cy Go", phone=phone))
            self.assertEqual(row.state, "quarantined", phone)
            self.assertIn(phone, row.error)

    def test_a_number_that_only_looks_like_one_is_a_customers(self):
        for phone in ("0917 123 4567", "0917 555 0100", "02 8123 4567"):
            row = self._take_in(Enquiry(name="Cy Go", phone=phone))
            self.assertEqual(row.state, "created", phone)

    def test_our_own_addresses_are_nobodys(self):
        self.env.company.email = "office@floor.example"
        self.dealership.manager_email = "boss@dealer.example"
        self.env["mail.alias.domain"].create({"name": "in.example"})
        self.agent.partner_id.email = "agent@floor.example"
        self.team.write({"alias_name": "hello"})
        alias = self.team.alias_id.alias_full_name
        for email in (
            "Office@Floor.example",
            "boss@dealer.example",
            "agent@floor.example",
            alias,
        ):
            with self.subTest(email):
                leads = self._take_in_two(email=email).lead_id
                self.assertEqual(len(leads), 2)
                self.assertFalse(any(leads.mapped("email_from")))
                leads.unlink()

    def test_our_own_numbers_are_nobodys(self):
        self.dealership.phone = "02 8700 0001 / 0917 700 0299"
        self.env.company.phone = "+63 2 8700 0002"
        self.agent.partner_id.phone = "0917 700 0298"
        for phone in ("0287000001", "0917 700 0299", "02-8700-0002", "0917 7000298"):
            row = self._take_in(Enquiry(name="Cy Go", phone=phone))
            self.assertEqual(row.state, "quarantined", phone)

    def test_one_of_us_may_be_a_customer(self):
        self.agent.partner_id.write(
            {"name": "Bob Santos", "email": "bob@floor.example"}
        )
        rows = self._take_in(
            Enquiry(name="Santos, Bob", email="bob@floor.example"),
            Enquiry(name="Bob Santos", email="bob@floor.example", message="And?"),
            Enquiry(name="Ada Cruz", email="bob@floor.example"),
        )
        self.assertEqual(rows.mapped("state"), ["created", "merged", "quarantined"])

    def test_nobody_takes_a_customers_address_for_the_own_one(self):
        lead = self._new_lead(phone=False, email_from="ada@customer.example")
        self.agent.partner_id.with_user(self.agent).email = "ada@customer.example"
        self.assertEqual(lead._get_held_keys(), ["ada@customer.example"])
        with self.assertRaises(RedirectWarning):
            self.env["crm.lead"].with_user(self.manager).create(
                {
                    "name": "Picanto",
                    "type": "opportunity",
                    "contact_name": "Ben Lim",
                    "email_from": "ada@customer.example",
                }
            )

    def test_whoever_leaves_us_is_a_customer_like_all_others(self):
        self.agent.partner_id.email = "agent@floor.example"
        before = self._take_in(Enquiry(name="Ada", email="agent@floor.example"))
        self.agent.active = False
        after = self._take_in(Enquiry(name="Ada", email="agent@floor.example"))
        self.assertEqual((before.state, after.state), ("quarantined", "created"))

    def test_a_manager_adds_and_takes_away_placeholders(self):
        first = self._new_lead(phone=False, email_from="info@mall.example")
        placeholders = self.env["crm.placeholder"].with_user(self.manager)
        row = placeholders.create({"kind": "email", "name": "INFO@mall.example"})
        self.assertFalse(first._get_held_keys())
        second = self._new_lead(phone=False, email_from="info@mall.example")
        row.active = False
        self.env.cr.flush()
        self.assertEqual(first._get_held_keys(), ["info@mall.example"])
        self.assertFalse(second._get_held_keys())
        row.unlink()
        self.env.cr.flush()
        self.assertEqual(first._get_held_keys(), ["info@mall.example"])

    def test_a_placeholder_is_written_as_people_write_it(self):
        placeholders = self.env["crm.placeholder"].with_user(self.manager)
        row = placeholders.create({"kind": "phone", "name": "917 777-12*"})
        self.assertEqual(row.name, "91777712*")
        enquiry = Enquiry(name="Cy Go", phone="0917 777 1234")
        self.assertEqual(self._take_in(enquiry).state, "quarantined")

    def test_a_placeholder_is_a_number_in_all_notations(self):
        placeholders = self.env["crm.placeholder"].with_user(self.manager)
        for name in ("0917 777 0001", "+63 917 777 0002", "٠٩١٧٧٧٧٠٠٠٣"):
            placeholders.create({"kind": "phone", "name": name})
        for phone in ("0917 777 0001", "0917 777 0002", "0917 777 0003"):
            row = self._take_in(Enquiry(name="Cy Go", phone=phone))
            self.assertEqual(row.state, "quarantined", phone)

    def test_not_all_customers_are_placeholders(self):
        placeholders = self.env["crm.placeholder"].with_user(self.manager)
        for kind, name in (
            ("email", "*@*"),
            ("email", "*"),
            ("email", "**@*.*"),
            ("email", "*@*.com"),
            ("email", "a*@*"),
            ("email", "none"),
            ("phone", "*"),
            ("phone", "12*"),
            ("phone", "*1*"),
            ("phone", "*1234*"),
            ("phone", "none@none.com"),
            ("phone", "call"),
        ):
            with self.subTest(name), self.assertRaises(ValidationError):
                placeholders.create({"kind": kind, "name": name})

    def test_only_managers_change_them(self):
        placeholders = self.env["crm.placeholder"]
        row = placeholders.search([], limit=1)
        row.with_user(self.supervisor).read(["name"])
        for user in (self.agent, self.supervisor):
            with self.assertRaises(AccessError):
                placeholders.with_user(user).create({"name": "*@mall.example"})
            with self.assertRaises(AccessError):
                row.with_user(user).name = "*@mall.example"

    def test_strangers_are_not_in_each_others_history(self):
        lead = self._new_lead(email_from="none@none.com")
        self._new_lead(email_from="none@none.com")
        self.assertFalse(lead.history_lead_ids)
