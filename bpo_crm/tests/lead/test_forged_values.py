from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, RedirectWarning, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..common import BpoCase


@tagged("post_install", "-at_install")
class TestForgedValues(BpoCase):
    """What a client writes to a lead is judged by what it comes to."""

    def setUp(self):
        super().setUp()
        self.lead = self._new_lead(self.agent).with_user(self.agent)

    def _assert_refused(self, values, lead=None):
        lead = lead or self.lead
        with self.assertRaises(UserError, msg=values):
            lead.write(values)

    def test_what_is_no_id_moves_a_lead_nowhere(self):
        self.lead.stage_id = self.qualified
        odd = ([self.qualified.id], [2], {"id": 2}, {"create": 1}, "x", "2", True, -1)
        for value in (*odd, 2**31):
            self._assert_refused({"stage_id": value})
            self.assertEqual(self.lead.stage_id, self.qualified)

    def test_no_stage_at_all_is_refused(self):
        for value in (False, None, 0, "", [], ()):
            self._assert_refused({"stage_id": value})
        self.assertEqual(self.lead.stage_id, self.new)

    def test_what_is_no_id_reopens_no_won_lead(self):
        with self._dealer() as sent:
            self.lead.action_set_won()
            self._assert_refused({"stage_id": [self.new.id]})
            self._assert_refused({"stage_id": [self.won.id]})
        self.assertEqual(self.lead.stage_id, self.won)
        self.assertEqual(len(sent), 1)

    def test_no_order_is_made_for_a_lead_that_is_not_won(self):
        with self._dealer() as sent:
            self._assert_refused({"stage_id": [self.won.id]})
        self.assertFalse(sent)

    def test_what_is_no_reason_loses_no_lead(self):
        for value in ("x", True, [1], [self.reason.id], {"id": 1}, 0, -1, 2**31):
            self._assert_refused({"stage_id": self.lost.id, "lost_reason_id": value})
            with self.assertRaises(UserError):
                self.lead.action_set_lost(lost_reason_id=value)
            self._assert_refused({"active": False, "lost_reason_id": value})
        self.assertEqual(self.lead.stage_id, self.new)
        self.assertTrue(self.lead.active)

    def test_a_lost_lead_keeps_its_reason_whatever_is_sent(self):
        self._lose(self.lead)
        for value in (False, "x", [1], True):
            self._assert_refused({"lost_reason_id": value})
            self._assert_refused({"stage_id": self.lost.id, "lost_reason_id": value})
        self.assertEqual(self.lead.lost_reason_id, self.reason)

    def test_what_is_no_user_gives_a_lead_to_nobody(self):
        for user in (self.agent, self.supervisor):
            lead = self.lead.with_user(user)
            for value in ([user.id], "x", True, {"id": user.id}):
                self._assert_refused({"user_id": value}, lead)
        self.assertEqual(self.lead.user_id, self.agent)

    def test_what_is_no_id_creates_no_lead(self):
        leads = self.env["crm.lead"].with_user(self.agent)
        for name, value in (
            ("stage_id", [self.qualified.id]),
            ("user_id", [self.other_agent.id]),
            ("team_id", "x"),
            ("dealership_id", True),
        ):
            with self.assertRaises(UserError):
                leads.create({"name": "Forged", name: value})

    # What is worked out

    def test_the_keys_of_a_customer_are_not_written_past_them(self):
        for values in (
            {"phone_sanitized": "+639175559999"},
            {"email_normalized": "x@customer.example"},
            {"phone_sanitized": False},
            {"phone": "+63 917 555 9998", "phone_sanitized": "+639175559999"},
        ):
            with self.assertRaisesRegex(AccessError, "filled in by the system"):
                self.lead.write(values)

    def test_a_second_lead_of_a_customer_is_not_hidden_by_a_forged_key(self):
        taken = self._new_lead(self.other_agent)
        leads = self.env["crm.lead"].with_user(self.agent)
        with self.assertRaisesRegex(RedirectWarning, "has an open lead already"):
            leads.create(
                {
                    "name": "Second",
                    "phone": taken.phone,
                    "phone_sanitized": "+639175559999",
                }
            )

    def test_when_things_happened_is_not_written_by_hand(self):
        for name in (
            "date_last_stage_update",
            "date_open",
            "first_attempt_date",
            "response_deadline",
            "response_minutes",
        ):
            with self.assertRaisesRegex(AccessError, "filled in by the system"):
                self.lead.write({name: "2001-01-01 00:00:00"})

    def test_when_a_new_lead_was_opened_or_closed_is_not_what_is_sent(self):
        old = "2001-01-01 00:00:00"
        leads = self.env["crm.lead"].with_user(self.agent)
        lead = leads.create({"name": "Old", "date_open": old, "day_close": 9})
        self.assertNotEqual(lead.date_open.year, 2001)
        self.assertFalse(lead.day_close)

    def test_when_a_lead_was_closed_is_entered_by_managers_only(self):
        for user in (self.agent, self.supervisor):
            self._assert_enters_no_closing(self.env["crm.lead"].with_user(user))
        self.lead.with_user(self.manager).date_closed = "2001-01-01 00:00:00"

    def _assert_enters_no_closing(self, leads):
        old = "2001-01-01 00:00:00"
        dated = leads.with_context(default_date_closed=old)
        for way in (
            lambda: leads.create({"name": "Old", "date_closed": old}),
            lambda: dated.create({"name": "Old"}),
            lambda: self.lead.with_env(leads.env).write({"date_closed": old}),
        ):
            with self.assertRaisesRegex(AccessError, "Only a BPO manager can enter"):
                way()

    def test_an_order_is_not_forged_by_a_default(self):
        leads = self.env["crm.lead"].with_user(self.manager)
        for name, value in (("dealer_so_name", "S1"), ("dealer_so_id", 7)):
            with self.assertRaisesRegex(AccessError, "filled in by the system"):
                leads.with_context(**{f"default_{name}": value}).create({"name": "F"})

    def test_what_the_form_sends_back_changes_nothing(self):
        before = self.lead.automated_probability
        self.lead.write({"automated_probability": 99, "priority": "2"})
        self.assertEqual(self.lead.priority, "2")
        self.assertEqual(self.lead.automated_probability, before)

    # The pool

    def test_an_agent_changes_nothing_in_the_pool(self):
        pool = self._new_lead().with_user(self.agent)
        for values in (
            {"type": "lead", "phone": "1"},
            {"phone": "1"},
            {"priority": "3"},
            {"tag_ids": [(5,)]},
            {"team_id": False},
            {"user_id": False, "name": "X"},
        ):
            with self.assertRaisesRegex(UserError, "Claim .* before you work it"):
                pool.write(values)
        pool.write({"user_id": self.agent.id, "priority": "3"})
        self.assertEqual(pool.user_id, self.agent)

    def test_an_opportunity_does_not_become_a_lead_again(self):
        for user in (self.agent, self.supervisor, self.manager):
            self._assert_refused({"type": "lead"}, self.lead.with_user(user))
        self.assertEqual(self.lead.type, "opportunity")

    def test_an_agent_gives_no_lead_to_another_team(self):
        other = self.env["crm.team"].create({"name": "Fleet"})
        with self.assertRaisesRegex(AccessError, "Only a supervisor can give"):
            self.lead.team_id = other
        with self.assertRaisesRegex(AccessError, "Only a supervisor can give"):
            self._new_lead().with_user(self.agent).write(
                {"user_id": self.agent.id, "team_id": other.id}
            )
        self.lead.with_user(self.supervisor).team_id = other

    # PostgreSQL holds it, too

    def _assert_held(self, query):
        self.env.flush_all()
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(IntegrityError),
            self.cr.savepoint(),
        ):
            self.cr.execute(query, [self.lead.id])

    def test_postgresql_holds_that_an_opportunity_is_in_a_stage(self):
        self._assert_held("UPDATE crm_lead SET stage_id = NULL WHERE id = %s")

    def test_postgresql_holds_that_a_lost_lead_has_a_reason(self):
        self._lose(self.lead)
        self._assert_held("UPDATE crm_lead SET lost_reason_id = NULL WHERE id = %s")

    def test_postgresql_holds_that_an_order_has_a_name(self):
        self._assert_held("UPDATE crm_lead SET dealer_so_id = 7 WHERE id = %s")
        self._assert_held("UPDATE crm_lead SET dealer_so_id = -5 WHERE id = %s")

    # ------------------------------------------------------------
    # Texts
    # ------------------------------------------------------------

    def test_a_name_is_one_line_that_the_database_takes(self):
        lead = self._new_lead(self.agent).with_user(self.agent)
        lead.write({"name": "Car\r\nBcc: all@bpo.test\x00", "street": "1\n2"})
        self.assertEqual(lead.name, "Car Bcc: all@bpo.test")
        self.assertEqual(lead.street, "1 2")
        lead = lead.create({"name": "Car\nVan", "phone": "+63 917 555 0401"})
        self.assertEqual(lead.name, "Car Van")

    def test_who_asks_again_with_nothing_but_a_comment_has_asked_again(self):
        first = self._new_lead(phone="+63 917 555 0402")
        again = self._new_lead(phone="+63 917 555 0402", description="<!-- x -->")
        self.assertEqual(again, first)
