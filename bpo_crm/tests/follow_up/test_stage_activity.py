from datetime import date, datetime, timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged

from ..common import CALL, StageActivityCase

#: A Friday, ten in the morning in Manila.
FRIDAY = "2026-11-20 02:00:00"

#: Queries of one move, with what it does to activities, history and chatter.
MOVE_BUDGET = 42


@tagged("post_install", "-at_install")
class TestStageActivity(StageActivityCase):
    """The stage's activity and the lead's way through the stages go together."""

    # ------------------------------------------------------------
    # The first activity
    # ------------------------------------------------------------

    def test_a_claimed_lead_gets_the_activity_of_its_stage(self):
        lead = self._new_lead()
        self.assertFalse(self._pending(lead))
        lead.with_user(self.agent).action_claim()
        activity = self._pending(lead)
        self.assertEqual(activity.activity_type_id, self.call_type)
        self.assertEqual(activity.user_id, self.agent)
        self.assertEqual(activity.crm_stage_id, self.new)

    def test_a_lead_saved_by_its_owner_gets_it_as_well(self):
        lead = self.env["crm.lead"].with_user(self.agent)
        lead = lead.create(
            {"name": "Own", "type": "opportunity", "user_id": self.agent.id}
        )
        self.assertEqual(self._pending(lead).user_id, self.agent)

    def test_a_lead_in_the_pool_gets_none(self):
        self.assertFalse(self._pending(self._new_lead()))

    def test_a_lead_that_becomes_an_opportunity_gets_it(self):
        lead = self._new_unqualified(self.agent)
        self.assertFalse(self._pending(lead))
        lead.type = "opportunity"
        self.assertTrue(self._pending(lead))

    def test_the_owner_may_change_it(self):
        lead = self._new_lead(self.agent)
        activity = self._pending(lead).with_user(self.agent)
        activity.date_deadline = date(2030, 1, 1)
        self.assertEqual(lead.next_step_date, date(2030, 1, 1))

    def test_another_owner_gets_it_and_not_a_second_one(self):
        lead = self._new_lead(self.agent)
        lead.with_user(self.supervisor).user_id = self.other_agent
        self.assertEqual(self._pending(lead).user_id, self.other_agent)

    def test_an_automation_may_go_without(self):
        quiet = self.env(context={"mail_activity_automation_skip": True})
        lead = self._new_lead().with_env(quiet)
        lead.user_id = self.agent
        self.assertFalse(self._pending(lead))

    # ------------------------------------------------------------
    # When it is due
    # ------------------------------------------------------------

    def test_it_is_due_in_working_days(self):
        with freeze_time(FRIDAY):
            lead = self._new_lead(self.agent)
        self.assertEqual(self._pending(lead).date_deadline, date(2026, 11, 23))

    def test_it_is_due_in_calendar_days_where_that_is_wanted(self):
        self.env.company.count_working_days = False
        with freeze_time(FRIDAY):
            lead = self._new_lead(self.agent)
        self.assertEqual(self._pending(lead).date_deadline, date(2026, 11, 21))

    def test_today_is_the_day_where_its_owner_is(self):
        self.new.activity_due_days = 0
        for zone, day in (
            ("Asia/Manila", date(2026, 11, 20)),
            ("America/Los_Angeles", date(2026, 11, 19)),
        ):
            self.agent.tz = zone
            with freeze_time("2026-11-19 23:30:00"):
                lead = self._new_lead(self.agent)
            self.assertEqual(self._pending(lead).date_deadline, day)

    def test_nobody_calls_on_a_holiday(self):
        calendar = self.env.company.resource_calendar_id
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Holiday",
                "calendar_id": calendar.id,
                "date_from": datetime(2026, 11, 22, 12),
                "date_to": datetime(2026, 11, 24, 2),
            }
        )
        calendar.tz = "UTC"
        with freeze_time(FRIDAY):
            lead = self._new_lead(self.agent)
        self.assertEqual(self._pending(lead).date_deadline, date(2026, 11, 24))

    # ------------------------------------------------------------
    # Done moves the lead
    # ------------------------------------------------------------

    def test_done_moves_the_lead_on_and_plans_what_follows(self):
        lead = self._new_lead(self.agent)
        self._pending(lead).with_user(self.agent).action_feedback("Reached")
        self.assertEqual(lead.stage_id, self.qualified)
        activity = self._pending(lead)
        self.assertEqual(activity.activity_type_id, self.meeting_type)
        self.assertEqual(activity.crm_stage_id, self.qualified)

    def test_only_where_the_stage_says_so(self):
        lead = self._new_lead(self.agent)
        lead.stage_id = self.qualified
        self._pending(lead).with_user(self.agent).action_feedback()
        self.assertEqual(lead.stage_id, self.qualified)

    def test_other_activities_move_nothing(self):
        lead = self._new_lead(self.agent)
        other = lead.with_user(self.agent).activity_schedule(CALL)
        other.action_feedback()
        self.assertEqual(lead.stage_id, self.new)

    def test_somebody_else_may_do_it(self):
        lead = self._new_lead(self.agent)
        helper = self._pending(lead)
        helper.with_user(self.supervisor).user_id = self.other_agent
        helper.with_user(self.other_agent).action_feedback()
        self.assertEqual(lead.stage_id, self.qualified)
        self.assertEqual(self._pending(lead).user_id, self.agent)

    def test_done_twice_is_done_once(self):
        lead = self._new_lead(self.agent)
        activity = self._pending(lead).with_user(self.agent)
        activity.action_feedback()
        activity.action_feedback()
        self.assertEqual(lead.stage_id, self.qualified)
        self.assertEqual(len(self._done(lead)), 1)

    def test_done_in_the_last_open_stage_stays_there(self):
        self.qualified.advance_when_done = True
        self.negotiation.write(
            {"activity_type_id": self.call_type.id, "advance_when_done": True}
        )
        lead = self._new_lead(self.agent)
        for _stage in range(3):
            self._pending(lead).with_user(self.agent).action_feedback()
        self.assertEqual(lead.stage_id, self.negotiation)
        self.assertFalse(self._pending(lead))

    def test_done_and_schedule_next_asks_only_where_nothing_is_planned(self):
        lead = self._new_lead(self.agent)
        first = self._pending(lead).with_user(self.agent)
        self.assertFalse(first.action_feedback_schedule_next())
        second = self._pending(lead).with_user(self.agent)
        action = second.action_feedback_schedule_next()
        self.assertEqual(action["res_model"], "mail.activity")

    # ------------------------------------------------------------
    # Moving the lead does the activity
    # ------------------------------------------------------------

    def test_a_move_marks_it_as_done(self):
        lead = self._new_lead(self.agent)
        first = self._pending(lead)
        lead.with_user(self.agent).stage_id = self.qualified
        done = self._done(lead)
        self.assertEqual(done, first)
        self.assertEqual(done.done_by_id, self.agent)
        self._assert_in_chatter("done", lead)
        message = lead.message_ids.filtered("mail_activity_type_id")
        self.assertEqual(message.mail_activity_type_id, self.call_type)
        self.assertEqual(message.author_id, self.agent.partner_id)
        self.assertEqual(lead.stage_id, self.qualified)
        self.assertEqual(self._pending(lead).crm_stage_id, self.qualified)

    def test_a_move_stays_within_its_budget(self):
        # In the middle of a month: the days of the next one are looked up as well.
        self._stay_at(datetime(2026, 11, 11, 8))

        def count_queries():
            lead = self._new_lead(self.agent).with_user(self.agent)
            self.env.flush_all()
            self.env.invalidate_all()
            lead.activity_ids.mapped("summary")
            before = self.env.cr.sql_log_count
            with self._at(fields.Datetime.now() + timedelta(minutes=1)):
                lead.stage_id = self.qualified
                self.env.flush_all()
            return self.env.cr.sql_log_count - before

        count_queries()
        self.assertLessEqual(count_queries(), MOVE_BUDGET)

    def test_a_move_leaves_other_activities_alone(self):
        lead = self._new_lead(self.agent)
        other = lead.with_user(self.agent).activity_schedule(CALL, summary="Own")
        lead.with_user(self.agent).stage_id = self.qualified
        self.assertIn(other, self._pending(lead))

    def test_a_chained_activity_follows_a_move_as_well(self):
        email = self.env.ref("mail.mail_activity_data_email")
        self.call_type.triggered_next_type_id = email
        lead = self._new_lead(self.agent)
        lead.with_user(self.agent).stage_id = self.qualified
        self.assertIn(email, self._pending(lead).activity_type_id)

    def test_closing_cancels_what_is_open_and_says_so(self):
        for close in (self._lose, self._win):
            lead = self._new_lead(self.agent)
            lead.with_user(self.agent).activity_schedule(CALL, summary="Send offer")
            close(lead)
            self.assertFalse(self._pending(lead))
            self._assert_in_chatter("Cancelled, as the lead is closed", lead)
            self._assert_in_chatter("Send offer", lead)

    def _win(self, lead):
        with self._dealer():
            lead.with_user(self.agent).action_set_won()

    def test_what_was_done_survives_closing(self):
        lead = self._new_lead(self.agent)
        self._pending(lead).with_user(self.agent).action_feedback()
        self._lose(lead.with_context(active_test=False))
        self.assertEqual(self._done(lead).done_by_id, self.agent)

    # ------------------------------------------------------------
    # Edges
    # ------------------------------------------------------------

    def test_a_stage_without_an_activity_plans_none(self):
        self.qualified.activity_type_id = False
        lead = self._new_lead(self.agent)
        lead.stage_id = self.qualified
        self.assertFalse(self._pending(lead))

    def test_a_deleted_activity_is_not_planned_again_by_itself(self):
        lead = self._new_lead(self.agent)
        self._pending(lead).with_user(self.agent).unlink()
        self.assertFalse(self._pending(lead))
        lead.with_user(self.agent).stage_id = self.qualified
        self.assertEqual(self._pending(lead).crm_stage_id, self.qualified)

    def test_a_lead_without_a_team_goes_its_way(self):
        lead = self._new_lead(self.agent, team_id=False)
        self._pending(lead).with_user(self.agent).action_feedback()
        self.assertEqual(lead.stage_id, self.qualified)

    def test_merged_leads_keep_one(self):
        leads = self._new_lead(self.agent) | self._new_lead(self.agent)
        head = leads.merge_opportunity()
        self.assertEqual(len(self._pending(head)), 1)

    def test_a_lead_in_the_pool_does_not_advance(self):
        lead = self._new_lead(self.agent)
        activity = self._pending(lead).with_user(self.agent)
        lead.with_user(self.supervisor).user_id = False
        activity.action_feedback()
        self.assertEqual(lead.stage_id, self.new)
        self.assertFalse(self._pending(lead))

    def test_what_was_done_is_not_undone(self):
        lead = self._new_lead(self.agent)
        other = lead.with_user(self.agent).activity_schedule(CALL)
        pending = self._pending(lead).filtered("crm_stage_id").with_user(self.agent)
        other.action_feedback()
        done = self._done(lead).with_user(self.agent)
        for change in (
            done.unlink,
            lambda: done.write({"active": True}),
            lambda: done.write({"summary": "Something else"}),
            lambda: pending.write({"active": False}),
        ):
            with self.assertRaisesRegex(AccessError, "cannot be changed or deleted"):
                change()

    def test_a_deleted_meeting_takes_its_activity_along(self):
        lead = self._new_lead(self.agent)
        self._pending(lead).unlink()
        for is_done in (False, True):
            event = (
                self.env["calendar.event"]
                .with_user(self.agent)
                .create(
                    {
                        "name": "Visit",
                        "start": "2099-01-01 08:00:00",
                        "stop": "2099-01-01 09:00:00",
                        "opportunity_id": lead.id,
                        "visit_state": "planned",
                    }
                )
            )
            self.assertEqual(lead.next_step_state, "planned")
            if is_done:
                with self._at(event.start):
                    event.action_visit_done()
            event.with_user(self.supervisor).unlink()
            self.assertEqual(lead.next_step_state, "none")
        self.assertEqual(self._done(lead).done_by_id, self.agent)

    def test_done_activities_do_not_stand_among_the_planned_ones(self):
        lead = self._new_lead(self.agent)
        lead.stage_id = self.qualified
        planned = self._pending(lead)
        everything = lead.with_user(self.agent).with_context(active_test=False)
        self.assertEqual(everything.activity_ids, planned)
        self.assertEqual(everything.activity_type_id, self.meeting_type)
        planned.date_deadline = date(2099, 1, 1)
        late = everything.search(
            [("id", "=", lead.id), ("my_activity_date_deadline", "<", "2098-01-01")]
        )
        self.assertFalse(late)

    def test_nobody_writes_history_by_hand(self):
        lead = self._new_lead(self.agent)
        activity = self._pending(lead).with_user(self.agent)
        for name, value in (
            ("crm_stage_id", False),
            ("done_by_id", self.agent.id),
            ("done_at", "2026-01-01 00:00:00"),
        ):
            with self.assertRaisesRegex(AccessError, "filled in by the system"):
                activity.write({name: value})
        with self.assertRaisesRegex(AccessError, "filled in by the system"):
            lead.with_user(self.agent).activity_schedule(
                CALL, crm_stage_id=self.negotiation.id
            )

    # ------------------------------------------------------------
    # Calls
    # ------------------------------------------------------------

    def test_a_call_that_reached_nobody_keeps_the_lead_where_it_is(self):
        lead = self._new_lead(self.agent)
        first = self._pending(lead)
        wizard = self._log_call(lead, "no_answer")
        self.assertEqual(wizard.planned_activity_id, first)
        self.assertEqual(lead.stage_id, self.new)
        again = self._pending(lead)
        self.assertEqual(again.crm_stage_id, self.new)
        self.assertNotEqual(again, first)

    def test_the_attempt_that_reaches_the_customer_moves_the_lead(self):
        lead = self._new_lead(self.agent)
        self._log_call(lead, "no_answer")
        with freeze_time("2099-01-01"):
            self._log_call(lead, "answered")
        self.assertEqual(lead.stage_id, self.qualified)
        follow_up = self._pending(lead)
        self.assertEqual(follow_up.activity_type_id, self.call_type)
        self.assertEqual(follow_up.crm_stage_id, self.qualified)

    def test_an_activity_that_was_done_meanwhile_is_left_alone(self):
        lead = self._new_lead(self.agent)
        first = self._pending(lead)
        wizards = self.env["crm.lead.log.call"].with_user(self.agent)
        wizard = wizards.create({"lead_id": lead.id, "result": "no_answer"})
        first.with_user(self.agent).action_feedback()
        wizard.action_save()
        self.assertEqual(first.crm_stage_id, self.new)
        self.assertEqual(lead.stage_id, self.qualified)

    def test_an_activity_of_another_lead_is_left_alone(self):
        lead, other = self._new_lead(self.agent), self._new_lead(self.agent)
        planned = self._pending(other)
        with self.assertRaisesRegex(ValidationError, "not one of the lead"):
            self._log_call(lead, "answered", planned_activity_id=planned.id)
        self.assertEqual(other.stage_id, self.new)
        self.assertTrue(self._pending(other))

    def test_a_call_without_a_follow_up_gets_the_next_stages_activity(self):
        lead = self._new_lead(self.agent)
        self._log_call(lead, "answered", next_activity_type_id=False)
        self.assertEqual(lead.stage_id, self.qualified)
        self.assertEqual(self._pending(lead).activity_type_id, self.meeting_type)
