from datetime import datetime, timedelta

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from ...inner_context import LEADS_GO_TO
from ...intake.enquiry import Enquiry
from ...roles import AGENT
from ...series import GROUP_USERS, IS_19, USER_GROUPS
from ..common import CALL, GROWTH, BatchCase, BpoCase
from ..companies import CompaniesCase

TOMORROW = timedelta(days=1)


class LeaveCase(BpoCase):
    """Leads of an agent with a call that was promised, and a visit."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Who may archive users has no role in the call centre.
        cls.admin = new_test_user(
            cls.env, "iris@bpo.test", "base.group_erp_manager", name="Iris"
        )
        cls.team.user_id = cls.supervisor
        cls.leads = cls._new_lead(cls.agent) | cls._new_lead(cls.agent)
        cls.lead = cls.leads[0]
        cls.call = cls.lead.activity_schedule(
            CALL, user_id=cls.agent.id, due_at=datetime.now() + TOMORROW
        )
        start = datetime.now().replace(microsecond=0) + 2 * TOMORROW
        cls.visit = cls.env["calendar.event"].create(
            {
                "name": "Visit",
                "start": start,
                "stop": start + timedelta(hours=1),
                "opportunity_id": cls.lead.id,
                "user_id": cls.agent.id,
                "visit_state": "planned",
            }
        )

    def _notes_to(self, user):
        """Return the notifications that somebody got, the newest first."""
        return self.env["mail.message"].search(
            [
                ("notified_partner_ids", "in", user.partner_id.ids),
                ("message_type", "=", "user_notification"),
            ]
        )

    def _assert_left_to_pool(self, leads=None):
        leads = leads or self.leads
        self.env.flush_all()
        self.assertFalse(leads.user_id)
        self.assertEqual(self.call.user_id, self.supervisor)
        self.assertTrue(self.call.active)
        self._assert_in_chatter("is back in the pool", leads[0])


@tagged("post_install", "-at_install")
class TestLeaveOwner(LeaveCase):
    """An owner who is gone leaves no lead behind."""

    def _ways_out(self):
        """Return how somebody stops working leads, by what it is called."""
        agents = self.env.ref(AGENT)
        admin = self.agent.with_user(self.admin)
        return {
            "archived by a button": admin.action_archive,
            "archived by a write": lambda: admin.write({"active": False}),
            "the role is taken away": lambda: admin.write(
                {USER_GROUPS: [Command.unlink(agents.id)]}
            ),
            "all groups but one": lambda: admin.write(
                {USER_GROUPS: [Command.set(self.env.ref("base.group_user").ids)]}
            ),
            "taken out of the group": lambda: agents.with_user(self.admin).write(
                {GROUP_USERS: [Command.unlink(self.agent.id)]}
            ),
            # On 19.0, core asks for the rights on contacts, too.
            "deleted": self.agent.unlink,
        }

    def test_whichever_way_an_owner_goes_the_leads_wait_in_the_pool(self):
        for name, go in self._ways_out().items():
            with self.subTest(name), self.env.cr.savepoint() as savepoint:
                before = self._notes_to(self.supervisor)
                go()
                self._assert_left_to_pool()
                news = self._notes_to(self.supervisor) - before
                self.assertEqual(len(news), 1)
                for lead in self.leads:
                    self.assertIn(lead.reference, news.body)
                savepoint.rollback()
                self.env.invalidate_all()

    def test_a_group_that_goes_takes_the_role_away_whatever_a_client_says(self):
        agents = self.env.ref(AGENT)
        desk = self.env["res.groups"].create(
            {"name": "Desk", "implied_ids": [Command.link(agents.id)]}
        )
        groups = [self.env.ref("base.group_user").id, desk.id]
        self.agent.write({USER_GROUPS: [Command.set(groups)]})
        self.assertTrue(self.agent.has_group(AGENT))
        # On 18.0, core asks for the rights on views, too.
        desk = desk.with_user(self.env.ref("base.user_admin"))
        # Core says so while it takes modules away.
        desk.with_context(_force_unlink=True).unlink()
        if IS_19:
            self._assert_left_to_pool()
        else:
            # Whoever got the role by another group keeps it.
            self.assertTrue(self.agent.has_group(AGENT))
            self.assertEqual(self.leads.user_id, self.agent)

    def test_what_was_planned_is_of_who_claims_the_lead(self):
        self.agent.with_user(self.admin).action_archive()
        self.lead.with_user(self.other_agent).action_claim()
        self.assertEqual(self.call.user_id, self.other_agent)
        self.assertTrue(self.call.due_at)

    def test_nothing_that_is_planned_is_deleted(self):
        planned = self.leads._find_pending_activities()
        foreign = self._new_lead(self.other_agent)
        asked = foreign.activity_schedule(CALL, user_id=self.agent.id)
        self.agent.with_user(self.admin).action_archive()
        self.assertEqual(planned.exists(), planned)
        self.assertEqual(asked.exists().user_id, self.other_agent)

    def test_visits_are_of_the_new_owner_and_no_guest_is_told(self):
        mails = self.env["mail.mail"].search([])
        self._archive("person", self.other_agent)
        self.assertEqual(self.visit.user_id, self.other_agent)
        self.assertIn(self.other_agent.partner_id, self.visit.partner_ids)
        self.assertNotIn(self.agent.partner_id, self.visit.partner_ids)
        self.assertEqual(self.visit.activity_ids.user_id, self.other_agent)
        customer = self.visit.partner_ids - self.other_agent.partner_id
        news = self.env["mail.mail"].search([]) - mails
        self.assertNotIn(customer, news.recipient_ids)

    def test_coming_back_restores_nothing(self):
        self.agent.with_user(self.admin).action_archive()
        self.agent.with_user(self.admin).action_unarchive()
        self.assertFalse(self.leads.user_id)
        self.assertFalse(
            self.leads.filtered_domain(
                self.team.crm_team_member_all_ids.filtered(
                    lambda member: member.user_id == self.agent
                )._get_leads_domain()
            )
        )
        self.lead.with_user(self.agent).action_claim()
        self.assertEqual(self.lead.user_id, self.agent)

    def test_closed_leads_stay_whose_they_were(self):
        lost = self._lose(self._new_lead(self.agent))
        self.agent.with_user(self.admin).action_archive()
        self.assertEqual(lost.user_id, self.agent)

    def test_leads_of_cores_teams_are_left_to_core(self):
        team = self.env["crm.team"].create({"name": "Core", "is_bpo": False})
        lead = self._new_lead(self.agent, team_id=team.id)
        self.agent.with_user(self.admin).action_archive()
        self.assertEqual(lead.user_id, self.agent)

    def test_without_a_leader_all_supervisors_are_told(self):
        self.team.user_id = False
        self.agent.with_user(self.admin).action_archive()
        for user in (self.supervisor, self.manager):
            self.assertEqual(len(self._notes_to(user)), 1)
        self.assertFalse(self._notes_to(self.other_agent))

    def test_a_supervisor_who_goes_keeps_nothing_of_it(self):
        self.team.user_id = self.supervisor
        mine = self._new_lead(self.supervisor)
        call = mine.activity_schedule(CALL, user_id=self.supervisor.id)
        self.supervisor.with_user(self.admin).action_archive()
        self.assertFalse(mine.user_id)
        self.assertNotEqual(call.exists().user_id, self.supervisor)
        self.assertTrue(call.user_id)

    def test_other_changes_of_a_user_leave_the_leads(self):
        self.agent.write({"name": "Anna", "tz": "Asia/Tokyo"})
        supervisors = self.env.ref("bpo_crm.group_bpo_supervisor")
        self.agent.write({USER_GROUPS: [Command.link(supervisors.id)]})
        self.assertEqual(self.leads.user_id, self.agent)

    def test_whoever_may_not_archive_takes_no_leads_away(self):
        for user in (self.other_agent, self.supervisor):
            agent = self.agent.with_user(user)
            for go in (agent.action_archive, agent.unlink):
                with self._refused(error=AccessError):
                    go()
        with self._refused():
            self.admin.with_user(self.admin).action_archive()
        self.assertEqual(self.leads.user_id, self.agent)

    # ------------------------------------------------------------
    # The window
    # ------------------------------------------------------------

    def _archive(self, kind, successor=None):
        """Archive the agent as the web client does."""
        agent = self.agent.with_user(self.admin)
        action = agent.with_context(asks_who_gets_the_leads=True).action_archive()
        self.assertTrue(agent.active)
        windows = self.env[action["res_model"]].with_user(self.admin)
        window = windows.with_context(**action["context"]).create(
            {"kind": kind, "successor_id": successor and successor.id}
        )
        self.assertEqual(window.lead_count, 2)
        window.action_archive_users()
        self.assertFalse(agent.active)

    def test_on_the_screen_it_is_asked_who_gets_the_leads(self):
        self._archive("pool")
        self._assert_left_to_pool()

    def test_all_go_to_one_person_who_is_told_once(self):
        self._archive("person", self.other_agent)
        self.assertEqual(self.leads.user_id, self.other_agent)
        self.assertEqual(self.call.user_id, self.other_agent)
        self.assertEqual(len(self._notes_to(self.other_agent)), 1)
        self.assertFalse(self._notes_to(self.supervisor))
        self._assert_in_chatter("Ben does", self.lead)

    def test_they_go_round_the_team_whoever_is_at_work(self):
        third = self._new_user("cid", AGENT)
        self.team.member_ids |= third
        self._archive("round")
        self.assertEqual(self.leads.user_id, self.other_agent | third)
        self.assertEqual(self.call.user_id, self.lead.user_id)
        for user in (self.other_agent, third):
            self.assertEqual(len(self._notes_to(user)), 1)

    def test_whoever_goes_with_them_is_given_none(self):
        third = self._new_user("cid", AGENT)
        self.team.member_ids |= third
        users = (self.agent | self.other_agent).with_user(self.admin)
        users.with_context(**LEADS_GO_TO.say(("round", False))).action_archive()
        self.assertEqual(self.leads.user_id, third)
        self.assertEqual(len(self._notes_to(third)), 1)
        self.assertFalse(self._notes_to(self.other_agent))

    def test_what_nobody_of_the_team_can_take_waits_in_the_pool(self):
        self.team.open_leads_max = 1
        self._archive("round")
        self.assertEqual(len(self.leads.filtered("user_id")), 1)
        self.assertEqual(self.leads.user_id, self.other_agent)
        self.assertEqual(len(self._notes_to(self.supervisor)), 1)

    def test_who_gets_them_works_leads_and_stays(self):
        gone = self._new_user("ida", AGENT)
        gone.action_archive()
        for successor in (None, self.agent, self.admin, gone):
            with self._refused("BPO agent"):
                self._archive("person", successor)
        self.assertEqual(self.leads.user_id, self.agent)

    def test_without_leads_nothing_is_asked(self):
        agent = self.other_agent.with_user(self.admin)
        agent.with_context(asks_who_gets_the_leads=True).action_archive()
        self.assertFalse(agent.active)

    def test_nobody_else_opens_the_window(self):
        windows = self.env["crm.lead.leave.owner"]
        for user in (self.agent, self.supervisor, self.manager):
            with self._refused(error=AccessError):
                windows.with_user(user).create({"user_ids": self.agent.ids})

    def test_no_client_says_who_gets_them(self):
        said = {"leads_go_to": ["person", self.other_agent.id]}
        agent = self.agent.with_user(self.admin).with_context(**said)
        self.assertFalse(LEADS_GO_TO.get(agent.env))
        agent.action_archive()
        self._assert_left_to_pool()

    # ------------------------------------------------------------
    # Archived past the addon
    # ------------------------------------------------------------

    def _archive_in_sql(self):
        self.env.flush_all()
        self.cr.execute(
            "UPDATE res_users SET active = false WHERE id = %s", [self.agent.id]
        )
        self.env.invalidate_all()

    def test_leads_of_who_was_archived_before_are_found_at_night(self):
        self._archive_in_sql()
        self._run_job("crm.lead", "_cron_leave_gone_owners")
        self._assert_left_to_pool()
        self.assertEqual(len(self._notes_to(self.supervisor)), 1)

    def test_a_customer_who_asks_again_is_nobodys_who_is_gone(self):
        self._archive_in_sql()
        source = self.env["crm.lead.source"].create({"name": "Web", "code": "WEB-L"})
        enquiry = Enquiry(name="Juan", phone=self.lead.phone, message="Still there?")
        rows, _new = self.env["crm.lead"]._take_in(source, [enquiry])
        self.assertEqual(rows.lead_id, self.lead)
        self._assert_left_to_pool(self.lead)
        self.assertIn(self.lead.reference, self._notes_to(self.supervisor).body)


@tagged("post_install", "-at_install")
class TestLeaveCompany(CompaniesCase):
    """Whoever loses a company leaves the leads of that company only."""

    def test_the_other_companys_leads_stay(self):
        agent = self._new_user_of("agent", self.home, self.abroad)
        (self.team | self.team_abroad).member_ids |= agent
        at_home = self._new_lead(agent, company_id=self.home.id)
        abroad = self.env["crm.lead"].create(
            {
                "name": "Abroad",
                "type": "opportunity",
                "user_id": agent.id,
                "team_id": self.team_abroad.id,
                "company_id": self.abroad.id,
            }
        )
        call = abroad.activity_schedule(CALL, user_id=agent.id)
        ways = {
            "on the user": lambda: agent.write(
                {"company_ids": [Command.unlink(self.abroad.id)]}
            ),
            "on the company": lambda: self.abroad.write(
                {"user_ids": [Command.unlink(agent.id)]}
            ),
        }
        for name, go in ways.items():
            with self.subTest(name), self.env.cr.savepoint() as savepoint:
                go()
                self.assertFalse(abroad.user_id)
                self.assertEqual(at_home.user_id, agent)
                self.assertIn(
                    call.user_id, self.supervisor_abroad | self.manager_abroad
                )
                savepoint.rollback()
                self.env.invalidate_all()

    def test_several_who_lose_a_company_at_once_are_told_of_in_one_message(self):
        gone = self.env["res.users"].concat(
            *(
                self._new_user_of("agent", self.home, self.abroad, login=login)
                for login in ("ann", "bea")
            )
        )
        leads = self.env["crm.lead"].create(
            [
                {
                    "name": "Abroad",
                    "type": "opportunity",
                    "user_id": user.id,
                    "team_id": self.team_abroad.id,
                    "company_id": self.abroad.id,
                }
                for user in gone
            ]
        )
        told = [
            ("notified_partner_ids", "in", self.supervisor_abroad.partner_id.ids),
            ("message_type", "=", "user_notification"),
        ]
        before = self.env["mail.message"].search(told)
        self.abroad.write({"user_ids": [Command.unlink(user.id) for user in gone]})
        self.assertFalse(leads.user_id)
        (news,) = self.env["mail.message"].search(told) - before
        for lead in leads:
            self.assertIn(lead.reference, news.body)

    def test_leads_of_a_second_company_are_found_by_who_sees_the_first(self):
        admin = new_test_user(
            self.env,
            "iris@bpo.test",
            "base.group_erp_manager",
            company_id=self.home.id,
            company_ids=(self.home | self.abroad).ids,
        )
        agent = self._new_user_of("agent", self.home, self.abroad)
        lead = self.env["crm.lead"].create(
            {
                "name": "Abroad",
                "type": "opportunity",
                "user_id": agent.id,
                "team_id": self.team_abroad.id,
                "company_id": self.abroad.id,
            }
        )
        seen = agent.with_user(admin).with_context(allowed_company_ids=self.home.ids)
        seen.action_archive()
        self.assertFalse(lead.user_id)

    def test_nobody_gets_leads_of_a_company_without_working_there(self):
        agent = self._new_user_of("agent", self.home, self.abroad)
        lead = self.env["crm.lead"].create(
            {
                "name": "Abroad",
                "type": "opportunity",
                "user_id": agent.id,
                "team_id": self.team_abroad.id,
                "company_id": self.abroad.id,
            }
        )
        window = self.env["crm.lead.leave.owner"].create(
            {
                "user_ids": agent.ids,
                "kind": "person",
                "successor_id": self.other_agent.id,
            }
        )
        window.action_archive_users()
        self.assertFalse(lead.user_id)


@tagged("post_install", "-at_install")
class TestLeaveBatch(BatchCase):
    """Somebody with thousands of leads goes like somebody with two."""

    def _growth_of(self, kind):
        self.new.activity_type_id = self.env.ref(CALL)
        self.other_agent.notification_type = "inbox"
        values = {"name": "Many", "type": "opportunity", "team_id": self.team.id}
        logins = iter(range(10))

        def make(count):
            user = self._new_user(f"goes{next(logins)}", AGENT)
            quick = self.env["crm.lead"].with_context(tracking_disable=True)
            return quick.create([{**values, "user_id": user.id}] * count)

        def leave(leads):
            choice = LEADS_GO_TO.say((kind, self.other_agent.id))
            leads.user_id.with_context(**choice).action_archive()

        return self._growth(leave, make=make)

    def test_leaving_many_leads_to_the_pool(self):
        self.assertLess(self._growth_of("pool"), GROWTH)

    def test_leaving_many_leads_to_a_person(self):
        self.assertLess(self._growth_of("person"), GROWTH)

    def test_leaving_many_leads_round_the_team(self):
        self.assertLess(self._growth_of("round"), GROWTH)
