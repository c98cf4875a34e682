from datetime import datetime
from unittest.mock import patch

from odoo.exceptions import AccessError, RedirectWarning, UserError
from odoo.tests import new_test_user, tagged

from ..common import BpoCase
from ..companies import CompaniesCase

NOTES_A_DAY = "odoo.addons.bpo_crm.models.customer.crm_lead_second_request.NOTES_A_DAY"


class KnownCustomerCase(BpoCase):
    def _find(self, user=None, **values):
        """Ask as a form does, and let what follows the request happen."""
        leads = self.env["crm.lead"].with_user(user or self.agent)
        with self._own_transactions_shared():
            found = leads.find_known_customer(values)
            self.env.cr.postcommit.run()
            self.env.cr.postrollback.clear()
        self.env.invalidate_all()
        return found

    def _notes(self, lead):
        return [body for body in self._chatter(lead) if "second lead" in body]


@tagged("post_install", "-at_install")
class TestKnownCustomer(KnownCustomerCase):
    """What is said of a customer with an open lead, while somebody types."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.company.country_id = cls.env.ref("base.ph")
        cls.phone = {"phone": "+63 917 655 0101"}
        cls.lead = cls._new_lead(
            cls.other_agent, email_from="maria@customer.example", **cls.phone
        )
        cls.lead.date_open = datetime(2026, 11, 3, 2)

    # Who is known

    def test_a_customer_is_known_by_phone_and_by_email_however_they_are_written(self):
        for values in (
            {"phone": "0917-655-0101"},
            {"phone": "+63 (917) 6550101"},
            {"email_from": "Maria <MARIA@customer.example>"},
            {"phone": "0917", "email_from": "maria@customer.example"},
        ):
            self.assertTrue(self._find(**values), values)

    def test_nobody_is_known_by_a_part(self):
        for values in (
            {},
            {"phone": False, "email_from": False},
            {"phone": "0917 655 010"},
            {"phone": "6550101"},
            {"email_from": "maria@customer.exam"},
            {"email_from": "%@customer.example"},
            {"contact_name": self.lead.contact_name},
        ):
            self.assertIsNone(self._find(**values), values)

    def test_a_number_is_read_in_the_country_of_the_lead(self):
        france = self.env.ref("base.fr").id
        self.assertIsNone(self._find(phone="0917 655 0101", country_id=france))

    def test_a_customer_of_a_closed_lead_is_not_known(self):
        self._lose(self.lead)
        self.assertIsNone(self._find(**self.phone))

    def test_a_team_that_does_not_work_for_dealerships_asks_nobody(self):
        team = self.env["crm.team"].create({"name": "Others", "is_bpo": False})
        self.assertIsNone(self._find(**self.phone, team_id=team.id))

    # What is said

    def test_whoever_may_read_the_lead_learns_who_works_it_since_when(self):
        for user in (self.other_agent, self.supervisor, self.manager):
            found = self._find(user, contact_name="Maria", **self.phone)
            self.assertEqual(found["lead_id"], self.lead.id)
            self.assertEqual(
                found["message"],
                f"Maria has an open lead already: {self.lead.reference}, which Ben has "
                "worked since 11/03/2026.",
            )
            self.assertNotIn("action", found)
        self.assertFalse(self._notes(self.lead))

    def test_a_lead_in_the_pool_says_so(self):
        lead = self._new_lead()
        found = self._find(phone=lead.phone)
        self.assertIn("waits in the pool", found["message"])
        self.assertEqual(found["lead_id"], lead.id)

    def test_another_agent_learns_only_that_a_colleague_works_it(self):
        found = self._find(contact_name="Maria", **self.phone)
        self.assertEqual(found["message"], "A colleague works an open lead of Maria.")
        self.assertNotIn("lead_id", found)
        self.assertEqual(found["button"], "Leave a Message")

    def test_the_line_says_nothing_that_the_refusal_does_not(self):
        found = self._find(contact_name="Maria", **self.phone)
        leads = self.env["crm.lead"].with_user(self.agent)
        with self.assertRaises(RedirectWarning) as refusal:
            leads.create({"name": "Second", **self.phone})
        text, action, button, _context = refusal.exception.args
        self.assertIn("Ben works", text)
        self.assertEqual((found["action"], found["button"]), (action, button))

    def test_its_owner_learns_who_asks_as_of_a_refusal(self):
        self._find(**self.phone)
        self._find(**self.phone)
        (note,) = self._notes(self.lead)
        self.assertIn("Ana was about to make a second lead", note)

    def test_the_agent_leaves_a_message_at_once(self):
        found = self._find(**self.phone)
        windows = self.env["crm.lead.leave.message"].with_user(self.agent)
        window = windows.with_context(**found["action"]["context"]).create(
            {"message": "Call back"}
        )
        window.action_leave()
        self._assert_in_chatter("Call back", self.lead)

    def test_nobody_looks_up_hundreds_of_customers(self):
        others = [self._new_lead(self.other_agent) for _n in range(3)]
        with patch(NOTES_A_DAY, 2):
            found = [self._find(phone=lead.phone) for lead in others]
            again = self._find(phone=others[0].phone)
        self.assertEqual([bool(notice) for notice in found], [True, True, False])
        self.assertTrue(again)
        self.assertEqual([len(self._notes(lead)) for lead in others], [1, 1, 0])

    # Who asks, and what

    def test_customers_and_employees_ask_nothing(self):
        for login, group in (("po", "base.group_portal"), ("em", "base.group_user")):
            user = new_test_user(self.env, f"{login}@bpo.test", group)
            with self.assertRaises(AccessError):
                self._find(user, **self.phone)

    def test_a_salesperson_of_core_learns_nothing_of_others_pool(self):
        seller = self._new_user("sam", "sales_team.group_sale_salesman")
        found = self._find(seller, **self.phone)
        self.assertNotIn("lead_id", found)
        self.assertNotIn("action", found)

    def test_what_a_client_makes_up_is_refused(self):
        for values in (
            {"country_id": [1]},
            {"team_id": "1"},
            {"company_id": True},
        ):
            with self.assertRaises(UserError):
                self._find(**self.phone, **values)
        # What is no part of the question is left out.
        self.assertTrue(self._find(**self.phone, user_id=[5], stage_id="x"))

    def test_nothing_is_made(self):
        before = self.env["crm.lead"].with_context(active_test=False).search_count([])
        self._find(**self.phone)
        after = self.env["crm.lead"].with_context(active_test=False).search_count([])
        self.assertEqual(before, after)

    def test_it_costs_one_query_once_the_country_and_the_team_are_known(self):
        leads = self.env["crm.lead"].with_user(self.agent)
        values = {
            "phone": "0917 655 9999",
            "country_id": self.env.ref("base.ph").id,
            "team_id": self.team.id,
            "company_id": self.env.company.id,
        }
        leads.find_known_customer(values)
        self.env.flush_all()
        before = self.env.cr.sql_log_count
        leads.find_known_customer(values)
        self.assertEqual(self.env.cr.sql_log_count - before, 1)


@tagged("post_install", "-at_install")
class TestKnownCustomerOfCompanies(CompaniesCase, KnownCustomerCase):
    def test_nothing_is_said_of_another_companys_customers(self):
        lead = self._new_lead(self.agent_abroad, company_id=self.abroad.id)
        self.assertIsNone(self._find(phone=lead.phone))
        self.assertFalse(self._notes(lead))
        self.assertTrue(self._find(self.supervisor_abroad, phone=lead.phone))
