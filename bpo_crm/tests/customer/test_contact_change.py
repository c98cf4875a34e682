from odoo import SUPERUSER_ID, Command
from odoo.tests import tagged

from ..common import BpoCase


@tagged("post_install", "-at_install")
class TestContactChange(BpoCase):
    """What changes a contact past its lead makes no two leads of one customer."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.company.country_id = cls.env.ref("base.ph")
        cls.team.user_id = cls.supervisor
        partners = cls.env.ref("base.group_partner_manager")
        partners._add_members(cls.supervisor.ids)

    def _lead_of(self, owner, name, **values):
        lead = self._new_lead(owner, contact_name=name, **values)
        lead._handle_partner_assignment(create_missing=True)
        self.env.flush_all()
        return lead

    def _merge(self, contacts, into, user=None):
        wizards = self.env["base.partner.merge.automatic.wizard"]
        wizard = wizards.with_user(user or SUPERUSER_ID).create(
            {
                "partner_ids": [Command.set(contacts.ids)],
                "dst_partner_id": into.id,
                "state": "selection",
            }
        )
        wizard.action_merge()
        self.env.flush_all()

    def _keys(self):
        """Return which open lead has each customer, among the keys of the test."""
        self.env.flush_all()
        self.cr.execute("SELECT key, lead_id FROM crm_lead_customer")
        return dict(self.cr.fetchall())

    def _assert_held(self, lead):
        """Check that a lead has all of its keys, and no others."""
        held = {key for key, lead_id in self._keys().items() if lead_id == lead.id}
        self.assertEqual(held, set(lead._list_keys()))

    def _todos(self, lead):
        return lead.activity_ids.filtered(
            lambda row: row.summary == "One customer with two open leads"
        )

    def _assert_told(self, doers):
        """Check that each of some leads has an activity of somebody."""
        for lead, doer in doers.items():
            self.assertEqual(self._todos(lead).user_id, doer)

    # ------------------------------------------------------------
    # Two contacts are merged
    # ------------------------------------------------------------

    def test_leads_of_one_owner_are_merged_with_their_contacts(self):
        for user in (None, self.supervisor):
            first = self._lead_of(self.agent, "Ada")
            second = self._lead_of(self.agent, "Ada")
            keys = {*first._list_keys(), *second._list_keys()}
            contacts = first.partner_id | second.partner_id
            self._merge(contacts, first.partner_id, user)
            left = (first | second).exists()
            self.assertEqual(len(left), 1)
            self.assertEqual(left.user_id, self.agent)
            self._assert_held(left)
            self.assertFalse(
                [key for key in keys if self._keys().get(key, left.id) != left.id]
            )

    def test_a_lead_of_the_pool_joins_the_one_that_is_worked(self):
        for owners in ((self.agent, None), (None, self.agent)):
            first, second = (self._lead_of(owner, "Ada") for owner in owners)
            contacts = first.partner_id | second.partner_id
            self._merge(contacts, second.partner_id)
            left = (first | second).exists()
            self.assertEqual(left.user_id, self.agent)
            self._assert_held(left)

    def test_of_two_owners_the_supervisor_is_told(self):
        first = self._lead_of(self.agent, "Ada")
        second = self._lead_of(self.other_agent, "Ada")
        self._merge(first.partner_id | second.partner_id, second.partner_id)
        self.assertEqual(first.partner_id, second.partner_id)
        self._assert_told({first: self.supervisor, second: self.supervisor})
        self.assertIn(second.reference, self._todos(first).note)
        held = {key for lead in first | second for key in lead._list_keys()}
        self.assertLessEqual(held, self._keys().keys())

    def test_of_two_teams_the_owner_is_told(self):
        other = self.env["crm.team"].create(
            {"name": "Second", "is_bpo": True, "member_ids": self.agent.ids}
        )
        first = self._lead_of(self.agent, "Ada")
        second = self._lead_of(self.agent, "Ada", team_id=other.id)
        self._merge(first.partner_id | second.partner_id, first.partner_id)
        self._assert_told({first: self.agent, second: self.agent})

    def test_of_two_companies_each_is_told_nothing_of_the_other(self):
        abroad = self.env["res.company"].create({"name": "Abroad"})
        first = self._lead_of(self.agent, "Ada", company_id=self.env.company.id)
        team = self.env["crm.team"].create(
            {"name": "Second", "is_bpo": True, "company_id": abroad.id}
        )
        values = {"company_id": abroad.id, "dealership_id": False}
        second = self._lead_of(None, "Ada", team_id=team.id, **values)
        (first.partner_id | second.partner_id).company_id = False
        self._merge(first.partner_id | second.partner_id, first.partner_id)
        self.assertTrue(self._todos(first) and self._todos(second))
        self.assertNotIn(second.reference, self._todos(first).note)
        self.assertNotIn(first.reference, self._todos(second).note)

    def test_a_contact_without_a_lead_brings_its_number_along(self):
        first = self._lead_of(self.agent, "Ada")
        other = self._lead_of(self.agent, "Bea")
        contact = self.env["res.partner"].create({"name": "X", "phone": first.phone})
        self._merge(contact | other.partner_id, contact)
        left = (first | other).exists()
        self.assertEqual(len(left), 1)
        self._assert_held(left)

    def test_an_agent_is_refused_as_before(self):
        partners = self.env.ref("base.group_partner_manager")
        partners._add_members(self.agent.ids)
        first, second = (self._lead_of(self.agent, "Ada") for _n in range(2))
        contacts = first.partner_id | second.partner_id
        with self._refused("merge the leads first"):
            self._merge(contacts, first.partner_id, self.agent)

    def test_leads_of_before_that_one_contact_has_stay_as_they_are(self):
        first = self._lead_of(self.agent, "Ada")
        second = self._lead_of(self.agent, "Ada")
        self.cr.execute(
            "UPDATE crm_lead SET partner_id = %s WHERE id = %s",
            [first.partner_id.id, second.id],
        )
        self.env.invalidate_all()
        contact = self.env["res.partner"].create({"name": "X"})
        self._merge(contact | first.partner_id, first.partner_id)
        self.assertEqual(len((first | second).exists()), 2)

    # ------------------------------------------------------------
    # A contact is changed
    # ------------------------------------------------------------

    def test_a_number_of_another_leads_customer_merges_or_tells(self):
        changes = {
            "its number": lambda lead: {"phone": lead.phone},
            "its number as it is called at home": lambda lead: {
                "phone": lead.phone.replace("+63 ", "0")
            },
            "its address": lambda lead: {"email": "ADA@customer.example"},
            "both": lambda lead: {"phone": lead.phone, "email": lead.email_from},
        }
        address = "ada@customer.example"
        for name, values in changes.items():
            for owner in (self.agent, self.other_agent):
                with self.subTest(name, owner=owner.name):
                    first = self._lead_of(self.agent, "Ada", email_from=address)
                    second = self._lead_of(owner, "Bea")
                    second.partner_id.with_user(SUPERUSER_ID).write(values(first))
                    left = (first | second).exists()
                    if owner == self.agent:
                        self.assertEqual(len(left), 1)
                        self._assert_held(left)
                    else:
                        self._assert_told(dict.fromkeys(left, self.supervisor))
                        self.assertEqual(len(left), 2)
                    left.unlink()

    def test_a_place_changes_what_a_number_means_for_all_of_a_company(self):
        germany = self.env.ref("base.de")
        partners = self.env["res.partner"]
        for name, change in {
            "its own country": lambda lead, home: lead.partner_id.write(
                {"country_id": germany.id}
            ),
            "into a company": lambda lead, home: lead.partner_id.write(
                {
                    "parent_id": partners.create(
                        {"name": "G", "is_company": True, "country_id": germany.id}
                    ).id
                }
            ),
            "its company moves": lambda lead, home: home.write(
                {"country_id": germany.id}
            ),
        }.items():
            with self.subTest(name):
                home = partners.create({"name": "H", "is_company": True})
                lead = self._new_lead(self.agent, phone="0917 555 6677")
                lead._handle_partner_assignment(create_missing=True)
                lead.partner_id.parent_id = home
                change(lead, home)
                self.env.flush_all()
                self._assert_held(lead)
                lead.unlink()

    def test_whatever_becomes_of_a_contact_the_lead_keeps_its_customer(self):
        abroad = self.env["res.company"].create({"name": "Abroad"})
        for name, change in {
            "archived": lambda contact: contact.write({"active": False}),
            "deleted": lambda contact: contact.unlink(),
            "another company": lambda contact: contact.write({"company_id": abroad.id}),
            "no number": lambda contact: contact.write({"phone": False}),
            "no address": lambda contact: contact.write({"email": False}),
            "another number": lambda contact: contact.write(
                {"phone": "+63 917 555 1212"}
            ),
            "another address": lambda contact: contact.write(
                {"email": "new@customer.example"}
            ),
        }.items():
            with self.subTest(name):
                lead = self._lead_of(self.agent, "Ada", email_from="a@customer.example")
                before = {*lead._list_keys()}
                change(lead.partner_id)
                self.env.flush_all()
                self.env.invalidate_all()
                self._assert_held(lead)
                lost = before - {*lead._list_keys()}
                self.assertFalse(lost & self._keys().keys())
                lead.unlink()
