from datetime import datetime, timedelta

from odoo.tests import TransactionCase, tagged


@tagged("post_install", "-at_install")
class TestClock(TransactionCase):
    """What the other tests take for granted, under whichever clock they run."""

    def test_odoo_and_its_database_have_one_clock(self):
        difference = abs(self.env.cr.now() - datetime.now())
        self.assertLess(difference, timedelta(minutes=1))
