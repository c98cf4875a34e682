from odoo import Command
from odoo.exceptions import AccessError, RedirectWarning
from odoo.tests import Form, tagged
from odoo.tools import SQL

from ... import hooks
from ...mending import OTHER_REASON
from ...series import STAGE_TEAM
from ..common import CALL, BpoCase

PHONE, KEY = "+63 917 555 9101", "+639175559101"


class UsedCase(BpoCase):
    """A team of a database that was in use before the addon came."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.used = cls.env["crm.team"].create({"name": "Used", "is_bpo": False})
        cls.others = cls.env["crm.team"].create({"name": "Others", "is_bpo": False})
        cls.folded = cls._new_stage("Lost", 90, fold=True)
        cls.used_as_manager = cls.used.with_user(cls.manager)
        cls.settings = cls.env["crm.pipeline.settings"].with_user(cls.manager)

    @classmethod
    def _new_stage(cls, name, sequence, team=None, **values):
        if team:
            is_many = STAGE_TEAM == "team_ids"
            values[STAGE_TEAM] = team.ids if is_many else team.id
        stages = cls.env["crm.stage"]
        return stages.create({"name": name, "sequence": sequence, **values})

    @classmethod
    def _new_used(cls, **values):
        """Make a lead as a database from before the addon has it."""
        values = {"team_id": cls.used.id, "dealership_id": False, **values}
        lead = cls._new_lead(vehicle_model_id=False, **values)
        cls.env.flush_all()
        cls.env.cr.execute(
            "UPDATE crm_lead SET reference = NULL, is_response_unmeasured = FALSE"
            " WHERE id = %s",
            [lead.id],
        )
        cls.env.invalidate_all()
        return lead

    @classmethod
    def _new_core_lost(cls, **values):
        """Make a lead that is lost in Odoo's own sense, without a reason."""
        lead = cls._new_used(**values)
        lead.with_user(cls.supervisor).action_set_lost(lost_reason_id=False)
        return lead

    def _find_holder(self, key=KEY):
        customers = self.env["crm.lead.customer"]
        customers.invalidate_model()
        return customers.search([("key", "=", key)]).lead_id

    def _answer(self, meanings=(), ticked=None):
        """Answer the questionnaire: which teams, and what stages mean."""
        form = Form(self.settings)
        ticked = self.used if ticked is None else ticked
        for number, row in enumerate(form.team_ids._records):
            if row["team_id"] in ticked.ids:
                with form.team_ids.edit(number) as line:
                    line.is_bpo = True
        for number, row in enumerate(form.meaning_ids._records):
            for stage, meaning in meanings:
                if row["stage_id"] == stage.id:
                    with form.meaning_ids.edit(number) as line:
                        line.meaning = meaning
        settings = form.save()
        settings.action_apply()
        return settings


