from odoo import Command
from odoo.exceptions import AccessError, RedirectWarning, UserError
from odoo.tests import new_test_user, tagged

from ..common import BpoCase


@tagged("post_install", "-at_install")
class TestContactReach(BpoCase):
    """The number and the address of a lead are changed by who works it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.company.country_id = cls.env.ref("base.ph")
        cls.own = cls._new_customer_lead(cls.agent, "Own")
        cls.foreign = cls._new_customer_lead(cls.other_agent, "Vera")
        cls.pool = cls._new_customer_lead(None, "Pia")
        cls.closed = cls._lose(cls._new_customer_lead(cls.other_agent, "Carl"))

    @classmethod
    def _new_customer_lead(cls, owner, name, **values):
        lead = cls._new_lead(
            owner,
            contact_name=name,
            email_from=f"{name.lower()}@customer.example",
            **values,
        )
        lead._handle_partner_assignment(create_missing=True)
        return lead

    def _contact(self, lead, user=None):
        return lead.partner_id.with_user(user or self.agent)

    def _assert_reach_stays(self, lead, phone, email):
        self.env.invalidate_all()
        self.assertEqual((lead.phone, lead.email_from), (phone, email))

    # ------------------------------------------------------------
    # Whose customer it is
    # ------------------------------------------------------------

    def test_an_agent_cannot_change_the_contact_of_another_ones_lead(self):
        for lead in (self.foreign, self.closed):
            reach = lead.phone, lead.email_from
            contact = self._contact(lead)
            child = {"name": "Mine", "street": "1 Elsewhere"}
            for values in (
                {"name": "Nobody"},
                {"phone": "1"},
                {"email": "mine@bpo.test"},
                {"email": False},
                {"street": "1 Elsewhere"},
                {"country_id": False},
                {"parent_id": self.own.partner_id.id},
                {"active": False},
                {"company_id": self.env.company.id},
                {"child_ids": [Command.create(child)]},
                {"child_ids": [Command.link(self.own.partner_id.id)]},
                {"bank_ids": [Command.create({"acc_number": "1"})]},
                {"user_ids": [Command.link(self.agent.id)]},
            ):
                with self._refused(error=AccessError):
                    contact.write(values)
            with self._refused(error=AccessError):
                contact.unlink()
            with self._refused(error=AccessError):
                (contact | self._contact(self.own)).write({"phone": "1"})
            self._assert_reach_stays(lead, *reach)

    def test_nobody_without_the_lead_changes_by_what_its_customer_is_reached(self):
        company = self.env["res.company"].create({"name": "Abroad"})
        seller = self._new_user("seller", "sales_team.group_sale_salesman")
        clerk = self._new_user("clerk", "base.group_user,base.group_partner_manager")
        abroad = self._new_user("abroad", "bpo_crm.group_bpo_manager")
        abroad.write({"company_ids": [Command.set(company.ids)], "company_id": company})
        reach = self.foreign.phone, self.foreign.email_from
        for user in (seller, clerk, abroad):
            contact = self._contact(self.foreign, user)
            for values in ({"phone": "1"}, {"email": False}):
                with self._refused(error=AccessError):
                    contact.write(values)
        self._assert_reach_stays(self.foreign, *reach)
        # What else is on it is the business of others as well.
        self._contact(self.foreign, clerk).write({"vat": False, "comment": "Pays late"})

    def test_the_contact_of_a_waiting_lead_waits_as_well(self):
        contact = self._contact(self.pool)
        for change in (lambda: contact.write({"phone": "1"}), contact.unlink):
            with self._refused("before you work it"):
                change()
        self.pool.with_user(self.agent).action_claim()
        contact.phone = "+63 917 555 0300"
        self.assertEqual(self.pool.phone, "+63 917 555 0300")

    def test_an_agent_corrects_its_own_customer(self):
        contact = self._contact(self.own)
        contact.write({"name": "Juana", "phone": "+63 917 555 0301"})
        self.own.with_user(self.agent).phone = "+63 917 555 0302"
        self.assertEqual(contact.phone, "+63 917 555 0302")
        nobodys = contact.create({"name": "Nobody's", "phone": "+63 917 555 0303"})
        nobodys.phone = "+63 917 555 0304"
        nobodys.unlink()

    def test_supervisors_and_managers_correct_any(self):
        for user in (self.supervisor, self.manager):
            for lead in (self.own, self.foreign, self.pool, self.closed):
                self._contact(lead, user).name = f"By {user.name}"
        self._contact(self.closed, self.supervisor).unlink()

    def test_a_customer_who_returns_is_worked_by_the_new_owner(self):
        """Who has the open lead may correct what the earlier ones show."""
        customer = self.closed.partner_id
        lead = (
            self.env["crm.lead"]
            .with_user(self.agent)
            .create(
                {
                    "name": "Again",
                    "type": "opportunity",
                    "user_id": self.agent.id,
                    "partner_id": customer.id,
                }
            )
        )
        lead.phone = "+63 917 555 0305"
        self.assertEqual(customer.phone, "+63 917 555 0305")
        with self._refused(error=AccessError):
            self._contact(lead, self.other_agent).phone = "1"

    def test_who_is_known_by_the_number_of_another_ones_customer_stays_so(self):
        contacts = self.env["res.partner"]
        by_number = contacts.create({"name": "Vera's", "phone": self.foreign.phone})
        by_email = contacts.create({"name": "Vera's", "email": self.foreign.email_from})
        for contact in (by_number, by_email):
            with self._refused(error=AccessError):
                contact.with_user(self.agent).name = "Mine"
            with self._refused(error=AccessError):
                contact.with_user(self.agent).unlink()
        mine = contacts.with_user(self.agent).create({"name": "Mine"})
        for values in (
            {"phone": self.foreign.phone},
            {"phone": self.foreign.phone.replace("+63 ", "0")},
            {"email": f"V <{self.foreign.email_from.upper()}>"},
        ):
            with self._refused(error=AccessError):
                mine.write(values)

    def test_an_address_in_another_notation_is_the_same_customers(self):
        self.foreign.email_from = "vera@bücher.example"
        address = {"name": "Vera's", "email": "vera@xn--bcher-kva.example"}
        contact = self.env["res.partner"].create(address)
        with self._refused(error=AccessError):
            contact.with_user(self.agent).name = "Mine"

    # ------------------------------------------------------------
    # Other ways
    # ------------------------------------------------------------

    def test_a_lead_is_no_way_to_another_ones_contact(self):
        reach = self.foreign.phone, self.foreign.email_from
        customer = self.foreign.partner_id
        own = self.own.with_user(self.agent)
        for values in (
            {"partner_id": customer.id, "phone": "1"},
            {"partner_id": customer.id, "email_from": "mine@bpo.test"},
        ):
            with self._refused():
                own.write(values)
            with self._refused():
                own.create({"name": "Mine", "user_id": self.agent.id, **values})
        self._assert_reach_stays(self.foreign, *reach)

    def test_companies_and_their_contacts_go_together(self):
        company, other = self.env["res.partner"].create(
            [{"name": "Fleet", "is_company": True}, {"name": "Other"}]
        )
        self.foreign.partner_id.parent_id = company
        mine = company.with_user(self.agent)
        for change in (
            lambda: mine.write({"street": "1 Elsewhere"}),
            lambda: mine.write({"child_ids": [Command.clear()]}),
            mine.unlink,
        ):
            with self._refused(error=AccessError):
                change()
        # A colleague of the customer is somebody else.
        made = mine.create({"name": "Colleague", "parent_id": company.id})
        made.function = "Driver"
        self.foreign.partner_id.parent_id = False
        self.foreign.partner_id = company
        child = other.with_user(self.agent)
        for change in (
            lambda: child.create(
                {"name": "Mine", "parent_id": company.id, "street": "1 Elsewhere"}
            ),
            lambda: child.with_context(default_parent_id=company.id).create(
                {"name": "Mine"}
            ),
            lambda: child.write({"parent_id": company.id}),
        ):
            with self._refused(error=AccessError):
                change()

    def test_bank_accounts_are_the_customers(self):
        accounts = self.env["res.partner.bank"].with_user(self.agent)
        values = {"acc_number": "1", "partner_id": self.own.partner_id.id}
        own = accounts.create(values)
        foreign = accounts.sudo().create(
            {"acc_number": "2", "partner_id": self.foreign.partner_id.id}
        )
        foreign = foreign.with_user(self.agent)
        for change in (
            lambda: accounts.create(
                {"acc_number": "3", "partner_id": self.foreign.partner_id.id}
            ),
            lambda: own.write({"partner_id": self.foreign.partner_id.id}),
            lambda: foreign.write({"partner_id": self.own.partner_id.id}),
            lambda: foreign.write({"acc_number": "4"}),
            foreign.unlink,
        ):
            with self._refused(error=AccessError):
                change()
        own.acc_number = "5"

    def _merge(self, user, *contacts):
        wizards = self.env["base.partner.merge.automatic.wizard"].with_user(user)
        contacts = self.env["res.partner"].concat(*contacts)
        wizard = wizards.create(
            {
                "partner_ids": [Command.set(contacts.ids)],
                "dst_partner_id": contacts[0].id,
                "state": "selection",
            }
        )
        wizard.action_merge()

    def test_an_agent_merges_no_contact_of_another_ones_lead(self):
        contacts = self.env["res.partner"].create([{"name": "A"}, {"name": "B"}])
        foreign, closed = self.foreign.partner_id, self.closed.partner_id
        for contact in (foreign, closed):
            contact.email = False
            for pair in ((contacts[0], contact), (contact, contacts[0])):
                with self._refused(error=AccessError):
                    self._merge(self.agent, *pair)
        self.assertEqual(self.foreign.partner_id, foreign)
        self.assertTrue(foreign.exists())
        self._merge(self.agent, *contacts)
        self.assertEqual(len(contacts.exists()), 1)
        self._merge(self.supervisor, contacts.exists(), foreign)
        self.assertEqual(self.foreign.partner_id, contacts.exists())

    def test_an_import_changes_no_contact_of_another_ones_lead(self):
        self.env["ir.model.data"].create(
            {
                "module": "bpo_test",
                "name": "vera",
                "model": "res.partner",
                "res_id": self.foreign.partner_id.id,
            }
        )
        reach = self.foreign.phone, self.foreign.email_from
        contacts = self.env["res.partner"].with_user(self.agent)
        answer = contacts.load(["id", "phone"], [["bpo_test.vera", "1"]])
        self.assertFalse(answer["ids"])
        self._assert_reach_stays(self.foreign, *reach)

    # ------------------------------------------------------------
    # Colleagues
    # ------------------------------------------------------------

    def test_everybody_edits_the_own_preferences(self):
        lead = self._new_lead(self.other_agent, partner_id=self.agent.partner_id.id)
        self.assertEqual(lead.partner_id, self.agent.partner_id)
        self.agent.with_user(self.agent).write({"email": "ana.new@bpo.test"})
        self._contact(lead).write({"phone": "+63 917 555 0306"})
        self.assertEqual(self.agent.partner_id.phone, "+63 917 555 0306")

    def test_colleagues_and_companies_are_odoos(self):
        colleague = self.other_agent.partner_id.with_user(self.agent)
        with self._refused(error=AccessError):
            colleague.email = "mine@bpo.test"
        self.dealership.with_user(self.agent).read(["name"])
        company = self.env.company.partner_id.with_user(self.agent)
        company.website = "https://floor.example"

    def test_reading_stays_odoos(self):
        contact = self._contact(self.foreign)
        self.assertEqual(contact.read(["name"])[0]["name"], "Vera")

    def test_many_contacts_are_one_look_at_their_leads(self):
        def cost(count):
            contacts = self.env["res.partner"].create(
                [
                    {"name": f"C{number}", "email": f"c{number}.{count}@x.example"}
                    for number in range(count)
                ]
            )
            contacts = contacts.with_user(self.agent)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            contacts._check_customers()
            return self.env.cr.sql_log_count - before

        cost(1)
        self.assertEqual(cost(20), cost(2))
        self.assertLessEqual(cost(20), 4)

    def test_two_customers_with_open_leads_do_not_become_one(self):
        contacts = self.env["res.partner"].create([{"name": "One"}, {"name": "Two"}])
        for contact in contacts:
            self._new_lead(self.agent, partner_id=contact.id)
        with self.assertRaisesRegex(UserError, "merge the leads first"):
            self._merge(self.agent, *contacts)

    def test_the_contact_of_an_open_lead_is_no_other_leads_customer(self):
        contact = self.env["res.partner"].create({"name": "One"})
        self._new_lead(self.agent, partner_id=contact.id)
        lead = self._new_lead(self.agent).with_user(self.agent)
        with self.assertRaisesRegex(RedirectWarning, "has an open lead already"):
            lead.partner_id = contact

    def test_a_customer_does_not_take_the_number_of_another_one(self):
        contact = self.own.partner_id
        user = new_test_user(
            self.env, "own@customer.example", "base.group_portal", partner_id=contact.id
        )
        contact = contact.with_user(user).sudo()
        reach = self.own.phone, self.own.email_from
        for values in (
            {"phone": self.foreign.phone},
            {"email": self.foreign.email_from},
            {"phone": self.pool.phone, "email": "new@customer.example"},
        ):
            with self.assertRaises(UserError) as refusal, self.env.cr.savepoint():
                contact.write(values)
            self.assertEqual(
                str(refusal.exception),
                "Ask us to change your number or your email address.",
            )
            self._assert_reach_stays(self.own, *reach)
        contact.write({"street": "1 New Street", "phone": self.own.phone})
        contact.write({"phone": "+63 917 555 0388", "email": "new@customer.example"})
        self._assert_reach_stays(self.own, "+63 917 555 0388", "new@customer.example")

    def test_a_local_number_is_known_once_the_contact_has_a_country(self):
        self.env.company.country_id = self.env.ref("base.us")
        contact = self.env["res.partner"].create({"name": "One"})
        lead = self._new_lead(
            self.agent, partner_id=contact.id, phone="0917 555 0307", country_id=False
        )
        contact.country_id = self.env.ref("base.ph")
        held = self.env["crm.lead.customer"].search([("lead_id", "=", lead.id)])
        self.assertEqual(held.mapped("key"), ["+639175550307"])
