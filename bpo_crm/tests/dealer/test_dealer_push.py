from odoo.exceptions import UserError
from odoo.tests import tagged

from ...remote_odoo import PlacedOrder, Refused, RemoteError, TimedOut
from ..common import BpoCase


@tagged("post_install", "-at_install")
class TestDealerPush(BpoCase):
    """The record of the attempts; that it survives a rollback is in ``/tests``."""

    def setUp(self):
        super().setUp()
        self.lead = self._new_lead(self.agent).with_user(self.agent)

    def _attempt(self, error=None):
        """Make an attempt that ends with an error, or with order S00001."""
        pushes = self.env["crm.dealer.push"].with_user(self.agent)
        with self._own_transactions_shared():
            try:
                with pushes._record_attempt(self.lead, "key") as attempt:
                    if error:
                        raise error
                    attempt.succeed(PlacedOrder(id=1, name="S00001", state="draft"))
            except RemoteError:
                self.assertTrue(error)
        self.env.invalidate_all()
        return attempt

    def test_every_attempt_is_a_row(self):
        self._attempt(Refused("Access Denied"))
        self._attempt()
        done, failed = self.lead.push_ids
        self.assertEqual((failed.state, failed.error_kind), ("failed", "refused"))
        self.assertIn("refused the login", failed.message)
        self.assertFalse(failed.order_may_exist)
        self.assertEqual((done.state, done.order_name), ("done", "S00001"))
        self.assertEqual(
            (done.user_id, done.dealership_id), (self.agent, self.dealership)
        )
        self.assertGreaterEqual(done.duration, 0)

    def test_after_a_lost_reply_the_next_attempt_looks_first(self):
        error = TimedOut()
        error.may_have_happened = True
        self.assertFalse(self._attempt(error).look_first)
        self.assertTrue(self._attempt(Refused()).look_first)
        self.assertTrue(self._attempt().look_first)

    def test_after_a_clear_no_the_next_attempt_need_not_look(self):
        self._attempt(Refused())
        self.assertFalse(self._attempt().look_first)

    def test_an_attempt_whose_server_died_is_marked_and_looked_after(self):
        self.env["crm.dealer.push"].create(
            {"lead_id": self.lead.id, "order_may_exist": True}
        )
        self.assertTrue(self._attempt().look_first)
        self.assertEqual(self.lead.push_ids.mapped("state"), ["done", "interrupted"])

    def test_only_the_last_failed_attempt_can_be_tried_again(self):
        self._attempt(Refused())
        self._attempt(Refused())
        last, first = self.lead.push_ids
        self.assertTrue(last.is_retriable)
        self.assertFalse(first.is_retriable)
        with self.assertRaisesRegex(UserError, "Only the last attempt"):
            first.action_retry()
        with self._dealer():
            last.action_retry()
        self.assertTrue(self.lead.is_won)
        self.assertFalse(any(self.lead.push_ids.mapped("is_retriable")))
