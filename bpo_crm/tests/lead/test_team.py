from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, RedirectWarning, ValidationError
from odoo.tests import tagged

from ...series import IS_19, STAGE_TEAM
from ..common import CALL, BpoCase

MAIL = """Message-ID: <1@customer.example>
From: Juan <juan@customer.example>
To: {to}
Subject: Spare parts

Is it there?
"""


@tagged("post_install", "-at_install")
class TestTeam(BpoCase):
    """The rules are for the leads of teams that work for dealerships."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sales = cls.env["crm.team"].create({"name": "Own Sales", "is_bpo": False})

    def _new_stage(self, team, name, sequence):
        is_many = STAGE_TEAM == "team_ids"
        return self.env["crm.stage"].create(
            {
                "name": name,
                "sequence": sequence,
                STAGE_TEAM: team.ids if is_many else team.id,
            }
        )

    def test_a_lead_is_of_its_teams_kind(self):
        self.assertTrue(self._new_lead().is_bpo)
        self.assertFalse(self._new_lead(team_id=self.sales.id).is_bpo)

    def test_a_lead_without_a_team_is_of_its_companys_kind(self):
        lead = self._new_lead(team_id=False)
        self.assertTrue(lead.is_bpo)
        self.env.company.is_bpo = False
        self.assertFalse(self._new_lead(team_id=False).is_bpo)

    def test_leads_of_other_teams_go_where_they_like(self):
        lead = self._new_lead(team_id=self.sales.id).with_user(self.supervisor)
        lead.stage_id = self.negotiation
        lead.stage_id = self.new
        self.assertEqual(lead.stage_id, self.new)

    def test_leads_of_other_teams_are_lost_as_without_the_addon(self):
        lead = self._new_lead(team_id=self.sales.id).with_user(self.supervisor)
        lead.action_set_lost(lost_reason_id=self.reason.id)
        self.assertFalse(lead.active)
        self.assertEqual((lead.stage_id, lead.probability), (self.new, 0))
        self.assertEqual(lead.lost_reason_id, self.reason)

    def test_leads_of_other_teams_come_back_as_without_the_addon(self):
        lead = self._new_lead(team_id=self.sales.id).with_user(self.supervisor)
        lead.action_set_lost(lost_reason_id=self.reason.id)
        self.assertEqual(lead.automated_probability, 0)
        self.assertTrue(lead.is_automated_probability)
        lead.toggle_active()
        self.assertEqual(lead.probability, lead.automated_probability)

    def test_leads_of_other_teams_are_archived_without_a_reason(self):
        for archive in ("action_archive", "toggle_active"):
            lead = self._new_lead(team_id=self.sales.id).with_user(self.supervisor)
            getattr(lead, archive)()
            self.assertFalse(lead.active)
            self.assertEqual(lead.stage_id, self.new)
            self.assertFalse(lead.lost_reason_id)

    def test_leads_of_other_teams_are_won_as_without_the_addon(self):
        lead = self._new_lead(team_id=self.sales.id).with_user(self.supervisor)
        lead.action_set_lost(lost_reason_id=self.reason.id)
        lead.action_set_won()
        self.assertTrue(lead.active)
        self.assertTrue(lead.stage_id.is_won)
        self.assertFalse(lead.push_ids)

    def test_leads_of_other_teams_hold_no_customer(self):
        first = self._new_lead(team_id=self.sales.id)
        second = self._new_lead(self.agent, phone=first.phone)
        self.assertNotEqual(second, first)
        self.assertEqual(second.phone_sanitized, first.phone_sanitized)
        self.assertFalse(first._get_held_keys())

    def test_only_a_manager_takes_a_lead_out_and_leaves_a_line(self):
        lead = self._new_lead(self.agent)
        self.env.flush_all()
        with self.assertRaisesRegex(
            AccessError, "Only a BPO manager can take a lead out"
        ):
            lead.with_user(self.supervisor).team_id = self.sales
        lead.with_user(self.manager).team_id = self.sales
        self.assertFalse(lead.is_bpo)
        self._assert_in_chatter("moved to Own Sales", lead)

    def test_who_is_gone_to_another_team_holds_no_customer(self):
        lead = self._new_lead(self.agent)
        lead.with_user(self.manager).team_id = self.sales
        self.assertFalse(lead._get_held_keys())

    def test_a_lead_comes_in_as_a_new_one(self):
        lead = self._new_lead(team_id=self.sales.id)
        lead.stage_id = self.negotiation
        lead.with_user(self.supervisor).team_id = self.team
        self.assertEqual(lead.stage_id, self.new)
        self.assertTrue(lead._get_held_keys())

    def test_a_lead_keeps_the_source_with_which_it_comes_in(self):
        mail = self.env["crm.lead.source"]._get_of_core("mail")
        lead = self._new_lead(
            self.agent, team_id=self.sales.id, intake_source_id=mail.id
        )
        lead.with_user(self.agent).team_id = self.team
        self.assertEqual((lead.is_bpo, lead.intake_source_id), (True, mail))

    def test_a_lead_comes_in_only_where_its_customer_has_no_other(self):
        taken = self._new_lead(self.agent)
        lead = self._new_lead(team_id=self.sales.id, phone=taken.phone)
        with self.assertRaisesRegex(RedirectWarning, "has an open lead already"):
            lead.with_user(self.supervisor).team_id = self.team

    def test_only_a_manager_brings_in_a_closed_lead(self):
        lead = self._new_lead(team_id=self.sales.id)
        lead.stage_id = self.won
        with self.assertRaisesRegex(
            AccessError, "Only a BPO manager can move a closed"
        ):
            lead.with_user(self.supervisor).team_id = self.team
        lead.with_user(self.manager).team_id = self.team
        self.assertEqual(lead.stage_id, self.won)

    # Odoo's setting on leads

    def _use_leads(self):
        """Let Odoo's setting be on, for all users and teams."""
        self.env.ref("base.group_user").implied_ids += self.env.ref(
            "crm.group_use_lead"
        )
        (self.team | self.sales).use_leads = True

    def test_what_comes_in_is_an_opportunity_whatever_the_setting_is(self):
        self._use_leads()
        leads = self.env["crm.lead"]
        by_hand = leads.with_user(self.agent).create({"name": "By hand"})
        quick = leads.with_user(self.agent).browse(
            leads.with_user(self.agent).name_create("Quick")[0]
        )
        said = self._new_lead(type="lead", team_id=self.team.id)
        for lead in (by_hand, quick, said):
            self.assertEqual(lead.type, "opportunity")
            self.assertEqual(lead.stage_id, self.new)
            self.assertTrue(lead.reference)
        other = self._new_lead(type="lead", team_id=self.sales.id)
        self.assertEqual(other.type, "lead")
        other.with_user(self.supervisor).team_id = self.team
        self.assertEqual(other.type, "opportunity")
        self.assertTrue(other.reference)

    def test_an_enquiry_is_merged_whatever_the_setting_is(self):
        self._use_leads()
        held = self._new_lead(self.agent)
        values = {"name": "Again", "phone": held.phone, "team_id": self.team.id}
        self.assertEqual(self.env["crm.lead"].create({**values, "type": "lead"}), held)
        values["team_id"] = self.sales.id
        self.assertNotEqual(self.env["crm.lead"].create(values), held)

    # What comes to other teams, and what is said and done there, is Odoo's

    def _new_seller(self):
        return self._new_user("sam", "sales_team.group_sale_salesman_all_leads")

    def _new_other(self, **values):
        return self._new_lead(team_id=self.sales.id, **values)

    def _hand_over(self, team):
        """Let the gateway process a mail to a team, and return the lead at once."""
        domain = self.env["mail.alias.domain"].search([], limit=1)
        domain = domain or domain.create({"name": "bpo.example"})
        team.write({"alias_name": "own-sales-t", "alias_domain_id": domain.id})
        mail = MAIL.format(to=team.alias_id.alias_full_name)
        thread_id = self.env["mail.thread"].message_process(None, mail)
        return self.env["crm.lead"].browse(thread_id).exists()

    def test_a_mail_to_another_team_becomes_a_lead_at_once(self):
        lead = self._hand_over(self.sales)
        self.assertEqual((lead.team_id, lead.name), (self.sales, "Spare parts"))
        self.assertIn("juan@customer.example", lead.email_from)
        self.assertFalse(lead.intake_source_id)
        self._assert_in_chatter("Is it there?", lead)
        self.assertFalse(
            self.env["crm.lead.enquiry"].search([("lead_id", "=", lead.id)])
        )

    def test_a_mail_of_an_employee_to_another_team_is_of_that_employee(self):
        seller = self._new_seller()
        seller.partner_id.email = "juan@customer.example"
        self.assertIn("juan@customer.example", self._hand_over(self.sales).email_from)

    def test_a_mail_to_another_team_is_its_leaders_where_it_is_so_in_odoo(self):
        self.sales.user_id = leader = self._new_seller()
        owner = leader if IS_19 else self.env["res.users"]
        self.assertEqual(self._hand_over(self.sales).user_id, owner)

    def test_what_is_done_for_a_lead_of_another_team_is_kept_as_for_a_contact(self):
        seller = self._new_seller()
        lead = self._new_other(user_id=seller.id).with_user(seller)
        contact = self.env["res.partner"].create({"name": "Anybody"}).with_user(seller)
        planned, elsewhere = (
            record.activity_schedule(CALL, user_id=seller.id)
            for record in (lead, contact)
        )
        (planned | elsewhere).action_done()
        self.assertFalse(lead.activity_ids)
        self.assertEqual(bool(planned.exists()), bool(elsewhere.exists()))
        self.assertFalse(planned.exists().done_at)

    def test_a_message_about_a_lead_of_another_team_is_of_any_date(self):
        seller = self._new_seller()
        before = fields.Datetime.now().replace(microsecond=0) - timedelta(days=20)
        messages = self.env["mail.message"].with_user(seller)
        values = {"model": "crm.lead", "body": "Hello", "date": before}
        other = self._new_other(user_id=seller.id)
        message = messages.create({**values, "res_id": other.id})
        self.assertEqual(message.date, before)
        own = self._new_lead(seller)
        with self._refused("set by Odoo", AccessError):
            messages.create({**values, "res_id": own.id})

    def test_no_customer_has_asked_in_the_future_once_the_rules_apply(self):
        ahead = fields.Datetime.now() + timedelta(days=1)
        lead = self._new_other(enquiry_date=ahead).with_user(self.supervisor)
        with self._refused("cannot have asked in the future", ValidationError):
            lead.team_id = self.team

    # Leads of other teams cost nothing

    def test_a_lead_of_another_team_draws_no_number(self):
        lead = self._new_lead(team_id=self.sales.id)
        self.assertFalse(lead.reference)
        lead.with_user(self.manager).team_id = self.team
        self.assertTrue(lead.reference)

    # Stages of teams

    def test_a_lead_goes_on_in_a_stage_of_its_new_team(self):
        fleet = self.env["crm.team"].create({"name": "Fleet"})
        check = self._new_stage(self.team, "Credit Check", self.new.sequence + 1)
        offer = self._new_stage(fleet, "Offer", self.new.sequence + 2)
        self.qualified.sequence = offer.sequence + 1
        lead = self._new_lead(self.agent)
        lead.stage_id = check
        lead.with_user(self.supervisor).team_id = fleet
        self.assertEqual(lead.stage_id, offer)

    # Teams that come and go

    def test_only_a_bpo_manager_says_which_teams_work_for_dealerships(self):
        seller = self._new_user("chief", "sales_team.group_sale_manager")
        for user in (self.supervisor, seller):
            with self._refused(error=AccessError):
                self.team.with_user(user).is_bpo = False
        self.team.with_user(self.manager).is_bpo = False
        self.assertFalse(self._new_lead().is_bpo)

    def test_a_team_comes_back_only_without_two_leads_of_a_customer(self):
        first = self._new_lead(self.agent)
        team = self.team.with_user(self.manager)
        team.is_bpo = False
        self.assertFalse(first._get_held_keys())
        second = self._new_lead(self.agent, phone=first.phone)
        with self._refused("has an open lead already", RedirectWarning):
            team.is_bpo = True
        second.unlink()
        team.is_bpo = True
        self.assertTrue(first._get_held_keys())

    def test_by_its_company_a_lead_leaves_only_with_a_manager(self):
        abroad = self.env["res.company"].create({"name": "Abroad", "is_bpo": False})
        lead = self._new_lead(team_id=False)
        for user in (self.supervisor, self.manager):
            user.company_ids |= abroad
        with self.assertRaisesRegex(
            AccessError, "Only a BPO manager can take a lead out"
        ):
            lead.with_user(self.supervisor).company_id = abroad
        self.env.invalidate_all()
        lead = lead.with_user(self.manager)
        lead.company_id = abroad
        self.assertFalse(lead.is_bpo)
        lead.stage_id = self.won
        self.env.flush_all()
        with self.assertRaisesRegex(
            AccessError, "Only a BPO manager can move a closed"
        ):
            lead.with_user(self.supervisor).company_id = self.env.company