@tagged("post_install", "-at_install")
class TestAdoption(UsedCase):
    """A team that begins to work for dealerships brings its leads along."""

    def test_its_leads_are_for_dealerships(self):
        lead, other = self._new_used(), self._new_used(team_id=self.others.id)
        self.used_as_manager.is_bpo = True
        self.assertTrue(lead.is_bpo)
        self.assertFalse(other.is_bpo)
        self.assertFalse(other.reference)

    def test_its_leads_are_numbered(self):
        first, second = self._new_used(), self._new_used()
        self.used_as_manager.is_bpo = True
        self.assertRegex(first.reference, r"^LEAD/\d{4}/\d{5}$")
        self.assertLess(first.reference, second.reference)

    def test_its_lost_leads_are_lost_in_both_senses(self):
        lead = self._new_core_lost()
        self.assertEqual(lead.stage_id, self.new)
        self.used_as_manager.is_bpo = True
        self.assertEqual((lead.stage_id, lead.lost_stage_id), (self.lost, self.new))
        self.assertEqual(lead.lost_reason_id, self.env.ref(OTHER_REASON))

    def test_the_oldest_of_a_customers_leads_holds_it(self):
        first, second = self._new_used(phone=PHONE), self._new_used(phone=PHONE)
        self.assertFalse(self._find_holder())
        self.used_as_manager.is_bpo = True
        self.assertEqual(self._find_holder(), first)
        self._lose(first)
        self.assertEqual(self._find_holder(), second)

    def test_who_has_a_lead_with_a_team_that_works_keeps_it(self):
        held = self._new_lead(phone=PHONE)
        self._new_used(phone=PHONE)
        self.used_as_manager.is_bpo = True
        self.assertEqual(self._find_holder(), held)

    def test_who_comes_back_is_still_refused_a_second_lead(self):
        lead = self._new_lead(self.agent, team_id=self.team.id, phone=PHONE)
        self.team.with_user(self.manager).is_bpo = False
        self.assertFalse(self._find_holder())
        self._new_lead(team_id=self.used.id, phone=PHONE)
        self.used_as_manager.is_bpo = True
        with self._refused("has an open lead already", RedirectWarning):
            self.team.with_user(self.manager).is_bpo = True
        self.assertFalse(lead.is_bpo)

    def test_the_stays_of_its_leads_are_written_down(self):
        lead, lost = self._new_used(), self._new_core_lost()
        self.assertFalse(lead.stage_history_ids)
        self.used_as_manager.is_bpo = True
        self.assertEqual(lead.stage_history_ids.stage_id, self.new)
        self.assertEqual(lost.stage_history_ids[0].kind, "lost")

    def test_nobody_measures_how_long_they_have_waited(self):
        lead = self._new_used()
        self.used_as_manager.is_bpo = True
        self.assertTrue(lead.is_response_unmeasured)
        self.used_as_manager.is_bpo = False
        mine = self._new_lead(self.agent)
        self.team.with_user(self.manager).is_bpo = False
        self.team.with_user(self.manager).is_bpo = True
        self.assertFalse(mine.is_response_unmeasured)

    def test_a_lead_without_a_stage_gets_one(self):
        lead = self._new_used()
        self.env.cr.execute(
            "UPDATE crm_lead SET stage_id = NULL WHERE id = %s", [lead.id]
        )
        self.env.invalidate_all()
        self.used_as_manager.is_bpo = True
        self.assertEqual(lead.stage_id, self.new)

    def test_nothing_of_it_shows_in_the_chatter(self):
        leads = self._new_used() | self._new_core_lost() | self._new_used(phone=PHONE)
        self._flush_tracking()
        before = self._chatter(leads)
        self.used_as_manager.is_bpo = True
        self._flush_tracking()
        self.env.invalidate_all()
        self.assertEqual(self._chatter(leads), before)

    def test_more_leads_cost_no_more_queries(self):
        counts = []
        for size in (3, 30):
            team = self.env["crm.team"].create({"name": f"{size}", "is_bpo": False})
            for _unused in range(size):
                self._new_used(team_id=team.id)
            self._new_core_lost(team_id=team.id)
            switched = team.with_user(self.manager)
            counts.append(
                self._count_queries(lambda one=switched: one.write({"is_bpo": True}))
            )
        self.assertLessEqual(counts[1], counts[0] + 1)

    def test_what_is_pressed_twice_is_done_once(self):
        lead = self._new_used()
        self.used_as_manager.is_bpo = True
        reference, stays = lead.reference, lead.stage_history_ids
        self.used_as_manager.is_bpo = True
        self.env.invalidate_all()
        self.assertEqual((lead.reference, lead.stage_history_ids), (reference, stays))

    def test_a_team_that_ends_lets_its_customers_go(self):
        lead = self._new_used(phone=PHONE)
        self.used_as_manager.is_bpo = True
        self.used_as_manager.is_bpo = False
        self.assertFalse(lead.is_bpo)
        self.assertFalse(self._find_holder())
        self.assertFalse(any(lead.stage_history_ids.mapped("is_bpo")))

    def test_leads_without_a_team_follow_their_company(self):
        self.env.company.is_bpo = False
        lead = self._new_used(team_id=False)
        self.assertFalse(lead.is_bpo)
        self.env.company.is_bpo = True
        self.assertTrue(lead.is_bpo)
        self.assertTrue(lead.reference)

    def test_a_lost_lead_that_a_manager_brings_in_is_lost_as_all_others(self):
        for lead, stage in (
            (self._new_core_lost(), self.new),
            (self._new_used(), self.lost),
        ):
            lead.stage_id = stage
            lead.with_user(self.manager).team_id = self.team
            self.assertEqual((lead.stage_id, lead.active), (self.lost, False))
            self.assertTrue(lead.lost_reason_id)
            self.assertEqual(lead.stage_history_ids[0].stage_id, self.lost)

    def test_a_team_without_leads_can_lose_them_too(self):
        self.env["crm.stage"].search([("is_lost", "=", True)]).unlink()
        self.used_as_manager.is_bpo = True
        lead = self._new_used()
        self._lose(lead)
        self.assertTrue(lead.stage_id.is_lost)

    # Who may

    def test_only_a_manager_of_the_companies_of_its_leads_says_so(self):
        abroad = self.env["res.company"].create({"name": "Abroad"})
        self.manager.company_ids |= abroad
        lead = self._new_used(company_id=abroad.id)
        self.assertEqual(lead.company_id, abroad)
        self.manager.company_ids -= abroad
        with self._refused("companies that you are not allowed in", AccessError):
            self.used_as_manager.is_bpo = True
        self.manager.company_ids |= abroad
        self.used_as_manager.is_bpo = True
        self.assertTrue(lead.is_bpo)

    def test_only_a_manager_says_it_of_a_company(self):
        admin = self._new_user("root", "base.group_system")
        with self._refused("Only a BPO manager", AccessError):
            self.env.company.with_user(admin).is_bpo = False

    def test_only_a_manager_makes_a_team_that_is_other_than_the_rest(self):
        seller = self._new_user("chief", "sales_team.group_sale_manager")
        teams = self.env["crm.team"].with_user(seller)
        self.assertFalse(teams.create({"name": "Another"}).is_bpo)
        with self._refused("Only a BPO manager", AccessError):
            teams.create({"name": "Another", "is_bpo": True})
        self.assertTrue(teams.with_user(self.manager).create({"name": "Mine"}).is_bpo)

    def test_new_teams_are_as_all_others(self):
        teams = self.env["crm.team"].with_context(active_test=False).search([])
        for is_bpo in (True, False):
            teams.is_bpo = is_bpo
            seller = self._new_user(f"chief{is_bpo}", "sales_team.group_sale_manager")
            made = teams.with_user(seller).create({"name": "Another"})
            self.assertEqual(made.is_bpo, is_bpo)
            made.unlink()

    # The lost stage

    def test_the_lost_stage_comes_with_the_first_team(self):
        self._remove_all_leads()
        self.env["crm.team"].with_context(active_test=False).search([]).is_bpo = False
        self.env["res.company"].search([]).is_bpo = False
        hooks._adopt_existing_leads(self.env)
        self.assertFalse(self.lost.exists())
        lead = self._new_core_lost()
        self.used_as_manager.is_bpo = True
        lost = lead.stage_id
        self.assertEqual((lost.name, lost.is_lost, lost.fold), ("Lost", True, True))
        self.assertEqual(lost, self.env.ref("bpo_crm.stage_lost"))
        self.assertGreater(lost.sequence, self.folded.sequence)

    def test_other_teams_do_not_see_its_column(self):
        leads = self.env["crm.lead"]
        for team, is_shown in ((self.team, True), (self.others, False)):
            shown = leads.with_context(default_team_id=team.id)._read_group_stage_ids(
                self.env["crm.stage"], []
            )
            self.assertEqual(self.lost in shown, is_shown)


