from datetime import datetime, timedelta

from freezegun import freeze_time

from odoo.tests import tagged

from ..common import CALL, BpoCase

#: Ten in the morning of a Wednesday in Manila.
NOW = "2026-11-18 02:00:00"


@tagged("post_install", "-at_install")
class TestMyDay(BpoCase):
    def _plan(self, lead, **values):
        values = {"user_id": self.agent.id, **values}
        return lead.activity_schedule(CALL, **values)

    def _my_day(self, now=NOW):
        with freeze_time(now):
            day = self.env["crm.lead"].with_user(self.agent).get_my_day()
        return day, {
            section["name"]: [row["id"] for row in section["rows"]]
            for section in day["sections"]
        }

    def test_every_lead_stands_in_its_most_urgent_section(self):
        new = self._new_lead
        callback, overdue, today, planned = (new(self.agent) for _n in range(4))
        idle, stale = new(self.agent), new(self.agent)
        others = new(self.other_agent)
        pool = new(priority="3")
        self._plan(callback, due_at="2026-11-18 08:00:00")
        self._plan(overdue, date_deadline="2026-11-16")
        self._plan(today, date_deadline="2026-11-18")
        self._plan(planned, date_deadline="2026-11-19")
        self._plan(stale, date_deadline="2026-11-16", user_id=self.supervisor.id)
        self._plan(others, date_deadline="2026-11-18", user_id=self.other_agent.id)
        self.new.stale_after_days = 2
        stale.date_last_stage_update = datetime(2026, 11, 1)
        _day, rows = self._my_day()
        self.assertEqual(rows["callbacks"], [callback.id])
        self.assertEqual(rows["overdue"], [overdue.id])
        self.assertEqual(rows["today"], [today.id])
        self.assertEqual(rows["missing_step"], [idle.id])
        self.assertEqual(rows["stale"], [stale.id])
        self.assertIn(pool.id, rows["pool"])
        self.assertNotIn(others.id, sum(rows.values(), []))

    def test_callbacks_come_by_their_time(self):
        late, early = self._new_lead(self.agent), self._new_lead(self.agent)
        self._plan(late, due_at="2026-11-18 08:00:00")
        self._plan(early, due_at="2026-11-18 03:00:00")
        _day, rows = self._my_day()
        self.assertEqual(rows["callbacks"], [early.id, late.id])

    def test_closed_leads_are_not_shown(self):
        lead = self._new_lead(self.agent)
        self._plan(lead, date_deadline="2026-11-18")
        self._lose(lead)
        _day, rows = self._my_day()
        self.assertNotIn(lead.id, sum(rows.values(), []))

    def test_the_numbers_are_those_of_the_users_day(self):
        lead = self._new_lead(self.agent, enquiry_date="2026-11-16 01:00:00")
        calls = self.env["crm.call.log"].with_user(self.agent)
        for call_date, result in (
            ("2026-11-17 15:59:00", "answered"),  # just before midnight in Manila
            ("2026-11-17 16:01:00", "answered"),
            ("2026-11-18 01:00:00", "busy"),
        ):
            with freeze_time(NOW):
                calls.create(
                    {
                        "lead_id": lead.id,
                        "call_date": call_date,
                        "result": result,
                        "duration": 2,
                    }
                )
        day, _rows = self._my_day()
        self.assertEqual(day["numbers"], {"calls": 2, "contacts": 1, "minutes": 4})

    def test_a_day_is_longer_when_the_clocks_are_put_back(self):
        self.agent.tz = "Europe/Paris"
        lead = self._new_lead(self.agent, enquiry_date="2025-10-01 08:00:00")
        call = {"lead_id": lead.id, "user_id": self.agent.id, "result": "busy"}
        for call_date in (
            "2025-10-25 21:59:00",  # just before midnight
            "2025-10-25 22:01:00",
            "2025-10-26 22:59:00",  # just before the next one, 25 hours later
        ):
            self.env["crm.call.log"].create({**call, "call_date": call_date})
        day, _rows = self._my_day("2025-10-26 22:59:30")
        self.assertEqual(day["numbers"]["calls"], 2)

    def test_the_screen_costs_as_many_queries_for_many_leads_as_for_few(self):
        def count_queries():
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self._my_day()
            return self.env.cr.sql_log_count - before

        def add(count):
            for number in range(count):
                self._plan(
                    self._new_lead(self.agent),
                    date_deadline="2026-11-18" if number % 2 else "2026-11-16",
                )
                self._new_lead(self.agent)
                self._new_lead()

        add(2)
        count_queries()
        few = count_queries()
        add(10)
        self.assertLessEqual(count_queries(), few)


