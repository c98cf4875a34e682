from datetime import date, timedelta

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user, tagged

from ..common import CALL, BpoCase

TODO = "mail.mail_activity_data_todo"


@tagged("post_install", "-at_install")
class TestActivityReach(BpoCase):
    """Activities are a way to one's own leads only, whichever way they are changed."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.own = cls._new_lead(cls.agent)
        cls.foreign = cls._new_lead(cls.other_agent, name="Secret wish")
        cls.own_activity = cls._plan(cls.own, cls.agent)
        cls.foreign_activity = cls._plan(cls.foreign, cls.other_agent)
        cls.model = cls.env["ir.model"]._get("crm.lead")
        cls.activities = cls.env["mail.activity"].with_user(cls.agent)
        cls.missing_id = cls.env["crm.lead"].search([], order="id desc")[0].id + 1000

    @classmethod
    def _plan(cls, record, user, **values):
        return record.with_user(user).activity_schedule(TODO, user_id=user.id, **values)

    def _mine(self):
        return self.own_activity.with_user(self.agent)

    def _assert_untouched(self, lead, messages):
        self.assertEqual(lead.sudo().message_ids, messages)
        self.assertEqual(lead.stage_id, self.new)

    # ------------------------------------------------------------
    # Moved to somebody else's lead
    # ------------------------------------------------------------

    def test_an_agent_cannot_move_an_activity_to_another_ones_lead(self):
        messages = self.foreign.message_ids
        for values in (
            {"res_id": self.foreign.id},
            {"res_id": str(self.foreign.id)},
            {"res_id": self.foreign.id, "res_model": "crm.lead"},
            {"res_id": self.foreign.id, "user_id": self.other_agent.id},
            {"res_id": self.foreign.id, "date_deadline": "2030-01-01"},
        ):
            with self._refused(error=AccessError):
                self._mine().write(values)
        self._assert_untouched(self.foreign, messages)

    def test_an_activity_of_something_else_cannot_become_one_of_anothers_lead(self):
        activity = self._plan(self.agent.partner_id, self.agent)
        for values in (
            {"res_model_id": self.model.id, "res_id": self.foreign.id},
            {"res_model": "crm.lead", "res_id": self.foreign.id},
        ):
            with self._refused(error=AccessError):
                activity.write(values)
        activity.write({"res_model_id": self.model.id, "res_id": self.own.id})
        self.env.invalidate_all()
        self.assertIn(activity.with_env(self.env), self.own.activity_ids)

    def test_an_activity_does_not_move_to_a_lead_that_does_not_exist(self):
        for user in (self.agent, self.supervisor):
            with self._refused(error=UserError):
                self.own_activity.with_user(user).res_id = self.missing_id
            with self._refused(error=UserError):
                self.env["mail.activity"].with_user(user).create(
                    {"res_model_id": self.model.id, "res_id": self.missing_id}
                )

    def test_nothing_is_planned_for_another_ones_lead(self):
        foreign = self.foreign.with_user(self.agent)
        values = {"res_model_id": self.model.id, "res_id": self.foreign.id}
        by_default = {f"default_{name}": value for name, value in values.items()}
        self.own_activity.automated = True
        ways = (
            lambda: self.activities.create(values),
            lambda: self.activities.with_context(**by_default).create({}),
            lambda: foreign.activity_schedule(TODO),
            lambda: self.own.with_user(self.agent).write(
                {"activity_ids": [Command.link(self.foreign_activity.id)]}
            ),
            lambda: self._mine().copy({"res_id": self.foreign.id}),
        )
        for way in ways:
            with self._refused(error=AccessError):
                way()
        self.assertEqual(self.foreign.activity_ids, self.foreign_activity)

    def test_the_wizard_plans_nothing_for_another_ones_lead(self):
        context = {
            "active_model": "crm.lead",
            "active_ids": [self.own.id, self.foreign.id],
        }
        wizards = self.env["mail.activity.schedule"].with_user(self.agent)
        wizards = wizards.with_context(**context)
        values = {"activity_type_id": self.env.ref(TODO).id}
        for action in (
            "action_schedule_activities",
            "action_schedule_activities_done",
            "action_schedule_plan",
        ):
            with self._refused(error=AccessError):
                getattr(wizards.create(values), action)()
        self.assertEqual(self.foreign.activity_ids, self.foreign_activity)
        self.assertEqual(self.own.activity_ids, self.own_activity)

    # ------------------------------------------------------------
    # Taken from somebody else's lead
    # ------------------------------------------------------------

    def test_an_activity_stays_with_another_ones_lead(self):
        """Of a lead that was the agent's, and somebody else's by now."""
        activity = self._plan(self.own, self.agent)
        helper = self.own.with_user(self.agent).activity_schedule(
            TODO, user_id=self.supervisor.id
        )
        self.own.with_user(self.supervisor).user_id = self.other_agent
        activity.sudo().user_id = self.agent
        mine = self._new_lead(self.agent)
        for row in (activity, helper):
            with self._refused(error=AccessError):
                row.with_user(self.agent).res_id = mine.id

    def test_who_once_planned_an_activity_has_no_say_in_it(self):
        activity = self._mine()
        self.own.with_user(self.supervisor).user_id = self.other_agent
        self.assertEqual(activity.create_uid, self.agent)
        self.assertEqual(activity.user_id, self.other_agent)
        messages = self.own.message_ids
        for change in (
            activity.action_feedback,
            activity.action_done,
            activity.action_feedback_schedule_next,
            activity.action_cancel,
            activity.unlink,
            lambda: activity.write({"note": "Mine"}),
            lambda: activity.write({"date_deadline": date.today()}),
            lambda: activity.write({"request_partner_id": self.agent.partner_id.id}),
            lambda: activity.write({"user_id": self.agent.id}),
        ):
            with self._refused(error=AccessError):
                change()
        self._assert_untouched(self.own, messages)

    def test_the_leads_own_methods_reach_no_other_lead(self):
        self.foreign_activity.automated = True
        foreign = self.foreign.with_user(self.agent)
        for method, values in (
            ("activity_reschedule", {"date_deadline": "2030-01-01"}),
            ("activity_feedback", {}),
            ("activity_unlink", {}),
        ):
            getattr(foreign, method)([TODO], **values)
        self.assertTrue(self.foreign_activity.exists().active)
        self.assertNotEqual(self.foreign_activity.date_deadline, date(2030, 1, 1))

    def test_who_is_given_an_activity_does_it(self):
        """The owner of a lead asks whom it likes, and shows the lead's name by that."""
        activity = self.own.with_user(self.agent).activity_schedule(
            TODO, user_id=self.other_agent.id
        )
        given = activity.with_user(self.other_agent)
        self.assertEqual(given.res_name, self.own.display_name)
        given.date_deadline = date.today() + timedelta(days=2)
        with self._refused(error=AccessError):
            given.user_id = self.supervisor
        given.action_feedback("Looked it up")
        self._assert_in_chatter("Looked it up", self.own)

    def test_a_supervisor_moves_activities_between_leads(self):
        self.own_activity.with_user(self.supervisor).res_id = self.foreign.id
        self.env.invalidate_all()
        self.assertIn(self.own_activity, self.foreign.activity_ids)

    # ------------------------------------------------------------
    # What is read
    # ------------------------------------------------------------

    def test_the_name_of_another_ones_lead_is_not_asked_for(self):
        values = {
            "res_id": self.foreign.id,
            "res_model": "crm.lead",
            "res_model_id": self.model.id,
        }
        spec = dict.fromkeys([*values, "res_name"], {})
        for activity in (self.activities, self._mine()):
            answer = activity.onchange(values, ["res_id"], spec)
            self.assertNotIn("Secret wish", str(answer))
        mine = {**values, "res_id": self.own.id}
        answer = self.activities.onchange(mine, ["res_id"], spec)
        self.assertEqual(answer["value"]["res_name"], self.own.display_name)

    def test_anothers_activities_are_not_found(self):
        domain = [("res_model", "=", "crm.lead"), ("res_id", "=", self.foreign.id)]
        self.assertFalse(self.activities.search(domain))
        with self._refused(error=AccessError):
            self.foreign_activity.with_user(self.agent).read(["res_name"])

    # ------------------------------------------------------------
    # Meetings
    # ------------------------------------------------------------

    def _visit(self, lead):
        start = date.today() + timedelta(days=3)
        return (
            self.env["calendar.event"]
            .with_user(lead.user_id)
            .create(
                {
                    "name": "Visit",
                    "start": f"{start} 08:00:00",
                    "stop": f"{start} 09:00:00",
                    "opportunity_id": lead.id,
                    "visit_state": "planned",
                }
            )
        )

    def test_an_activity_does_not_stand_for_another_ones_visit(self):
        visit = self._visit(self.foreign)
        partner_activity = self._plan(self.agent.partner_id, self.agent)
        for activity in (self._mine(), partner_activity):
            with self._refused(error=AccessError):
                activity.calendar_event_id = visit
            with self._refused(error=AccessError):
                activity.copy({"calendar_event_id": visit.id})
        self.assertEqual(visit.visit_state, "planned")

    def test_a_visit_took_place_when_an_activity_of_its_lead_is_done(self):
        visit = self._visit(self.own)
        other = self._plan(self._new_lead(self.agent), self.agent)
        other.calendar_event_id = visit
        with self._at(visit.start):
            other.action_feedback()
        self.assertEqual(visit.visit_state, "planned")
        with self._at(visit.start):
            visit.activity_ids.filtered("active").action_feedback()
        self.assertEqual(visit.visit_state, "done")

    # ------------------------------------------------------------
    # Dates
    # ------------------------------------------------------------

    def test_nothing_is_planned_in_another_age(self):
        activity = self._mine()
        for values in (
            {"date_deadline": "9999-12-31"},
            {"due_at": "9999-12-31 23:59:59"},
            {"due_at": "0001-01-01 00:00:00"},
        ):
            with self._refused("Choose a day between", ValidationError):
                activity.write(values)
            with self._refused("Choose a day between", ValidationError):
                self.own.with_user(self.agent).activity_schedule(CALL, **values)
        activity.due_at = f"{date.today()} 08:00:00"
        with self._refused("Choose a day between", ValidationError):
            activity.date_deadline = "9999-12-31"
        wizard = (
            self.env["crm.lead.plan.step"]
            .with_user(self.agent)
            .create({"lead_id": self.own.id})
        )
        wizard.write({"next_date": "9999-12-31", "next_time": 23})
        with self._refused("Choose a day between"):
            wizard.action_plan()

    def test_what_was_done_is_not_entered(self):
        values = {"res_model_id": self.model.id, "res_id": self.own.id}
        with self._refused("cannot be entered as done", AccessError):
            self.activities.create({**values, "active": False})
        for forged in ({"active": False}, {"date_done": "2020-01-01"}):
            with self._refused(error=AccessError):
                self._mine().write(forged)
        # Odoo computes it of what is new.
        made = self.activities.create({**values, "date_done": "2020-01-01"})
        self.assertFalse(made.date_done)
        elsewhere = self._plan(self.agent.partner_id, self.agent)
        elsewhere.action_archive()
        with self._refused("cannot be entered as done", AccessError):
            elsewhere.write(values)

    # ------------------------------------------------------------
    # Who else
    # ------------------------------------------------------------

    def test_an_employee_without_a_role_reaches_no_lead(self):
        employee = new_test_user(self.env, "clerk@bpo.test", "base.group_user")
        activity = self.activities.sudo().create(
            {
                "res_model_id": self.env["ir.model"]._get_id("res.partner"),
                "res_id": employee.partner_id.id,
                "user_id": employee.id,
            }
        )
        activity = activity.with_user(employee)
        with self._refused(error=AccessError):
            activity.write({"res_model_id": self.model.id, "res_id": self.own.id})

    def test_moving_many_is_one_look_at_their_leads(self):
        def cost(count):
            leads = self.env["crm.lead"].concat(
                *(self._new_lead(self.agent) for _n in range(count))
            )
            rows = leads.with_user(self.agent).activity_schedule(TODO)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            rows.write({"res_id": self.own.id})
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        cost(1)
        few = cost(2)
        # Each lead that loses its next step is written on its own.
        self.assertLessEqual(cost(12) - few, 10 + 4)
