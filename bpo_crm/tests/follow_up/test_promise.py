from datetime import date, datetime

from freezegun import freeze_time

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import tagged

from ..common import CALL, StageActivityCase

#: A Friday, ten in the morning in Manila.
FRIDAY = "2026-11-20 02:00:00"
MONDAY = date(2026, 11, 23)

#: Three in the afternoon on Monday, in Manila.
AGREED = {"next_date": MONDAY, "next_time": 15}


@tagged("post_install", "-at_install")
class TestPromise(StageActivityCase):
    """What was agreed with a customer outlives the stage in which it was planned."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.email_type = cls.env.ref("mail.mail_activity_data_email")

    def setUp(self):
        super().setUp()
        clock = freeze_time(FRIDAY)
        self.clock = clock.start()
        self.addCleanup(clock.stop)

    def _promise(self, lead=None, **values):
        """Log a call in vain that ends in another one; return what is planned."""
        lead = lead or self._new_lead(self.agent)
        values = {"next_activity_type_id": self.call_type.id, **AGREED, **values}
        self._log_call(lead, "no_answer", **values)
        return lead, self._pending(lead)

    def _move(self, lead, stage=None):
        lead.with_user(self.agent).stage_id = stage or self.qualified

    def _plan(self, lead, **values):
        """Plan something as the agent does it in the chatter."""
        return (
            self.env["mail.activity"]
            .with_user(self.agent)
            .create(
                {
                    "res_model_id": self.env["ir.model"]._get_id("crm.lead"),
                    "res_id": lead.id,
                    "activity_type_id": self.call_type.id,
                    "user_id": self.agent.id,
                    "date_deadline": MONDAY,
                    **values,
                }
            )
        )

    def _assert_kept(self, activity, lead, stage):
        """Check that an activity is the only step of its lead, for a stage."""
        self.assertEqual(self._pending(lead), activity)
        self.assertTrue(activity.active)
        self.assertFalse(activity.done_at)
        self.assertEqual(activity.crm_stage_id, stage)

    # ------------------------------------------------------------
    # A move
    # ------------------------------------------------------------

    def test_a_callback_becomes_the_step_of_the_next_stage(self):
        lead, callback = self._promise()
        told = len(lead.message_ids)
        self._move(lead)
        self._assert_kept(callback, lead, self.qualified)
        self.assertEqual(callback.due_at, datetime(2026, 11, 23, 7))
        done = lead.message_ids[: len(lead.message_ids) - told]
        self.assertFalse(done.filtered("mail_activity_type_id"))

    def test_a_callback_is_kept_however_late(self):
        lead, callback = self._promise()
        self.clock.move_to("2026-12-24 02:00:00")
        self._move(lead)
        self._assert_kept(callback, lead, self.qualified)

    def test_it_is_kept_from_stage_to_stage(self):
        self.negotiation.activity_type_id = self.call_type
        lead, callback = self._promise()
        for stage in (self.qualified, self.negotiation):
            self._move(lead, stage)
            self._assert_kept(callback, lead, stage)

    def test_a_day_without_a_time_is_kept_until_it_has_passed(self):
        for now, is_kept in (
            (FRIDAY, True),
            ("2026-11-23 15:00:00", True),  # eleven in the evening
            ("2026-11-23 17:00:00", False),  # the day after
        ):
            self.clock.move_to(FRIDAY)
            lead, callback = self._promise(next_time=0)
            self.clock.move_to(now)
            self._move(lead)
            self.assertEqual(callback in self._pending(lead), is_kept, now)
            self.assertEqual(bool(callback.done_at), not is_kept, now)
            self.assertEqual(len(self._pending(lead)), 1, now)

    def test_what_the_stage_planned_is_done_by_a_move(self):
        for now in (FRIDAY, "2026-12-24 02:00:00"):
            self.clock.move_to(FRIDAY)
            lead = self._new_lead(self.agent)
            planned = self._pending(lead)
            self.clock.move_to(now)
            self._move(lead)
            self.assertEqual(self._done(lead), planned, now)

    def test_a_day_that_the_owner_chose_is_kept(self):
        lead = self._new_lead(self.agent)
        call = self._pending(lead)
        call.with_user(self.agent).date_deadline = date(2026, 11, 27)
        self._move(lead)
        self._assert_kept(call, lead, self.qualified)

    def test_the_same_day_again_chooses_nothing(self):
        lead = self._new_lead(self.agent)
        call = self._pending(lead)
        call.with_user(self.agent).write(
            {"date_deadline": call.date_deadline, "summary": "Ring"}
        )
        self._move(lead)
        self.assertEqual(self._done(lead), call)

    def test_a_time_that_the_owner_chose_is_kept(self):
        lead = self._new_lead(self.agent)
        call = self._pending(lead)
        call.with_user(self.agent).due_at = "2026-11-20 03:00:00"
        self._move(lead)
        self._assert_kept(call, lead, self.qualified)

    def test_closing_cancels_it(self):
        lead, callback = self._promise()
        self._lose(lead.with_user(self.agent))
        self.assertFalse(callback.exists())
        self._assert_in_chatter("Cancelled, as the lead is closed", lead)

    # ------------------------------------------------------------
    # Doing it later
    # ------------------------------------------------------------

    def test_done_later_it_moves_the_lead_where_the_stage_says_so(self):
        for advances, stage in ((True, self.negotiation), (False, self.qualified)):
            self.qualified.advance_when_done = advances
            lead, callback = self._promise()
            self._move(lead)
            callback.with_user(self.agent).action_feedback("Reached")
            self.assertEqual(lead.stage_id, stage)
            self.assertEqual(callback.done_by_id, self.agent)

    def test_the_call_that_was_promised_does_it(self):
        self.qualified.advance_when_done = True
        self.negotiation.activity_type_id = self.email_type
        lead, callback = self._promise()
        self._move(lead)
        self.clock.move_to("2026-11-23 07:00:00")
        wizard = self._log_call(lead, "answered", next_activity_type_id=False)
        self.assertEqual(wizard.planned_activity_id, callback)
        self.assertTrue(callback.done_at)
        self.assertEqual(lead.stage_id, self.negotiation)

    def test_another_call_before_that_day_does_not_do_it(self):
        for values in ({}, {"next_time": 0}):
            lead, callback = self._promise(**values)
            wizard = self._log_call(lead, "answered", next_activity_type_id=False)
            self.assertFalse(wizard.planned_activity_id)
            self._assert_kept(callback, lead, self.new)

    def test_a_new_owner_keeps_the_promise(self):
        self.qualified.advance_when_done = True
        lead, callback = self._promise()
        self._move(lead)
        lead.with_user(self.supervisor).user_id = self.other_agent
        self._assert_kept(callback, lead, self.qualified)
        callback.with_user(self.other_agent).action_feedback()
        self.assertEqual(callback.done_by_id, self.other_agent)
        self.assertEqual(lead.stage_id, self.negotiation)

    def test_who_claims_the_lead_keeps_the_promise(self):
        lead, callback = self._promise()
        lead.with_user(self.supervisor).user_id = False
        lead.with_user(self.other_agent).action_claim()
        self._assert_kept(callback, lead, self.new)
        self.assertEqual(callback.user_id, self.other_agent)

    # ------------------------------------------------------------
    # Never doubled
    # ------------------------------------------------------------

    def test_a_stage_that_plans_nothing_leaves_it_planned(self):
        self.qualified.write({"activity_type_id": False, "advance_when_done": True})
        self.negotiation.activity_type_id = self.email_type
        lead, callback = self._promise()
        self._move(lead)
        self._assert_kept(callback, lead, self.new)
        self._move(lead, self.negotiation)
        self._assert_kept(callback, lead, self.negotiation)

    def test_where_a_stage_plans_nothing_it_moves_nothing(self):
        self.qualified.write({"activity_type_id": False, "advance_when_done": True})
        lead, callback = self._promise()
        self._move(lead)
        callback.with_user(self.agent).action_feedback()
        self.assertEqual(lead.stage_id, self.qualified)

    def test_a_day_that_passed_in_such_a_stage_is_done_by_the_next_move(self):
        self.qualified.activity_type_id = False
        self.negotiation.activity_type_id = self.email_type
        lead, callback = self._promise(next_time=0)
        self._move(lead)
        self.clock.move_to("2026-12-24 02:00:00")
        self._move(lead, self.negotiation)
        self.assertTrue(callback.done_at)
        self.assertEqual(self._pending(lead).activity_type_id, self.email_type)

    def test_a_call_in_a_stage_where_the_lead_stays_is_not_doubled(self):
        self.qualified.activity_type_id = self.call_type
        self.negotiation.activity_type_id = self.email_type
        lead = self._new_lead(self.agent)
        self._move(lead)
        self.clock.move_to("2026-11-21 02:00:00")
        self._log_call(
            lead, "answered", next_activity_type_id=self.call_type.id, **AGREED
        )
        callback = self._pending(lead)
        self._assert_kept(callback, lead, self.qualified)
        self._move(lead, self.negotiation)
        self._assert_kept(callback, lead, self.negotiation)

    def test_a_call_that_nobody_had_planned_is_not_doubled(self):
        lead = self._new_lead(self.agent)
        self._pending(lead).with_user(self.agent).unlink()
        callback = self._promise(lead)[1]
        self._move(lead)
        self._assert_kept(callback, lead, self.qualified)

    def test_a_second_call_leaves_the_stages_own_activity_alone(self):
        lead, first = self._promise()
        self._promise(lead, next_date=date(2026, 11, 24))
        second = self._pending(lead) - first
        self.assertEqual(first.crm_stage_id, self.new)
        self.assertFalse(second.crm_stage_id)

    def test_what_the_owner_planned_of_that_kind_is_not_doubled(self):
        self.qualified.activity_type_id = self.call_type
        lead = self._new_lead(self.agent)
        own = self._plan(lead)
        self._move(lead)
        self._assert_kept(own, lead, self.qualified)

    def test_something_else_that_the_owner_planned_is_beside_it(self):
        self.qualified.activity_type_id = self.call_type
        lead = self._new_lead(self.agent)
        own = self._plan(lead, activity_type_id=self.email_type.id)
        late = self._plan(lead, date_deadline=date(2026, 11, 19))
        self._move(lead)
        self.assertFalse((own | late).crm_stage_id)
        planned = self._pending(lead) - own - late
        self.assertEqual(planned.crm_stage_id, self.qualified)
        self.assertTrue(planned.automated)

    def test_of_several_promises_the_first_one_is_the_step(self):
        self.qualified.activity_type_id = self.call_type
        lead, callback = self._promise()
        earlier = self._plan(lead, due_at="2026-11-21 02:00:00")
        self._move(lead)
        self.assertEqual(self._pending(lead), earlier | callback)
        self.assertEqual(callback.crm_stage_id, self.qualified)
        self.assertFalse(earlier.crm_stage_id)

    def test_many_leads_keep_their_promises_at_once(self):
        kept = [self._promise() for _n in range(3)]
        plain = self._new_lead(self.agent)
        leads = plain.concat(*(lead for lead, _callback in kept))
        self._move(leads)
        for lead, callback in kept:
            self._assert_kept(callback, lead, self.qualified)
        self.assertEqual(self._pending(plain).activity_type_id, self.meeting_type)

    def test_a_lead_that_a_manager_sends_back_has_one_step(self):
        lead, callback = self._promise()
        self._move(lead)
        lifted = lead.with_user(self.manager).with_context(
            skip_stage_transition_check=True
        )
        lifted.stage_id = self.new
        self._assert_kept(callback, lead, self.new)

    def test_a_merge_keeps_the_promise(self):
        self.qualified.activity_type_id = self.call_type
        ahead = self._new_lead(self.agent)
        self._move(ahead)
        self._pending(ahead).unlink()
        behind, callback = self._promise()
        head = (ahead | behind).merge_opportunity()
        self.assertEqual(head, ahead)
        self._assert_kept(callback, head, self.qualified)

    # ------------------------------------------------------------
    # Visits
    # ------------------------------------------------------------

    def _schedule_visit(self, lead, **values):
        """Let the activity of the stage become a visit."""
        return (
            self.env["calendar.event"]
            .with_user(self.agent)
            .create(
                {
                    "name": "Visit",
                    "start": "2026-11-21 02:00:00",
                    "stop": "2026-11-21 03:00:00",
                    "opportunity_id": lead.id,
                    "visit_state": "planned",
                    "activity_ids": [Command.set(self._pending(lead).ids)],
                    **values,
                }
            )
        )

    def test_a_visit_is_not_done_by_a_move(self):
        self.new.activity_type_id = self.meeting_type
        for values in (
            {},
            {"allday": True, "start": "2026-11-21", "stop": "2026-11-21"},
        ):
            lead = self._new_lead(self.agent)
            visit = self._schedule_visit(lead, **values)
            activity = visit.activity_ids
            self.assertEqual(activity.crm_stage_id, self.new)
            self.clock.move_to("2026-11-25 02:00:00")
            self._move(lead)
            self._assert_kept(activity, lead, self.qualified)
            self.assertEqual(visit.visit_state, "planned")
            self.clock.move_to(FRIDAY)

    # ------------------------------------------------------------
    # What a client sends
    # ------------------------------------------------------------

    def test_nobody_says_by_hand_who_planned_it(self):
        lead, callback = self._promise(next_time=0)
        planned = self._pending(self._new_lead(self.agent))
        for activity, value in ((callback, True), (planned, False)):
            with self.assertRaisesRegex(AccessError, "cannot be changed"):
                activity.with_user(self.agent).automated = value
        # What an automation plans for other things is its own.
        other = lead.with_user(self.agent).activity_schedule(CALL)
        other.automated = False
