import psycopg2

from odoo.tests import tagged

from ...own_transaction import run_alone
from ..common import BpoCase

LOG = "odoo.addons.bpo_crm.own_transaction"


@tagged("post_install", "-at_install")
class TestOwnTransaction(BpoCase):
    """What is told in passing hides no error.

    Transactions beside each other are in ``/tests``.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.lead = cls._new_lead(cls.agent).with_user(cls.agent)

    def _run(self, work, **options):
        with self._own_transactions_shared():
            return run_alone(self.lead, work, "Nobody is told", **options)

    def test_it_is_done_with_all_rights(self):
        for lock in (False, True):
            uid = self._run(lambda lead: lead.env.uid, lock=lock)
            self.assertEqual(uid, self.env.ref("base.user_root").id)

    def test_what_is_deleted_is_left_out(self):
        self.lead.sudo().unlink()
        for lock in (False, True):
            result = self._run(lambda lead: lead.name, lock=lock, otherwise="Gone")
            self.assertEqual(result, "Gone")

    def test_its_view_is_not_frozen(self):
        def ask(company):
            company.env.cr.execute("SHOW transaction_isolation")
            return company.env.cr.fetchone()

        # It was there before the test.
        company = self.env.ref("base.main_company")
        for lock in (False, True):
            level = run_alone(company, ask, "Nobody is told", lock=lock)
            self.assertEqual(level, ("read committed",))

    def test_a_fault_that_passes_alarms_nobody(self):
        def work(_lead):
            raise psycopg2.errors.LockNotAvailable("It is locked")

        with self.assertNoLogs(LOG, "WARNING"):
            self.assertIsNone(self._run(work))

    def test_all_other_errors_are_in_the_log(self):
        with self.assertLogs(LOG, "ERROR") as logs:
            self.assertIsNone(self._run(lambda lead: lead.no_such_field))
        self.assertIn("Nobody is told", logs.output[0])
        self.assertIn("no_such_field", logs.output[0])
