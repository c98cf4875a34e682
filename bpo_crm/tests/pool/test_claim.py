from datetime import timedelta

from lxml import etree

from odoo.exceptions import AccessError, RedirectWarning, UserError
from odoo.tests import new_test_user, tagged
from odoo.tools.safe_eval import safe_eval

from ..common import CALL, BpoCase


@tagged("post_install", "-at_install")
class TestClaim(BpoCase):
    def test_claiming_makes_the_agent_the_owner(self):
        lead = self._new_lead().with_user(self.agent)
        result = lead.action_claim()
        self.assertEqual(lead.user_id, self.agent)
        self.assertEqual(
            result["params"]["message"],
            f"You are now assigned to lead {lead.reference}",
        )

    def test_the_second_is_told_who_was_first(self):
        lead = self._new_lead()
        lead.with_user(self.agent).action_claim()
        with self.assertRaisesRegex(
            UserError, f"{lead.reference} is already claimed by Ana"
        ):
            lead.with_user(self.other_agent).action_claim()
        self.assertEqual(lead.user_id, self.agent)

    def test_a_closed_lead_cannot_be_claimed(self):
        lead = self._lose(self._new_lead())
        with self.assertRaisesRegex(UserError, "cannot be claimed"):
            lead.with_user(self.agent).action_claim()

    def test_only_agents_claim(self):
        salesman = new_test_user(
            self.env, "seller@bpo.test", "sales_team.group_sale_salesman"
        )
        with self.assertRaises(AccessError):
            self._new_lead().with_user(salesman).action_claim()

    def test_claim_next_hands_out_by_priority_then_by_age(self):
        leads = self.env["crm.lead"]
        self.env["crm.lead"].search([("user_id", "=", False)]).user_id = self.manager
        self._new_unqualified(priority="3")
        late, urgent, early = (
            self._new_lead(priority=priority) for priority in ("0", "3", "0")
        )
        early.enquiry_date -= timedelta(days=1)
        order = [
            leads.with_user(self.agent).action_claim_next()["params"]["next"]["res_id"]
            for _n in range(3)
        ]
        self.assertEqual(order, [urgent.id, early.id, late.id])
        empty = leads.with_user(self.agent).action_claim_next()
        self.assertEqual(empty["params"]["type"], "info")
        self.assertIn("No lead is waiting", empty["params"]["message"])

    def test_an_agent_works_a_lead_only_after_claiming_it(self):
        lead = self._new_lead().with_user(self.agent)
        ways = (
            lambda: lead.write({"stage_id": self.qualified.id}),
            lambda: lead.write({"stage_id": self.won.id}),
            lambda: self._lose(lead),
        )
        for way in ways:
            with self.assertRaisesRegex(UserError, f"Claim {lead.reference} before"):
                way()

    def test_who_has_no_role_takes_nothing_out_of_the_pool(self):
        for group in ("salesman", "salesman_all_leads", "manager"):
            user = self._new_user(group, f"sales_team.group_sale_{group}")
            lead = self._new_lead().with_user(user)
            for way in (
                lambda lead=lead, user=user: lead.write({"user_id": user.id}),
                lambda lead=lead: lead.write({"phone": "1"}),
                lambda lead=lead: lead.write({"stage_id": self.qualified.id}),
                lambda lead=lead: self._lose(lead),
                lambda lead=lead: lead.activity_schedule(CALL),
            ):
                with self._refused():
                    way()
            foreign = self._new_lead(self.agent).with_user(user)
            with self._refused():
                foreign.write({"phone": "1"})

    def test_what_is_not_an_opportunity_yet_is_neither_claimed_nor_worked(self):
        lead = self._new_unqualified().with_user(self.agent)
        for way in (
            lead.action_claim,
            lambda: lead.write({"user_id": self.agent.id}),
            lambda: lead.write({"user_id": self.agent.id, "type": "opportunity"}),
            lambda: lead.write({"phone": "1"}),
            lambda: lead.activity_schedule(CALL, user_id=self.agent.id),
        ):
            with self._refused("A supervisor can convert it"):
                way()
        self.assertFalse(lead.user_id or lead.activity_ids)

    def test_writing_the_owner_is_claiming(self):
        lead = self._new_lead().with_user(self.agent)
        lead.user_id = self.agent
        self.assertEqual(lead.user_id, self.agent)

    def test_an_agent_neither_gives_nor_drops_a_lead(self):
        lead = self._new_lead(self.agent).with_user(self.agent)
        for user in (self.other_agent, self.env["res.users"]):
            with self.assertRaisesRegex(AccessError, "Only a supervisor can reassign"):
                lead.user_id = user
        with self.assertRaisesRegex(AccessError, "Only a supervisor can reassign"):
            self._new_lead().with_user(self.agent).user_id = self.other_agent

    def test_an_agent_creates_for_itself_or_for_the_pool(self):
        leads = self.env["crm.lead"].with_user(self.agent)
        self.assertEqual(leads.create({"name": "Mine"}).user_id, self.agent)
        self.assertFalse(leads.create({"name": "Pool", "user_id": False}).user_id)
        with self.assertRaises(AccessError):
            leads.create({"name": "His", "user_id": self.other_agent.id})

    def test_a_supervisor_reassigns(self):
        lead = self._new_lead(self.agent).with_user(self.supervisor)
        lead.user_id = self.other_agent
        self.assertEqual(lead.user_id, self.other_agent)

    def test_the_screens_offer_what_the_server_allows(self):
        leads = self.env["crm.lead"]
        for user, reassigns in ((self.agent, False), (self.supervisor, True)):
            described = leads.with_user(user).fields_get(["user_id", "active"])
            self.assertEqual(described["user_id"]["readonly"], not reassigns)
            self.assertTrue(described["active"]["readonly"])

    def test_the_waiting_time_is_told_in_the_users_language(self):
        lead = self._new_lead()
        lead.enquiry_date -= timedelta(hours=3)
        self.assertEqual(lead.waiting_time, "3 hours")
        self.env["res.lang"]._activate_lang("de_DE")
        self.assertEqual(lead.with_context(lang="de_DE").waiting_time, "3 Stunden")

    def test_supervisors_only_lose_what_is_unclaimed(self):
        for user in (self.supervisor, self.manager):
            lead = self._new_lead().with_user(user)
            for stage in (self.qualified, self.won):
                with self.assertRaisesRegex(UserError, "before you work it"):
                    lead.stage_id = stage
            self.assertTrue(self._lose(lead).is_lost)

    def _new_archived(self, owner=None):
        """Make a lead that was archived before the addon came, and never lost."""
        lead = self._new_lead(owner)
        lead._write_by_core({"active": False})
        lead._release_customers()
        return lead

    def test_what_nobody_sees_is_not_claimed(self):
        lead = self._new_archived().with_user(self.agent)
        self.assertFalse(lead.is_claimable)
        for way in (lead.action_claim, lambda: lead.write({"user_id": self.agent.id})):
            with self._refused("is archived and cannot be claimed. Ask a supervisor"):
                way()

    def test_what_was_archived_and_never_lost_is_restored(self):
        for user in (self.agent, self.supervisor, self.manager):
            for way in ("action_unarchive", "toggle_active"):
                lead = self._new_archived(user if user == self.agent else None)
                getattr(lead.with_user(user), way)()
                self.assertTrue(lead.active)
                self.assertEqual(lead.stage_id, self.new)
                self.assertTrue(lead._get_held_keys())
        with self._refused("before you work it"):
            self._new_archived().with_user(self.agent).action_unarchive()

    def test_the_form_restores_it(self):
        for lead, is_offered in (
            (self._new_archived(), True),
            (self._new_lead(), False),
            (self._lose(self._new_lead()), False),
        ):
            arch = etree.fromstring(lead.with_user(self.manager).get_view()["arch"])
            (button,) = arch.xpath("//header/button[@name='action_unarchive']")
            names = ("active", "id", "is_lost", "is_won")
            known = {name: lead[name] for name in names}
            is_hidden = safe_eval(button.get("invisible"), known)
            self.assertNotEqual(is_hidden, is_offered)

    def test_a_restored_lead_is_the_only_one_of_its_customer(self):
        lead = self._new_archived()
        self._new_lead(self.agent, phone=lead.phone)
        with self._refused("has an open lead already", RedirectWarning):
            lead.with_user(self.manager).action_unarchive()

    def test_a_lead_in_the_pool_is_claimable(self):
        pool, mine = self._new_lead(), self._new_lead(self.agent)
        raw, lost = self._new_unqualified(), self._lose(self._new_lead())
        leads = pool | mine | raw | lost
        claimable = leads.with_user(self.supervisor).filtered("is_claimable")
        self.assertEqual(claimable.ids, pool.ids)

    def test_leads_from_before_have_waited_since_they_were_made(self):
        lead = self._new_lead()
        lead.enquiry_date = False
        self.env.flush_all()
        lead._init_column("enquiry_date")
        lead.invalidate_recordset()
        self.assertEqual(lead.enquiry_date, lead.create_date)
