from datetime import datetime, timedelta
from unittest.mock import patch

import psycopg2
from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from ...intake import Enquiry
from ..common import CALL, BpoCase

#: A Friday, at 10 in the morning in Manila.
FRIDAY = "2026-11-20 02:00:00"


@tagged("post_install", "-at_install")
class TestDistribution(BpoCase):
    """Giving out new leads among a team's agents who are at work."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._remove_all_leads()
        company = cls.env.company
        company.country_id = cls.env.ref("base.ph")
        company.sales_calendar_id = cls._new_calendar("Always")
        cls.third = cls._new_user("cas", "bpo_crm.group_bpo_agent")
        cls.agents = cls.agent | cls.other_agent | cls.third
        cls.team.write(
            {"member_ids": cls.agents.ids, "lead_distribution": "round_robin"}
        )
        cls._set_presence(cls.agents)
        cls.source = cls.env["crm.lead.source"].create(
            {"name": "Web", "code": "web-t", "team_id": cls.team.id}
        )
        cls.first_phone = 9_175_560_000

    def _deliver(self, count):
        """Let new customers ask; return their leads."""
        enquiries = [
            Enquiry(name="Maria", phone=f"+63{self.first_phone + number}")
            for number in range(count)
        ]
        type(self).first_phone += count
        rows, _new = self.env["crm.lead"]._take_in(self.source, enquiries)
        return rows.lead_id

    def _member(self, user):
        return self.team.crm_team_member_ids.filtered(lambda row: row.user_id == user)

    def _give_leads(self, user, count):
        for _n in range(count):
            self._new_lead(user)

    def _owners(self, leads):
        return [lead.user_id for lead in leads]

    # ------------------------------------------------------------
    # To whom
    # ------------------------------------------------------------

    def test_the_pool_is_the_default(self):
        team = self.env["crm.team"].create({"name": "Other"})
        self.assertEqual(team.lead_distribution, "pool")
        self.source.team_id = team
        team.member_ids = self.env["res.users"]
        self.assertFalse(self._deliver(1).user_id)

    def test_round_robin_gives_everybody_a_turn(self):
        owners = self._owners(self._deliver(6))
        self.assertEqual(set(owners[:3]), set(self.agents))
        self.assertEqual(owners[3:], owners[:3])

    def test_round_robin_remembers_where_it_is(self):
        owners = [self._deliver(1).user_id for _n in range(4)]
        self.assertEqual(set(owners[:3]), set(self.agents))
        self.assertEqual(owners[3], owners[0])

    def test_who_was_away_has_the_next_turn(self):
        self._set_presence(self.third, "offline")
        self.assertEqual(len(set(self._owners(self._deliver(4)))), 2)
        self._set_presence(self.third)
        self.assertEqual(self._deliver(1).user_id, self.third)

    def test_least_loaded_evens_out(self):
        self.team.lead_distribution = "least_loaded"
        self._give_leads(self.agent, 2)
        self._give_leads(self.other_agent, 1)
        owners = self._owners(self._deliver(6))
        self.assertEqual(
            [owners.count(agent) for agent in self.agents],
            [1, 2, 3],
        )

    def test_closed_leads_are_no_load(self):
        self.team.lead_distribution = "least_loaded"
        for agent in (self.other_agent, self.third):
            self._give_leads(agent, 1)
        self._lose(self._new_lead(self.agent))
        self.assertEqual(self._deliver(1).user_id, self.agent)

    def test_who_have_as_many_take_turns(self):
        self.team.lead_distribution = "least_loaded"
        for _n in range(3):
            lead = self._deliver(1)
            self._lose(lead)
        turns = self.team.crm_team_member_ids.mapped("lead_turn")
        self.assertEqual(sorted(turns), [1, 2, 3])

    # ------------------------------------------------------------
    # Not more than somebody can work
    # ------------------------------------------------------------

    def test_a_cap_holds_and_the_rest_waits_in_the_pool(self):
        self.team.open_leads_max = 2
        self._give_leads(self.agent, 1)
        leads = self._deliver(7)
        owners = self._owners(leads)
        self.assertEqual(
            [owners.count(agent) for agent in self.agents],
            [1, 2, 2],
        )
        self.assertEqual(len(leads.filtered(lambda lead: not lead.user_id)), 2)

    def test_a_cap_counts_the_leads_of_other_teams(self):
        self.team.open_leads_max = 1
        for agent in self.agents:
            self._new_lead(agent, team_id=False)
        self.assertFalse(self._deliver(1).user_id)

    def test_a_members_own_cap_goes_before_the_teams(self):
        self.team.open_leads_max = 1
        self._member(self.third).open_leads_max = 3
        owners = self._owners(self._deliver(6))
        self.assertEqual(owners.count(self.third), 3)
        self.assertEqual(owners.count(self.agent), 1)

    def test_a_cap_stops_nobody_from_claiming(self):
        self.team.open_leads_max = 1
        leads = self._deliver(4)
        waiting = leads.filtered(lambda lead: not lead.user_id)
        waiting.with_user(self.agent).action_claim()
        self.assertEqual(waiting.user_id, self.agent)

    # ------------------------------------------------------------
    # Who is at work
    # ------------------------------------------------------------

    def _assert_at_work(self, expected):
        members = self.team._find_members_at_work()
        self.assertEqual(members.user_id, expected)

    def test_only_who_is_signed_in_is_given_leads(self):
        self._set_presence(self.agent, "away")
        self._set_presence(self.other_agent, "offline")
        self._assert_at_work(self.agent | self.third)

    def test_nobody_is_given_leads_after_work(self):
        self.env.company.sales_calendar_id = self._new_calendar(
            "Office", days=range(5), start=9, stop=18
        )
        with freeze_time(FRIDAY):
            self._assert_at_work(self.agents)
        for moment in ("2026-11-20 10:00:01", "2026-11-21 02:00:00"):
            with freeze_time(moment):
                self._assert_at_work(self.env["res.users"])
                self.assertFalse(self._deliver(1).user_id)

    def test_hours_are_those_of_the_agents_zone(self):
        self.env.company.sales_calendar_id = self._new_calendar(
            "Office", days=range(5), start=9, stop=18
        )
        self.third.tz = "America/New_York"
        with freeze_time(FRIDAY):
            self._assert_at_work(self.agent | self.other_agent)
        with freeze_time("2026-11-20 15:00:00"):
            self._assert_at_work(self.third)

    def _give_hours(self, user, calendar):
        return self.env["resource.resource"].create(
            {
                "name": user.name,
                "user_id": user.id,
                "calendar_id": calendar.id,
                "tz": user.tz,
            }
        )

    def test_an_agent_has_hours_of_its_own(self):
        late = self._new_calendar("Late", start=14, stop=22)
        self._give_hours(self.agent, late)
        with freeze_time(FRIDAY):
            self._assert_at_work(self.other_agent | self.third)
        with freeze_time("2026-11-20 13:00:00"):
            self._assert_at_work(self.agents)

    def test_nobody_is_given_leads_on_a_day_off(self):
        calendar = self._new_calendar("Own")
        resource = self._give_hours(self.agent, calendar)
        now = fields.Datetime.now()
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Dentist",
                "calendar_id": calendar.id,
                "resource_id": resource.id,
                "date_from": now - timedelta(hours=1),
                "date_to": now + timedelta(hours=1),
            }
        )
        self._assert_at_work(self.other_agent | self.third)

    def test_a_public_holiday_is_for_all(self):
        now = fields.Datetime.now()
        hour = timedelta(hours=1)
        company = self.env.company
        self._new_holiday(company, now - hour, now + hour, company.sales_calendar_id)
        self._assert_at_work(self.env["res.users"])

    def test_a_holiday_of_another_company_is_none(self):
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        now = fields.Datetime.now()
        hour = timedelta(hours=1)
        self._new_holiday(elsewhere, now - hour, now + hour)
        self.env.company.sales_calendar_id.company_id = False
        self._assert_at_work(self.agents)
        self.third.write(
            {"company_ids": [(4, elsewhere.id)], "company_id": elsewhere.id}
        )
        elsewhere.sales_calendar_id = self.env.company.sales_calendar_id
        self._assert_at_work(self.agent | self.other_agent)

    def test_who_has_flexible_hours_is_at_work_when_signed_in(self):
        calendar = self._new_calendar("Office", range(5), 9, 18)
        calendar.flexible_hours = True
        resource = self._give_hours(self.agent, calendar)
        with freeze_time("2026-11-21 18:00:00"):
            self._assert_at_work(self.agents)
            self.env["resource.calendar.leaves"].create(
                {
                    "name": "Dentist",
                    "calendar_id": calendar.id,
                    "resource_id": resource.id,
                    "date_from": datetime(2026, 11, 21, 16),
                    "date_to": datetime(2026, 11, 22, 16),
                }
            )
            self._assert_at_work(self.other_agent | self.third)

    def test_without_any_hours_who_is_signed_in_is_at_work(self):
        self.env.company.write(
            {"sales_calendar_id": False, "resource_calendar_id": False}
        )
        self._assert_at_work(self.agents)

    def test_who_is_paused_archived_or_no_agent_is_given_nothing(self):
        salesman = self._new_user("sam", "sales_team.group_sale_salesman")
        self._set_presence(salesman | self.supervisor)
        self.team.member_ids |= salesman
        self._member(self.agent).assignment_optout = True
        self.other_agent.active = False
        self._assert_at_work(self.third)

    def test_who_takes_only_some_leads_is_given_no_others(self):
        self._set_presence(self.third, "offline")
        self._member(self.agent).assignment_domain = "[('city', '=', 'Cebu')]"
        enquiries = [
            Enquiry(phone=f"+63917555010{number}", city=city)
            for number, city in enumerate(("Pasig", "Cebu", "Pasig", "Pasig"))
        ]
        rows, _new = self.env["crm.lead"]._take_in(self.source, enquiries)
        leads = [row.lead_id for row in rows]
        self.assertEqual(leads[1].user_id, self.agent)
        for lead in (leads[0], leads[2], leads[3]):
            self.assertEqual(lead.user_id, self.other_agent)

    # ------------------------------------------------------------
    # The same act as a claim
    # ------------------------------------------------------------

    def test_it_is_the_same_as_a_claim(self):
        self.new.activity_type_id = self.env.ref(CALL)
        claimed = self._new_lead()
        claimed.with_user(self.agent).action_claim()
        self._set_presence(self.other_agent | self.third, "offline")
        given = self._deliver(1)
        for lead in (claimed, given):
            self.assertEqual(lead.user_id, self.agent)
            self.assertTrue(lead.date_open)
            self.assertEqual(lead.activity_ids.user_id, self.agent)
            self.assertEqual(lead.activity_ids.crm_stage_id, self.new)
            self.assertIn(self.agent.partner_id, lead.message_partner_ids)

    def test_the_chatter_says_why(self):
        lead = self._deliver(1)
        self._assert_in_chatter("whose turn it was", lead)
        self._assert_in_chatter(lead.user_id.name, lead)
        self.team.lead_distribution = "least_loaded"
        self._assert_in_chatter("fewest open leads", self._deliver(1))

    def test_the_agent_is_told_in_its_language_and_gets_no_mail(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.agent.lang = "fr_FR"
        self._set_presence(self.other_agent | self.third, "offline")
        leads = self._deliver(5)
        self._flush_tracking()
        (toast,) = self._toasts(self.agent)
        self.assertIn(leads[0].reference, toast["message"])
        self.assertIn("2", toast["message"].split(", ")[-1])
        notified = self.env["mail.notification"].search(
            [("mail_message_id.res_id", "in", leads.ids)]
        )
        self.assertFalse(notified)

    def test_a_customer_who_asks_again_stays_with_the_owner(self):
        enquiry = Enquiry(phone="+63 917 555 0101")
        self.env["crm.lead"]._take_in(self.source, [enquiry])
        lead = self.env["crm.lead"].search([("phone_sanitized", "=", "+639175550101")])
        owner = lead.user_id
        self.assertTrue(owner)
        for _n in range(3):
            rows, _new = self.env["crm.lead"]._take_in(self.source, [enquiry])
            self.assertEqual(rows.lead_id, lead)
        self.assertEqual(lead.user_id, owner)

    # ------------------------------------------------------------
    # Trouble in giving out
    # ------------------------------------------------------------

    def _break_domain(self, user):
        """Let the leads of a member be chosen by a field that was deleted since."""
        self.env.cr.execute(
            "UPDATE crm_team_member SET assignment_domain = %s WHERE id = %s",
            ["[('x_deleted', '=', 1)]", self._member(user).id],
        )
        self._member(user).invalidate_recordset()

    @mute_logger("odoo.addons.bpo_crm.models.pool.crm_team")
    def test_what_cannot_be_given_out_comes_in_all_the_same(self):
        self._break_domain(self.third)
        other = self.env["crm.team"].create(
            {"name": "Other", "lead_distribution": "round_robin"}
        )
        self.env["crm.team.member"].create(
            {"crm_team_id": other.id, "user_id": self.supervisor.id}
        )
        self._set_presence(self.supervisor)
        source = self.source.copy({"code": "other", "team_id": other.id})
        enquiries = [Enquiry(phone="+639175550201")], [Enquiry(phone="+639175550202")]
        leads = self.env["crm.lead"]
        kept, _new = leads._take_in(self.source, enquiries[0])
        given, _new = leads._take_in(source, enquiries[1])
        self.assertEqual((kept | given).mapped("state"), ["created", "created"])
        self.assertFalse(kept.lead_id.user_id)
        self.assertEqual(given.lead_id.user_id, self.supervisor)

    @mute_logger("odoo.addons.bpo_crm.models.pool.crm_team")
    def test_nobody_is_told_of_what_was_not_given_out(self):
        enquiry = Enquiry(phone="+639175550203")
        lead = self._new_lead(self.agent, phone=enquiry.phone)
        give_to = self.registry["crm.lead"]._give_to

        def fail_after(leads, agent, message):
            give_to(leads, agent, message)
            raise RuntimeError

        with patch.object(self.registry["crm.lead"], "_give_to", fail_after):
            new = Enquiry(phone="+639175550204")
            rows, _new = self.env["crm.lead"]._take_in(self.source, [enquiry, new])
        self.assertEqual(rows[0].lead_id, lead)
        self.assertFalse(rows[1].lead_id.user_id)
        titles = {
            toast["title"] for user in self.agents for toast in self._toasts(user)
        }
        self.assertEqual(titles, {"The customer asked again"})

    def _refuse_to_give(self, refused):
        """Let some rule of somebody's refuse a new owner of a lead."""
        give_to = self.registry["crm.lead"]._give_to

        def give(leads, agent, message):
            if refused in leads:
                raise RuntimeError
            give_to(leads, agent, message)

        return patch.object(self.registry["crm.lead"], "_give_to", give)

    @mute_logger("odoo.addons.bpo_crm.models.pool.crm_team")
    def test_a_lead_that_cannot_be_given_holds_up_no_others(self):
        self._set_presence(self.agents, "offline")
        refused = self._new_lead(priority="3")
        others = self._new_lead() | self._new_lead() | self._new_lead()
        self._set_presence(self.agent)
        with (
            self._refuse_to_give(refused),
            patch("odoo.addons.bpo_crm.models.pool.crm_team.BATCH", 1),
        ):
            self.assertFalse(self.team._distribute_waiting() & refused)
        with self._refuse_to_give(refused):
            self.team._distribute_waiting()
        self.assertFalse(refused.user_id)
        self.assertEqual(others.user_id, self.agent)
        self.assertEqual(self._member(self.agent).open_lead_count, 3)

    def test_who_does_not_work_for_its_company_is_given_no_lead(self):
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        partner = self.env["res.partner"].create(
            {"name": "Maria", "company_id": elsewhere.id}
        )
        self._set_presence(self.agents, "offline")
        of_company = self._new_lead(company_id=elsewhere.id, priority="3")
        of_customer = self._new_lead(partner_id=partner.id, priority="3")
        other = self._new_lead()
        self._set_presence(self.agent)
        self.assertEqual(self.team._distribute_waiting(), other)
        self.agent.company_ids |= elsewhere
        theirs = self.team._distribute_waiting()
        self.assertIn(of_company, theirs)
        self.assertEqual((of_company | of_customer).user_id, self.agent)

    def test_a_conflict_with_another_delivery_is_left_to_the_delivery(self):
        conflict = psycopg2.errors.SerializationFailure()
        with (
            patch.object(
                self.registry["crm.team"], "_find_seats", side_effect=conflict
            ),
            self.assertRaises(psycopg2.errors.SerializationFailure),
        ):
            self._deliver(1)

    # ------------------------------------------------------------
    # What waits
    # ------------------------------------------------------------

    def test_what_waits_is_given_out_when_agents_come(self):
        self._set_presence(self.agents, "offline")
        leads = self._deliver(3)
        self.assertFalse(self.team._distribute_waiting())
        self._set_presence(self.agent)
        self.assertEqual(self.team._distribute_waiting(), leads)
        self.assertEqual(leads.user_id, self.agent)

    def test_what_waits_is_given_out_when_there_is_room_again(self):
        self.team.open_leads_max = 1
        leads = self._deliver(4)
        waiting = leads.filtered(lambda lead: not lead.user_id)
        self._lose(leads.filtered(lambda lead: lead.user_id == self.third))
        self.team._distribute_waiting()
        self.assertEqual(waiting.user_id, self.third)

    def test_what_only_others_take_holds_nobody_up(self):
        self._set_presence(self.agents, "offline")
        self._member(self.agent).assignment_domain = "[('city', '=', 'Cebu')]"
        for_anybody = self._new_lead(priority="3")
        for _n in range(3):
            self._new_lead(priority="2")
        for_agent = self._new_lead(city="Cebu")
        self._set_presence(self.agent)
        with patch("odoo.addons.bpo_crm.models.pool.crm_team.BATCH", 2):
            self.assertEqual(self.team._distribute_waiting(), for_agent)
            self._set_presence(self.other_agent)
            self._member(self.other_agent).open_leads_max = 1
            self.assertEqual(self.team._distribute_waiting(), for_anybody)
        self.assertEqual(for_anybody.user_id, self.other_agent)

    def test_what_somebody_has_no_room_for_holds_nobody_up(self):
        self._set_presence(self.agents, "offline")
        self._member(self.agent).assignment_domain = "[('city', '=', 'Cebu')]"
        self._member(self.agent).open_leads_max = 1
        self._member(self.third).assignment_domain = "[('city', '=', 'Pasig')]"
        in_cebu = [self._new_lead(city="Cebu", priority="2") for _n in range(3)]
        in_pasig = self._new_lead(city="Pasig")
        self._set_presence(self.agent | self.third)
        with patch("odoo.addons.bpo_crm.models.pool.crm_team.BATCH", 2):
            given = self.team._distribute_waiting()
        self.assertEqual(given, in_cebu[0] | in_pasig)
        self.assertEqual(self._owners(given), [self.agent, self.third])

    def test_the_most_urgent_goes_first(self):
        self._set_presence(self.agents, "offline")
        old = self._new_lead(enquiry_date=datetime(2026, 1, 1))
        urgent = self._new_lead(priority="2")
        self._new_lead()
        self._set_presence(self.agent)
        self.team.open_leads_max = 2
        self.assertEqual(self.team._distribute_waiting(), urgent | old)

    def test_only_the_teams_own_open_leads_are_given_out(self):
        other = self.env["crm.team"].create({"name": "Other"})
        foreign = self._new_lead(team_id=other.id)
        lost = self._lose(self._new_lead())
        taken = self._new_lead(self.supervisor)
        self.assertFalse(self.team._distribute_waiting())
        self.assertFalse((foreign | lost).user_id)
        self.assertEqual(taken.user_id, self.supervisor)

    def test_cores_own_assignment_leaves_the_team_alone(self):
        self._set_presence(self.agents, "offline")
        lead = self._deliver(1)
        self.team.with_user(self.manager)._assign_and_convert_leads(force_quota=True)
        self.assertFalse(lead.user_id)
        self.team.lead_distribution = "pool"
        self.team.with_user(self.manager)._assign_and_convert_leads(force_quota=True)
        self.assertTrue(lead.user_id)

    # ------------------------------------------------------------
    # Setting it up
    # ------------------------------------------------------------

    def test_a_manager_sets_it_up_on_the_teams_form(self):
        team = self.team.with_user(self.manager)
        with Form(team) as form:
            form.lead_distribution = "least_loaded"
            form.open_leads_max = 20
        self.assertEqual(self.team.open_leads_max, 20)
        with Form(self._member(self.agent).with_user(self.manager)) as form:
            form.open_leads_max = 5
            self.assertEqual(form.open_lead_count, 0)
            self.assertTrue(form.is_at_work)

    def test_the_card_of_a_member_says_how_many_leads_of_how_many(self):
        self._give_leads(self.agent, 2)
        member = self._member(self.agent).with_user(self.manager)
        self.assertEqual(member.open_leads_label, "Open leads: 2")
        self.team.open_leads_max = 20
        self.assertEqual(member.open_leads_label, "Open leads: 2 of 20")
        member.open_leads_max = 5
        self.assertEqual(member.open_leads_label, "Open leads: 2 of 5")

    def test_nobody_below_a_manager_does(self):
        for user in (self.agent, self.supervisor):
            with self.assertRaises(AccessError):
                self.team.with_user(user).lead_distribution = "pool"
            with self.assertRaises(AccessError):
                self._member(self.agent).with_user(user).open_leads_max = 1

    # ------------------------------------------------------------
    # In one batch
    # ------------------------------------------------------------

    def _growth(self):
        self._count_queries(lambda: self._deliver(3))
        many = self._count_queries(lambda: self._deliver(130))
        return many - self._count_queries(lambda: self._deliver(30))

    def test_giving_out_many_leads_costs_hardly_more_queries(self):
        with_distribution = self._growth()
        self.team.lead_distribution = "pool"
        self.assertLess(with_distribution - self._growth(), 10)