@tagged("post_install", "-at_install")
class TestElsewhere(BpoCase):
    """What is assigned to somebody beside the own leads."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.contact = cls.env["res.partner"].create({"name": "Notary"})

    def _assign(self, record, day="2026-11-18", user=None):
        user = user or self.agent
        return record.activity_schedule(CALL, day, user_id=user.id, summary="Ask")

    def _elsewhere(self, user=None):
        leads = self.env["crm.lead"].with_user(user or self.agent)
        with freeze_time(NOW):
            return leads.get_my_day()["elsewhere"]

    def test_activities_on_other_records_are_shown_the_oldest_first(self):
        self._assign(self.contact)
        late = self._assign(self.dealership, "2026-11-16")
        self._assign(self.contact, "2026-11-19")
        self._assign(self.contact, user=self.other_agent)
        section = self._elsewhere()
        self.assertEqual(section["count"], 2)
        first, second = section["rows"]
        self.assertEqual(
            first,
            {
                "activity_id": late.id,
                "activity": "Ask",
                "icon": "fa-phone",
                "days_overdue": 2,
                "kind": "Dealership",
                "model": "crm.dealership",
                "id": self.dealership.id,
                "name": "Pasig",
            },
        )
        self.assertEqual(second["name"], "Notary")
        self.assertEqual(second["days_overdue"], 0)

    def test_what_is_on_own_leads_is_not_shown_again(self):
        self._assign(self._new_lead(self.agent))
        self.assertEqual(self._elsewhere()["count"], 0)

    def test_a_supervisor_sees_what_is_on_the_leads_of_others(self):
        lead = self._new_lead(self.agent)
        self._assign(lead, user=self.supervisor)
        (row,) = self._elsewhere(self.supervisor)["rows"]
        self.assertEqual((row["model"], row["id"]), ("crm.lead", lead.id))

    def test_on_a_closed_lead_nothing_is_to_do(self):
        lead = self._new_lead(self.other_agent)
        self._lose(lead)
        self._assign(lead, user=self.supervisor)
        self.assertEqual(self._elsewhere(self.supervisor)["count"], 0)

    def test_a_record_that_one_may_not_read_has_no_name(self):
        company = self.env["res.company"].create({"name": "Abroad"})
        hidden = self.env["crm.dealership"].create(
            {"name": "Secret", "code": "SEC-T", "company_id": company.id}
        )
        activity = self._assign(self.contact)
        # Core refuses to plan it; a record may be taken from its activity's user, too.
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE mail_activity SET res_model = 'crm.dealership', res_id = %s,"
            " res_model_id = %s, res_name = 'Secret' WHERE id = %s",
            [hidden.id, self.env["ir.model"]._get_id("crm.dealership"), activity.id],
        )
        self.env.invalidate_all()
        (row,) = self._elsewhere()["rows"]
        self.assertEqual((row["model"], row["id"], row["name"]), (False, False, ""))
        self.assertEqual(row["kind"], "Dealership")

    def test_a_record_that_is_gone_does_not_keep_the_day_from_being_shown(self):
        gone = self.env["res.partner"].create({"name": "Gone"})
        self._assign(gone)
        self.env.flush_all()
        self.env.cr.execute("DELETE FROM res_partner WHERE id = %s", [gone.id])
        self.env.invalidate_all()
        (row,) = self._elsewhere()["rows"]
        self.assertEqual((row["model"], row["id"], row["name"]), (False, False, ""))

    def test_it_costs_a_query_for_its_words_and_two_for_the_records(self):
        self._assign(self._new_lead(self.agent))
        self._count_queries(self._elsewhere)
        without = self._count_queries(self._elsewhere)
        for _n in range(5):
            self._assign(self.contact)
        self._count_queries(self._elsewhere)
        # What kind of record it is, what of its kind is there, and may be read.
        self.assertLessEqual(self._count_queries(self._elsewhere), without + 3)


@tagged("post_install", "-at_install")
class TestQueue(BpoCase):
    def _next(self, queue=(), current=False):
        leads = self.env["crm.lead"].with_user(self.agent)
        return leads.get_next_lead([lead.id for lead in queue], current)["id"]

    def test_the_queue_on_the_screen_comes_first(self):
        first, second = self._new_lead(self.agent), self._new_lead(self.agent)
        self.assertEqual(self._next([second, first]), second.id)

    def test_what_cannot_be_worked_any_more_is_passed_over(self):
        lost = self._lose(self._new_lead(self.agent))
        others = self._new_lead(self.other_agent)
        mine = self._new_lead(self.agent)
        self.assertEqual(self._next([lost, others, mine]), mine.id)

    def test_then_comes_what_is_due(self):
        current, due = self._new_lead(self.agent), self._new_lead(self.agent)
        for lead in (current, due):
            lead.activity_schedule(
                CALL,
                datetime.now().date() - timedelta(days=1),
                user_id=self.agent.id,
            )
        self.assertEqual(self._next(current=current.id), due.id)

    def test_a_callback_later_today_does_not_come_yet(self):
        pool = self._new_lead(priority="3", enquiry_date="1999-01-01 00:00:00")
        tried = [self._new_lead(self.agent) for _n in range(2)]
        for lead in tried:
            wizard = (
                self.env["crm.lead.log.call"]
                .with_user(self.agent)
                .create({"lead_id": lead.id, "result": "no_answer"})
            )
            wizard.action_save()
            self.assertTrue(lead.activity_ids.due_at)
        self.assertEqual(self._next(current=tried[1].id), pool.id)

    def test_a_callback_whose_time_has_come_is_first(self):
        overdue, callback = self._new_lead(self.agent), self._new_lead(self.agent)
        now = datetime.now()
        for lead, values in (
            (overdue, {"date_deadline": now.date() - timedelta(days=1)}),
            (callback, {"due_at": now - timedelta(minutes=1)}),
        ):
            lead.activity_schedule(CALL, user_id=self.agent.id, **values)
        self.assertEqual(self._next(), callback.id)

    def test_then_the_most_urgent_lead_of_the_pool_is_claimed(self):
        pool = self._new_lead(priority="3", enquiry_date="1999-01-01 00:00:00")
        self.assertEqual(self._next(), pool.id)
        self.assertEqual(pool.user_id, self.agent)

    def test_an_empty_pool_is_told(self):
        self.env["crm.lead"].search([("user_id", "=", False)]).user_id = self.manager
        leads = self.env["crm.lead"].with_user(self.agent)
        self.assertEqual(
            leads.get_next_lead([], False),
            {"id": False, "message": "No lead is waiting in the pool."},
        )
