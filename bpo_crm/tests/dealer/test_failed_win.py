from datetime import timedelta
from unittest.mock import patch

from odoo import Command, fields
from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from ... import remote_odoo
from ..common import CONNECTION, BpoCase

#: What each kind of failure says of the dealership.
PROBLEMS = {
    remote_odoo.NotConfigured: "The connection to Pasig is not configured.",
    remote_odoo.Unreachable: "The server of Pasig cannot be reached.",
    remote_odoo.TimedOut: "The server of Pasig did not answer in time.",
    remote_odoo.Refused: "The server of Pasig refused the login.",
    remote_odoo.NotAllowed: "Our account at Pasig is not allowed to do this.",
    remote_odoo.Rejected: "The server of Pasig rejected the request.",
    remote_odoo.NotOdoo: "The address of Pasig is not that of an Odoo server.",
}


@tagged("post_install", "-at_install")
class TestFailedWin(BpoCase):
    """Requirements 003: what a failed win leaves. Real rollbacks are in ``/tests``."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.lead = cls._new_lead(cls.agent).with_user(cls.agent)
        cls.dealership.user_id = cls.supervisor

    def _fail(self, error, lead=None):
        """Push a lead to a dealer who answers with an error; return the message.

        The attempt's transaction is a part of the test's, so nothing is rolled back:
        the lead is not moved before.
        """
        message = ""
        with self._dealer(error):
            try:
                (lead or self.lead)._push_to_dealer()
            except UserError as refusal:
                message = str(refusal)
            self.env.cr.postrollback.run()
            self.env.cr.postcommit.clear()
        self.assertTrue(message)
        self.env.invalidate_all()
        return message

    def _told(self):
        """Return the open activities that tell of the dealership's failure."""
        return self.dealership.activity_ids.filtered("is_dealer_failure")

    def _win(self, lead=None):
        with self._dealer():
            (lead or self.lead).action_set_won()
        self.env.invalidate_all()

    # The message

    def test_each_kind_names_the_dealership_and_what_the_agent_can_do(self):
        for kind, problem in PROBLEMS.items():
            message = self._fail(kind("Some detail."))
            with self.subTest(kind.kind):
                self.assertIn(problem, message)
                self.assertIn("Some detail.", message)
                self.assertIn("next lead", message)
                self.assertRegex(message, "[Pp]ress Mark as Won again")
                self.assertIn(f"{self.supervisor.name} has been told", message)
                self.assertIn(problem, self._chatter(self.lead)[0])

    def test_a_secret_that_the_dealer_echoes_is_shown_to_nobody(self):
        secret = CONNECTION["odoo_api_key"]
        message = self._fail(remote_odoo.Rejected(f"No such key: {secret}"))
        note = str(self._told().note)
        for text in (message, note, *self._chatter(self.lead)):
            self.assertNotIn(secret, text)

    def test_who_can_mend_it_is_told_to_mend_it(self):
        self.dealership.user_id = self.manager
        lead = self._new_lead(self.manager).with_user(self.manager)
        message = self._fail(remote_odoo.Unreachable(), lead)
        self.assertIn("Mend it on the page of Pasig", message)

    def test_without_a_dealership_the_agent_chooses_one_and_nobody_is_told(self):
        self.lead.dealership_id = False
        message = self._fail(None)
        self.assertIn("Choose the dealership that sells to this customer", message)
        self.assertNotIn("has been told", message)

    # Who is told

    def test_the_responsible_has_one_activity_while_it_lasts(self):
        self._fail(remote_odoo.Unreachable("The connection was refused."))
        self._fail(remote_odoo.TimedOut(), self._new_lead(self.agent))
        told = self._told()
        self.assertEqual(len(told), 1)
        self.assertEqual(told.user_id, self.supervisor)
        self.assertEqual(told.summary, "Orders do not reach Pasig")
        self.assertIn("The connection was refused.", str(told.note))
        self.assertFalse(self.lead.activity_ids.filtered("is_dealer_failure"))

    def test_what_a_dealer_says_of_a_customer_is_not_on_the_dealerships_page(self):
        self._fail(remote_odoo.Rejected("Juan dela Cruz is on our black list."))
        self.assertNotIn("Juan", str(self._told().note))
        self.assertIn("rejected", str(self._told().note))

    def test_it_is_done_by_itself_once_an_order_arrives(self):
        self._fail(remote_odoo.Refused())
        self._win(self._new_lead(self.agent).with_user(self.agent))
        self.assertFalse(self._told())
        self._fail(remote_odoo.Refused())
        self.assertTrue(self._told())

    def test_an_order_does_not_end_the_rejection_of_another_lead(self):
        self._fail(remote_odoo.Rejected("No such customer."))
        self._win(self._new_lead(self.agent).with_user(self.agent))
        self.assertTrue(self._told())
        self._win()
        self.assertFalse(self._told())

    def test_it_is_over_once_no_lead_waits_any_more(self):
        ways = (
            lambda lead: self._lose(lead),
            lambda lead: lead.sudo().unlink(),
            lambda lead: lead.write({"dealership_id": False}),
        )
        for leave in ways:
            first = self._new_lead(self.agent).with_user(self.agent)
            second = self._new_lead(self.agent).with_user(self.agent)
            for lead in (first, second):
                self._fail(remote_odoo.Rejected("No such customer."), lead)
            # An attempt whose answer nobody knows may have made an order.
            leave(first)
            self.assertTrue(self._told())
            leave(second)
            self.env.invalidate_all()
            self.assertFalse(self._told())

    def test_a_win_that_was_given_up_long_ago_keeps_nothing_open(self):
        self._fail(remote_odoo.Rejected("No such customer."))
        long_ago = fields.Datetime.now() - timedelta(days=15)
        self.lead.sudo().push_ids.flush_recordset()
        self.env.cr.execute("UPDATE crm_dealer_push SET create_date = %s", [long_ago])
        self.env.invalidate_all()
        self._win(self._new_lead(self.agent).with_user(self.agent))
        self.assertFalse(self._told())

    def test_it_is_done_by_itself_once_the_connection_is_tested(self):
        self._fail(remote_odoo.Refused())
        dealership = self.dealership.with_user(self.manager)
        checks = "_run_connection_checks"
        with patch.object(self.registry["crm.dealership"], checks) as check:
            check.side_effect = remote_odoo.Refused()
            dealership.action_test_connection()
            self.assertTrue(self._told())
            check.side_effect = None
            check.return_value = ("18.0", 7)
            dealership.action_test_connection()
        self.assertFalse(self._told())

    def test_an_order_elsewhere_is_no_failure_of_the_server(self):
        self._fail(remote_odoo.OrderedElsewhere("Makati has it."))
        self.assertFalse(self._told())

    def test_an_activity_that_cannot_be_made_hides_no_error(self):
        dealerships = self.registry["crm.dealership"]
        broken = patch.object(dealerships, "_plan_mending", side_effect=ValueError)
        with broken, self.assertLogs("odoo.addons.bpo_crm", "ERROR"):
            message = self._fail(remote_odoo.Unreachable())
        self.assertIn("cannot be reached", message)
        self.assertIn("tell a BPO manager", message)

    def test_without_a_responsible_a_manager_is_told(self):
        self.dealership.user_id = False
        self._fail(remote_odoo.Unreachable())
        self.assertTrue(self._told().user_id.has_group("bpo_crm.group_bpo_manager"))

    def test_who_left_is_not_told(self):
        self.supervisor.active = False
        self._fail(remote_odoo.Unreachable())
        self.assertNotEqual(self._told().user_id, self.supervisor)
        self.assertTrue(self._told().user_id.active)

    def test_an_agent_is_not_responsible(self):
        with self.assertRaisesRegex(ValidationError, "neither a supervisor"):
            self.dealership.user_id = self.agent

    def test_nobody_writes_an_activity_of_this_kind_by_hand(self):
        values = {
            "res_model_id": self.env["ir.model"]._get_id("crm.dealership"),
            "res_id": self.dealership.id,
            "user_id": self.supervisor.id,
            "is_dealer_failure": True,
        }
        with self._refused("filled in by the system"):
            self.env["mail.activity"].with_user(self.manager).create(values)

    # The list

    def _failed(self, user):
        leads = self.env["crm.lead"].with_user(user)
        found = leads.search([("is_win_failed", "=", True)])
        others = leads.search([("is_win_failed", "=", False)])
        self.assertFalse(found & others)
        self.assertEqual(found, (found | others).filtered("is_win_failed"))
        return found

    def test_a_failed_win_waits_in_a_list_until_it_succeeds(self):
        never_tried = self._new_lead(self.agent)
        self._fail(remote_odoo.Refused("Access Denied"))
        failed = self._failed(self.supervisor)
        self.assertEqual(failed, self.lead)
        self.assertIn("refused the login", failed.win_failure)
        self.assertTrue(failed.win_failure_date)
        self.assertNotIn(never_tried, failed)
        with self._dealer():
            failed.action_win_each()
        self.assertFalse(self._failed(self.supervisor))
        self.assertTrue(self.lead.is_won)

    def test_a_lost_lead_does_not_wait(self):
        self._fail(remote_odoo.Refused())
        self._lose(self.lead)
        self.assertFalse(self._failed(self.supervisor))

    def test_an_attempt_that_runs_waits_only_if_its_server_died(self):
        _failed, push = self.env["crm.dealer.push"].create(
            [
                {"lead_id": self.lead.id, "state": "failed"},
                {"lead_id": self.lead.id},
            ]
        )
        self.assertFalse(self._failed(self.supervisor))
        push.flush_recordset()
        self.env.cr.execute(
            "UPDATE crm_dealer_push SET create_date = %s WHERE id = %s",
            [fields.Datetime.now() - timedelta(minutes=11), push.id],
        )
        self.env.invalidate_all()
        self.assertEqual(self._failed(self.supervisor), self.lead)

    def test_agents_find_their_own_only(self):
        self._fail(remote_odoo.Refused())
        self.assertEqual(self._failed(self.agent), self.lead)
        self.assertFalse(self._failed(self.other_agent))

    def test_what_a_dealer_says_is_for_who_works_the_lead(self):
        self._fail(remote_odoo.Rejected("Juan owes us money."))
        self.assertIn("owes", self.lead.win_failure)
        self.lead.with_user(self.supervisor).user_id = False
        self.env.invalidate_all()
        self.assertTrue(self.lead.with_user(self.other_agent).is_win_failed)
        self.assertFalse(self.lead.with_user(self.other_agent).win_failure)
        self.assertIn("owes", self.lead.with_user(self.supervisor).win_failure)

    def test_of_a_shared_dealership_each_company_tells_its_own_people_once(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})
        error = remote_odoo.Unreachable("Some detail.")
        with self._own_transactions_shared():
            self.dealership.sudo()._tell_failure(error, self.env.company)
        self.env.invalidate_all()
        self.assertEqual(self._told().user_id, self.supervisor)
        stranger = self._new_user("max2", "bpo_crm.group_bpo_manager")
        stranger.write(
            {"company_ids": [Command.set(other.ids)], "company_id": other.id}
        )
        self.dealership.company_id = False
        for _time in range(2):
            with self._own_transactions_shared():
                told = self.dealership.sudo()._tell_failure(error, other)
            self.assertEqual(told, stranger)
        self.env.invalidate_all()
        self.assertEqual(self._told().user_id, self.supervisor | stranger)

    def test_the_list_asks_for_all_attempts_at_once(self):
        leads = self._new_lead(self.agent)
        for number in range(20):
            leads |= self._new_lead(self.agent, name=f"Lead {number}")
        self.env["crm.dealer.push"].create(
            [{"lead_id": lead.id, "state": "failed"} for lead in leads]
        )
        leads = leads.with_user(self.supervisor)
        self.env.invalidate_all()
        leads.mapped("stage_id.is_won")
        with self.assertQueryCount(4):
            self.assertTrue(all(leads.mapped("is_win_failed")))

    def test_a_dealer_that_does_not_answer_is_asked_once(self):
        leads = self.lead | self._new_lead(self.agent) | self._new_lead(self.agent)
        with self._dealer(remote_odoo.TimedOut()):
            action = leads.with_user(self.supervisor).action_win_each()
        report = self.env["crm.lead.win.report"].browse(action["res_id"])
        first, *others = report.line_ids
        self.assertIn("did not answer in time", first.error)
        for line in others:
            self.assertIn("Not tried: Pasig did not answer just now.", line.error)
