from datetime import date

from odoo import Command
from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form, tagged

from ...series import IS_19
from ..common import BpoCase

MEETING_DAY = date(2026, 12, 10)

#: Of the first and of the last activity of the plan, as the window shows them.
DEADLINES = ("2026-12-08", "2026-12-15") if IS_19 else ("12/08/2026", "12/15/2026")


@tagged("post_install", "-at_install")
class TestActivityPlan(BpoCase):
    """Requirements 002, "Activity plans", on leads and as an agent."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.lead = cls._new_lead(cls.agent)
        cls.plan = cls.env.ref("bpo_crm.plan_high_priority")

    def _open(self, leads=None, user=None):
        schedule = self.env["mail.activity.schedule"].with_user(user or self.agent)
        leads = leads or self.lead
        return Form(
            schedule.with_context(active_model="crm.lead", active_ids=leads.ids)
        )

    def _launch(self, plan, leads=None, user=None, **values):
        form = self._open(leads, user)
        form.plan_id = plan
        form.plan_date = MEETING_DAY
        for name, value in values.items():
            form[name] = value
        form.save().action_schedule_plan()
        return (leads or self.lead)._find_pending_activities().sorted("date_deadline")

    def _new_plan(self, **template):
        values = {
            "activity_type_id": self.env.ref("mail.mail_activity_data_todo").id,
            **template,
        }
        return (
            self.env["mail.activity.plan"]
            .with_user(self.manager)
            .create(
                {
                    "name": "Plan",
                    "res_model": "crm.lead",
                    "template_ids": [Command.create(values)],
                }
            )
        )

    def test_a_plan_around_a_meeting(self):
        activities = self._launch(self.plan)
        self.assertEqual(
            [(row.summary, row.date_deadline.day) for row in activities],
            [
                ("Write to the customer", 8),
                ("Meet the customer", 10),
                ("Make the quotation", 13),
                ("Upload the documents", 13),
                ("Follow up", 15),
            ],
        )
        self.assertEqual(
            activities.mapped("activity_category"),
            ["default", "meeting", "default", "upload_file", "phonecall"],
        )
        self.assertEqual(self.lead.next_step_date, date(2026, 12, 8))

    def test_the_summary_shows_the_deadlines(self):
        form = self._open()
        form.plan_id = self.plan
        form.plan_date = MEETING_DAY
        summary = self._read_summary(form)
        for text in ("Write to the customer", "Follow up", *DEADLINES):
            self.assertIn(text, summary)

    def _read_summary(self, form):
        if not IS_19:
            return form.plan_summary
        return "".join(
            f"{line['line_description']} {line['line_date_deadline']}"
            for line in form.plan_schedule_line_ids._records
        )

    def test_ask_at_launch(self):
        activities = self._launch(
            self.plan, user=self.supervisor, plan_on_demand_user_id=self.agent
        )
        self.assertEqual(activities.user_id, self.agent)

    def test_a_default_user_is_always_the_one(self):
        plan = self._new_plan(
            responsible_type="other", responsible_id=self.supervisor.id
        )
        self.assertEqual(self._launch(plan).user_id, self.supervisor)

    def test_a_default_user_must_be_named(self):
        with self.assertRaises(ValidationError):
            self._new_plan(responsible_type="other")

    def test_a_summary_of_the_plan_leaves_the_types_alone(self):
        kind = self.env["mail.activity.type"].create(
            {"name": "Ring", "summary": "Ring twice", "res_model": "crm.lead"}
        )
        own = self._new_plan(activity_type_id=kind.id, summary="Ring once")
        self.assertEqual(self._launch(own).summary, "Ring once")
        self.assertEqual(kind.summary, "Ring twice")
        default = self._new_plan(activity_type_id=kind.id)
        self.assertIn("Ring twice", self._launch(default).mapped("summary"))

    def test_weeks_and_months(self):
        for unit, delay_from, day in (
            ("weeks", "before_plan_date", date(2026, 12, 3)),
            ("months", "after_plan_date", date(2027, 1, 10)),
        ):
            plan = self._new_plan(
                delay_count=1, delay_unit=unit, delay_from=delay_from, summary=unit
            )
            activity = self._launch(plan).filtered(
                lambda row, unit=unit: row.summary == unit
            )
            self.assertEqual(activity.date_deadline, day)

    def test_a_plan_for_many_leads(self):
        leads = self.lead | self._new_lead(self.agent)
        activities = self._launch(self.plan, leads)
        for lead in leads:
            of_lead = activities.filtered(lambda row, lead=lead: row.res_id == lead.id)
            self.assertEqual(len(of_lead), 5)
            self._assert_in_chatter(self.plan.name, lead)

    def test_a_plan_is_launched_on_claimed_leads_only(self):
        with self.assertRaisesRegex(UserError, "before you work it"):
            self._launch(self.plan, self._new_lead())