@tagged("post_install", "-at_install")
class TestStagesThatAreThere(UsedCase):
    """The questionnaire asks who works for dealerships, and what stages mean."""

    def test_a_fresh_database_is_not_asked_what_has_one_answer(self):
        (self.used | self.others).unlink()
        self.folded.unlink()
        settings = self.settings.create({})
        self.assertFalse(settings.are_teams_asked)
        self.assertFalse(settings.meaning_ids)

    def test_it_asks_which_teams_work_for_dealerships(self):
        settings = self.settings.create({})
        self.assertTrue(settings.are_teams_asked)
        told = {line.team_id: line.is_bpo for line in settings.team_ids}
        self.assertFalse(told[self.used])
        self.assertTrue(told[self.team])
        self.assertTrue(told[self.env["crm.team"]])

    def test_it_plans_nothing_in_stages_of_teams_that_do_not(self):
        own = self._new_stage("Own", 5, self.used)
        self.assertNotIn(own, self.settings.create({}).line_ids.stage_id)
        form = Form(self.settings)
        number = [row["team_id"] for row in form.team_ids._records].index(self.used.id)
        with form.team_ids.edit(number) as line:
            line.is_bpo = True
        self.assertIn(own.id, [row["stage_id"] for row in form.line_ids._records])

    def test_a_stage_that_is_closed_from_now_on_plans_nothing(self):
        own = self._new_stage("Own", 5, self.used)
        form = Form(self.settings)
        number = [row["team_id"] for row in form.team_ids._records].index(self.used.id)
        with form.team_ids.edit(number) as line:
            line.is_bpo = True
        kept = [row["stage_id"] for row in form.line_ids._records]
        meanings = [row["stage_id"] for row in form.meaning_ids._records]
        with form.meaning_ids.edit(meanings.index(own.id)) as line:
            line.meaning = "lost"
        shown = [row["stage_id"] for row in form.line_ids._records]
        self.assertEqual(shown, [stage for stage in kept if stage != own.id])
        with form.meaning_ids.edit(meanings.index(own.id)) as line:
            line.meaning = "open"
        shown = [row["stage_id"] for row in form.line_ids._records]
        self.assertEqual(sorted(shown), sorted(kept))

    def test_the_ticked_teams_work_from_then_on(self):
        lead = self._new_used()
        self._answer()
        self.assertTrue(lead.is_bpo)
        self.assertFalse(self.others.is_bpo)

    def test_leads_without_a_team_are_asked_for(self):
        self.env.company.is_bpo = False
        lead = self._new_used(team_id=False)
        form = Form(self.settings)
        number = [row["team_id"] for row in form.team_ids._records].index(False)
        with form.team_ids.edit(number) as line:
            line.is_bpo = True
        form.save().action_apply()
        self.assertTrue(self.env.company.is_bpo)
        self.assertTrue(lead.is_bpo)

    def _propose(self, stage):
        return stage._propose_meanings()[stage][0]

    def test_it_proposes_what_each_stage_means(self):
        behind = self._new_stage("Delivered", 95, fold=True)
        given_up = self._new_stage("Given Up", 96, fold=True)
        self._new_used().write({"stage_id": behind.id, "probability": 20})
        self._new_core_lost().stage_id = given_up
        for stage, meaning in (
            (self.new, "open"),
            (self.won, "won"),
            (self.lost, "lost"),
            (self.folded, "lost"),
            (behind, "open"),
            (given_up, "lost"),
        ):
            self.assertEqual(self._propose(stage), meaning, stage.name)

    def test_it_knows_the_customary_name_in_other_languages(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        stage = self._new_stage("Dropped", 95, fold=True)
        self.assertEqual(self._propose(stage), "open")
        stage.with_context(lang="fr_FR").name = "Perdu"
        self.assertEqual(self._propose(stage), "lost")

    def test_done_moves_on_is_proposed_for_the_first_stage_of_each_team(self):
        first, second = (
            self._new_stage(name, number, self.used)
            for number, name in ((1, "Came In"), (2, "Called"))
        )
        self.used.is_bpo = True
        settings = self.settings.create({})
        told = {line.stage_id: line.advance_when_done for line in settings.line_ids}
        self.assertEqual(
            [told[stage] for stage in (first, second, self.new, self.qualified)],
            [True, False, True, False],
        )

    def test_what_a_team_plans_already_is_left_alone(self):
        self.new.activity_type_id = self.env.ref(CALL)
        own = self._new_stage("Came In", 1, self.used)
        settings = self.settings.create({})
        told = {line.stage_id: line for line in settings.line_ids}
        self.assertFalse(told[self.qualified].activity_type_id)
        self.assertNotIn(own, told)

    # Taking over

    def test_a_folded_lost_becomes_the_lost_stage(self):
        lead = self._new_used(phone=PHONE)
        lead.write({"stage_id": self.folded.id, "lost_reason_id": self.reason.id})
        plain = self._new_used()
        plain.stage_id = self.folded
        self._answer([(self.folded, "lost")])
        self.assertTrue(self.folded.is_lost)
        for one, reason in ((lead, self.reason), (plain, self.env.ref(OTHER_REASON))):
            self.assertEqual(one.stage_id, self.folded)
            self.assertEqual((one.active, one.probability), (False, 0))
            self.assertEqual(one.lost_reason_id, reason)
            self.assertEqual(one.stage_history_ids[0].closed_as, "lost")
        self.assertFalse(self._find_holder())

    def test_leads_of_other_teams_stay_as_they_are(self):
        other = self._new_used(team_id=self.others.id)
        other.stage_id = self.folded
        other.probability = 20
        self._answer([(self.folded, "lost")])
        self.assertEqual((other.active, other.probability), (True, 20))
        self.assertFalse(other.lost_reason_id)
        self.assertFalse(other.is_bpo)

    def test_there_is_one_column_named_lost(self):
        mine = self._lose(self._new_lead(self.agent))
        was = mine.lost_stage_id
        stays = mine.stage_history_ids
        self._answer([(self.folded, "lost")])
        self.assertFalse(self.lost.exists())
        self.assertEqual((mine.stage_id, mine.lost_stage_id), (self.folded, was))
        self.assertEqual(mine.stage_history_ids, stays)
        self.assertIn(self.folded, stays.stage_id)
        self.assertEqual(
            self.env["crm.stage"].search([("is_lost", "=", True)]), self.folded
        )

    def test_a_team_loses_leads_in_the_stage_of_its_own(self):
        own = self._new_stage("Given Up", 91, self.used, fold=True)
        self._answer([(own, "lost"), (self.folded, "open")])
        self.assertTrue(self.lost.exists())
        lead = self._lose(self._new_lead(self.agent, team_id=self.used.id))
        self.assertEqual(lead.stage_id, own)
        self.assertEqual(self._lose(self._new_lead(self.agent)).stage_id, self.lost)
        shown = self.env["crm.lead"].with_context(default_team_id=self.used.id)
        shown = shown._read_group_stage_ids(self.env["crm.stage"], [])
        self.assertIn(own, shown)
        self.assertNotIn(self.lost, shown)

    def test_leads_that_count_as_open_in_it_are_lost(self):
        lead = self._new_lead(self.agent, phone=PHONE)
        lead._write_by_core({"stage_id": self.folded.id})
        lead._write_moves_down()
        self.assertEqual(self._find_holder(), lead)
        self._answer([(self.folded, "lost")])
        self.assertFalse(lead.active)
        self.assertFalse(self._find_holder())
        self.assertEqual(lead.stage_history_ids[0].kind, "lost")
        self.assertEqual(lead.stage_history_ids[1].outcome, "lost")

    def test_calls_that_it_planned_for_them_are_gone(self):
        self.folded.activity_type_id = self.env.ref(CALL)
        lead = self._new_lead(self.agent)
        lead.with_context(skip_stage_transition_check=True).stage_id = self.folded
        mine = lead.activity_schedule("mail.mail_activity_data_todo")
        self.assertEqual(len(lead.activity_ids), 2)
        self._answer([(self.folded, "lost")])
        self.assertEqual(lead.activity_ids, mine)
        self.assertEqual(lead.next_step_date, mine.date_deadline)

    def test_what_is_answered_twice_is_done_once(self):
        lead = self._new_used()
        lead.stage_id = self.folded
        settings = self._answer([(self.folded, "lost")])
        takeover = self.env["crm.stage.takeover"].search([])
        self.assertEqual(takeover.stage_id, self.folded)
        settings.action_apply()
        self.assertEqual(self.env["crm.stage.takeover"].search([]), takeover)

    def test_a_stage_becomes_a_won_one_before_its_leads_are_for_dealerships(self):
        done = self._new_stage("Delivered", 95, self.used)
        lead = self._new_used()
        lead.stage_id = done
        self._answer([(done, "won")])
        self.assertTrue(done.is_won)
        self.assertTrue(lead.is_won)
        self.assertFalse(lead.push_ids)

    # Undone

    def _take_over(self):
        lead = self._new_used(phone=PHONE)
        lead.write({"stage_id": self.folded.id, "probability": 20})
        gone = self._new_core_lost()
        self._answer([(self.folded, "lost")])
        return lead, gone

    def test_it_is_undone_until_a_lead_moves(self):
        mine = self._lose(self._new_lead(self.agent))
        was = mine.lost_stage_id
        lead, gone = self._take_over()
        stage = self.folded.with_user(self.manager)
        self.assertTrue(stage.is_taken_over)
        self.assertEqual(gone.stage_id, self.folded)
        stage.action_undo_takeover()
        self.assertFalse(stage.is_lost)
        self.assertFalse(stage.is_taken_over)
        self.assertEqual((lead.active, lead.probability), (True, 20))
        self.assertFalse(lead.lost_reason_id)
        self.assertEqual(self._find_holder(), lead)
        self.assertFalse(lead.stage_history_ids[0].closed_as)
        lost = self.env.ref("bpo_crm.stage_lost")
        self.assertEqual(gone.stage_id, lost)
        self.assertEqual((mine.stage_id, mine.lost_stage_id), (lost, was))
        self.assertEqual(mine.stage_history_ids[0].stage_id, lost)

    def test_undone_twice_it_is_undone_once(self):
        self._take_over()
        stage = self.folded.with_user(self.manager)
        stage.action_undo_takeover()
        self.assertTrue(stage.action_undo_takeover())
        self.assertFalse(stage.is_lost)

    def test_it_is_not_undone_once_a_lead_was_lost_there(self):
        self._take_over()
        self._lose(self._new_lead(self.agent))
        stage = self.folded.with_user(self.manager)
        with self._refused('A lead has moved since "Lost" became the lost stage'):
            stage.action_undo_takeover()
        self.env["crm.stage.takeover"]._gc_moved()
        self.assertFalse(stage.is_taken_over)

    def test_it_is_not_undone_once_a_lead_was_won_from_there(self):
        lead, _gone = self._take_over()
        lead.dealership_id = self.dealership
        lead.vehicle_model_id = self.vehicle
        with self._dealer():
            lead.with_user(self.manager).action_set_won()
        with self._refused("A lead has moved since"):
            self.folded.with_user(self.manager).action_undo_takeover()

    def test_it_is_not_undone_once_its_customer_has_asked_again(self):
        lead, _gone = self._take_over()
        again = self._new_lead(self.agent, phone=lead.phone)
        self.assertNotEqual(again, lead)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE crm_lead SET create_date = create_date + interval '1 minute'"
            " WHERE id = %s",
            [again.id],
        )
        with self.assertRaisesRegex(RedirectWarning, "has an open lead already"):
            self.folded.with_user(self.manager).action_undo_takeover()

    def test_it_is_said_by_the_managers_of_all_leads_that_it_moves(self):
        abroad = self.env["res.company"].create({"name": "Abroad", "is_bpo": True})
        mine = self._lose(self._new_lead(self.agent))
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE crm_lead SET company_id = %s WHERE id = %s", [abroad.id, mine.id]
        )
        self.env.invalidate_all()
        with self._refused("leads of companies that you are not", AccessError):
            self.folded.with_user(self.manager)._take_over()

    def test_it_is_the_managers_of_the_companies(self):
        self._take_over()
        abroad = self.env["res.company"].create({"name": "Abroad"})
        elsewhere = self._new_user("mia", "bpo_crm.group_bpo_manager")
        elsewhere.write(
            {"company_ids": [Command.set(abroad.ids)], "company_id": abroad.id}
        )
        self.env.cr.execute(
            SQL(
                "UPDATE crm_lead SET company_id = %s WHERE stage_id = %s",
                self.env.company.id,
                self.folded.id,
            )
        )
        self.env.invalidate_all()
        for user in (self.agent, self.supervisor, elsewhere):
            with self._refused(error=AccessError):
                self.folded.with_user(user).action_undo_takeover()
        self.assertTrue(self.folded.is_lost)

    def test_an_agent_does_not_say_what_a_stage_means(self):
        for user in (self.agent, self.supervisor):
            with self._refused(error=AccessError):
                self.folded.with_user(user)._take_over()
