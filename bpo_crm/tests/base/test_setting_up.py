from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ...series import USER_GROUPS
from ..common import BpoCase
from ..companies import CompaniesCase

#: In the order of the screen.
STEPS = ["questionnaire", "roles", "brand", "dealership", "source", "enquiry"]

#: How many queries show the checklist: what is said of it, and one for each step.
QUERIES = 12


def forget_progress(env):
    """Let nobody have answered or put away anything."""
    env["onboarding.progress"].search([]).unlink()
    env["onboarding.progress.step"].search([]).unlink()


def list_done(onboarding):
    """Return the names of the steps that have their ticks, in their order."""
    steps = onboarding.get_bpo_checklist()["steps"]
    ids = [onboarding.env.ref(f"bpo_crm.onboarding_step_{name}").id for name in STEPS]
    assert [step["id"] for step in steps] == ids
    return [name for name, step in zip(STEPS, steps, strict=True) if step["is_done"]]


@tagged("post_install", "-at_install")
class TestSettingUp(BpoCase):
    """Each step has its tick as soon as it is done, whoever did it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        forget_progress(cls.env)
        # Nothing is there but the people.
        cls._remove_all_leads()
        cls.env["crm.lead.enquiry"].search([]).unlink()
        cls.env["crm.vehicle.model"].search([]).active = False
        cls.env["crm.dealership"].search([]).active = False
        cls.env["crm.lead.source"].search([]).write(
            {"token_hash": False, "token_date": False}
        )
        cls.source = cls.env["crm.lead.source"].create({"name": "Web", "code": "web-t"})
        cls.onboarding = cls.env["onboarding.onboarding"].with_user(cls.manager)
        cls.leads = cls.env["crm.lead"].with_user(cls.manager)

    def _list_done(self):
        return list_done(self.onboarding)

    def _send_test(self, user=None):
        source = self.source.with_user(user or self.manager)
        with self._deliveries_shared():
            return source.action_send_test_enquiry()

    # Ticks

    def test_the_questionnaire_is_done_when_it_is_answered(self):
        self.assertNotIn("questionnaire", self._list_done())
        settings = self.env["crm.pipeline.settings"].with_user(self.manager)
        settings.create({}).action_apply()
        self.assertIn("questionnaire", self._list_done())

    def test_roles_are_given_when_somebody_else_has_one(self):
        self.assertIn("roles", self._list_done())
        installers = self.env.ref("base.user_admin") + self.env.ref("base.user_root")
        employee = self.env.ref("base.group_user")
        others = self.env["res.users"].search([("id", "not in", installers.ids)])
        members = others.filtered(
            lambda user: user.has_group("bpo_crm.group_bpo_agent")
        )
        self.assertIn(self.agent, members)
        (members - self.manager).write({USER_GROUPS: [(6, 0, employee.ids)]})
        # The manager has a role still, whoever gave it.
        self.assertIn("roles", self._list_done())
        self.manager.active = False
        onboarding = self.onboarding.with_user(self.env.ref("base.user_admin"))
        self.assertNotIn("roles", list_done(onboarding))

    def test_a_brand_is_there_when_it_has_a_vehicle(self):
        self.assertNotIn("brand", self._list_done())
        self.vehicle.active = True
        self.assertIn("brand", self._list_done())
        self.brand.active = False
        self.assertNotIn("brand", self._list_done())

    def test_a_dealership_is_connected_when_its_test_passed(self):
        self.dealership.active = True
        self.assertNotIn("dealership", self._list_done())
        self.dealership.sudo().connection_state = "failed"
        self.assertNotIn("dealership", self._list_done())
        self.dealership.sudo().connection_state = "connected"
        self.assertIn("dealership", self._list_done())

    def test_a_source_may_deliver_when_it_has_a_token(self):
        self.assertNotIn("source", self._list_done())
        self.source.with_user(self.manager).action_make_token()
        self.assertIn("source", self._list_done())
        self.source.with_user(self.manager).action_revoke_token()
        self.assertNotIn("source", self._list_done())

    def test_an_enquiry_counts_when_it_came_in(self):
        row = self.env["crm.lead.enquiry"].create(
            {"source_id": self.source.id, "external_id": "1", "state": "quarantined"}
        )
        self.assertNotIn("enquiry", self._list_done())
        row.state = "created"
        self.assertIn("enquiry", self._list_done())

    # On My Day

    def test_it_is_on_the_managers_day_alone(self):
        self.assertTrue(self.leads.get_my_day()["set_up"])
        for user in (self.agent, self.supervisor):
            self.assertIsNone(self.leads.with_user(user).get_my_day()["set_up"])
            self.assertIsNone(self.onboarding.with_user(user).get_bpo_checklist())

    def test_nobody_else_puts_it_away_or_brings_it_back(self):
        for user in (self.agent, self.supervisor):
            self.onboarding.with_user(user).close_bpo_checklist()
        self.assertFalse(self.onboarding.get_bpo_checklist()["is_closed"])
        self.onboarding.close_bpo_checklist()
        for user in (self.agent, self.supervisor):
            self.onboarding.with_user(user).reopen_bpo_checklist()
        self.assertTrue(self.onboarding.get_bpo_checklist()["is_closed"])

    def test_it_is_put_away_and_brought_back(self):
        self.onboarding.close_bpo_checklist()
        self.assertIsNone(self.leads.get_my_day()["set_up"])
        # The page in the menu shows it all the same.
        self.assertEqual(len(self.onboarding.get_bpo_checklist()["steps"]), len(STEPS))
        self.onboarding.reopen_bpo_checklist()
        self.assertTrue(self.leads.get_my_day()["set_up"])

    def test_it_goes_for_good_when_all_is_done(self):
        settings = self.env["crm.pipeline.settings"].with_user(self.manager)
        settings.create({}).action_apply()
        self.vehicle.active = self.dealership.active = True
        self.dealership.sudo().connection_state = "connected"
        self.source.with_user(self.manager).action_make_token()
        self.assertTrue(self.leads.get_my_day()["set_up"])
        self._send_test()
        self.assertEqual(self._list_done(), STEPS)
        self.assertIsNone(self.leads.get_my_day()["set_up"])
        # Nobody begins anew because a vehicle is not sold any more.
        self.vehicle.active = False
        self.assertIsNone(self.leads.get_my_day()["set_up"])

    def test_a_button_is_offered_to_whom_it_helps(self):
        def get_roles_action(user):
            steps = self.onboarding.with_user(user).get_bpo_checklist()["steps"]
            return steps[STEPS.index("roles")]["action"]

        self.assertFalse(get_roles_action(self.manager))
        # Whoever may give roles opens the users.
        self.assertEqual(
            get_roles_action(self.env.ref("base.user_admin")), "base.action_res_users"
        )

    def test_each_button_leads_somewhere(self):
        admin = self.env.ref("base.user_admin")
        steps = self.onboarding.with_user(admin).get_bpo_checklist()["steps"]
        for step in steps:
            action = self.env.ref(step["action"])
            self.assertTrue(action._name.startswith("ir.actions."))

    def _count_checklist_queries(self, user):
        onboarding = self.onboarding.with_user(user)
        onboarding._get_open_checklist()
        self.env.flush_all()
        self.env.invalidate_all()
        user.has_group("bpo_crm.group_bpo_manager")
        before = self.env.cr.sql_log_count
        onboarding._get_open_checklist()
        return self.env.cr.sql_log_count - before

    def test_it_costs_nothing_for_others_and_little_for_managers(self):
        self.assertEqual(self._count_checklist_queries(self.agent), 0)
        self.assertEqual(self._count_checklist_queries(self.supervisor), 0)
        self.assertLessEqual(self._count_checklist_queries(self.manager), QUERIES)

    # The test enquiry

    def test_a_test_enquiry_opens_a_lead_that_says_what_it_is(self):
        self.source.with_user(self.manager).action_make_token()
        action = self._send_test()
        self.assertEqual(action["res_model"], "crm.lead")
        lead = self.leads.browse(action["res_id"])
        self.assertIn("TEST", lead.name)
        self.assertIn("Web", lead.name)
        self.assertEqual(lead.contact_name, "Test Customer")
        self.assertIn("Delete the lead", lead.description)
        self.assertEqual(lead.intake_source_id, self.source)
        self.assertEqual(lead.stage_id, self.new)
        self.assertFalse(lead.user_id)
        self.assertEqual(lead.enquiry_ids.state, "created")

    def test_another_one_finds_the_lead_of_the_first(self):
        self.source.with_user(self.manager).action_make_token()
        first = self._send_test()["res_id"]
        self.assertEqual(self._send_test()["res_id"], first)

    def test_the_manager_deletes_the_lead_and_it_counts_still(self):
        self.source.with_user(self.manager).action_make_token()
        lead = self.leads.browse(self._send_test()["res_id"])
        lead.unlink()
        self.assertFalse(lead.exists())
        self.assertIn("enquiry", self._list_done())
        self.assertNotEqual(self._send_test()["res_id"], lead.id)

    def test_a_source_without_a_token_lets_no_test_in(self):
        with self._refused("Make a Token"):
            self._send_test()
        with self._refused("Make a Token"):
            self.source.with_user(self.manager).action_try_out()
        self.source.with_user(self.manager).action_make_token()
        with self._deliveries_shared():
            action = self.source.with_user(self.manager).action_try_out()
        lead = self.leads.browse(action["res_id"])
        self.assertEqual(lead.intake_source_id, self.source)

    def test_only_managers_send_one(self):
        self.source.with_user(self.manager).action_make_token()
        for user in (self.agent, self.supervisor):
            with self._refused("Only a BPO manager", AccessError):
                self._send_test(user)
            with self._refused("Only a BPO manager", AccessError):
                self.source.with_user(user).action_try_out()
        self.assertFalse(self.source.sudo().enquiry_ids)


@tagged("post_install", "-at_install")
class TestSettingUpOfCompanies(CompaniesCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        forget_progress(cls.env)
        cls.env["crm.lead.source"].search([]).write(
            {"token_hash": False, "token_date": False}
        )
        (cls.dealership + cls.dealerships["shared"]).active = False

    def _of(self, user):
        return self._env_of(user)["onboarding.onboarding"]

    def test_each_company_sets_up_its_own(self):
        home, abroad = self._of(self.manager), self._of(self.manager_abroad)
        self.env["crm.dealership"].search([]).sudo().connection_state = "untested"
        self.dealerships["home"].sudo().connection_state = "connected"
        self.sources["abroad"].with_user(self.manager_abroad).action_make_token()
        self.assertIn("dealership", list_done(home))
        self.assertNotIn("source", list_done(home))
        self.assertNotIn("dealership", list_done(abroad))
        self.assertIn("source", list_done(abroad))
        home.close_bpo_checklist()
        self.assertFalse(abroad.get_bpo_checklist()["is_closed"])

    def test_nobody_puts_away_what_another_company_sets_up(self):
        as_of_home = self._env_of(self.manager_abroad, self.home)
        onboarding = as_of_home["onboarding.onboarding"]
        for verb in ("take_bpo_offer", "close_bpo_checklist", "reopen_bpo_checklist"):
            with self.assertRaises(AccessError):
                getattr(onboarding, verb)()
        self.assertFalse(self.env["onboarding.progress"].search([]))

    def test_what_is_shared_counts_for_all(self):
        self.sources["shared"].with_user(self.manager).action_make_token()
        for user in (self.manager, self.manager_abroad):
            self.assertIn("source", list_done(self._of(user)))

    def test_nobody_sends_a_test_through_another_companys_source(self):
        self.sources["abroad"].with_user(self.manager_abroad).action_make_token()
        foreign = self.sources["abroad"].with_env(self._env_of(self.manager))
        with self._refused(error=AccessError):
            foreign.action_send_test_enquiry()
        with self.assertRaises(UserError):
            foreign.action_try_out()
