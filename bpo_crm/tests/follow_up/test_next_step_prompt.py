from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from ..common import CALL, BpoCase


@tagged("post_install", "-at_install")
class TestNextStepPrompt(BpoCase):
    """Who does the last thing that was planned is asked for the next one."""

    def setUp(self):
        super().setUp()
        self.lead = self._new_lead(self.agent)
        self.mine = self.lead.with_user(self.agent)

    def _asked(self):
        """Return the leads that the bus asks for, once it is flushed."""
        self.env.cr.precommit.run()
        rows = (
            self.env["bus.bus"]
            .sudo()
            .search([("message", "ilike", "next_step_wanted")])
        )
        return rows.mapped("message")

    def test_the_last_activity_done_asks_for_the_next_one(self):
        self.mine.activity_schedule(CALL).action_feedback()
        (message,) = self._asked()
        self.assertIn(f'"lead_ids":[{self.lead.id}]', message.replace(" ", ""))

    def test_nothing_is_asked_while_something_is_planned(self):
        first = self.mine.activity_schedule(CALL)
        self.mine.activity_schedule(CALL)
        first.action_feedback()
        self.assertFalse(self._asked())

    def test_nothing_is_asked_where_core_asks_itself(self):
        self.mine.activity_schedule(CALL).action_feedback_schedule_next()
        self.assertFalse(self._asked())

    def test_nothing_is_asked_for_a_closed_lead(self):
        self._lose(self.lead)
        activity = self.lead.sudo().activity_schedule(CALL, user_id=self.agent.id)
        activity.with_user(self.agent).action_feedback()
        self.assertFalse(self._asked())

    def test_nothing_is_planned_for_a_closed_lead(self):
        self._lose(self.lead)
        with self.assertRaisesRegex(UserError, "is not worked any more"):
            self.mine.activity_schedule(CALL)

    def test_a_move_into_a_stage_without_an_activity_asks(self):
        self.new.activity_type_id = self.env.ref(CALL)
        lead = self._new_lead(self.agent)
        lead.with_user(self.agent).stage_id = self.qualified
        (message,) = self._asked()
        self.assertIn(str(lead.id), message)

    def test_cores_question_is_asked_once(self):
        action = self.mine.activity_schedule(CALL).action_feedback_schedule_next()
        self.assertNotIn("asks_for_next_step", action["context"])

    def test_only_who_works_the_lead_is_asked(self):
        helper = self.mine.activity_schedule(CALL, user_id=self.other_agent.id)
        helper.with_user(self.other_agent).action_feedback()
        self.assertFalse(self._asked())

    # ------------------------------------------------------------
    # The answer
    # ------------------------------------------------------------

    def _wizard(self, **values):
        wizards = self.env["crm.lead.plan.step"].with_user(self.agent)
        return wizards.create({"lead_id": self.lead.id, **values})

    def test_the_answer_is_planned(self):
        self._wizard(next_date="2099-01-01", next_summary="Again").action_plan()
        activity = self.lead.activity_ids
        self.assertEqual(activity.summary, "Again")
        self.assertEqual(activity.user_id, self.agent)

    def test_a_plan_needs_its_fields(self):
        with self.assertRaisesRegex(UserError, "Choose the next activity"):
            self._wizard(next_activity_type_id=False).action_plan()
        with self.assertRaisesRegex(UserError, "Choose the day"):
            self._wizard(next_date=False).action_plan()
        with self.assertRaisesRegex(UserError, "lies in the past"):
            self._wizard(next_date="2001-01-01").action_plan()

    def test_the_day_is_one_on_which_the_floor_works(self):
        kind = self.env["mail.activity.type"].create(
            {"name": "Ask again", "delay_count": 1, "res_model": "crm.lead"}
        )
        company = self.env.company
        company.sales_calendar_id = self._new_calendar("Weekdays", range(5), 8, 17)
        wizards = self.env["crm.lead.plan.step"].with_user(self.agent)
        with freeze_time("2026-11-20 04:00:00"):  # Friday at noon
            for counts, unit, day in (
                (True, "days", "2026-11-23"),
                (True, "weeks", "2026-11-27"),
                (False, "days", "2026-11-21"),
            ):
                company.count_working_days = counts
                kind.delay_unit = unit
                form = Form(wizards.with_context(default_lead_id=self.lead.id))
                form.next_activity_type_id = kind
                form.next_date = False
                form.next_activity_type_id = self.env["mail.activity.type"]
                form.next_activity_type_id = kind
                self.assertEqual(fields.Date.to_string(form.next_date), day)

    def test_to_decline_takes_a_reason(self):
        for reason in (False, "  "):
            with self.assertRaisesRegex(UserError, "say why there is none"):
                self._wizard(no_next_step_reason=reason).action_decline()
        self._wizard(no_next_step_reason="Waits for the model").action_decline()
        self.assertEqual(self.lead.no_next_step_reason, "Waits for the model")
        self._assert_in_chatter("No next step: Waits for the model", self.lead)

    def test_the_reason_ends_with_the_next_plan(self):
        self._wizard(no_next_step_reason="Waits").action_decline()
        self.env.flush_all()
        self.mine.activity_schedule(CALL)
        self.assertFalse(self.lead.no_next_step_reason)

    def test_the_reason_ends_with_the_stage_and_with_the_owner(self):
        for name, value in (
            ("stage_id", self.qualified.id),
            ("user_id", self.other_agent.id),
        ):
            self.lead._decline_next_step("Waits")
            self.lead[name] = value
            self.assertFalse(self.lead.no_next_step_reason, name)

    def test_the_reason_stays_when_nothing_of_that_changes(self):
        self._wizard(no_next_step_reason="Waits").action_decline()
        self.agent.tz = "Europe/Berlin"
        self.mine.description = "More to read"
        self.env.flush_all()
        self.assertEqual(self.lead.no_next_step_reason, "Waits")

    def test_a_declined_lead_is_not_nagged_about(self):
        domain = self.env["crm.lead"]._get_digest_domains()["missing_step"]
        leads = self.env["crm.lead"].with_user(self.agent)
        self.assertIn(self.lead, leads.search(domain))
        self._wizard(no_next_step_reason="Waits").action_decline()
        self.assertNotIn(self.lead, leads.search(domain))

    def test_the_wizard_is_for_leads_that_can_be_worked(self):
        with self.assertRaisesRegex(UserError, "before you work it"):
            self._new_lead().with_user(self.agent).action_plan_next_step()
        wizard = self._wizard(next_date="2099-01-01", no_next_step_reason="Waits")
        self._lose(self.lead)
        for answer in (wizard.action_plan, wizard.action_decline):
            with self.assertRaisesRegex(UserError, "is not worked any more"):
                answer()

    def test_a_next_step_is_not_written_by_hand(self):
        for name, value in (
            ("next_step_date", "2099-01-01"),
            ("next_step_zone", "UTC"),
            ("no_next_step_reason", "Waits"),
        ):
            with self.assertRaisesRegex(AccessError, "filled in by the system"):
                self.mine.write({name: value})
        with self.assertRaisesRegex(AccessError, "filled in by the system"):
            self.mine.create({"name": "Faked", "no_next_step_reason": "Waits"})
        lead = self.mine.create({"name": "Faked", "next_step_date": "2099-01-01"})
        self.assertFalse(lead.next_step_date)

    # ------------------------------------------------------------
    # Calls
    # ------------------------------------------------------------

    def _log(self, **values):
        wizard = (
            self.env["crm.lead.log.call"]
            .with_user(self.agent)
            .create(
                {
                    "lead_id": self.lead.id,
                    "result": "answered",
                    "next_activity_type_id": False,
                    **values,
                }
            )
        )
        wizard.action_save()

    def test_a_call_without_a_next_step_needs_a_reason(self):
        with self.assertRaisesRegex(UserError, "say why there is none"):
            self._log()
        self._log(no_next_step_reason="Calls us")
        self.assertEqual(self.lead.no_next_step_reason, "Calls us")
        self.assertFalse(self._asked())

    def test_a_call_beside_another_plan_needs_none(self):
        self.mine.activity_schedule(CALL, "2099-01-01")
        self._log()
        self.assertEqual(self.lead.call_count, 1)

    def test_an_answered_question_is_not_asked_again(self):
        leads = self.mine.browse()
        waiting, planned, declined = (self._new_lead(self.agent) for _n in range(3))
        planned.activity_schedule(CALL, user_id=self.agent.id)
        declined._decline_next_step("Waits")
        ids = (waiting | planned | declined).ids
        self.assertEqual(leads.get_without_next_step(ids), waiting.ids)
