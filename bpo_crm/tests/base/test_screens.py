from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from ..companies import OWNERS, ROLES, CompaniesCase
from ..screens import Screen, list_menu_actions, read_form

#: Windows that a button of a lead opens.
LEAD_WINDOWS = (
    "action_log_call",
    "action_mark_lost",
    "action_plan_next_step",
    "action_schedule_visit",
)


@tagged("post_install", "-at_install")
class TestScreens(CompaniesCase):
    """Everything opens for everybody where there are several companies."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        long_ago = fields.Datetime.now() - timedelta(days=30)
        cls.people = [
            (f"{role}, {name}", cls._new_user_of(role, *allowed, login=login), active)
            for role in ROLES
            for name, login, allowed, active in (
                ("at home", f"{role}-home", [cls.home], cls.home),
                ("abroad", f"{role}-away", [cls.abroad], cls.abroad),
                (
                    "in both with one active",
                    f"{role}-one",
                    [cls.home, cls.abroad],
                    cls.home,
                ),
                (
                    "in both with both active",
                    f"{role}-two",
                    [cls.home, cls.abroad],
                    cls.home | cls.abroad,
                ),
            )
        ]
        for _name, user, _active in cls.people:
            lead = cls._new_lead(user, company_id=user.company_id.id)
            cls.env["crm.call.log"].create(
                {"lead_id": lead.id, "user_id": user.id, "result": "busy"}
            )
            # Without the reason it would stand among those without a next step.
            lead.no_next_step_reason = "Waits for the new model"
            lead.date_last_stage_update = long_ago
        for owner in OWNERS:
            cls._new_lead(
                dealership_id=cls.dealerships[owner].id,
                vehicle_model_id=cls.vehicles[owner].id,
                intake_source_id=cls.sources[owner].id,
            )
        cls._new_lead(company_id=cls.home.id)
        cls._new_lead(team_id=cls.team_abroad.id)
        cls.env.flush_all()

    def _forget_what_others_read(self):
        self.env.flush_all()
        self.env.invalidate_all()

    def test_every_screen_opens(self):
        for name, user, active in self.people:
            env = self._env_of(user, active)
            actions = list_menu_actions(env)
            self.assertGreater(len(actions), 9)
            for menu, action in actions.items():
                if action._name != "ir.actions.act_window":
                    continue
                screen = Screen(env, action)
                for step, do in screen.list_steps():
                    with self.subTest(user=name, menu=menu, step=step):
                        self._forget_what_others_read()
                        do()

    def test_my_day_opens(self):
        for name, user, active in self.people:
            env = self._env_of(user, active)
            with self.subTest(user=name):
                self._forget_what_others_read()
                day = env["crm.lead"].get_my_day()
                counts = {row["name"]: row["count"] for row in day["sections"]}
                self.assertEqual(counts["stale"], 1)

    def test_the_windows_of_a_lead_open(self):
        for name, user, active in self.people:
            env = self._env_of(user, active)
            lead = env["crm.lead"].search([("user_id", "=", user.id)], limit=1)
            for method in LEAD_WINDOWS:
                with self.subTest(user=name, window=method):
                    self._forget_what_others_read()
                    read_form(env, getattr(lead, method)())

    def test_the_settings_open(self):
        action = self.env.ref("bpo_crm.crm_pipeline_settings_action")
        for name, user, active in self.people:
            if user.has_group("bpo_crm.group_bpo_manager"):
                env = self._env_of(user, active)
                with self.subTest(user=name):
                    self._forget_what_others_read()
                    read_form(env, {"res_model": action.res_model, "context": {}})
