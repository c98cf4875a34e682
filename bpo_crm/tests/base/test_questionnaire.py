from odoo.exceptions import AccessError
from odoo.tests import Form, tagged

from ...hooks import FOLLOW_UP_CRONS
from ..common import CALL, BpoCase


@tagged("post_install", "-at_install")
class TestQuestionnaire(BpoCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["onboarding.progress"].search([]).unlink()
        cls.env["onboarding.progress.step"].search([]).unlink()
        cls.onboarding = cls.env["onboarding.onboarding"].with_user(cls.manager)
        cls.settings = cls.env["crm.pipeline.settings"].with_user(cls.manager)

    def test_it_is_offered_to_the_first_manager_once(self):
        for user in (self.agent, self.supervisor):
            self.assertFalse(self.onboarding.with_user(user).take_bpo_offer())
        self.assertTrue(self.onboarding.take_bpo_offer())
        self.assertFalse(self.onboarding.take_bpo_offer())

    def test_it_is_not_offered_once_it_is_answered(self):
        self.settings.create({}).action_apply()
        self.assertFalse(self.onboarding.take_bpo_offer())

    def test_answers_are_how_the_pipeline_works(self):
        form = Form(self.settings)
        stages = [line["stage_id"] for line in form.line_ids._records]
        with form.line_ids.edit(stages.index(self.qualified.id)) as line:
            line.activity_type_id = self.env.ref(CALL)
            line.activity_due_days = 4
            line.advance_when_done = True
            line.stale_after_days = 9
        form.count_working_days = "calendar"
        form.pool_return_days = 30
        form.save().action_apply()
        self.assertEqual(self.qualified.activity_type_id, self.env.ref(CALL))
        self.assertEqual(self.qualified.activity_due_days, 4)
        self.assertTrue(self.qualified.advance_when_done)
        self.assertEqual(self.qualified.stale_after_days, 9)
        self.assertFalse(self.env.company.count_working_days)
        self.assertEqual(self.env.company.pool_return_days, 30)

    def test_it_shows_what_is_set(self):
        self.new.write(
            {"activity_type_id": self.env.ref(CALL).id, "stale_after_days": 5}
        )
        self.env.company.count_working_days = False
        settings = self.settings.create({})
        line = settings.line_ids.filtered(lambda row: row.stage_id == self.new)
        self.assertEqual(line.stale_after_days, 5)
        self.assertEqual(settings.count_working_days, "calendar")
        self.assertFalse(settings.line_ids.stage_id.filtered("is_won"))

    def test_a_pipeline_that_plans_nothing_gets_proposals(self):
        first, *others = self.settings.create({}).line_ids
        self.assertEqual(first.activity_type_id, self.env.ref(CALL))
        self.assertTrue(first.advance_when_done)
        self.assertTrue(first.stale_after_days)
        self.assertFalse(any(line.advance_when_done for line in others))

    def test_the_jobs_begin_with_the_answer(self):
        crons = self.env["ir.cron"].browse()
        for name in FOLLOW_UP_CRONS:
            crons |= self.env.ref(f"bpo_crm.{name}")
        crons.active = False
        self.settings.create({}).action_apply()
        self.assertTrue(all(crons.mapped("active")))

    def test_it_is_the_managers(self):
        for user in (self.agent, self.supervisor):
            with self.assertRaises(AccessError):
                self.settings.with_user(user).create({})

    def test_managers_set_the_hours(self):
        calendar = self.env.company.resource_calendar_id.with_user(self.manager)
        calendar.attendance_ids[:1].hour_from = 7
        with self.assertRaises(AccessError):
            calendar.with_user(self.supervisor).attendance_ids[:1].hour_from = 8
